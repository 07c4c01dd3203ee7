//! Captions that stand side by side, as below two pictures in a row: each is read by itself, with the lines below it.

use super::frame::Piece;
use super::{headings, rows, streams};

/// They are at least so far apart, in heights of their lines.
const APART_HEIGHTS: f32 = 1.0;
/// A line of a caption begins so far to the left of its first one at most …
const LEFT_HEIGHTS: f32 = 1.0;
/// … and so far below the line above it.
const BELOW_HEIGHTS: f32 = 0.7;

/// Lines of a text layer that hold several captions, in parts.
pub(super) fn parted(pieces: Vec<Piece>) -> Vec<Piece> {
    let part = |piece: Piece| {
        if !headings::is_caption(&piece.line.text) {
            return vec![piece];
        }
        let words: Vec<_> = piece.words().collect();
        let begins = |index: &usize| {
            let (before, (place, first)) = (words[index - 1].0, words[*index]);
            let second = words.get(index + 1).map_or("", |(_, text)| text);
            place.left - before.right >= APART_HEIGHTS * place.height()
                && headings::is_caption(&format!("{first} {second}"))
        };
        let ends: Vec<usize> = (1..words.len()).filter(begins).collect();
        streams::split_at(piece, &ends)
    };
    pieces.into_iter().flat_map(part).collect()
}

/// What stands above captions that are side by side, each of them, and what stands below; all of it where there are none. The
/// pieces come sorted by their middle.
pub(super) fn apart(pieces: Vec<Piece>) -> Vec<Vec<Piece>> {
    let beside = |first: &Piece| -> Vec<&Piece> {
        let in_row = |other: &&Piece| {
            headings::is_caption(&other.line.text)
                && (std::ptr::eq(*other, first) || rows::stand_in_a_row(&first.rect, &other.rect))
        };
        let mut row: Vec<&Piece> = pieces.iter().filter(in_row).collect();
        row.sort_by(|a, b| a.rect.left.total_cmp(&b.rect.left));
        let are_apart =
            row.windows(2).all(|pair| pair[1].rect.left - pair[0].rect.right >= APART_HEIGHTS * first.rect.height());
        if are_apart { row } else { Vec::new() }
    };
    let captions = pieces.iter().filter(|piece| headings::is_caption(&piece.line.text));
    let Some(row) = captions.map(beside).find(|row| row.len() > 1) else { return vec![pieces] };
    let top = row.iter().map(|piece| piece.rect.top).fold(f32::INFINITY, f32::min);
    let edges: Vec<f32> = row.iter().map(|piece| piece.rect.left - LEFT_HEIGHTS * piece.rect.height()).collect();
    let mut bottoms: Vec<f32> = row.iter().map(|piece| piece.rect.top).collect();
    let mut parts = vec![Vec::new(); edges.len() + 2];
    for piece in pieces {
        let rect = piece.rect;
        let column = edges.partition_point(|edge| *edge <= rect.left);
        let is_within = column > 0 && edges.get(column).is_none_or(|edge| rect.right <= *edge + rect.height());
        let place = if piece.middle() < top {
            0
        } else if is_within && rect.top - bottoms[column - 1] <= BELOW_HEIGHTS * rect.height() {
            bottoms[column - 1] = rect.bottom.max(bottoms[column - 1]);
            column
        } else {
            parts.len() - 1
        };
        parts[place].push(piece);
    }
    parts.retain(|part| !part.is_empty());
    parts
}
