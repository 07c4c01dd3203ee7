//! Gutters: tall empty strips with text in columns on both sides.
//!
//! Most empty strips on paper are not gutters: they part the items of a receipt from their prices,
//! labels from values, the columns of a table. So a strip counts only if both sides look like columns
//! of text, or have lines on heights of their own.

use std::collections::BTreeSet;
use std::ops::Range;

use super::frame::{Piece, shared_height};
use super::side::{Side, nearest};
use mediary_core::document::Rect;

/// A narrower strip is a word space …
const MIN_WIDTH_HEIGHTS: f32 = 0.5;
/// … unless this many lines on both sides leave it free, and most of those to its right begin at one place, or most of those to
/// its left end there: boxes that come parted at so narrow a strip have been parted by what saw the pixels.
const NARROW_ROWS: usize = 6;
const FLUSH_HEIGHTS: f32 = 0.25;
const FLUSH_SHARE: f32 = 0.6;
/// What reaches so far into a strip, in heights, does not lie across it: boxes have a margin around their line, and one as wide
/// as a space between words is less than two such margins.
const SLACK_HEIGHTS: f32 = 0.4;
/// Boxes begin together if they do within so much, in heights.
const TOGETHER_HEIGHTS: f32 = 0.05;
/// Of so many lines beside a strip one may lie across it with text on both of its sides: words below a picture that the columns
/// flow round.
const LINES_AN_INSET: usize = 4;
/// At so many places at most a gutter is looked for, tallest first.
const MAX_TRIALS: usize = 40;
/// So many neighbours of a box are asked whether they stand beside it.
const NEIGHBOURS: usize = 48;
/// White space of this height across both sides parts a band from the next.
const BAND_GAP_HEIGHTS: f32 = 0.7;
/// A heading between columns is so much taller than their text …
const HEADING_HEIGHTS: f32 = 1.15;
/// … of so many lines at most, and the columns end above it and begin below it within so many heights of one another.
const HEADING_LINES: usize = 2;
const LEVEL_HEIGHTS: f32 = 2.5;

/// A gutter, and what it parts: all by place in the pieces sorted by their middle.
#[derive(Debug)]
pub(super) struct Gutter {
    pub(super) x: f32,
    /// Those beside the gutter.
    pub(super) pieces: Range<usize>,
    /// Of these, lines standing alone above the columns.
    pub(super) above: BTreeSet<usize>,
    /// Lines standing alone below, and those that columns flow round.
    pub(super) below: BTreeSet<usize>,
}

/// Whether a box beside a gutter stands on its left.
pub(super) fn is_left(rect: &Rect, x: f32) -> bool {
    rect.left + rect.right < 2.0 * x
}

/// An empty strip, not yet judged.
#[derive(Debug)]
struct Strip {
    x: f32,
    pieces: Range<usize>,
    shared: f32,
    insets: usize,
}

/// The tallest gutter, or its several parts from top to bottom. The pieces come sorted by their middle.
pub(super) fn find(pieces: &[Piece], unit: f32) -> Vec<Gutter> {
    let mut strips: Vec<Strip> = Vec::new();
    for x in places(pieces, unit) {
        strips_at(pieces, x, unit, &mut strips);
    }
    // Of strips equally tall the one beside more text: the others end where a longer line reaches across, or would take such
    // lines for words that the columns flow round.
    strips.sort_by(|a, b| {
        let by_height = b.shared.total_cmp(&a.shared).then(b.pieces.len().cmp(&a.pieces.len()));
        by_height.then(a.insets.cmp(&b.insets)).then(a.x.total_cmp(&b.x))
    });
    strips.dedup_by(|a, b| a.pieces == b.pieces && (a.x - b.x).abs() < unit);
    strips.iter().take(MAX_TRIALS).find_map(|strip| judge(pieces, strip, unit)).unwrap_or_default()
}

