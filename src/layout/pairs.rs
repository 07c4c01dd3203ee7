//! Forms: rows of labels that end in a colon, each with its value beside it.

use std::ops::Range;

use super::rows::{Cell, Row};

/// Cells this far apart, in text heights, are label and value or two pairs.
const CELL_GAP_HEIGHTS: f32 = 1.0;

/// A form that begins with the first row of the range; how many rows it takes, and its pairs.
pub(super) fn pairs_at(rows: &[Row], within: Range<usize>) -> Option<(usize, Vec<(String, String)>)> {
    let mut pairs = Vec::new();
    let (mut count, mut wide) = (0, 0);
    for row in &rows[within] {
        if !row.lines.iter().any(|line| line.text.contains([':', '：'])) {
            break;
        }
        let cells = wide_cells(row);
        let Some(found) = pairs_in(&cells) else { break };
        if count == 0 && cells.len() < 2 {
            return None;
        }
        pairs.extend(found);
        count += 1;
        wide += usize::from(cells.len() > 1);
    }
    (wide >= 2 && 2 * wide >= count).then_some((count, pairs))
}

fn wide_cells(row: &Row) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    for cell in &row.cells {
        match cells.last_mut() {
            Some(last) if cell.left - last.right < CELL_GAP_HEIGHTS * row.rect.height() => {
                last.right = last.right.max(cell.right);
                last.text.push(' ');
                last.text.push_str(&cell.text);
            }
            _ => cells.push(cell.clone()),
        }
    }
    cells
}

/// Every cell must be a label followed by a value, or both in one.
fn pairs_in(cells: &[Cell]) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    let mut cells = cells.iter();
    while let Some(cell) = cells.next() {
        let text = cell.text.trim();
        if let Some(label) = text.strip_suffix([':', '：']) {
            let value = cells.next().map_or("", |cell| cell.text.trim());
            if !is_label(label) || value.ends_with([':', '：']) {
                return None;
            }
            pairs.push((label.to_owned(), value.to_owned()));
        } else {
            let (label, value) = text.split_once(": ").or_else(|| text.split_once('：'))?;
            if !is_label(label) {
                return None;
            }
            pairs.push((label.to_owned(), value.trim().to_owned()));
        }
    }
    Some(pairs)
}

/// A few words, not a sentence that happens to have a colon.
fn is_label(text: &str) -> bool {
    (1..=40).contains(&text.chars().count()) && text.split_whitespace().count() <= 5
}
