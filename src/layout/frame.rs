//! The straight frame of a page: boxes turned back by the page's skew, measured in text heights.
//!
//! Everything in this folder compares boxes here; the boxes in answers stay those of the page as it
//! is seen.

use mediary_core::document::{Line, Point, Quad, Rect, Rules, Run, Segment, SetLine};

/// A box of this many times its width in height may be a vertical line of text.
const VERTICAL_ASPECT: f32 = 2.0;
/// Boxes shorter than this many times their height say little about the skew.
const TELLING_ASPECT: f32 = 1.5;

/// A recognised box, or a line of a text layer, as it would stand on a straight page.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) rect: Rect,
    pub(super) line: Line,
    /// How the line is set, where a document says so.
    pub(super) runs: Vec<Run>,
    /// The number of the group of vertical lines, or of the grid, that this piece stands for.
    pub(super) stands_for: Option<usize>,
}

impl Piece {
    /// A piece with a line's own box, of which no more is known.
    pub(super) fn of(line: Line) -> Self {
        Self { rect: line.bbox, line, runs: Vec::new(), stands_for: None }
    }

    /// Where its words stand, if they have been measured; else where it stands itself.
    pub(super) fn words(&self) -> impl Iterator<Item = (Rect, &str)> {
        let (rect, bbox) = (self.rect, self.line.bbox);
        // From the page to the straight frame.
        let along = |value: f32, from: (f32, f32), to: (f32, f32)| {
            let length = (from.1 - from.0).max(f32::MIN_POSITIVE);
            to.0 + (value - from.0) / length * (to.1 - to.0)
        };
        let x = move |value: f32| along(value, (bbox.left, bbox.right), (rect.left, rect.right));
        let y = move |value: f32| along(value, (bbox.top, bbox.bottom), (rect.top, rect.bottom));
        let words = self.line.words.iter().map(move |word| {
            let Rect { left, top, right, bottom } = word.bbox;
            (Rect { left: x(left), top: y(top), right: x(right), bottom: y(bottom) }, word.text.as_str())
        });
        let whole = self.line.words.is_empty().then(|| (rect, self.line.text.trim()));
        words.chain(whole)
    }

    pub(super) fn middle(&self) -> f32 {
        (self.rect.top + self.rect.bottom) / 2.0
    }

    pub(super) fn centre(&self) -> Point {
        Point::new((self.rect.left + self.rect.right) / 2.0, self.middle())
    }

    /// Whether the box is a vertical line of text.
    pub(super) fn is_vertical(&self) -> bool {
        self.rect.height() >= VERTICAL_ASPECT * self.rect.width()
            && self.line.text.chars().nth(1).is_some()
            && super::script::reads_vertically(&self.line.text)
    }

    /// Height of the characters.
    fn text_height(&self) -> f32 {
        if self.is_vertical() { self.rect.width() } else { self.rect.height() }
    }
}

/// Turns boxes back by the page's skew; also gives the page's own rectangle in that frame.
pub(super) fn straighten(boxes: Vec<(Quad, Line)>, skew: f32, width_px: u32, height_px: u32) -> (Vec<Piece>, Rect) {
    let page = Quad::upright(0.0, 0.0, width_px as f32, height_px as f32);
    (turned_back(boxes, skew), straightened(&page, skew))
}

/// The lines of a page that is straight anyway, and its rectangle.
pub(super) fn upright(lines: Vec<SetLine>, width_px: u32, height_px: u32) -> (Vec<Piece>, Rect) {
    let piece = |SetLine { line, runs, .. }: SetLine| Piece { rect: line.bbox, line, runs, stands_for: None };
    let page = Rect { left: 0.0, top: 0.0, right: width_px as f32, bottom: height_px as f32 };
    (lines.into_iter().map(piece).collect(), page)
}

fn turned_back(boxes: Vec<(Quad, Line)>, skew: f32) -> Vec<Piece> {
    let piece = |(quad, line): (Quad, Line)| Piece { rect: straightened(&quad, skew), ..Piece::of(line) };
    boxes.into_iter().map(piece).collect()
}

/// Rules turned back by the page's skew.
pub(super) fn turned_rules(rules: &Rules, skew: f32) -> Rules {
    let turned = |segment: &Segment| Segment { start: segment.start.rotated(-skew), end: segment.end.rotated(-skew) };
    Rules {
        horizontal: rules.horizontal.iter().map(turned).collect(),
        vertical: rules.vertical.iter().map(turned).collect(),
    }
}

/// The median angle of the boxes, weighted by their length; short boxes count only if there are no others.
pub(super) fn skew_of(boxes: &[(Quad, Line)]) -> f32 {
    let mut telling: Vec<(f32, f32)> = Vec::new();
    let mut all: Vec<(f32, f32)> = Vec::new();
    for (quad, _) in boxes {
        let (width, height) = (quad.width(), quad.height());
        if height > TELLING_ASPECT * width {
            let [a, _, _, d] = quad.0;
            telling.push(((a.x - d.x).atan2(d.y - a.y), height));
        } else if width > TELLING_ASPECT * height {
            telling.push((quad.angle(), width));
        }
        all.push((quad.angle(), width));
    }
    weighted_median(if telling.is_empty() { all } else { telling }).unwrap_or(0.0)
}

/// The box as it would stand on a straight page: its centre turned back, its own length and height.
fn straightened(quad: &Quad, skew: f32) -> Rect {
    let Point { x, y } = quad.centre().rotated(-skew);
    let (width, height) = (quad.width() / 2.0, quad.height() / 2.0);
    Rect { left: x - width, top: y - height, right: x + width, bottom: y + height }
}

/// The usual height of characters, over characters; at least a pixel.
pub(super) fn text_height<'a>(pieces: impl IntoIterator<Item = &'a Piece>) -> f32 {
    let heights = pieces.into_iter().map(|piece| (piece.text_height(), super::script::weight(&piece.line.text) as f32));
    weighted_median(heights.collect()).unwrap_or(1.0).max(1.0)
}

/// The value at which half of the weight is reached; `None` of none.
pub(super) fn weighted_median(mut values: Vec<(f32, f32)>) -> Option<f32> {
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half: f32 = values.iter().map(|(_, weight)| weight).sum::<f32>() / 2.0;
    let mut reached = 0.0;
    for (value, weight) in &values {
        reached += weight;
        if reached >= half {
            return Some(*value);
        }
    }
    values.last().map(|(value, _)| *value)
}

/// The value that `share` of the others do not exceed; `None` of none.
pub(super) fn quantile(mut values: Vec<f32>, share: f32) -> Option<f32> {
    let last = values.len().checked_sub(1)?;
    let place = (share * last as f32).round() as usize;
    Some(*values.select_nth_unstable_by(place.min(last), f32::total_cmp).1)
}

/// How much of their heights two boxes share, in pixels; negative where one is above the other.
pub(super) fn shared_height(a: &Rect, b: &Rect) -> f32 {
    a.bottom.min(b.bottom) - a.top.max(b.top)
}
