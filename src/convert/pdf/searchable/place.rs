//! Where words go: from boxes on the page as it is seen to runs of text with a place, a direction and a length.
//!
//! Pure geometry in pixels; the result has y upwards, as PDF wants it. Knows neither fonts nor files.

use mediary_core::document::{Line, Rect, Turn};

use super::PageLayer;

/// Lines of several letters that are this much taller than wide run downwards: the engine reads them turned.
const STANDING_RATIO: f32 = 1.5;
/// Words whose middles climb or fall by more than this share of their height are a slanted line.
const SLANT_SHARE: f32 = 0.6;
/// How far under the middle of its box a line of text stands, as a share of its height.
const BASELINE_DEPTH: f32 = 0.5 - super::font::DESCENT;
/// The least room for a space, as a share of the height: words may touch and are two words nevertheless. Poppler takes
/// words less than 0.03 apart for one, whether or not a space is written between them.
const LEAST_SPACE: f32 = 0.06;
/// A word gives up at most this share of its box for a space.
const MOST_GIVEN: f32 = 0.25;

/// Letters on one straight line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Run {
    /// In reading order.
    pub(super) text: String,
    /// Where it begins on its baseline, in pixels, y upwards.
    pub(super) start: (f32, f32),
    /// Cosine and sine of its direction, anticlockwise from rightwards.
    pub(super) direction: (f32, f32),
    /// How long it is.
    pub(super) length: f32,
    /// From the lowest descender to the highest ascender.
    pub(super) height: f32,
}

/// The runs of a page, line by line: words, and spaces between them.
pub(super) fn runs(layer: &PageLayer) -> impl Iterator<Item = Vec<Run>> {
    layer.lines.iter().map(|line| runs_of(line, Frame::of(line, layer)))
}

/// The turn by so many degrees clockwise; what is no quarter counts as none.
pub(super) fn turn_by(degrees: u16) -> Turn {
    match degrees % 360 {
        90 => Turn::Quarter,
        180 => Turn::Half,
        270 => Turn::ThreeQuarters,
        _ => Turn::None,
    }
}

/// The page turned so that a line's text runs to the right.
#[derive(Debug, Clone, Copy)]
struct Frame {
    turn: Turn,
    width: f32,
    height: f32,
}

impl Frame {
    fn of(line: &Line, layer: &PageLayer) -> Self {
        let (width, height) = layer.size();
        let frame = Self { turn: layer.turn(), width, height };
        let bbox = frame.enter(line.bbox);
        let is_standing = bbox.height() >= STANDING_RATIO * bbox.width() && line.text.chars().nth(1).is_some();
        if !is_standing {
            return frame;
        }
        Self { turn: turn_by(frame.turn.degrees() + Turn::ThreeQuarters.degrees()), ..frame }
    }

    /// A box of the page as it is seen, on the turned page.
    fn enter(&self, rect: Rect) -> Rect {
        let back = turn_by(360 - self.turn.degrees());
        let (width, height) = match self.turn {
            Turn::None | Turn::Half => (self.width, self.height),
            Turn::Quarter | Turn::ThreeQuarters => (self.height, self.width),
        };
        back.undone(rect, width, height)
    }

    /// A point of the turned page, y downwards, on the page as it is seen, y upwards.
    fn leave(&self, x: f32, y: f32) -> (f32, f32) {
        let point = self.turn.undone(Rect { left: x, top: y, right: x, bottom: y }, self.width, self.height);
        (point.left, self.height - point.top)
    }

    /// A direction of the turned page, anticlockwise, on the page as it is seen.
    fn direction(&self, (cos, sin): (f32, f32)) -> (f32, f32) {
        match self.turn {
            Turn::None => (cos, sin),
            Turn::Quarter => (-sin, cos),
            Turn::Half => (-cos, -sin),
            Turn::ThreeQuarters => (sin, -cos),
        }
    }
}

