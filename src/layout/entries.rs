//! The rows and columns of a table whose place is known, from where its words stand.
//!
//! Columns are parted by strips that no word of the body crosses; rows by the lines that run across, else by what stands
//! in the first column. Entries of the head may take several columns, bound by a line below them or lying across a strip.

use std::ops::Range;

use super::banded::{Across, Band};
use super::frame::Piece;
use super::strips::{self, Printed, STRIP_HEIGHTS, middle};
use super::{script, tables};
use mediary_core::document::{Rect, Span, Table};

/// Words of a row that are further apart, in text heights, are different entries.
const APART_HEIGHTS: f32 = 0.75;
/// A text of so many characters is no entry of a column of figures.
const LONG_TEXT: usize = 20;
/// Heads are no higher than this many lines.
const MOST_HEAD_LINES: usize = 4;

/// An entry in the making.
#[derive(Debug, Clone)]
struct Entry {
    rect: Rect,
    text: String,
    columns: Range<usize>,
    /// How many rows it takes from here on; none where it began further up.
    rows: usize,
}

/// The table that boxes make in a band; `None` if they make none.
pub(super) fn table(pieces: &[&Piece], band: &Band, unit: f32) -> Option<Table> {
    let printed = strips::printed(pieces);
    let shelves = shelves(&printed, &band.cuts);
    let head = head_of(&printed, &shelves);
    let body: Vec<&Printed> = printed[head.end..].iter().collect();
    if body.len() < 2 {
        return None;
    }
    // Names may be wider than what stands below them.
    let strips = strips::strips(&body, unit).into_iter().map(|strip| strips::beside(&printed[head.clone()], strip));
    let columns = Columns { strips: strips.collect(), unit };
    let mut rows: Vec<Vec<Entry>> = Vec::new();
    let mut heads = 0;
    for shelf in shelves {
        // Lines below a part of the columns bind those of the head, and part the rows of the body.
        let is_head = shelf.start < head.end;
        let braces: &[Across] = if is_head { &band.braces } else { &[] };
        let lines: Vec<Vec<Entry>> = printed[shelf].iter().map(|line| columns.entries(line, braces)).collect();
        let grouped = if is_head { columns.head_rows(lines, braces) } else { body_rows(lines, &band.braces) };
        heads += if is_head { grouped.len() } else { 0 };
        rows.extend(grouped);
    }
    let is_right_to_left = script::reads_right_to_left(printed.iter().flatten().map(|atom| atom.text.as_str()));
    let table = is_convincing(&rows, columns.count()).then(|| filled(&rows, columns.count(), heads))?;
    Some(if is_right_to_left { mirrored(table) } else { table })
}

/// Which lines stand between which cuts.
fn shelves(printed: &[Printed], cuts: &[f32]) -> Vec<Range<usize>> {
    let mut shelves = Vec::new();
    let mut start = 0;
    for cut in cuts.iter().skip(1) {
        let end = start + printed[start..].iter().take_while(|line| middle(&line[0].rect) < *cut).count();
        if end > start {
            shelves.push(start..end);
        }
        start = end;
    }
    if start < printed.len() {
        shelves.push(start..printed.len());
    }
    shelves
}

/// The lines of the head: what stands above the first line inside, or else the first line of text.
fn head_of(printed: &[Printed], shelves: &[Range<usize>]) -> Range<usize> {
    let is_named = |lines: &[Printed]| {
        let texts = || lines.iter().flatten().map(|atom| atom.text.as_str());
        let numeric = texts().filter(|text| script::is_numeric(text)).count();
        3 * numeric < texts().count()
    };
    match shelves {
        [first, _, ..] if first.len() <= MOST_HEAD_LINES && is_named(&printed[first.clone()]) => first.clone(),
        [only] if only.len() >= 3 && is_named(&printed[..1]) => 0..1,
        _ => 0..0,
    }
}

/// The columns of a table.
struct Columns {
    strips: Vec<f32>,
    unit: f32,
}

impl Columns {
    fn count(&self) -> usize {
        self.strips.len() + 1
    }

    fn at(&self, x: f32) -> usize {
        self.strips.partition_point(|strip| *strip <= x)
    }

    /// The entries of a line of text.
    fn entries(&self, line: &Printed, braces: &[Across]) -> Vec<Entry> {
        let is_right_to_left = script::reads_right_to_left(line.iter().map(|atom| atom.text.as_str()));
        let mut entries: Vec<Entry> = Vec::new();
        for atom in line {
            let gap = entries.last().map_or(f32::INFINITY, |entry| atom.rect.left - entry.rect.right);
            let is_parted = |entry: &Entry| {
                gap >= APART_HEIGHTS * self.unit
                    || (gap >= STRIP_HEIGHTS[1] * self.unit
                        && self.strips.iter().any(|strip| entry.rect.right <= *strip && *strip <= atom.rect.left))
            };
            match entries.last_mut() {
                Some(entry) if !is_parted(entry) => {
                    entry.rect = entry.rect.union(atom.rect);
                    entry.text = if is_right_to_left {
                        format!("{} {}", atom.text, entry.text)
                    } else {
                        format!("{} {}", entry.text, atom.text)
                    };
                }
                _ => entries.push(Entry { rect: atom.rect, text: atom.text.clone(), columns: 0..0, rows: 1 }),
            }
        }
        for entry in &mut entries {
            entry.columns = self.columns_of(&entry.rect, braces);
        }
        // What two entries of a line have in common belongs to the one that reaches it by itself.
        let mut joined: Vec<Entry> = Vec::new();
        for entry in entries {
            match joined.last_mut() {
                Some(last) if last.columns.end > entry.columns.start => {
                    last.rect = last.rect.union(entry.rect);
                    last.text.push(' ');
                    last.text.push_str(&entry.text);
                    last.columns.end = last.columns.end.max(entry.columns.end);
                }
                _ => joined.push(entry),
            }
        }
        joined
    }