/// Where a strip might be: just right of each box, once for boxes that end nearly together, and just left of each where several
/// begin together.
fn places(pieces: &[Piece], unit: f32) -> Vec<f32> {
    let step = MIN_WIDTH_HEIGHTS / 2.0 * unit;
    let sorted = |edge: fn(&Rect) -> f32| {
        let mut edges: Vec<f32> = pieces.iter().map(|piece| edge(&piece.rect)).collect();
        edges.sort_by(f32::total_cmp);
        edges
    };
    let mut ends = sorted(|rect| rect.right);
    ends.dedup_by(|a, b| (*a / step).floor() == (*b / step).floor());
    let starts = sorted(|rect| rect.left);
    let together =
        starts.chunk_by(|a, b| b - a < TOGETHER_HEIGHTS * unit).filter(|starts| starts.len() >= NARROW_ROWS / 2);
    let before = together.map(|starts| starts[0] - TOGETHER_HEIGHTS / 2.0 * unit);
    ends.into_iter().map(|end| end + step).chain(before).collect()
}

/// Whether a box lies across a place, by more than its margin.
fn lies_across(rect: &Rect, x: f32, unit: f32) -> bool {
    let slack = SLACK_HEIGHTS * unit;
    rect.left < x - slack && rect.right > x + slack
}

/// Whether a box across a place has text on both of its sides.
fn is_inset(pieces: &[Piece], index: usize, x: f32) -> bool {
    let rect = &pieces[index].rect;
    let beside = |other: &Rect| 2.0 * shared_height(rect, other) > other.height().min(rect.height());
    let from = index.saturating_sub(NEIGHBOURS);
    let near = || {
        pieces[from..pieces.len().min(index + NEIGHBOURS)].iter().map(|piece| &piece.rect).filter(|other| beside(other))
    };
    near().any(|other| other.right <= rect.left + 1.0 && other.right < x)
        && near().any(|other| other.left >= rect.right - 1.0 && other.left > x)
}

/// The strips at one place, between the boxes that lie across it.
fn strips_at(pieces: &[Piece], x: f32, unit: f32, strips: &mut Vec<Strip>) {
    let mut open = Open::new(0);
    for (index, piece) in pieces.iter().enumerate() {
        if lies_across(&piece.rect, x, unit) {
            if is_inset(pieces, index, x) {
                open.insets += 1;
                continue;
            }
            strips.extend(open.closed(pieces, x, index, unit));
            open = Open::new(index + 1);
        } else if is_left(&piece.rect, x) {
            open.left.add(&piece.rect);
            open.left_end = open.left_end.max(piece.rect.right);
        } else {
            open.right.add(&piece.rect);
            open.right_start = open.right_start.min(piece.rect.left);
        }
    }
    strips.extend(open.closed(pieces, x, pieces.len(), unit));
}

#[derive(Debug)]
struct Extent {
    top: f32,
    bottom: f32,
}

impl Extent {
    fn add(&mut self, rect: &Rect) {
        self.top = self.top.min(rect.top);
        self.bottom = self.bottom.max(rect.bottom);
    }
}

#[derive(Debug)]
struct Open {
    start: usize,
    left: Extent,
    right: Extent,
    left_end: f32,
    right_start: f32,
    insets: usize,
}

impl Open {
    fn new(start: usize) -> Self {
        let nothing = || Extent { top: f32::INFINITY, bottom: f32::NEG_INFINITY };
        Self {
            start,
            left: nothing(),
            right: nothing(),
            left_end: f32::NEG_INFINITY,
            right_start: f32::INFINITY,
            insets: 0,
        }
    }

    fn closed(&self, pieces: &[Piece], x: f32, end: usize, unit: f32) -> Option<Strip> {
        let shared = self.left.bottom.min(self.right.bottom) - self.left.top.max(self.right.top);
        let count = end - self.start - self.insets;
        if shared <= 0.5 * unit || count < 6 || 2 * LINES_AN_INSET * self.insets > count {
            return None;
        }
        let width = (self.right_start - self.left_end) / unit;
        let is_free =
            width >= MIN_WIDTH_HEIGHTS || (width >= -SLACK_HEIGHTS && is_flush(&pieces[self.start..end], x, unit));
        is_free.then_some(Strip { x, pieces: self.start..end, shared, insets: self.insets })
    }
}

