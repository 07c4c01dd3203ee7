//! What a text layer writes late though it stands at the top.
//!
//! Programs that set pages from frames write one story after the other, and now and then the title of a page or the
//! band above it comes last. A stretch that stands wholly above what was written before it, and over it, goes before
//! it. Columns are left alone: the second begins where the first does.

use super::frame::Piece;
use mediary_core::document::Rect;

/// Fewer lines are a formula, not a story.
const FEWEST_LINES: usize = 4;
/// So far below, in heights, begins something else.
const APART_HEIGHTS: f32 = 3.0;

/// The lines of a page's text layer, with what stands above before what stands below.
pub(super) fn risen(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for stretch in falling(pieces) {
        stretches.insert(place_of(&stretch, &stretches), stretch);
    }
    stretches.into_iter().flat_map(|stretch| stretch.pieces).collect()
}

/// Lines that go down, one below or beside the other, without much white between them.
struct Stretch {
    rect: Rect,
    pieces: Vec<Piece>,
}

fn falling(pieces: Vec<Piece>) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for piece in pieces {
        match stretches.last_mut() {
            Some(stretch) if stretch.pieces.last().is_some_and(|last| follows(&last.rect, &piece.rect)) => {
                stretch.rect = stretch.rect.union(piece.rect);
                stretch.pieces.push(piece);
            }
            _ => stretches.push(Stretch { rect: piece.rect, pieces: vec![piece] }),
        }
    }
    stretches
}

fn follows(before: &Rect, rect: &Rect) -> bool {
    let height = before.height().min(rect.height());
    before.top - rect.top <= 0.5 * height && rect.top - before.bottom <= APART_HEIGHTS * height
}

/// Where a stretch belongs among those before it.
fn place_of(stretch: &Stretch, before: &[Stretch]) -> usize {
    let below = before.iter().rev().take_while(|other| stretch.rect.bottom <= other.rect.top).count();
    let below = &before[before.len() - below..];
    // Not before a column that stands beside.
    let first = below.iter().position(|other| is_over(&stretch.rect, &other.rect));
    let Some(passed) = first.map(|first| &below[first..]) else { return before.len() };
    let lines: usize = passed.iter().map(|other| other.pieces.len()).sum();
    if lines < FEWEST_LINES { before.len() } else { before.len() - passed.len() }
}

/// Whether one stands over a part of the other.
fn is_over(above: &Rect, below: &Rect) -> bool {
    above.right.min(below.right) > above.left.max(below.left)
}
