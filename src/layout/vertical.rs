//! Vertical Chinese, Japanese and Korean text: groups of vertical lines, read from right to left.
//!
//! A group is laid on its side, so that the rightmost line becomes the uppermost row, and then goes
//! through the same columns, rows and paragraphs as everything else.

use super::frame::{Piece, shared_height, text_height};
use mediary_core::document::{Line, Rect};

/// Takes the groups of vertical lines out; in the place of each stands one piece that names it.
pub(super) fn set_apart(pieces: Vec<Piece>) -> (Vec<Piece>, Vec<Vec<Piece>>) {
    let (vertical, mut rest): (Vec<Piece>, Vec<Piece>) = pieces.into_iter().partition(Piece::is_vertical);
    if vertical.is_empty() {
        return (rest, Vec::new());
    }
    let mut groups = Vec::new();
    for group in grouped(vertical) {
        let rect = Rect::around(group.iter().map(|piece| piece.rect)).unwrap_or_default();
        let text = group.iter().map(|piece| piece.line.text.as_str()).collect();
        let line = Line { text, bbox: rect, confidence: None, words: Vec::new() };
        rest.push(Piece { stands_for: Some(groups.len()), ..Piece::of(line) });
        groups.push(group.into_iter().map(laid_down).collect());
    }
    (rest, groups)
}

/// Lines beside one another belong together.
fn grouped(mut pieces: Vec<Piece>) -> Vec<Vec<Piece>> {
    let unit = text_height(&pieces);
    pieces.sort_by(|a, b| b.rect.right.total_cmp(&a.rect.right));
    let mut groups: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        let mut joined = vec![piece];
        let mut index = 0;
        while index < groups.len() {
            if groups[index].iter().rev().any(|other| are_neighbours(&other.rect, &joined[0].rect, unit)) {
                let group = groups.swap_remove(index);
                joined.extend(group);
            } else {
                index += 1;
            }
        }
        groups.push(joined);
    }
    groups
}

fn are_neighbours(a: &Rect, b: &Rect, unit: f32) -> bool {
    let apart = a.left.max(b.left) - a.right.min(b.right);
    let shared = shared_height(a, b);
    shared > 0.3 * a.height().min(b.height()) && apart < 2.0 * unit
}

/// Right becomes up, and down becomes right.
fn laid_down(piece: Piece) -> Piece {
    let Rect { left, top, right, bottom } = piece.rect;
    Piece { rect: Rect { left: top, top: -right, right: bottom, bottom: -left }, ..piece }
}
