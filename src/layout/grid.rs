//! The columns of a table without rulings: strips that stay empty in every row, with aligned entries between.

use super::frame::quantile;
use super::rows::{Cell, Row};

/// Columns are at least so many text heights apart.
const MIN_GAP_HEIGHTS: f32 = 0.6;
/// In a row of a table some gap is at least as wide as this.
const WIDE_GAP_HEIGHTS: f32 = 1.0;
/// Edges this close, in text heights, are aligned.
const ALIGN_HEIGHTS: f32 = 0.5;

/// Whether a row has something wide in it.
pub(super) fn is_spread(row: &Row) -> bool {
    row.cells.windows(2).any(|pair| pair[1].left - pair[0].right >= WIDE_GAP_HEIGHTS * row.rect.height())
}

/// The places between columns, from left to right.
#[derive(Debug)]
pub(super) struct Grid {
    separators: Vec<f32>,
}

impl Grid {
    /// The columns that these rows share; `None` if they are not a table.
    pub(super) fn of(rows: &[&Row], unit: f32) -> Option<Self> {
        let grid = Self { separators: separators(rows, unit) };
        (!grid.separators.is_empty() && grid.is_aligned(rows, unit)).then_some(grid)
    }

    pub(super) fn columns(&self) -> usize {
        self.separators.len() + 1
    }

    /// The column in which a cell lies; the one where it begins, should it lie across several.
    pub(super) fn column_of(&self, cell: &Cell) -> usize {
        self.separators.partition_point(|separator| *separator <= cell.left)
    }

    /// Whether no cell of a row lies across a separator.
    pub(super) fn fits(&self, row: &Row) -> bool {
        let crosses = |cell: &Cell| self.separators.iter().any(|x| cell.left < *x && *x < cell.right);
        !row.cells.iter().any(crosses)
    }

    /// The texts of a row by column.
    pub(super) fn texts(&self, row: &Row) -> Vec<String> {
        let mut texts = vec![String::new(); self.columns()];
        for cell in &row.cells {
            let text = &mut texts[self.column_of(cell)];
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(cell.text.trim());
        }
        texts
    }

    /// At least two columns, and most of them all, have entries that begin, end or are centred together.
    fn is_aligned(&self, rows: &[&Row], unit: f32) -> bool {
        let aligned = (0..self.columns()).filter(|column| self.is_column_aligned(rows, *column, unit)).count();
        aligned >= 2 && 10 * aligned >= 6 * self.columns()
    }

    fn is_column_aligned(&self, rows: &[&Row], column: usize, unit: f32) -> bool {
        let spans: Vec<(f32, f32)> = rows
            .iter()
            .filter_map(|row| {
                let cells = row.cells.iter().filter(|cell| self.column_of(cell) == column);
                cells.map(|cell| (cell.left, cell.right)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
            })
            .collect();
        // Beginning, end and middle.
        spans.len() >= 2
            && [0.0, 1.0, 0.5].iter().any(|share| {
                let edge = |span: &(f32, f32)| span.0 + share * (span.1 - span.0);
                let middle = quantile(spans.iter().map(edge).collect(), 0.5).unwrap_or(0.0);
                let close = spans.iter().filter(|span| (edge(span) - middle).abs() <= ALIGN_HEIGHTS * unit).count();
                10 * close >= 6 * spans.len()
            })
    }
}

/// Strips that (almost) no cell covers.
fn separators(rows: &[&Row], unit: f32) -> Vec<f32> {
    let allowed = rows.len() / 12;
    let mut ends: Vec<(f32, i32)> = Vec::new();
    for cell in rows.iter().flat_map(|row| &row.cells) {
        ends.push((cell.left, 1));
        ends.push((cell.right, -1));
    }
    // Where one cell begins at the end of another, the beginning comes first: no gap there.
    ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    let mut separators = Vec::new();
    let (mut covering, mut free_since) = (0_i32, None);
    for (x, change) in ends {
        let was_free = usize::try_from(covering).is_ok_and(|covering| covering <= allowed);
        covering += change;
        let is_free = usize::try_from(covering).is_ok_and(|covering| covering <= allowed);
        match (was_free, is_free) {
            (false, true) => free_since = Some(x),
            (true, false) => {
                if let Some(start) = free_since.take().filter(|start| x - start >= MIN_GAP_HEIGHTS * unit) {
                    separators.push((start + x) / 2.0);
                }
            }
            _ => {}
        }
    }
    separators
}