/// A word and its box on the turned page, and whether white space follows.
struct Piece {
    text: String,
    bbox: Rect,
    is_spaced: bool,
}

fn pieces(line: &Line, frame: &Frame) -> Vec<Piece> {
    let written = |text: &str| !text.trim().is_empty();
    if !line.words.iter().any(|word| written(&word.text)) {
        return vec![Piece { text: line.text.trim().to_owned(), bbox: frame.enter(line.bbox), is_spaced: false }];
    }
    let mut rest = line.text.as_str();
    let words = line.words.iter().filter(|word| written(&word.text)).map(|word| {
        let text = word.text.trim();
        // Words that are not in the line's text, for whatever reason, are words still.
        let after = rest.find(text).map(|place| &rest[place + text.len()..]);
        rest = after.unwrap_or(rest);
        let is_spaced = after.is_none_or(|after| after.starts_with(char::is_whitespace));
        Piece { text: text.to_owned(), bbox: frame.enter(word.bbox), is_spaced }
    });
    words.collect()
}

/// Makes room for the spaces between words whose boxes touch, half of it from either side.
fn set_apart(pieces: &mut [Piece], least: f32) {
    for index in 1..pieces.len() {
        let (before, after) = pieces.split_at_mut(index);
        let (first, second) = (&mut before[index - 1], &mut after[0]);
        if !first.is_spaced {
            continue;
        }
        // Right-to-left lines have the next word on the left.
        let is_rightwards = centre_x(&first.bbox) <= centre_x(&second.bbox);
        let (left, right) = if is_rightwards { (first, second) } else { (second, first) };
        let missing = least - (right.bbox.left - left.bbox.right);
        if missing > 0.0 {
            left.bbox.right -= (missing / 2.0).min(left.bbox.width() * MOST_GIVEN);
            right.bbox.left += (missing / 2.0).min(right.bbox.width() * MOST_GIVEN);
        }
    }
}

/// Where the middle of a line is, how it slants, and how tall its text is.
#[derive(Debug, Clone, Copy)]
struct Course {
    /// The middle's height at `x` = 0, y downwards, and how much it falls per pixel.
    middle: f32,
    slope: f32,
    height: f32,
}

impl Course {
    fn of(pieces: &[Piece]) -> Self {
        let around = Rect::around(pieces.iter().map(|piece| piece.bbox)).unwrap_or_default();
        let level = Self { middle: (around.top + around.bottom) / 2.0, slope: 0.0, height: around.height() };
        let count = pieces.len() as f32;
        let mean = |value: fn(&Rect) -> f32| pieces.iter().map(|piece| value(&piece.bbox)).sum::<f32>() / count;
        let (mean_x, mean_y) = (mean(centre_x), mean(centre_y));
        let (mut across, mut along) = (0.0, 0.0);
        for piece in pieces {
            let x = centre_x(&piece.bbox) - mean_x;
            across += x * (centre_y(&piece.bbox) - mean_y);
            along += x * x;
        }
        let slope = if along > 0.0 { across / along } else { 0.0 };
        // What a slant adds to a box is not the text's height.
        let mut heights: Vec<f32> = pieces
            .iter()
            .map(|piece| (piece.bbox.height() - piece.bbox.width() * slope.abs()).max(piece.bbox.height() * 0.3))
            .collect();
        heights.sort_by(f32::total_cmp);
        let height = heights.get(heights.len() / 2).copied().unwrap_or_default();
        let is_slanted = slope.abs() < 1.0 && (slope * around.width()).abs() > SLANT_SHARE * height;
        if is_slanted { Self { middle: mean_y - slope * mean_x, slope, height } } else { level }
    }
}

fn centre_x(rect: &Rect) -> f32 {
    (rect.left + rect.right) / 2.0
}

fn centre_y(rect: &Rect) -> f32 {
    (rect.top + rect.bottom) / 2.0
}

