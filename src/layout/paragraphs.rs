//! Where one paragraph ends and the next begins.

use std::ops::Range;

use super::gauge::{self, Gauge};
use super::looks::Look;
use super::rows::{self, Row};
use super::script;

/// Rows this much taller than their neighbours do not belong to the same paragraph.
const HEIGHT_RATIO: f32 = 1.4;
/// Nor do rows whose characters are this much larger.
const SIZE_RATIO: f32 = 1.2;
/// Of fewer characters the width says little.
const FEWEST_CHARACTERS: usize = 6;
/// A first line is indented by more than a character, in text heights.
const INDENT_HEIGHTS: f32 = 0.7;

/// Splits rows into paragraphs.
pub(super) fn paragraphs(rows: &[Row], within: Range<usize>, gauge: &Gauge) -> Vec<Range<usize>> {
    let mut paragraphs = Vec::new();
    let mut start = within.start;
    for index in within.start + 1..within.end {
        let next = (index + 1 < within.end).then(|| &rows[index + 1]);
        if is_break(&rows[index - 1], &rows[index], next, gauge) {
            paragraphs.push(start..index);
            start = index;
        }
    }
    if start < within.end {
        paragraphs.push(start..within.end);
    }
    paragraphs
}

fn is_break(before: &Row, row: &Row, next: Option<&Row>, gauge: &Gauge) -> bool {
    let (above, rect) = (&before.rect, &row.rect);
    let height = above.height().min(rect.height()).max(1.0);
    let jumps_up = rect.bottom < above.top || (rect.left >= above.right && rows::stand_in_a_row(above, rect));
    let differs_in_size =
        rect.height().max(above.height()) > HEIGHT_RATIO * height || is_larger(before, row) || is_larger(row, before);
    jumps_up
        || differs_in_size
        || before.is_run_in
        || differs_in_look(before, row, gauge)
        || gauge.is_gap(above, rect)
        || is_indented(before, row, next, gauge)
        || {
            // Without space or indent, the end of a sentence in the middle of a full column is all there is.
            gauge.is_prose
                && gauge.ends_early(before)
                && script::ends_sentence(before.end())
                && !script::starts_lower_case(row.text())
        }
}

/// Set in another way, where it is not just a few emphasised words that happen to fill a line.
fn differs_in_look(before: &Row, row: &Row, gauge: &Gauge) -> bool {
    let is_end = gauge.ends_early(before) || script::ends_sentence(before.end());
    is_end && Look::of(before).zip(Look::of(row)).is_some_and(|(above, below)| !above.is_like(&below))
}

fn is_larger(row: &Row, other: &Row) -> bool {
    let is_telling = |row: &Row| script::weight(row.text()) >= FEWEST_CHARACTERS;
    is_telling(row)
        && is_telling(other)
        && gauge::advance(other)
            .is_some_and(|advance| gauge::times_larger(row, other.rect.height(), advance) >= SIZE_RATIO)
}

/// Only this row is indented, and those around it are not.
fn is_indented(before: &Row, row: &Row, next: Option<&Row>, gauge: &Gauge) -> bool {
    let is_flush = |row: &Row| gauge.indent(row).abs() < INDENT_HEIGHTS / 2.0;
    gauge.indent(row) > INDENT_HEIGHTS && gauge.indent(row) < 6.0 && is_flush(before) && next.is_none_or(is_flush)
}
