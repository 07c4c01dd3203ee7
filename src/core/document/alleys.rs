//! Alleys: strips of white that go down a page through many lines, which is what parts columns of print.
//!
//! The gutter of a magazine may be no wider than the space between two words, so that a line does not show where it is
//! to be parted. What shows it is that the white of one line stands below that of the next, eight times and more; the
//! spaces between words do not. Where lines have their white is found by who knows: in pixels by the reader of pictures, from the
//! places of words by the layout.
//!
//! A line may lie across one: two words at a gutter may have become one. Print of one pitch is `pitch`'s business.

use super::Rect;
use super::pitch::without_letters;

/// All widths are in heights of the lines. A narrower strip is an accident of letters.
const NARROWEST: f32 = 0.1;
/// White between words is seldom narrower.
const SPACE: f32 = 0.15;
/// White that is narrower than this share of the usual space between words lies between letters. It stands one below the
/// other where lines begin with the same words.
const OF_A_SPACE: f32 = 0.65;
/// Nor is white of this width between letters, however wide the spaces of justified lines are.
const BETWEEN_LETTERS: f32 = 0.18;
/// So many lines, one below the other, are no accident in a strip that is at least so wide.
const FEWEST: [(f32, usize); 3] = [(0.8, 4), (0.35, 6), (0.0, 8)];
/// A strip that is narrower than this parts lines that go on so far on both of its sides, in heights: white beside the comma
/// stands below white in any column of sums.
const NARROW: f32 = 0.35;
const TEXT: f32 = 2.5;
/// What comes by itself and is shorter, in heights, may be an entry of a table: it is no evidence of columns.
const COLUMN: f32 = 7.0;
/// Nor are these in one that stands below or above another that is believed.
const FEWEST_MORE: usize = 3;
/// Lines this far apart do not follow one another.
const FARTHEST: f32 = 1.6;
/// After so many lines, one may lie across: what ends on the left and what begins on the right of it have become one word.
const LINES_A_CROSSING: usize = 6;
/// It follows those around it as they do one another, in heights: a heading across columns has white around it.
const FOLLOWS: f32 = 0.6;
/// What is more different in height is no line of the same text.
const TALLER: f32 = 1.35;
/// Lines that begin at one place do so within this distance, and so many of them do.
const FLUSH: f32 = 0.16;
const FLUSH_SHARE: f32 = 0.5;
/// A part of an alley shares so much of the width of another: fewer lines leave it no narrower.
const OF_THE_OTHER: f32 = 0.5;
/// What lies this near to a strip stands beside it.
const BESIDE: f32 = 1.2;
/// Lines on its left may end this far from it.
const RAGGED: f32 = 8.0;
/// More lines than these are not looked at: no page of print has them.
const MOST_LINES: usize = 4000;
/// Nor is white followed through more lines in all than these: where it all goes on through all lines, it is a table's.
const MOST_STEPS: usize = 1_500_000;

/// A line as far as its white is concerned.
#[derive(Debug, Clone, PartialEq)]
pub struct Inked {
    /// Where its ink lies, on a page that stands straight.
    pub rect: Rect,
    /// White within it, as left and right ends, from left to right.
    pub gaps: Vec<[f32; 2]>,
}

/// What the white of lines lies between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum White {
    /// Words alone, as a text says.
    Words,
    /// Whatever has ink, letters too.
    Ink,
}