fn runs_of(line: &Line, frame: Frame) -> Vec<Run> {
    let mut pieces = pieces(line, &frame);
    let course = Course::of(&pieces);
    let height = course.height.max(1.0);
    let least = height * LEAST_SPACE;
    set_apart(&mut pieces, least);
    let cos = 1.0 / (1.0 + course.slope * course.slope).sqrt();
    let sin = -course.slope * cos;
    // Along the line, from `left` to `right` as seen on the turned page.
    let run = |text: &str, left: f32, right: f32| {
        let middle_x = (left + right) / 2.0;
        let middle_y = course.middle + course.slope * middle_x;
        // A slanted box is longer than its text by what the text's height adds.
        let length = ((right - left - height * sin.abs()) / cos).max((right - left) * 0.5).max(0.1);
        let (half, depth) = (length / 2.0, height * BASELINE_DEPTH);
        let start = frame.leave(middle_x - half * cos + depth * sin, middle_y + half * sin + depth * cos);
        Run { text: text.to_owned(), start, direction: frame.direction((cos, sin)), length, height }
    };
    let mut runs = Vec::with_capacity(pieces.len() * 2);
    for (index, piece) in pieces.iter().enumerate() {
        runs.push(run(&piece.text, piece.bbox.left, piece.bbox.right));
        let Some(next) = pieces.get(index + 1).filter(|_| piece.is_spaced) else { continue };
        // Boxes that lie one in the other leave no room however much they give.
        let (left, right) = if next.bbox.right <= piece.bbox.left {
            (next.bbox.right.min(piece.bbox.left - least), piece.bbox.left)
        } else {
            (piece.bbox.right, next.bbox.left.max(piece.bbox.right + least))
        };
        runs.push(run(" ", left, right));
    }
    runs
}

#[cfg(test)]
mod tests {
    use mediary_core::document::Word;

    use super::*;

    const SIZE: (u32, u32) = (200, 100);

    fn word(text: &str, left: f32, top: f32, right: f32, bottom: f32) -> Word {
        Word { text: text.into(), bbox: Rect { left, top, right, bottom }, confidence: None }
    }

    fn layer(rotation_deg: u16, text: &str, words: Vec<Word>) -> PageLayer {
        let bbox = Rect::around(words.iter().map(|word| word.bbox)).unwrap();
        let lines = vec![Line { text: text.into(), bbox, confidence: None, words }];
        PageLayer { index: 0, width_px: SIZE.0, height_px: SIZE.1, rotation_deg, lines }
    }

    fn only_line(layer: &PageLayer) -> Vec<Run> {
        runs(layer).next().unwrap()
    }

    /// The corners of the run's box, as seen, y downwards: left, top, right, bottom.
    fn covered(run: &Run) -> [f32; 4] {
        let ((x, y), (cos, sin)) = (run.start, run.direction);
        let corner = |along: f32, up: f32| (x + along * cos - up * sin, SIZE.1 as f32 - (y + along * sin + up * cos));
        let (low, high) = (-super::super::font::DESCENT * run.height, (1.0 - super::super::font::DESCENT) * run.height);
        let (a, b) = (corner(0.0, low), corner(run.length, high));
        [a.0.min(b.0), a.1.min(b.1), a.0.max(b.0), a.1.max(b.1)].map(f32::round)
    }

    #[test]
    fn a_run_covers_its_words_box_whichever_way_the_page_was_turned() {
        for (degrees, direction, rect) in [
            (0, (1.0, 0.0), [10.0, 20.0, 70.0, 40.0]),
            (90, (0.0, 1.0), [10.0, 20.0, 30.0, 80.0]),
            (180, (-1.0, 0.0), [10.0, 20.0, 70.0, 40.0]),
            (270, (0.0, -1.0), [10.0, 20.0, 30.0, 80.0]),
        ] {
            let [left, top, right, bottom] = rect;
            let runs = only_line(&layer(degrees, "abc", vec![word("abc", left, top, right, bottom)]));
            assert_eq!(runs.len(), 1);
            let (cos, sin) = runs[0].direction;
            assert!((cos - direction.0).abs() + (sin - direction.1).abs() < 1e-5, "{degrees}: {runs:?}");
            assert_eq!(covered(&runs[0]), rect, "{degrees}");
        }
    }