/// Whether there are many boxes on both sides of a place, and most of those to its right begin together or most of those to its
/// left end together.
fn is_flush(pieces: &[Piece], x: f32, unit: f32) -> bool {
    let beside = pieces.iter().map(|piece| &piece.rect).filter(|rect| !lies_across(rect, x, unit));
    let (left, right): (Vec<&Rect>, Vec<&Rect>) = beside.partition(|rect| is_left(rect, x));
    let are_together = |mut edges: Vec<f32>| {
        edges.sort_by(f32::total_cmp);
        let within = |edge: &f32| edges.partition_point(|other| *other <= edge + FLUSH_HEIGHTS * unit);
        let most = edges.iter().enumerate().map(|(index, edge)| within(edge) - index).max().unwrap_or(0);
        most as f32 >= FLUSH_SHARE * edges.len() as f32
    };
    // Only those next to the place: there may be other columns further away.
    let near = |rects: &[&Rect], edge: fn(&Rect) -> f32| -> Vec<f32> {
        rects.iter().map(|rect| edge(rect)).filter(|edge| (edge - x).abs() < 4.0 * unit).collect()
    };
    let (ends, starts) = (near(&left, |rect| rect.right), near(&right, |rect| rect.left));
    ends.len() >= NARROW_ROWS && starts.len() >= NARROW_ROWS && (are_together(starts) || are_together(ends))
}

/// Parts the strip's pieces into bands, drops those that are tables, and judges the longest rest.
fn judge(pieces: &[Piece], strip: &Strip, unit: f32) -> Option<Vec<Gutter>> {
    let bands = bands(pieces, strip.pieces.clone(), unit);
    let mut stretches: Vec<Range<usize>> = Vec::new();
    let mut open: Option<Range<usize>> = None;
    for band in &bands {
        if is_table(&pieces[band.clone()], strip.x, unit) {
            stretches.extend(open.take());
        } else {
            open = Some(open.map_or(band.start, |open| open.start)..band.end);
        }
    }
    stretches.extend(open);
    stretches.sort_by_key(|stretch| std::cmp::Reverse(stretch.len()));
    let judged = |range: &Range<usize>| {
        let (left, right) = sides(&pieces[range.clone()], strip.x, unit);
        are_columns(&left, &right, unit)
            .then(|| left.aligned_share(&right, unit) > 0.6 && left.pauses_with(&right, unit))
    };
    let (stretch, pauses) =
        stretches.into_iter().find_map(|stretch| judged(&stretch).map(|pauses| (stretch, pauses)))?;
    // Both sides pausing together are rows of entries with several lines: each row is read by itself.
    let is_row = |band: &Range<usize>| stretch.start <= band.start && band.end <= stretch.end && judged(band).is_some();
    // Columns below a heading are found by themselves: there may be more of them, or fewer.
    let upper = up_to_heading(pieces, &bands, &stretch, strip.x, unit).filter(|upper| judged(upper).is_some());
    let rows: Vec<Range<usize>> = if pauses { bands.into_iter().filter(is_row).collect() } else { Vec::new() };
    let parts = match upper {
        Some(upper) => vec![upper],
        None if rows.is_empty() => vec![stretch],
        None => rows,
    };
    Some(parts.into_iter().map(|part| trimmed(pieces, part, strip.x, unit)).collect())
}

/// What stands above a heading between two sets of columns, wherever on its line the heading stands.
fn up_to_heading(
    pieces: &[Piece],
    bands: &[Range<usize>],
    stretch: &Range<usize>,
    x: f32,
    unit: f32,
) -> Option<Range<usize>> {
    // How far apart the last or first lines of both sides are.
    let are_level = |band: &Range<usize>, edge: fn(&Rect) -> f32, outer: fn(f32, f32) -> f32| {
        let (left, right): (Vec<&Rect>, Vec<&Rect>) =
            pieces[band.clone()].iter().map(|piece| &piece.rect).partition(|rect| is_left(rect, x));
        let end = |side: &[&Rect]| side.iter().map(|rect| edge(rect)).reduce(outer);
        let ends = end(&left).zip(end(&right));
        ends.is_some_and(|(left, right)| (left - right).abs() <= LEVEL_HEIGHTS * unit)
    };
    let is_heading = |band: &Range<usize>| {
        band.len() <= HEADING_LINES
            && pieces[band.clone()].iter().all(|piece| piece.rect.height() >= HEADING_HEIGHTS * unit)
    };
    let within: Vec<&Range<usize>> =
        bands.iter().filter(|band| stretch.start <= band.start && band.end <= stretch.end).collect();
    within.windows(3).find_map(|bands| {
        let parts = is_heading(bands[1])
            && are_level(bands[0], |rect| rect.bottom, f32::max)
            && are_level(bands[2], |rect| rect.top, f32::min);
        parts.then(|| stretch.start..bands[0].end)
    })
}