/// Strips of white that part columns, each as high as the lines that it parts.
#[must_use]
pub fn alleys(lines: &[Inked], white: White) -> Vec<Rect> {
    let mut lines: Vec<&Inked> = lines.iter().collect();
    if lines.len() < FEWEST_MORE || lines.len() > MOST_LINES {
        return Vec::new();
    }
    lines.sort_by(|a, b| middle(&a.rect).total_cmp(&middle(&b.rect)));
    let lines = without_letters(&lines);
    let lines: Vec<&Inked> = lines.iter().map(AsRef::as_ref).collect();
    let least = match white {
        White::Words => NARROWEST,
        White::Ink => (OF_A_SPACE * usual_space(&lines)).min(BETWEEN_LETTERS),
    };
    let wide = move |line: &Inked, gap: &&[f32; 2]| gap[1] - gap[0] >= least * line.rect.height();
    let seeds = || {
        let of_lines = (0..).zip(&lines);
        of_lines.flat_map(|(place, line)| line.gaps.iter().filter(|gap| wide(line, gap)).map(move |gap| (place, *gap)))
    };
    let mut steps = 0;
    let is_enough = |strip: &Strip| {
        steps += strip.steps;
        steps < MOST_STEPS
    };
    let followed = seeds().map(|(place, gap)| Strip::from(&lines, place, gap)).take_while(is_enough);
    let mut found: Vec<Strip> = followed.filter(Strip::is_worth_a_look).collect();
    found.sort_by(|a, b| b.starts.len().cmp(&a.starts.len()).then(a.left.total_cmp(&b.left)));
    let mut kept: Vec<Strip> = Vec::new();
    for is_certain in [true, false] {
        for strip in &found {
            let is_believed = || if is_certain { strip.is_certain(&kept) } else { strip.goes_on(&kept) };
            if !kept.iter().any(|other| other.meets(strip)) && is_believed() {
                kept.push(strip.clone());
            }
        }
    }
    joined(kept).into_iter().map(|strip| strip.rect()).collect()
}

/// Strips with no more than one line across between them are one.
fn joined(mut strips: Vec<Strip>) -> Vec<Strip> {
    strips.sort_by(|a, b| a.top.total_cmp(&b.top));
    let mut joined: Vec<Strip> = Vec::new();
    for strip in strips {
        let goes_on = |above: &&mut Strip| {
            let shared = strip.right.min(above.right) - strip.left.max(above.left);
            shared >= NARROWEST * strip.height && strip.top - above.bottom <= (1.0 + 2.0 * FOLLOWS) * strip.height
        };
        match joined.iter_mut().find(goes_on) {
            Some(above) => {
                (above.left, above.right) = (above.left.max(strip.left), above.right.min(strip.right));
                above.bottom = above.bottom.max(strip.bottom);
            }
            None => joined.push(strip),
        }
    }
    joined
}

impl Inked {
    /// Whether it is as long as lines of columns are.
    fn is_of_a_column(&self) -> bool {
        self.rect.width() >= COLUMN * self.rect.height()
    }

    /// Whether it goes on for more than a few letters on both sides of a gap.
    fn is_text_beside(&self, gap: [f32; 2]) -> bool {
        let least = TEXT * self.rect.height();
        gap[0] - self.rect.left >= least && self.rect.right - gap[1] >= least
    }
}

/// The usual space between words, in heights of the lines.
fn usual_space(lines: &[&Inked]) -> f32 {
    let of_line = |line: &&Inked| {
        let height = line.rect.height().max(1.0);
        line.gaps.iter().map(move |gap| (gap[1] - gap[0]) / height).filter(|width| *width >= SPACE).collect::<Vec<_>>()
    };
    let mut spaces: Vec<f32> = lines.iter().flat_map(of_line).collect();
    spaces.sort_by(f32::total_cmp);
    spaces.get(spaces.len() / 2).copied().unwrap_or(0.0)
}

/// White that has been followed from one line down and up to others.
#[derive(Debug, Clone)]
struct Strip {
    left: f32,
    right: f32,
    top: f32,
    bottom: f32,
    height: f32,
    /// Where its lines go on to the right of it, and where they end to the left.
    starts: Vec<f32>,
    ends: Vec<f32>,
    /// How many lines of columns end or begin at it that come by themselves.
    left_alone: usize,
    right_alone: usize,
    /// How many of any length do so right beside it.
    near_alone: [usize; 2],
    /// How many lines it parts that come as one, and how many of them are text on both sides.
    parted: usize,
    texts: usize,
    /// The white of those of them that end or begin at it.
    gaps: Vec<Rect>,
    /// How many lines lie across it.
    crossings: usize,
    /// How far up and down has been looked.
    reached: [f32; 2],
    /// How many lines have been looked at for it.
    steps: usize,
}

