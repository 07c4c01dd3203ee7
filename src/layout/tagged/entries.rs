//! The entries of a tagged table, put in their rows and columns.

use std::collections::BTreeSet;

use super::super::blocks::block;
use super::super::{ruled, tables};
use mediary_core::document::{Block, BlockKind, CellPlace, Line, Span, Table};

/// Text is not repeated in so many places that it becomes longer than this, in bytes.
const MOST_REPEATED: usize = 1 << 16;

/// A table, while its entries come along.
#[derive(Debug)]
pub(super) struct Entries {
    number: u32,
    entries: Vec<(CellPlace, Vec<Line>)>,
}

impl Entries {
    /// A table that nothing is in yet.
    pub(super) fn of(number: u32) -> Self {
        Self { number, entries: Vec::new() }
    }

    /// By which the document tells it from others.
    pub(super) fn number(&self) -> u32 {
        self.number
    }

    /// Adds what stands in an entry, which may have been begun.
    pub(super) fn add(&mut self, place: CellPlace, lines: impl Iterator<Item = Line>) {
        match self.entries.last_mut() {
            Some((last, own)) if *last == place => own.extend(lines),
            _ => self.entries.push((place, lines.collect())),
        }
    }

    /// The table of those rows in which anything stands.
    pub(super) fn into_block(self) -> Block {
        let numbers: BTreeSet<u32> = self.entries.iter().map(|(place, _)| place.row).collect();
        let numbers: Vec<u32> = numbers.into_iter().collect();
        let row_of = |row: u32| numbers.partition_point(|number| *number < row);
        let columns = self.entries.iter().map(|(place, _)| place.table_columns as usize).max().unwrap_or(0);
        let mut table = Table { rows: vec![vec![String::new(); columns]; numbers.len()], ..Table::default() };
        let first = numbers.first().copied();
        let mut in_first = self.entries.iter().filter(|(place, _)| Some(place.row) == first);
        let is_named = in_first.all(|(place, _)| place.is_header);
        let names_none = self.entries.iter().all(|(place, _)| !place.is_header);
        let mut lines = Vec::new();
        for (place, own) in self.entries {
            let text = own.iter().map(|line| line.text.as_str()).collect::<Vec<&str>>().join("\n");
            let (row, column) = (row_of(place.row), place.column as usize);
            let span = Span {
                row,
                column,
                rows: (row_of(place.row.saturating_add(place.rows)) - row).max(1),
                columns: (place.columns as usize).min(columns.saturating_sub(column)).max(1),
            };
            let is_short = text.len().saturating_mul(span.rows * span.columns) <= MOST_REPEATED;
            let span = if is_short { span } else { Span { rows: 1, columns: 1, ..span } };
            for row in table.rows.iter_mut().skip(row).take(span.rows) {
                row.iter_mut().skip(column).take(span.columns).for_each(|entry| entry.clone_from(&text));
            }
            if span.rows * span.columns > 1 {
                table.spans.push(span);
            }
            lines.extend(own);
        }
        // Some programs call no entry a head.
        let looks_headed = |table: &Table| tables::has_header(&table.rows) || ruled::is_headed(&table.rows);
        table.has_header = is_named || (names_none && looks_headed(&table));
        block(BlockKind::Table(table), lines)
    }
}
