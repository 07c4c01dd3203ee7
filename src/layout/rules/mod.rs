//! Ruling lines on a page: long, thin, dark strokes that run across it or down it.
//!
//! Only pixels are looked at, and only dark lines on lighter paper are found; which of them make a table is
//! judged by the layout. Dark areas are too thick to count, and letters too short or too interrupted, but for
//! single strokes of large or Chinese ones, which meet no other lines. Callers find the rules of the upright page
//! and hand them to `arrange_read` together with the boxes read on it.

mod chains;
mod paper;
mod strokes;
#[cfg(test)]
mod tests;
mod trace;

use self::paper::{Axis, Paper, View};
use mediary_core::Raster;
use mediary_core::document::{Rules, Segment};

/// Finds the ruling lines of an upright page that is askew by 10° at most.
#[must_use]
pub fn find_rules(page: &Raster) -> Rules {
    let paper = Paper::of(page);
    let along = |axis| {
        let view = View::new(&paper, axis);
        let strokes = strokes::strokes(&view);
        trace::lines(&view, chains::chains(&strokes))
    };
    Rules { horizontal: along(Axis::Across), vertical: along(Axis::Down) }
}