impl Strip {
    fn from(lines: &[&Inked], place: usize, gap: [f32; 2]) -> Self {
        let rect = lines[place].rect;
        let height = rect.height();
        let mut strip = Self {
            left: gap[0],
            right: gap[1],
            top: rect.top,
            bottom: rect.bottom,
            height,
            starts: vec![gap[1]],
            ends: vec![gap[0]],
            left_alone: 0,
            right_alone: 0,
            near_alone: [0; 2],
            parted: 1,
            texts: usize::from(lines[place].is_text_beside(gap)),
            gaps: vec![Rect { left: gap[0], right: gap[1], ..rect }],
            crossings: 0,
            reached: [rect.top, rect.bottom],
            steps: 0,
        };
        strip.follow(lines[place + 1..].iter().copied(), 0.0, |line, strip| line.rect.top - strip.reached[1]);
        strip.follow(lines[..place].iter().rev().copied(), NARROW, |line, strip| strip.reached[0] - line.rect.bottom);
        strip
    }

    /// Goes on through lines, each so far away from what has been looked at. Where it is at least `wide`, in heights, it stays so:
    /// white is not followed from a table up into the text above it.
    fn follow<'a>(&mut self, lines: impl Iterator<Item = &'a Inked>, wide: f32, away: fn(&Inked, &Self) -> f32) {
        let usual = FARTHEST * self.height;
        let mut farthest = usual;
        for line in lines {
            self.steps += 1;
            if away(line, self) > farthest {
                break;
            }
            if self.takes(line, wide) {
                farthest = usual;
            } else {
                let follows = away(line, self) < FOLLOWS * self.height;
                if !follows || farthest < usual || self.lines() < LINES_A_CROSSING * (self.crossings + 1) {
                    break;
                }
                self.crossings += 1;
                farthest = FOLLOWS * self.height;
                self.reaches(&line.rect);
            }
        }
        self.reached = [self.top, self.bottom];
    }

    /// Goes on through a line, or past it; whether it could.
    fn takes(&mut self, line: &Inked, wide: f32) -> bool {
        let Rect { left, right, .. } = line.rect;
        let (least, beside) = (NARROWEST * self.height, BESIDE * self.height);
        if right <= self.left + least {
            if self.right - right < least {
                return false;
            }
            if right > self.left - RAGGED * self.height {
                self.left_alone += usize::from(line.is_of_a_column());
                self.near_alone[0] += usize::from(right > self.left - beside);
                self.ends.extend((right > self.left - beside).then_some(right));
                self.grows(&line.rect);
            }
            self.left = self.left.max(right);
        } else if left >= self.right - least {
            if left - self.left < least {
                return false;
            }
            if left < self.right + beside {
                self.right_alone += usize::from(line.is_of_a_column());
                self.near_alone[1] += 1;
                self.starts.push(left);
                self.grows(&line.rect);
            }
            self.right = self.right.min(left);
        } else {
            let ratio = line.rect.height() / self.height.max(1.0);
            let shared = |gap: &&[f32; 2]| gap[1].min(self.right) - gap[0].max(self.left);
            let first = line.gaps.partition_point(|gap| gap[1] <= self.left);
            let meeting = line.gaps[first..].iter().take_while(|gap| gap[0] < self.right);
            let widest = meeting.max_by(|a, b| shared(a).total_cmp(&shared(b)));
            let least = if self.width() < wide { least } else { least.max(wide * self.height) };
            let Some(gap) = widest.filter(|gap| shared(gap) >= least && (1.0 / TALLER..TALLER).contains(&ratio)) else {
                return false;
            };
            (self.left, self.right) = (self.left.max(gap[0]), self.right.min(gap[1]));
            // In a row without a line in one of three columns, and beside a picture, the white goes on to somewhere else.
            let (ends, starts) = (gap[0] > self.left - beside, gap[1] < self.right + beside);
            self.ends.extend(ends.then_some(gap[0]));
            self.starts.extend(starts.then_some(gap[1]));
            self.grows(&line.rect);
            self.parted += 1;
            if ends || starts {
                self.gaps.push(Rect { left: gap[0], right: gap[1], ..line.rect });
            }
            self.texts += usize::from(line.is_text_beside(*gap));
        }
        true
    }

    fn grows(&mut self, rect: &Rect) {
        (self.top, self.bottom) = (self.top.min(rect.top), self.bottom.max(rect.bottom));
        self.reaches(rect);
    }

    fn reaches(&mut self, rect: &Rect) {
        self.reached = [self.reached[0].min(rect.top), self.reached[1].max(rect.bottom)];
    }

    fn width(&self) -> f32 {
        (self.right - self.left) / self.height.max(1.0)
    }

    /// How many lines it has on both of its sides, of which one at least reaches it.
    fn lines(&self) -> usize {
        let of_columns = self.left_alone.min(self.right_alone);
        // What is wide enough may also stand between the entries of a table.
        let near = if self.width() < NARROW { 0 } else { self.near_alone[0].min(self.near_alone[1]) };
        self.gaps.len() + of_columns.max(near)
    }

    fn is_worth_a_look(&self) -> bool {
        self.lines() >= FEWEST_MORE && self.width() >= NARROWEST
    }

    /// Whether it is an alley, given others that are.
    fn is_certain(&self, others: &[Self]) -> bool {
        let (_, fewest) = FEWEST.into_iter().find(|(least, _)| self.width() >= *least).unwrap_or_default();
        let texts = self.texts + self.left_alone.min(self.right_alone);
        let parts_texts = self.width() >= NARROW || 2 * texts >= self.parted;
        self.lines() >= fewest + self.lines_of(others) && self.is_flush() && parts_texts
    }

    /// Whether most lines begin at one place to the right of it, or end at one place to the left.
    fn is_flush(&self) -> bool {
        let most_alike = |places: &[f32]| {
            let mut places = places.to_vec();
            places.sort_by(f32::total_cmp);
            let within = |first: &f32| places.partition_point(|x| *x <= first + FLUSH * self.height);
            let most = places.iter().enumerate().map(|(index, first)| within(first) - index).max().unwrap_or(0);
            most as f32 / self.lines().max(1) as f32
        };
        most_alike(&self.starts) >= FLUSH_SHARE || most_alike(&self.ends) >= FLUSH_SHARE
    }

    /// Whether it stands above or below one that is believed, in the same place.
    fn goes_on(&self, believed: &[Self]) -> bool {
        let is_same = |other: &Self| {
            let shared = self.right.min(other.right) - self.left.max(other.left);
            shared >= (OF_THE_OTHER * (other.right - other.left)).max(NARROWEST * self.height)
                && (self.height / other.height.max(1.0) - 1.0).abs() < TALLER - 1.0
        };
        self.is_flush() && believed.iter().any(is_same)
    }

    /// How many of its lines have their white for the sake of others: a picture that columns flow round leaves white on both
    /// sides of their gutter.
    fn lines_of(&self, others: &[Self]) -> usize {
        let is_of = |other: &Self, gap: &Rect| {
            let y = middle(gap);
            other.left < gap.right && gap.left < other.right && other.top < y && y < other.bottom
        };
        self.gaps.iter().filter(|gap| others.iter().any(|other| is_of(other, gap))).count()
    }

    /// Whether two lie in the same place of the page.
    fn meets(&self, other: &Self) -> bool {
        let near = BESIDE * self.height;
        self.left < other.right + near
            && other.left < self.right + near
            && self.top < other.bottom - 0.5 * self.height
            && other.top < self.bottom - 0.5 * self.height
    }

    fn rect(&self) -> Rect {
        Rect { left: self.left, top: self.top, right: self.right, bottom: self.bottom }
    }
}

