//! A sheet's entries become a table: without the empty rows and columns around it, and where a sheet is almost all empty
//! without those in it.

use std::collections::HashMap;

use mediary_core::document::{Link, Span, Table};
use mediary_core::is_hidden_in_text;

use super::super::limits::{MAX_CELLS, Refusal};
use super::super::text::Text;

/// Of a table that is emptier than this many places an entry, empty rows and columns are left out.
const MAX_PLACES_PER_ENTRY: usize = 200;

/// The entries of a sheet, in any order.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    entries: Vec<(u32, u32, String)>,
    links: HashMap<(u32, u32), String>,
}

impl Sheet {
    /// Puts an entry into its place; blank ones are none.
    pub(super) fn put(&mut self, row: u32, column: u32, text: String) {
        if !text.trim().is_empty() {
            self.entries.push((row, column, text));
        }
    }

    /// An entry leads to an address.
    pub(super) fn link(&mut self, place: (u32, u32), address: String) {
        self.links.insert(place, address);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether an entry carries what has no width, which is left out.
    pub(super) fn hides(&self) -> bool {
        self.entries.iter().any(|(.., text)| text.contains(is_hidden_in_text))
    }

    /// The table with its links.
    pub(super) fn finish(self, merged: &[calamine::Dimensions]) -> Result<(Table, Vec<Link>), Refusal> {
        let count = self.entries.len();
        let rows = Axis::of(self.entries.iter().map(|(row, ..)| *row));
        let columns = Axis::of(self.entries.iter().map(|(_, column, _)| *column));
        let places = rows.length().saturating_mul(columns.length());
        let (rows, columns) = match places > MAX_CELLS || places / count.max(1) > MAX_PLACES_PER_ENTRY {
            true => (rows.without_gaps(), columns.without_gaps()),
            false => (rows, columns),
        };
        let (height, width) = (rows.length(), columns.length());
        if height.saturating_mul(width) > MAX_CELLS {
            return Err(Refusal::TooLarge(format!("a sheet of it has more than {MAX_CELLS} cells; split it")));
        }
        let mut table = Table { rows: vec![vec![String::new(); width]; height], ..Table::default() };
        let mut links = Vec::new();
        for (row, column, text) in self.entries {
            let (Some(at_row), Some(at_column)) = (rows.place(row), columns.place(column)) else { continue };
            let mut text = Text::from(text.as_str());
            if let Some(address) = self.links.get(&(row, column)) {
                text.link_since(0, address);
            }
            let (text, of_entry) = text.joined("\n").links_at(at_row * width + at_column);
            links.extend(of_entry);
            table.rows[at_row][at_column] = text;
        }
        links.sort_by_key(|link| (link.piece, link.start));
        for area in merged {
            let Some(span) = span_of(area, &rows, &columns) else { continue };
            let text = table.rows[span.row][span.column].clone();
            if text.is_empty() || span.rows * span.columns * text.len() > 100_000 {
                continue;
            }
            for row in &mut table.rows[span.row..span.row + span.rows] {
                row[span.column..span.column + span.columns].fill(text.clone());
            }
            table.spans.push(span);
        }
        table.has_header = names_columns(&table);
        Ok((table, links))
    }
}

/// Where a merged area lies in the table, as far as it does.
fn span_of(area: &calamine::Dimensions, rows: &Axis, columns: &Axis) -> Option<Span> {
    let (row, column) = (rows.place(area.start.0)?, columns.place(area.start.1)?);
    let end_row = rows.last_place(area.start.0, area.end.0)?;
    let end_column = columns.last_place(area.start.1, area.end.1)?;
    let span = Span { row, column, rows: end_row - row + 1, columns: end_column - column + 1 };
    (span.rows * span.columns > 1).then_some(span)
}

/// Whether the first row names what stands below it: words in each place, and something below.
pub(super) fn names_columns(table: &Table) -> bool {
    let is_word = |cell: &String| !cell.is_empty() && cell.parse::<f64>().is_err();
    table.rows.len() > 1 && table.rows[0].iter().all(is_word)
}

/// The rows or the columns of a sheet that are shown: from the first to the last with an entry, with what lies between them
/// or without.
struct Axis {
    used: Vec<u32>,
    has_gaps: bool,
}

impl Axis {
    fn of(places: impl Iterator<Item = u32>) -> Self {
        let mut used: Vec<u32> = places.collect();
        used.sort_unstable();
        used.dedup();
        Self { used, has_gaps: true }
    }

    fn without_gaps(self) -> Self {
        Self { has_gaps: false, ..self }
    }

    fn length(&self) -> usize {
        match (self.used.first(), self.used.last()) {
            (Some(first), Some(last)) if self.has_gaps => (last - first) as usize + 1,
            _ => self.used.len(),
        }
    }

    /// Where a row or column is shown.
    fn place(&self, of: u32) -> Option<usize> {
        if !self.has_gaps {
            return self.used.binary_search(&of).ok();
        }
        let (first, last) = (*self.used.first()?, *self.used.last()?);
        (first..=last).contains(&of).then(|| (of - first) as usize)
    }

    /// Where the last of a stretch of them is shown.
    fn last_place(&self, first: u32, last: u32) -> Option<usize> {
        let shown = self.used.partition_point(|used| *used <= last).checked_sub(1)?;
        let last = if self.has_gaps { last.min(*self.used.last()?) } else { self.used[shown] };
        self.place(last.max(first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(entries: &[(u32, u32, &str)], merged: &[[(u32, u32); 2]]) -> Table {
        let mut sheet = Sheet::default();
        for (row, column, text) in entries {
            sheet.put(*row, *column, (*text).to_owned());
        }
        let merged: Vec<_> = merged.iter().map(|[start, end]| calamine::Dimensions::new(*start, *end)).collect();
        sheet.finish(&merged).unwrap().0
    }

    #[test]
    fn what_is_empty_around_a_table_is_left_out_and_within_it_is_not() {
        let found = table(&[(2, 1, "name"), (2, 2, "fee"), (4, 2, "7")], &[]);
        assert_eq!(found.rows, [["name", "fee"], ["", ""], ["", "7"]]);
        assert!(found.has_header);
    }

    #[test]
    fn far_off_entries_cost_nothing() {
        let found = table(&[(0, 0, "here"), (1_048_575, 16_383, "there")], &[]);
        assert_eq!(found.rows, [["here", ""], ["", "there"]]);
    }

    #[test]
    fn merged_entries_fill_their_places() {
        let found =
            table(&[(0, 0, "both"), (1, 0, "1"), (1, 1, "2"), (2, 1, "3")], &[[(0, 0), (0, 1)], [(1, 0), (9, 0)]]);
        assert_eq!(found.rows, [["both", "both"], ["1", "2"], ["1", "3"]]);
        let spans = [Span { row: 0, column: 0, rows: 1, columns: 2 }, Span { row: 1, column: 0, rows: 2, columns: 1 }];
        assert_eq!(found.spans, spans);
    }
}