    /// The columns that an entry takes: those over the brace right below it, else those that it lies in.
    fn columns_of(&self, rect: &Rect, braces: &[Across]) -> Range<usize> {
        let x = f32::midpoint(rect.left, rect.right);
        let below = braces.iter().filter(|brace| {
            (brace.left..=brace.right).contains(&x) && (-0.3..1.2).contains(&((brace.y - rect.bottom) / self.unit))
        });
        if let Some(brace) = below.min_by(|a, b| a.y.total_cmp(&b.y)) {
            let (first, last) = (self.at(brace.left + 0.5 * self.unit), self.at(brace.right - 0.5 * self.unit));
            return first..last.max(first) + 1;
        }
        let slack = 0.15 * self.unit;
        self.at((rect.left + slack).min(x))..self.at((rect.right - slack).max(x)) + 1
    }

    /// The rows of a head: several lines are several rows only where an entry takes more than one column.
    fn head_rows(&self, lines: Vec<Vec<Entry>>, braces: &[Across]) -> Vec<Vec<Entry>> {
        let spans = |line: &[Entry]| line.iter().any(|entry| entry.columns.len() > 1);
        if !lines.iter().any(|line| spans(line)) && braces.is_empty() {
            return vec![merged(lines)];
        }
        let mut rows: Vec<Vec<Entry>> = Vec::new();
        let mut pending: Vec<Entry> = Vec::new();
        for line in lines {
            // A name in the middle of two rows stands for both.
            let is_between = !spans(&line)
                && line.len() == 1
                && rows.last().is_some_and(|row| row.iter().all(|entry| entry.columns.start != line[0].columns.start));
            if is_between {
                pending.extend(line);
            } else if rows.last().is_some_and(|row| !spans(row) && !spans(&line)) && !rows.is_empty() {
                let above = rows.pop().unwrap_or_default();
                rows.push(merged(vec![above, line]));
            } else {
                rows.push(line);
            }
        }
        if let Some(first) = rows.first_mut() {
            first.extend(pending);
            first.sort_by_key(|entry| entry.columns.start);
        }
        rows
    }
}

/// The rows between two cuts: each line that has something in the first column begins one.
fn body_rows(mut lines: Vec<Vec<Entry>>, braces: &[Across]) -> Vec<Vec<Entry>> {
    let parts = parted(&lines, braces);
    let labels = if parts.len() > 1 { spanning(&mut lines, braces) } else { labels(&mut lines) };
    let begins = |line: &[Entry]| line.first().is_some_and(|entry| entry.columns.start == 0);
    let mut rows: Vec<Vec<Entry>> = Vec::new();
    if parts.len() > 1 {
        rows.extend(parts.into_iter().map(|part| merged(lines[part].to_vec())));
    } else if lines.iter().filter(|line| begins(line)).count() <= 1 && lines.iter().skip(1).all(|line| line.len() <= 2)
    {
        rows.push(merged(lines));
    } else {
        for line in lines {
            let goes_on = !begins(&line)
                && rows.last().is_some_and(|row: &Vec<Entry>| {
                    line.iter().all(|entry| row.iter().any(|above| goes_on_below(above, entry)))
                });
            match rows.last_mut() {
                Some(row) if goes_on => *row = merged(vec![std::mem::take(row), line]),
                _ => rows.push(line),
            }
        }
    }
    let height = rows.len();
    for (place, row) in rows.iter_mut().enumerate() {
        row.extend(labels.iter().map(|label| Entry { rows: if place == 0 { height } else { 0 }, ..label.clone() }));
        row.sort_by_key(|entry| entry.columns.start);
    }
    rows
}

/// The lines between braces.
fn parted(lines: &[Vec<Entry>], braces: &[Across]) -> Vec<Range<usize>> {
    let ends = |line: &[Entry]| Rect::around(line.iter().map(|entry| entry.rect)).unwrap_or_default();
    let is_parted = |above: &[Entry], below: &[Entry]| {
        let (above, below) = (ends(above), ends(below));
        braces.iter().any(|brace| middle(&above) < brace.y && brace.y < middle(&below) && brace.left < below.right)
    };
    let mut parts = Vec::new();
    let mut start = 0;
    for place in 1..=lines.len() {
        if place == lines.len() || is_parted(&lines[place - 1], &lines[place]) {
            parts.push(start..place);
            start = place;
        }
    }
    parts
}