pub(super) fn middle(rect: &Rect) -> f32 {
    f32::midpoint(rect.top, rect.bottom)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::document) const HEIGHT: f32 = 30.0;

    /// Lines over the whole width with spaces after words of these lengths, and one space more at `gutter`.
    pub(in crate::document) fn lines(count: usize, gutter: Option<f32>) -> Vec<Inked> {
        let mut seed = 11_u32;
        let mut next = |most: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) % most
        };
        (0..count)
            .map(|line| {
                let top = 40.0 * line as f32;
                let (mut x, mut gaps) = (0.0, Vec::new());
                while x < 1000.0 {
                    x += 30.0 + next(90) as f32;
                    let end = x + 8.0 + next(4) as f32;
                    // No word lies across the gutter.
                    if gutter.is_none_or(|gutter| x + 8.0 < gutter || x > gutter + 16.0) {
                        gaps.push([x, end]);
                    }
                    x = end;
                }
                if let Some(gutter) = gutter {
                    gaps.retain(|gap| gap[1] < gutter - 20.0 || gap[0] > gutter + 40.0);
                    gaps.push([gutter - next(3) as f32, gutter + 9.0]);
                    gaps.sort_by(|a, b| a[0].total_cmp(&b[0]));
                }
                Inked { rect: Rect { left: 0.0, top, right: 1100.0, bottom: top + HEIGHT }, gaps }
            })
            .collect()
    }

    #[test]
    fn white_below_white_is_an_alley_and_spaces_between_words_are_none() {
        for count in [8, 12, 40] {
            let found = alleys(&lines(count, Some(500.0)), White::Ink);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].left >= 497.0 && found[0].right <= 510.0 && found[0].top == 0.0, "{found:?}");
        }
        assert_eq!(alleys(&lines(40, None), White::Ink), []);
        assert_eq!(alleys(&lines(4, Some(500.0)), White::Ink), []);
        assert_eq!(alleys(&[], White::Ink), []);
    }

    #[test]
    fn white_beside_commas_parts_no_sums() {
        // Columns of sums such as 60,777, each a line by itself; letters stand alone, the comma with more white before it.
        let sums = (0..25).flat_map(|line| {
            [100.0, 300.0, 500.0].map(|left| {
                let top = 40.0 * line as f32;
                let gaps = vec![[left + 12.0, left + 15.0], [left + 27.0, left + 33.0], [left + 37.0, left + 40.0]];
                Inked { rect: Rect { left, top, right: left + 85.0, bottom: top + HEIGHT }, gaps }
            })
        });
        let found = alleys(&sums.collect::<Vec<_>>(), White::Ink);
        let within =
            |alley: &&Rect| [100.0, 300.0, 500.0].iter().any(|left| (*left..left + 85.0).contains(&alley.left));
        assert_eq!(found.iter().filter(within).count(), 0, "{found:?}");
    }

    #[test]
    fn letters_of_the_same_words_one_below_the_other_leave_no_alley_between_them() {
        let mut page = lines(12, None);
        for line in &mut page {
            line.gaps.retain(|gap| gap[0] > 200.0);
            line.gaps.insert(0, [100.0, 104.0]);
        }
        assert_eq!(alleys(&page, White::Ink), []);
        page.iter_mut().for_each(|line| line.gaps[0][1] = 110.0);
        assert_eq!(alleys(&page, White::Ink).len(), 1, "it is as wide as a space");
    }

    #[test]
    fn lines_across_part_an_alley_and_a_short_part_is_known_by_the_long_one() {
        let mut page = lines(24, Some(500.0));
        [12, 13, 18, 19].into_iter().for_each(|across: usize| page[across].gaps.clear());
        let mut found = alleys(&page, White::Ink);
        found.sort_by(|a, b| a.top.total_cmp(&b.top));
        let ends: Vec<(f32, f32)> = found.iter().map(|alley| (alley.top, alley.bottom)).collect();
        assert_eq!(ends, [(0.0, 470.0), (560.0, 710.0), (800.0, 950.0)]);
    }

    /// Two figures in each box, as far from one another as columns are.
    #[test]
    fn white_between_figures_is_not_followed_into_the_text_above_them() {
        let line = |number: usize, left: f32, right: f32, gap: [f32; 2]| {
            let top = 40.0 * number as f32;
            Inked { rect: Rect { left, top, right, bottom: top + HEIGHT }, gaps: vec![gap] }
        };
        let text = (0..3).map(|number| line(number, 0.0, 1100.0, [505.0, 513.0]));
        let figures = (3..11).map(|number| line(number, 430.0, 595.0, [500.0, 525.0]));
        let found = alleys(&text.chain(figures).collect::<Vec<_>>(), White::Ink);
        assert_eq!(found, [Rect { left: 500.0, top: 120.0, right: 525.0, bottom: 430.0 }]);
    }

    #[test]
    fn one_line_across_that_follows_the_others_leaves_an_alley_whole() {
        let ends = |page: &[Inked]| {
            let found = alleys(page, White::Words);
            found.iter().map(|alley| [alley.top, alley.bottom]).collect::<Vec<_>>()
        };
        let mut page = lines(24, Some(500.0));
        page[12].gaps.clear();
        assert_eq!(ends(&page), [[0.0, 950.0]]);
        page[3].gaps.clear();
        assert_eq!(ends(&page), [[0.0, 950.0]], "near its end as well");
        page[13].gaps.clear();
        assert_eq!(ends(&page).len(), 2, "two are a heading");
        let mut page = lines(24, Some(500.0));
        page[12].gaps.clear();
        for line in &mut page[13..] {
            (line.rect.top, line.rect.bottom) = (line.rect.top + 20.0, line.rect.bottom + 20.0);
        }
        (page[12].rect.top, page[12].rect.bottom) = (page[12].rect.top + 10.0, page[12].rect.bottom + 10.0);
        assert_eq!(ends(&page).len(), 2, "a line with white around it is one");
    }

    #[test]
    fn white_beside_a_picture_is_one_alley_and_its_edges_are_none() {
        let mut page = lines(30, Some(500.0));
        for line in &mut page[10..20] {
            line.gaps.retain(|gap| gap[1] < 300.0 || gap[0] > 800.0);
            line.gaps.push([300.0, 800.0]);
            line.gaps.sort_by(|a, b| a[0].total_cmp(&b[0]));
        }
        let found = alleys(&page, White::Words);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].top == 0.0 && found[0].bottom == 1190.0 && found[0].left > 490.0, "{found:?}");
    }

    #[test]
    fn a_page_that_is_all_white_below_white_is_soon_done_with() {
        let line = |number: usize| {
            let top = 2.0 * number as f32;
            let gaps = (1..200).map(|word| [10.0 * word as f32, 10.0 * word as f32 + 4.0]).collect();
            Inked { rect: Rect { left: 0.0, top, right: 2000.0, bottom: top + 2.0 }, gaps }
        };
        let page: Vec<Inked> = (0..MOST_LINES).map(line).collect();
        assert!(!alleys(&page, White::Words).is_empty());
    }

    #[test]
    fn lines_that_come_in_parts_are_lines_too() {
        let mut page = Vec::new();
        for line in lines(12, Some(500.0)) {
            if page.len() % 3 == 0 {
                let (left, right) = (Rect { right: 499.0, ..line.rect }, Rect { left: 509.0, ..line.rect });
                page.extend([left, right].map(|rect| Inked { rect, gaps: Vec::new() }));
            }
            page.push(line);
        }
        assert_eq!(alleys(&page, White::Ink).len(), 1);
    }
}
