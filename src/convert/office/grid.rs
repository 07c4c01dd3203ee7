//! Entries of a table as files give them, with spans, become rows that are all equally long.

use mediary_core::document::{Hidden, Link, Span, Table};

use super::limits::{MAX_CELLS, MAX_REPEATED_BYTES, Refusal};
use super::text::Text;

/// An entry in its place.
#[derive(Debug)]
struct Entry {
    row: usize,
    column: usize,
    rows: usize,
    columns: usize,
    text: Text,
}

/// A table in the making.
#[derive(Debug, Default)]
pub(super) struct Grid {
    entries: Vec<Entry>,
    /// Until which row, exclusive, each column is taken from above.
    taken_until: Vec<usize>,
    /// Rows begun so far.
    rows: usize,
    /// How many rows at the top name the columns.
    header_rows: usize,
}

impl Grid {
    /// A wider entry is none that was meant.
    const MAX_SPAN: usize = 10_000;

    /// Begins a row.
    pub(super) fn row(&mut self) {
        self.rows += 1;
    }

    /// The row that was begun last names the columns, if those before it do.
    pub(super) fn header(&mut self) {
        if self.header_rows + 1 == self.rows {
            self.header_rows = self.rows;
        }
    }

    /// How many rows were begun.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Puts an entry into the next free place of the row.
    pub(super) fn cell(&mut self, text: Text, rows: usize, columns: usize) -> Result<(), Refusal> {
        let row = self.current();
        let after = self.entries.last().filter(|last| last.row == row).map_or(0, |last| last.column + last.columns);
        let is_free = |column: &usize| self.taken_until.get(*column).is_none_or(|until| *until <= row);
        let column = (after..).find(is_free).unwrap_or(after);
        self.place(column, text, rows, columns)
    }

    /// Puts an entry into this column of the row.
    pub(super) fn place(&mut self, column: usize, text: Text, rows: usize, columns: usize) -> Result<(), Refusal> {
        let (row, rows, columns) = (self.current(), rows.max(1), columns.clamp(1, Self::MAX_SPAN));
        let end = column + columns;
        if end.saturating_mul(self.rows) > MAX_CELLS {
            return Err(too_many());
        }
        if self.taken_until.len() < end {
            self.taken_until.resize(end, 0);
        }
        self.taken_until[column..end].fill(row.saturating_add(rows));
        self.entries.push(Entry { row, column, rows, columns, text });
        Ok(())
    }

    /// The entry above this column reaches down into the row.
    pub(super) fn reach_down(&mut self, column: usize) {
        let row = self.current();
        let above = self.entries.iter_mut().rev().find(|entry| entry.column == column && entry.row < row);
        if let Some(above) = above.filter(|above| above.row + above.rows == row) {
            above.rows += 1;
        }
    }

    /// Why text that it carries is left out.
    pub(super) fn hidden(&self) -> impl Iterator<Item = Hidden> {
        self.entries.iter().flat_map(|entry| entry.text.hidden()).copied()
    }

    fn current(&self) -> usize {
        self.rows.saturating_sub(1)
    }

    /// The table with its links, and whether its first row names the columns; `None` if nothing is in it.
    pub(super) fn finish(self) -> Result<Option<(Table, Vec<Link>)>, Refusal> {
        let width = self.entries.iter().map(|entry| entry.column + entry.columns).max().unwrap_or(0);
        let is_empty = self.entries.iter().all(|entry| entry.text.is_blank());
        if is_empty || width == 0 {
            return Ok(None);
        }
        if self.rows.saturating_mul(width) > MAX_CELLS {
            return Err(too_many());
        }
        let mut table = Table {
            rows: vec![vec![String::new(); width]; self.rows],
            has_header: self.header_rows > 0,
            spans: Vec::new(),
        };
        let (mut links, mut repeated) = (Vec::new(), 0);
        for Entry { row, column, rows, columns, text } in self.entries {
            let piece = text.joined("\n");
            let rows = rows.min(self.rows - row);
            let columns = columns.min(width - column);
            if rows * columns > 1 {
                table.spans.push(Span { row, column, rows, columns });
                repeated += piece.text.len() * (rows * columns - 1);
            }
            if repeated <= MAX_REPEATED_BYTES {
                for place in
                    (row..row + rows).flat_map(|row| (column..column + columns).map(move |column| (row, column)))
                {
                    if place != (row, column) && table.rows[place.0][place.1].is_empty() {
                        table.rows[place.0][place.1].clone_from(&piece.text);
                    }
                }
            }
            let (text, of_entry) = piece.links_at(row * width + column);
            links.extend(of_entry);
            table.rows[row][column] = text;
        }
        links.sort_by_key(|link| (link.piece, link.start));
        Ok(Some((table, links)))
    }
}