    #[test]
    fn a_standing_line_runs_downwards_and_a_single_tall_letter_does_not() {
        let standing = only_line(&layer(0, "縦書き", vec![word("縦書き", 10.0, 5.0, 30.0, 65.0)]));
        assert_eq!(standing[0].direction, (0.0, -1.0));
        assert_eq!(covered(&standing[0]), [10.0, 5.0, 30.0, 65.0]);
        let letter = only_line(&layer(0, "I", vec![word("I", 10.0, 5.0, 20.0, 65.0)]));
        assert_eq!(letter[0].direction, (1.0, 0.0));
    }

    #[test]
    fn spaces_stand_where_the_line_has_them() {
        let text = |line: &str, words: &[&str]| {
            let place = |(index, text): (usize, &&str)| {
                let left = index as f32 * 40.0;
                word(text, left, 10.0, left + 30.0, 30.0)
            };
            let runs = only_line(&layer(0, line, words.iter().enumerate().map(place).collect()));
            runs.iter().map(|run| run.text.as_str()).collect::<String>()
        };
        assert_eq!(text("one two two", &["one", "two", "two"]), "one two two");
        assert_eq!(text("東京都", &["東京", "都"]), "東京都");
        assert_eq!(text("other", &["one", "two"]), "one two");
    }

    #[test]
    fn the_space_fills_the_gap_on_either_side_and_is_never_empty() {
        let gap = |first: (f32, f32), second: (f32, f32)| {
            let words = vec![word("a", first.0, 10.0, first.1, 30.0), word("b", second.0, 10.0, second.1, 30.0)];
            let runs = only_line(&layer(0, "a b", words));
            (runs[1].start.0, runs[1].length)
        };
        assert_eq!(gap((10.0, 50.0), (60.0, 90.0)), (50.0, 10.0));
        assert_eq!(gap((60.0, 90.0), (10.0, 50.0)), (50.0, 10.0));
        // Words that touch are set apart on both sides.
        for (first, second) in [((10.0, 50.0), (50.0, 90.0)), ((10.0, 51.0), (49.0, 90.0))] {
            let (start, length) = gap(first, second);
            assert!((start - 49.4).abs() < 0.01 && (length - 1.2).abs() < 0.01, "{start} {length}");
        }
        let (start, length) = gap((50.0, 90.0), (10.0, 50.0));
        assert!((start - 49.4).abs() < 0.01 && (length - 1.2).abs() < 0.01, "{start} {length}");
        assert!(gap((10.0, 50.0), (20.0, 40.0)).1 > 0.5);
    }

    #[test]
    fn a_slanted_line_is_written_at_its_slant() {
        let words = (0..5).map(|index| {
            let (x, y) = (index as f32 * 40.0, 10.0 + index as f32 * 8.0);
            word("word", x, y, x + 30.0, y + 18.0)
        });
        let runs = only_line(&layer(0, "word word word word word", words.collect()));
        let (cos, sin) = runs[0].direction;
        assert!((sin / cos + 0.2).abs() < 1e-3, "{runs:?}");
        assert!((runs[0].height - 12.0).abs() < 0.1, "{runs:?}");
    }

    #[test]
    fn words_of_unequal_height_stand_on_one_line() {
        let words = vec![word("nose", 0.0, 14.0, 30.0, 26.0), word("Tag", 40.0, 10.0, 70.0, 30.0)];
        let runs = only_line(&layer(0, "nose Tag", words));
        assert_eq!(runs[0].start.1, runs[2].start.1);
        assert_eq!((runs[0].height, runs[0].direction), (20.0, (1.0, 0.0)));
    }
}
