//! Gutters: tall empty strips with text in columns on both sides.
//!
//! Most empty strips on paper are not gutters: they part the items of a receipt from their prices,
//! labels from values, the columns of a table. So a strip counts only if both sides look like columns
//! of text, or have lines on heights of their own.

use std::collections::BTreeSet;
use std::ops::Range;

use super::frame::Piece;
use super::side::{Side, nearest};
use mediary_core::document::Rect;

/// A narrower strip is a word space.
const MIN_WIDTH_HEIGHTS: f32 = 0.5;
/// At so many places at most a gutter is looked for, tallest first.
const MAX_TRIALS: usize = 24;
/// White space of this height across both sides parts a band from the next.
const BAND_GAP_HEIGHTS: f32 = 0.7;

/// A gutter, and what it parts: all by place in the pieces sorted by their middle.
#[derive(Debug)]
pub(super) struct Gutter {
    pub(super) x: f32,
    /// Those beside the gutter.
    pub(super) pieces: Range<usize>,
    /// Of these, lines standing alone above the columns.
    pub(super) above: BTreeSet<usize>,
    /// Lines standing alone below.
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
}

/// The tallest gutter, or its several parts from top to bottom. The pieces come sorted by their middle.
pub(super) fn find(pieces: &[Piece], unit: f32) -> Vec<Gutter> {
    let mut strips: Vec<Strip> = Vec::new();
    for x in places(pieces, unit) {
        strips_at(pieces, x, unit, &mut strips);
    }
    // Of strips equally tall the one beside more text: the others end where a longer line reaches across.
    strips.sort_by(|a, b| {
        b.shared.total_cmp(&a.shared).then(b.pieces.len().cmp(&a.pieces.len())).then(a.x.total_cmp(&b.x))
    });
    strips.dedup_by(|a, b| a.pieces == b.pieces && (a.x - b.x).abs() < unit);
    strips.iter().take(MAX_TRIALS).find_map(|strip| judge(pieces, strip, unit)).unwrap_or_default()
}

/// Where a strip might be: just right of each box, once for boxes that end nearly together.
fn places(pieces: &[Piece], unit: f32) -> Vec<f32> {
    let step = MIN_WIDTH_HEIGHTS / 2.0 * unit;
    let mut ends: Vec<f32> = pieces.iter().map(|piece| piece.rect.right).collect();
    ends.sort_by(f32::total_cmp);
    ends.dedup_by(|a, b| (*a / step).floor() == (*b / step).floor());
    ends.into_iter().map(|end| end + step).collect()
}

/// The strips at one place, between the boxes that lie across it.
fn strips_at(pieces: &[Piece], x: f32, unit: f32, strips: &mut Vec<Strip>) {
    let mut open = Open::new(0);
    for (index, piece) in pieces.iter().enumerate() {
        let slack = 0.1 * unit;
        if piece.rect.left < x - slack && piece.rect.right > x + slack {
            strips.extend(open.closed(x, index, unit));
            open = Open::new(index + 1);
        } else if is_left(&piece.rect, x) {
            open.left.add(&piece.rect);
            open.left_end = open.left_end.max(piece.rect.right);
        } else {
            open.right.add(&piece.rect);
            open.right_start = open.right_start.min(piece.rect.left);
        }
    }
    strips.extend(open.closed(x, pieces.len(), unit));
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
}

impl Open {
    fn new(start: usize) -> Self {
        let nothing = || Extent { top: f32::INFINITY, bottom: f32::NEG_INFINITY };
        Self { start, left: nothing(), right: nothing(), left_end: f32::NEG_INFINITY, right_start: f32::INFINITY }
    }

    fn closed(&self, x: f32, end: usize, unit: f32) -> Option<Strip> {
        let shared = self.left.bottom.min(self.right.bottom) - self.left.top.max(self.right.top);
        let width = self.right_start - self.left_end;
        let is_worth_a_look = shared > 0.5 * unit && width >= MIN_WIDTH_HEIGHTS * unit && end - self.start >= 6;
        is_worth_a_look.then_some(Strip { x, pieces: self.start..end, shared })
    }
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
        let (left, right) = sides(&pieces[range.clone()], strip.x);
        are_columns(&left, &right, unit)
            .then(|| left.aligned_share(&right, unit) > 0.6 && left.pauses_with(&right, unit))
    };
    let (stretch, pauses) =
        stretches.into_iter().find_map(|stretch| judged(&stretch).map(|pauses| (stretch, pauses)))?;
    // Both sides pausing together are rows of entries with several lines: each row is read by itself.
    let is_row = |band: &Range<usize>| stretch.start <= band.start && band.end <= stretch.end && judged(band).is_some();
    let rows: Vec<Range<usize>> = if pauses { bands.into_iter().filter(is_row).collect() } else { Vec::new() };
    let parts = if rows.is_empty() { vec![stretch] } else { rows };
    Some(parts.into_iter().map(|part| trimmed(pieces, part, strip.x, unit)).collect())
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

fn sides(pieces: &[Piece], x: f32) -> (Side<'_>, Side<'_>) {
    let (left, right): (Vec<&Piece>, Vec<&Piece>) = pieces.iter().partition(|piece| is_left(&piece.rect, x));
    (Side::of(nearest(&left, true)), Side::of(nearest(&right, false)))
}

/// Rows side by side, with prices, numbers or labels on one side at least.
fn is_table(pieces: &[Piece], x: f32, unit: f32) -> bool {
    let (left, right) = sides(pieces, x);
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

/// Leaves lines that stand alone above or below both columns to the regions there.
fn trimmed(pieces: &[Piece], range: Range<usize>, x: f32, unit: f32) -> Gutter {
    let (mut above, mut below) = (BTreeSet::new(), BTreeSet::new());
    let (left, right): (Vec<usize>, Vec<usize>) = range.clone().partition(|&index| is_left(&pieces[index].rect, x));
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
