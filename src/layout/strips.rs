//! The empty strips between the columns of a table, and the words between them.
//!
//! A strip is what no word of the table's body crosses, if it is wide enough not to be a space between words that happen
//! to stand below one another. What the columns hold is `entries`' business.

use super::frame::{Piece, shared_height};
use super::script;
use mediary_core::document::Rect;

/// Strips are at least so wide, in text heights: beside words, beside numbers in any row, and in a table of many rows.
pub(super) const STRIP_HEIGHTS: [f32; 3] = [0.8, 0.28, 0.45];
/// From so many rows on a narrow strip is no accident.
const MANY_ROWS: usize = 6;
/// A word, or a box whose words have no places.
#[derive(Debug, Clone)]
pub(super) struct Atom {
    pub(super) rect: Rect,
    pub(super) text: String,
}

/// Words of one line of text, from left to right.
pub(super) type Printed = Vec<Atom>;

/// Lines of text from top to bottom.
pub(super) fn printed(pieces: &[&Piece]) -> Vec<Printed> {
    let mut atoms: Vec<Atom> = Vec::new();
    for piece in pieces {
        atoms.extend(piece.words().map(|(rect, text)| Atom { rect, text: text.to_owned() }));
    }
    atoms.sort_by(|a, b| middle(&a.rect).total_cmp(&middle(&b.rect)));
    let mut lines: Vec<Printed> = Vec::new();
    for atom in atoms {
        let belongs = |line: &Printed| {
            line.iter().all(|other| {
                let height = other.rect.height().min(atom.rect.height());
                shared_height(&other.rect, &atom.rect) > 0.3 * height
            }) && line.iter().any(|other| (middle(&other.rect) - middle(&atom.rect)).abs() < 0.4 * other.rect.height())
        };
        match lines.last_mut() {
            Some(line) if belongs(line) => line.push(atom),
            _ => lines.push(vec![atom]),
        }
    }
    for line in &mut lines {
        line.sort_by(|a, b| a.rect.left.total_cmp(&b.rect.left));
    }
    lines
}

pub(super) fn middle(rect: &Rect) -> f32 {
    f32::midpoint(rect.top, rect.bottom)
}

/// The strips between columns, from left to right.
pub(super) fn strips(body: &[&Printed], unit: f32) -> Vec<(f32, f32)> {
    let mut edges: Vec<(f32, i32)> = Vec::new();
    for atom in body.iter().copied().flatten() {
        edges.extend([(atom.rect.left, 1), (atom.rect.right, -1)]);
    }
    edges.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    let mut strips = Vec::new();
    let (mut covering, mut free_since) = (0, None);
    for (x, change) in edges {
        if let Some(start) = free_since.take().filter(|_| change > 0)
            && is_strip(body, start, x, unit)
        {
            strips.push((start, x));
        }
        covering += change;
        if covering == 0 {
            free_since = Some(x);
        }
    }
    strips
}

/// The middle of the widest part of a strip that no word of the head covers, from its lowest line upwards.
pub(super) fn beside(head: &[Printed], (left, right): (f32, f32)) -> f32 {
    let (mut left, mut right) = (left, right);
    for line in head.iter().rev() {
        let mut free = (left, left);
        let mut from = left;
        for atom in line.iter().filter(|atom| atom.rect.right > left && atom.rect.left < right) {
            if atom.rect.left - from > free.1 - free.0 {
                free = (from, atom.rect.left);
            }
            from = from.max(atom.rect.right);
        }
        if right - from > free.1 - free.0 {
            free = (from, right);
        }
        if free.1 - free.0 < 1.0 {
            break;
        }
        (left, right) = free;
    }
    f32::midpoint(left, right)
}

/// Whether an empty strip parts columns: it is wide, or figures stand beside it, or there are many rows.
fn is_strip(body: &[&Printed], left: f32, right: f32, unit: f32) -> bool {
    let width = (right - left) / unit;
    if width >= STRIP_HEIGHTS[0] {
        return true;
    }
    // In how many rows something stands on both sides, and how often that is a number.
    let (mut both, mut numeric) = (0_usize, 0_usize);
    for line in body {
        let before = line.iter().rev().find(|atom| atom.rect.right <= left + 1.0);
        let after = line.iter().find(|atom| atom.rect.left >= right - 1.0);
        if let (Some(_), Some(after)) = (before, after) {
            both += 1;
            numeric += usize::from(script::is_numeric(&after.text));
        }
    }
    (width >= STRIP_HEIGHTS[1] && both >= 2 && 10 * numeric >= 8 * both)
        || (width >= STRIP_HEIGHTS[2] && both >= MANY_ROWS)
}