fn bands(pieces: &[Piece], range: Range<usize>, unit: f32) -> Vec<Range<usize>> {
    let mut bands = Vec::new();
    let (mut start, mut bottom) = (range.start, f32::INFINITY);
    for index in range.clone() {
        let rect = &pieces[index].rect;
        if rect.top - bottom > BAND_GAP_HEIGHTS * unit {
            bands.push(start..index);
            (start, bottom) = (index, rect.bottom);
        }
        bottom = if bottom.is_finite() { bottom.max(rect.bottom) } else { rect.bottom };
    }
    bands.push(start..range.end);
    bands
}

fn sides(pieces: &[Piece], x: f32, unit: f32) -> (Side<'_>, Side<'_>) {
    let beside = pieces.iter().filter(|piece| !lies_across(&piece.rect, x, unit));
    let (left, right): (Vec<&Piece>, Vec<&Piece>) = beside.partition(|piece| is_left(&piece.rect, x));
    (Side::of(nearest(&left, true)), Side::of(nearest(&right, false)))
}

/// Rows side by side, with prices, numbers or labels on one side at least.
fn is_table(pieces: &[Piece], x: f32, unit: f32) -> bool {
    let (left, right) = sides(pieces, x, unit);
    left.rows().min(right.rows()) >= 3
        && (left.is_terse() || right.is_terse())
        && left.aligned_share(&right, unit) >= 0.6
}

fn are_columns(left: &Side<'_>, right: &Side<'_>, unit: f32) -> bool {
    let fewer = left.rows().min(right.rows());
    if fewer < 3 {
        let (short, long) = if left.rows() < right.rows() { (left, right) } else { (right, left) };
        return fewer > 0 && long.rows() >= 6 && long.is_running() && short.begins_like(long);
    }
    let share = left.aligned_share(right, unit);
    match (left.is_running(), right.is_running()) {
        (true, true) => true,
        (false, false) => fewer >= 4 && share < 0.5 && left.is_wordy(10.0) && right.is_wordy(10.0),
        _ => share < 0.5 && left.is_wordy(6.0) && right.is_wordy(6.0),
    }
}

/// Leaves lines that stand alone above or below both columns to the regions there, and what the columns flow round to the one
/// below.
fn trimmed(pieces: &[Piece], range: Range<usize>, x: f32, unit: f32) -> Gutter {
    let (across, beside): (Vec<usize>, Vec<usize>) =
        range.clone().partition(|&index| lies_across(&pieces[index].rect, x, unit));
    let (mut above, mut below) = (BTreeSet::new(), BTreeSet::from_iter(across));
    let (left, right): (Vec<usize>, Vec<usize>) =
        beside.into_iter().partition(|&index| is_left(&pieces[index].rect, x));
    for (side, other) in [(&left, &right), (&right, &left)] {
        let (Some(&first), Some(&last)) = (other.first(), other.last()) else { continue };
        above.extend(alone(pieces, side.iter().copied(), unit, |rect| rect.bottom < pieces[first].rect.top));
        below.extend(alone(pieces, side.iter().rev().copied(), unit, |rect| rect.top > pieces[last].rect.bottom));
    }
    Gutter { x, pieces: range, above, below }
}

/// Up to two lines from the end of a column that lie beyond the other one and far from their own.
fn alone(
    pieces: &[Piece],
    from_end: impl Iterator<Item = usize>,
    unit: f32,
    is_beyond: impl Fn(&Rect) -> bool,
) -> Vec<usize> {
    let ends: Vec<usize> = from_end.take(3).collect();
    for (count, pair) in ends.windows(2).enumerate() {
        let (outer, inner) = (&pieces[pair[0]].rect, &pieces[pair[1]].rect);
        if !is_beyond(outer) {
            break;
        }
        let gap = (inner.top - outer.bottom).max(outer.top - inner.bottom);
        if gap > 1.5 * unit {
            return ends[..=count].to_vec();
        }
    }
    Vec::new()
}
