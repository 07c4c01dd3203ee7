//! Tables between lines that only run across, or between shaded rows: where they are.
//!
//! A rule above and one below, of one length, bound a table if what stands between them is no running text. Shades bound
//! rows as lines do. What the rows and columns are is found in `entries`; grids of crossing lines are `lattice`'s.

use super::frame::Piece;
use super::{headings, script};
use mediary_core::document::{Point, Rect, Rules, Segment};

/// Lines this close, in text heights, are one, or begin and end together.
const SAME_HEIGHTS: f32 = 0.35;
const FLUSH_HEIGHTS: f32 = 1.0;
/// A table is at least so wide, in text heights.
const LEAST_WIDE_HEIGHTS: f32 = 5.0;
/// Words of a full line that are this far apart, in text heights, are not of one sentence.
const GAP_HEIGHTS: f32 = 0.55;
/// A row outside is at most so far away, in text heights.
const REACH_HEIGHTS: f32 = 1.4;
/// A head is at most so high, in text heights.
const MOST_BRACED_HEIGHTS: f32 = 8.0;
/// A shade that bounds a row is at most so high, in text heights.
const MOST_SHADED_HEIGHTS: f32 = 14.0;

/// A line across the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Across {
    pub(super) y: f32,
    pub(super) left: f32,
    pub(super) right: f32,
}

/// A place between lines.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Band {
    pub(super) rect: Rect,
    /// Where lines run all across, from the first to the last.
    pub(super) cuts: Vec<f32>,
    /// Shorter lines in it, which bind columns together.
    pub(super) braces: Vec<Across>,
}

impl Band {
    /// The band with a row above it, and one below it, whose words stand in columns: heads stand above the first line now
    /// and then, and the last row of a table may not be shaded.
    pub(super) fn reaching(&self, pieces: &[Piece], unit: f32) -> Self {
        let mut band = self.clone();
        let row = |from: f32, to: f32| {
            let within =
                |piece: &&Piece| from < piece.middle() && piece.middle() < to && self.is_beside(&piece.rect, unit);
            let mut words: Vec<Rect> =
                pieces.iter().filter(within).flat_map(|piece| piece.words().map(|(rect, _)| rect)).collect();
            words.sort_by(|a, b| a.left.total_cmp(&b.left));
            let parts = 1 + words.windows(2).filter(|pair| pair[1].left - pair[0].right >= unit).count();
            Rect::around(words).filter(|rect| parts >= 2 && rect.height() <= 1.6 * unit)
        };
        if let Some(above) = row(band.rect.top - REACH_HEIGHTS * unit, band.rect.top) {
            band.rect.top = above.top - 1.0;
            band.cuts.insert(0, band.rect.top);
        }
        if let Some(below) = row(band.rect.bottom, band.rect.bottom + REACH_HEIGHTS * unit) {
            band.rect.bottom = below.bottom + 1.0;
            band.cuts.push(band.rect.bottom);
        }
        band
    }

    fn is_beside(&self, rect: &Rect, unit: f32) -> bool {
        self.rect.left - unit <= rect.left && rect.right <= self.rect.right + unit
    }

    /// Whether the middle of a box lies in it.
    pub(super) fn holds(&self, rect: &Rect, slack: f32) -> bool {
        let (x, y) = (f32::midpoint(rect.left, rect.right), f32::midpoint(rect.top, rect.bottom));
        (self.rect.left - slack..=self.rect.right + slack).contains(&x)
            && (self.rect.top..=self.rect.bottom).contains(&y)
    }
}

/// The bands of a page, from top to bottom. `unit` is the text height.
pub(super) fn bands(rules: &Rules, shades: &[Rect], pieces: &[Piece], unit: f32) -> Vec<Band> {
    let mut lines = lines(rules, shades, unit);
    let mut bands = Vec::new();
    while let Some(first) = lines.first().copied() {
        let is_flush = |line: &Across| {
            (line.left - first.left).abs() <= FLUSH_HEIGHTS * unit
                && (line.right - first.right).abs() <= FLUSH_HEIGHTS * unit
        };
        let flush: Vec<Across> = lines.iter().copied().filter(is_flush).collect();
        lines.retain(|line| !is_flush(line));
        if first.right - first.left < LEAST_WIDE_HEIGHTS * unit {
            continue;
        }
        // Running text between two of them belongs to no table.
        let mut open: Vec<f32> = Vec::new();
        for line in &flush {
            if let Some(&above) = open.last() {
                let between = Rect { left: first.left, top: above, right: first.right, bottom: line.y };
                if !is_braced(&between, &lines, unit) && !may_be_tabular(&between, pieces, unit) {
                    bands.extend(closed(&mut open, first));
                }
            }
            open.push(line.y);
        }
        bands.extend(closed(&mut open, first));
    }
    for band in &mut bands {
        let within = |line: &&Across| {
            line.left >= band.rect.left - unit
                && line.right <= band.rect.right + unit
                && band.rect.top < line.y
                && line.y < band.rect.bottom
                && !band.cuts.iter().any(|cut| (cut - line.y).abs() <= SAME_HEIGHTS * unit)
        };
        band.braces = self::lines(rules, &[], unit).iter().filter(within).copied().collect();
    }
    bands.sort_by(|a, b| a.rect.top.total_cmp(&b.rect.top));
    bands
}