fn too_many() -> Refusal {
    Refusal::TooLarge(format!("one of its tables has more than {MAX_CELLS} places; split it"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;

    #[test]
    fn spans_push_what_follows_aside() {
        let mut grid = Grid::default();
        grid.row();
        grid.header();
        grid.cell("a".into(), 2, 1).unwrap();
        grid.cell("b".into(), 1, 2).unwrap();
        grid.row();
        grid.cell("c".into(), 1, 1).unwrap();
        grid.cell("d".into(), 7, 1).unwrap();
        let (table, _) = grid.finish().unwrap().unwrap();
        assert_eq!(table.rows, [["a", "b", "b"], ["a", "c", "d"]]);
        assert!(table.has_header);
        let spans = [Span { row: 0, column: 0, rows: 2, columns: 1 }, Span { row: 0, column: 1, rows: 1, columns: 2 }];
        assert_eq!(table.spans, spans);
    }

    #[test]
    fn an_entry_reaches_down_while_rows_go_on() {
        let mut grid = Grid::default();
        for (index, text) in ["a", "", "", "b"].into_iter().enumerate() {
            grid.row();
            if text.is_empty() {
                grid.reach_down(0);
            } else {
                grid.place(0, text.into(), 1, 1).unwrap();
            }
            grid.place(1, format!("{index}").as_str().into(), 1, 1).unwrap();
        }
        let (table, _) = grid.finish().unwrap().unwrap();
        assert_eq!(table.rows, [["a", "0"], ["a", "1"], ["a", "2"], ["b", "3"]]);
        assert_eq!(table.spans, [Span { row: 0, column: 0, rows: 3, columns: 1 }]);
    }

    #[test]
    fn a_table_of_blanks_is_none_and_a_boundless_one_is_refused() {
        let mut grid = Grid::default();
        grid.row();
        grid.cell(" ".into(), 1, 1).unwrap();
        assert!(grid.finish().unwrap().is_none());
        let mut grid = Grid::default();
        for _ in 0..1_000 {
            grid.row();
            if grid.cell("x".into(), usize::MAX, usize::MAX).is_err() {
                return;
            }
        }
        panic!("four million places were taken");
    }

    proptest! {
        // The same cases on every run and every machine.
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(2026), ..ProptestConfig::default() })]

        #[test]
        fn rows_are_equally_long_and_no_text_is_lost(
            rows in proptest::collection::vec(proptest::collection::vec((1_usize..4, 1_usize..4), 0..6), 1..8)
        ) {
            let mut grid = Grid::default();
            let mut count = 0;
            for row in &rows {
                grid.row();
                for (tall, wide) in row {
                    grid.cell(format!("t{count}").as_str().into(), *tall, *wide).unwrap();
                    count += 1;
                }
            }
            let Some((table, _)) = grid.finish().unwrap() else { return Ok(()) };
            prop_assert!(table.rows.iter().all(|row| row.len() == table.columns()));
            let all: Vec<&String> = table.rows.iter().flatten().collect();
            for number in 0..count {
                let text = format!("t{number}");
                prop_assert!(all.contains(&&text), "{text} is lost");
            }
        }
    }
}
