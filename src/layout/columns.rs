//! Columns: a page is cut along its gutters, again and again, into regions that are read one by one.
//!
//! Where a gutter is, and whether what stands beside it is text in columns rather than a table, is
//! judged in `gutter`.

use super::frame::{Piece, text_height};
use super::gutter::{self, Gutter};
use super::{captions, script};

/// Deeper nesting than this does not occur in print.
const MAX_DEPTH: usize = 12;

/// The regions of a page in reading order; within a region rows span its whole width.
pub(super) fn regions(pieces: Vec<Piece>) -> Vec<Vec<Piece>> {
    let right_to_left = script::reads_right_to_left(pieces.iter().map(|piece| piece.line.text.as_str()));
    let mut regions = Vec::new();
    cut(pieces, right_to_left, MAX_DEPTH, &mut regions);
    regions
}

fn cut(mut pieces: Vec<Piece>, right_to_left: bool, depth: usize, regions: &mut Vec<Vec<Piece>>) {
    if pieces.is_empty() {
        return;
    }
    pieces.sort_by(|a, b| a.middle().total_cmp(&b.middle()));
    let gutters = if depth == 0 { Vec::new() } else { gutter::find(&pieces, text_height(&pieces)) };
    if gutters.is_empty() {
        regions.extend(captions::apart(pieces));
        return;
    }
    for part in divide(pieces, &gutters, right_to_left) {
        cut(part, right_to_left, depth - 1, regions);
    }
}

/// What is above the first gutter, one side of it, the other, what is above the next, and so on.
fn divide(pieces: Vec<Piece>, gutters: &[Gutter], right_to_left: bool) -> Vec<Vec<Piece>> {
    let mut parts = vec![Vec::new(); 3 * gutters.len() + 1];
    for (index, piece) in pieces.into_iter().enumerate() {
        let place = gutters.partition_point(|gutter| gutter.pieces.end <= index);
        let beside = gutters.get(place).filter(|gutter| gutter.pieces.start <= index);
        let part = match beside {
            Some(gutter) if gutter.below.contains(&index) => 3,
            Some(gutter) if !gutter.above.contains(&index) => {
                if gutter::is_left(&piece.rect, gutter.x) == right_to_left { 2 } else { 1 }
            }
            _ => 0,
        };
        parts[3 * place + part].push(piece);
    }
    parts
}