fn closed(open: &mut Vec<f32>, first: Across) -> Option<Band> {
    let cuts = std::mem::take(open);
    let (top, bottom) = (*cuts.first()?, *cuts.last()?);
    let rect = Rect { left: first.left, top, right: first.right, bottom };
    (cuts.len() >= 2).then_some(Band { rect, cuts, braces: Vec::new() })
}

/// Whether two lines or more at one height bind columns of a place together, as they do in heads of two rows.
fn is_braced(place: &Rect, lines: &[Across], unit: f32) -> bool {
    let within = |line: &&Across| {
        place.top < line.y
            && line.y < place.bottom
            && place.left - unit <= line.left
            && line.right <= place.right + unit
    };
    let braces: Vec<&Across> = lines.iter().filter(within).collect();
    let is_beside = |pair: &[&Across]| (pair[0].y - pair[1].y).abs() <= SAME_HEIGHTS * unit;
    place.height() <= MOST_BRACED_HEIGHTS * unit && braces.windows(2).any(is_beside)
}

/// Whether what stands in a place may be rows of a table: not several full lines, not a heading or a caption alone.
fn may_be_tabular(place: &Rect, pieces: &[Piece], unit: f32) -> bool {
    let middle = |piece: &&Piece| {
        let centre = piece.centre();
        place.left <= centre.x && centre.x <= place.right && place.top <= centre.y && centre.y <= place.bottom
    };
    let within: Vec<&Piece> = pieces.iter().filter(middle).collect();
    let is_gapped = |piece: &Piece| {
        let words: Vec<(Rect, &str)> = piece.words().collect();
        let numeric = words.iter().filter(|(_, text)| script::is_numeric(text)).count();
        3 * numeric > words.len() || words.windows(2).any(|pair| pair[1].0.left - pair[0].0.right >= GAP_HEIGHTS * unit)
    };
    let full = within.iter().filter(|piece| piece.rect.width() >= 0.7 * place.width() && !is_gapped(piece)).count();
    let is_caption = within.iter().any(|piece| headings::is_caption(&piece.line.text));
    !within.is_empty() && 2 * full < within.len().max(2) && !is_caption && place.height() <= 60.0 * unit
}

/// All lines across, joined where they touch, from top to bottom; shades give two.
fn lines(rules: &Rules, shades: &[Rect], unit: f32) -> Vec<Across> {
    let across = |Segment { start: Point { x: left, y }, end }: &Segment| Across {
        y: f32::midpoint(*y, end.y),
        left: *left,
        right: end.x,
    };
    let mut lines: Vec<Across> = rules.horizontal.iter().map(across).collect();
    let bars = shades.iter().filter(|shade| {
        shade.height() >= 0.8 * unit && shade.height() <= MOST_SHADED_HEIGHTS * unit && shade.width() >= unit
    });
    for Rect { left, top, right, bottom } in bars.copied() {
        lines.extend([Across { y: top, left, right }, Across { y: bottom, left, right }]);
    }
    lines.retain(|line| line.y.is_finite() && line.left.is_finite() && line.left < line.right);
    lines.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.left.total_cmp(&b.left)));
    let mut joined: Vec<Across> = Vec::new();
    for line in lines {
        let touching =
            joined.iter_mut().rev().take_while(|other| line.y - other.y <= SAME_HEIGHTS * unit).find(|other| {
                line.left <= other.right + SAME_HEIGHTS * unit && other.left <= line.right + SAME_HEIGHTS * unit
            });
        match touching {
            Some(other) => (other.left, other.right) = (other.left.min(line.left), other.right.max(line.right)),
            None => joined.push(line),
        }
    }
    joined
}
