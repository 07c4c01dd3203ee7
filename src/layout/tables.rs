//! Tables without rulings: consecutive rows whose entries stand in the same columns.
//!
//! Ruling lines are not looked at: what stands within those never comes here. Prose is never a table, and neither are two rows.

use std::ops::Range;

use super::gauge::Gauge;
use super::grid::{Grid, is_spread};
use super::rows::Row;
use super::script;
use mediary_core::document::Table;

/// Fewer rows that happen to be aligned are no table.
const FEWEST_ROWS: usize = 3;
/// Extra space, in text heights, at which a table ends or pauses.
const PAUSE_HEIGHTS: f32 = 0.6;
/// So many spread rows above a table may fail to be part of it.
const MAX_GIVEN_UP: usize = 3;
/// Totals may stand so far below a table.
const TOTALS_HEIGHTS: f32 = 2.5;

/// A table and the rows it takes.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) rows: Range<usize>,
    pub(super) table: Table,
}

/// All tables among the rows of a region.
pub(super) fn tables(rows: &[Row], gauge: &Gauge) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut start = 0;
    while start < rows.len() {
        if !is_spread(&rows[start]) {
            start += 1;
            continue;
        }
        let run = run_from(rows, start, gauge.unit);
        match table_in(rows, run.clone(), gauge.unit) {
            Some(table) => {
                start = table.rows.end;
                found.push(table);
            }
            None => start = run.end,
        }
    }
    found
}

/// Spread rows that follow each other evenly, and single cells between them.
fn run_from(rows: &[Row], start: usize, unit: f32) -> Range<usize> {
    let mut end = start + 1;
    let mut closest = f32::INFINITY;
    for index in start + 1..rows.len() {
        let gap = rows[index].rect.top - rows[index - 1].rect.bottom;
        let is_even = gap > -unit && gap < TOTALS_HEIGHTS * unit && gap - closest < PAUSE_HEIGHTS * unit;
        let is_bridge = index - end < 2 || goes_below(&rows[end - 1], &rows[index], unit);
        if !is_even || !(is_spread(&rows[index]) || is_bridge) {
            break;
        }
        closest = closest.min(gap);
        if is_spread(&rows[index]) {
            end = index + 1;
        }
    }
    start..end
}

/// A single entry below one that is not the first of its row: the text goes on there.
fn goes_below(spread: &Row, row: &Row, unit: f32) -> bool {
    let [cell] = row.cells.as_slice() else { return false };
    spread.cells.iter().skip(1).any(|above| (above.left - cell.left).abs() < 0.3 * unit)
}

fn table_in(rows: &[Row], run: Range<usize>, unit: f32) -> Option<Found> {
    let spread = |range: Range<usize>| rows[range].iter().filter(|row| is_spread(row)).collect::<Vec<&Row>>();
    // Lines above that only look spread are given up.
    let starts = run.clone().filter(|&index| is_spread(&rows[index])).take(MAX_GIVEN_UP + 1);
    let candidates = starts.map(|start| (start, spread(start..run.end)));
    let (start, grid) = candidates
        .filter(|(_, rows)| rows.len() >= FEWEST_ROWS)
        .find_map(|(start, rows)| Some((start, Grid::of(&rows, unit)?)))?;
    let mut range = start..run.end;
    // A row between that fits no column ends the table.
    let misfit =
        range.clone().find(|&index| !is_spread(&rows[index]) && !is_part(&grid, &rows[index], &rows[index - 1]));
    if let Some(misfit) = misfit {
        range.end = misfit;
    }
    let members = spread(range.clone());
    if members.len() < FEWEST_ROWS || !is_convincing(&grid, &members) {
        return None;
    }
    range.end = with_totals(rows, &grid, range.clone(), unit);
    Some(Found { table: filled(&grid, &rows[range.clone()]), rows: range })
}

/// A single cell that goes on from the row above, or stands by itself in the first column.
fn is_part(grid: &Grid, row: &Row, before: &Row) -> bool {
    let touches = row.rect.top - before.rect.bottom < 0.6 * row.rect.height();
    touches && row.cells.len() == 1 && grid.fits(row)
}

/// Two columns and three rows are an address more often than a table: then numbers have to tell.
fn is_convincing(grid: &Grid, rows: &[&Row]) -> bool {
    if grid.columns() > 2 || rows.len() > 4 {
        return true;
    }
    let numeric = rows.iter().filter(|row| grid.texts(row).last().is_some_and(|text| script::is_numeric(text))).count();
    2 * numeric >= rows.len()
}

/// Sums below the table, in its columns, after some space.
fn with_totals(rows: &[Row], grid: &Grid, range: Range<usize>, unit: f32) -> usize {
    let mut end = range.end;
    while let Some(row) = rows.get(end) {
        let gap = row.rect.top - rows[end - 1].rect.bottom;
        let texts = grid.texts(row);
        let is_sum = texts.last().is_some_and(|text| script::is_numeric(text)) && end - range.end < 6;
        if !(is_spread(row) && is_sum && gap > -unit && gap < TOTALS_HEIGHTS * unit && grid.fits(row)) {
            break;
        }
        end += 1;
    }
    end
}

fn filled(grid: &Grid, rows: &[Row]) -> Table {
    let mut table = Table { rows: Vec::with_capacity(rows.len()), ..Table::default() };
    for row in rows {
        let texts = grid.texts(row);
        match table.rows.last_mut() {
            Some(above) if goes_on(row, &texts) => {
                for (cell, text) in above.iter_mut().zip(texts).filter(|(_, text)| !text.is_empty()) {
                    if !cell.is_empty() {
                        cell.push('\n');
                    }
                    cell.push_str(&text);
                }
            }
            _ => table.rows.push(texts),
        }
    }
    table.has_header = has_header(&table.rows);
    table
}

/// A single entry of words that does not begin a row: not in the first column, or in lower case.
fn goes_on(row: &Row, texts: &[String]) -> bool {
    let mut entries = texts.iter().enumerate().filter(|(_, text)| !text.is_empty());
    match (entries.next(), entries.next()) {
        (Some((column, text)), None) => {
            !is_spread(row) && !script::is_numeric(text) && (column > 0 || script::starts_lower_case(text))
        }
        _ => false,
    }
}

/// Words above numbers: the first row names the columns.
pub(super) fn has_header(rows: &[Vec<String>]) -> bool {
    let [first, rest @ ..] = rows else { return false };
    let named = first.iter().filter(|text| !text.is_empty()).count();
    let is_numeric_below = |column: usize| {
        let entries = || rest.iter().map(|row| row[column].as_str()).filter(|text| !text.is_empty());
        let numeric = entries().filter(|text| script::is_numeric(text)).count();
        numeric > 0 && 2 * numeric > entries().count()
    };
    named >= 2
        && !first.iter().any(|text| script::digits_and_letters(text).0 > 0)
        && first.iter().enumerate().any(|(column, text)| !text.is_empty() && is_numeric_below(column))
}
