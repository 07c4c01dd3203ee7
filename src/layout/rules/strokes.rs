//! Thin dark runs in some columns (or rows) of a page: where lines might pass.

use super::paper::{Axis, TILE, View, brightness};

/// From one lane to the next, in pixels.
pub(super) const STEP: usize = 8;

/// How far a stroke goes on before and behind its lane, in pixels: specks and most parts of letters do not.
const BESIDE: [isize; 4] = [3, -3, 6, -6];
/// At so many of these places it must.
const FEWEST_BESIDE: usize = 3;

/// A thin dark run across a lane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stroke {
    /// The number of the lane; lanes are crossed by the lines that are looked for.
    pub(super) lane: u32,
    /// The middle of the run, in pixels from the beginning of the lane.
    pub(super) deep: f32,
}

/// The place of a lane, in pixels.
pub(super) fn place(lane: u32) -> f32 {
    (lane as usize * STEP + STEP / 2) as f32
}

/// All strokes, lane by lane, and within a lane in order.
pub(super) fn strokes(view: &View<'_>) -> Vec<Stroke> {
    match view.axis {
        Axis::Across => in_columns(view),
        Axis::Down => in_rows(view),
    }
}

/// Goes through the page row by row, as it lies in memory, with one open run per lane.
fn in_columns(view: &View<'_>) -> Vec<Stroke> {
    let lanes = view.length.saturating_sub(STEP / 2).div_ceil(STEP);
    // What touches the page's edge is a shadow of the scanner: its run is too long from the beginning.
    let mut open = vec![view.most_thick() + 1; lanes];
    let mut strokes: Vec<Vec<Stroke>> = vec![Vec::new(); lanes];
    for y in 0..view.depth {
        let (row, limits) = (view.paper.row(y), view.paper.limits_of_row(y));
        for (lane, run) in open.iter_mut().enumerate() {
            let x = lane * STEP + STEP / 2;
            if brightness(row, x) < limits[x / TILE] {
                *run += 1;
            } else if *run > 0 {
                strokes[lane].extend(closed(view, lane, y, *run));
                *run = 0;
            }
        }
    }
    strokes.concat()
}

fn in_rows(view: &View<'_>) -> Vec<Stroke> {
    let mut strokes = Vec::new();
    for (lane, y) in (STEP / 2..view.length).step_by(STEP).enumerate() {
        let (row, limits) = (view.paper.row(y), view.paper.limits_of_row(y));
        let mut run = view.most_thick() + 1;
        for x in 0..view.depth {
            if brightness(row, x) < limits[x / TILE] {
                run += 1;
            } else if run > 0 {
                strokes.extend(closed(view, lane, x, run));
                run = 0;
            }
        }
    }
    strokes
}

/// The stroke that ends before a place, if it is thin and goes on along the line.
fn closed(view: &View<'_>, lane: usize, end: usize, run: usize) -> Option<Stroke> {
    if run > view.most_thick() {
        return None;
    }
    let (along, deep) = ((lane * STEP + STEP / 2) as isize, (end - run.div_ceil(2)) as isize);
    let goes_on = |beside: isize| (deep - 1..=deep + 1).any(|deep| view.is_dark(along + beside, deep));
    let mut left = BESIDE.len();
    let mut found = 0;
    for beside in BESIDE {
        left -= 1;
        found += usize::from(goes_on(beside));
        if found + left < FEWEST_BESIDE {
            return None;
        }
    }
    Some(Stroke { lane: lane as u32, deep: end as f32 - (run as f32 + 1.0) / 2.0 })
}