/// Takes out what stands beside all braces: it belongs to the rows on both sides of them.
fn spanning(lines: &mut [Vec<Entry>], braces: &[Across]) -> Vec<Entry> {
    let (top, bottom) = lines.iter().flatten().fold((f32::INFINITY, f32::NEG_INFINITY), |(top, bottom), entry| {
        (top.min(entry.rect.top), bottom.max(entry.rect.bottom))
    });
    let is_beside = |entry: &Entry| {
        braces
            .iter()
            .filter(|brace| top < brace.y && brace.y < bottom)
            .all(|brace| entry.rect.right <= brace.left || brace.right <= entry.rect.left)
    };
    let taken: Vec<Entry> = lines
        .iter_mut()
        .flat_map(|line| line.extract_if(.., |entry| is_beside(entry)).collect::<Vec<Entry>>())
        .collect();
    merged(vec![taken])
}

/// Takes out what stands between lines, in columns where none of them has anything: it belongs to all of their rows.
fn labels(lines: &mut Vec<Vec<Entry>>) -> Vec<Entry> {
    let shares = |line: &[Entry], other: &[Entry]| {
        line.iter().any(|entry| other.iter().any(|other| other.columns.contains(&entry.columns.start)))
    };
    let is_label = |place: usize| {
        let others = || (0..lines.len()).filter(move |other| *other != place);
        place > 0 && others().count() >= 2 && others().all(|other| !shares(&lines[place], &lines[other]))
    };
    match (0..lines.len()).find(|place| is_label(*place)) {
        Some(place) => lines.remove(place),
        None => Vec::new(),
    }
}

/// Whether an entry goes on with what stands above it: words below words, and numbers only below a long text.
fn goes_on_below(above: &Entry, entry: &Entry) -> bool {
    let is_text = !script::is_numeric(&entry.text) || script::weight(&above.text) >= LONG_TEXT;
    above.columns.start == entry.columns.start && is_text
}

/// Lines that are one row: their entries put under one another.
fn merged(lines: Vec<Vec<Entry>>) -> Vec<Entry> {
    let mut row: Vec<Entry> = Vec::new();
    for entry in lines.into_iter().flatten() {
        match row.iter_mut().find(|above| above.columns.contains(&entry.columns.start)) {
            Some(above) => {
                above.rect = above.rect.union(entry.rect);
                above.text.push('\n');
                above.text.push_str(&entry.text);
                above.columns.end = above.columns.end.max(entry.columns.end);
            }
            None => row.push(entry),
        }
    }
    row.sort_by_key(|entry| entry.columns.start);
    row
}

/// At least two rows with something in two columns, and few places with nothing.
fn is_convincing(rows: &[Vec<Entry>], columns: usize) -> bool {
    let several = rows.iter().filter(|row| row.len() >= 2).count();
    let least = if columns > 2 { 2 } else { 3 };
    let taken: usize = rows.iter().flatten().map(|entry| entry.columns.len()).sum();
    let is_full = 10 * taken >= 6 * rows.len() * columns;
    is_full && columns >= 2 && rows.len() >= least && several >= 2 && 2 * several >= rows.len()
}

fn filled(rows: &[Vec<Entry>], columns: usize, heads: usize) -> Table {
    let mut table = Table { rows: vec![vec![String::new(); columns]; rows.len()], ..Table::default() };
    for (place, row) in rows.iter().enumerate() {
        for entry in row {
            let Range { start, end } = entry.columns;
            for cell in &mut table.rows[place][start..end.min(columns)] {
                cell.clone_from(&entry.text);
            }
            if (end - start) * entry.rows > 1 {
                table.spans.push(Span { row: place, column: start, rows: entry.rows, columns: end - start });
            }
        }
    }
    bind_names(&mut table, heads);
    table.has_header = heads > 0 || tables::has_header(&table.rows);
    table
}

/// What stands in a column of the head outside of those that are bound together is one name, over all of its rows.
fn bind_names(table: &mut Table, heads: usize) {
    for column in 0..table.columns() {
        let is_bound = table.spans.iter().any(|span| {
            span.row < heads && span.columns > 1 && (span.column..span.column + span.columns).contains(&column)
        });
        if heads < 2 || is_bound {
            continue;
        }
        let parts: Vec<&str> =
            table.rows[..heads].iter().map(|row| row[column].as_str()).filter(|text| !text.is_empty()).collect();
        let name = parts.join("\n");
        if !name.is_empty() {
            table.rows[..heads].iter_mut().for_each(|row| row[column].clone_from(&name));
            table.spans.push(Span { row: 0, column, rows: heads, columns: 1 });
        }
    }
}

/// The table with its columns in the order in which they are read from right to left.
pub(super) fn mirrored(mut table: Table) -> Table {
    let columns = table.columns();
    table.rows.iter_mut().for_each(|row| row.reverse());
    for span in &mut table.spans {
        span.column = columns.saturating_sub(span.column + span.columns);
    }
    table
}
