//! Tables within ruling lines: which boxes stand in which cell, and the rows that they make.
//!
//! A frame round some text is no table, and neither are squares that text is written across; what stands
//! in those is left to the layout of the page. A single row of frames is read frame by frame.

use std::collections::BTreeSet;

use super::frame::{Piece, text_height};
use super::lattice::{self, Lattice};
use super::rows::{self, Row};
use super::{entries, script, stacked, tables};
use mediary_core::document::{Block, BlockKind, Line, Point, Rect, Rules, Span, Table};

/// A box that lies so many text heights in other cells than its own is written across the lines.
const ACROSS_HEIGHTS: f32 = 1.0;

/// A longer text, in bytes, is no name of rows or columns, and stands in the first of its places only.
const LONGEST_REPEATED: usize = 120;

/// A grid and the boxes in it.
#[derive(Debug)]
pub(super) struct Ruled {
    lattice: Lattice,
    pieces: Vec<Piece>,
    unit: f32,
    /// From the straight frame of the boxes to that of the rules, which may lie differently.
    turn: f32,
    /// The angle of the rules on the page.
    angle: f32,
    is_table: bool,
}

/// The grids of a page whose boxes have been turned back by `skew`, and for every box the number of its grid.
pub(super) fn grids(pieces: &[Piece], rules: &Rules, skew: f32) -> (Vec<Ruled>, Vec<Option<usize>>) {
    let mut places = vec![None; pieces.len()];
    let mut found: Vec<Ruled> = Vec::new();
    let Some(angle) = lattice::angle(rules) else { return (found, places) };
    let unit = text_height(pieces);
    for lattice in lattice::lattices(rules, angle, unit) {
        let mut ruled = Ruled { lattice, pieces: Vec::new(), unit, turn: skew - angle, angle, is_table: false };
        let is_within = |index: &usize| places[*index].is_none() && ruled.cell_of(&pieces[*index]).is_some();
        let members: Vec<usize> = (0..pieces.len()).filter(is_within).collect();
        let boxes: Vec<&Piece> = members.iter().map(|&index| &pieces[index]).collect();
        let Some(is_table) = ruled.judged(&boxes) else { continue };
        ruled.is_table = is_table;
        for index in members {
            places[index] = Some(found.len());
        }
        found.push(ruled);
    }
    (found, places)
}

impl Ruled {
    pub(super) fn add(&mut self, piece: Piece) {
        self.pieces.push(piece);
    }

    /// Around all its boxes.
    pub(super) fn rect(&self) -> Rect {
        Rect::around(self.pieces.iter().map(|piece| piece.rect)).unwrap_or_default()
    }

    /// What is written in it, cell by cell, to be measured.
    pub(super) fn rows(&self) -> Vec<Row> {
        let cells = self.in_cells(self.pieces.clone());
        cells.into_iter().flat_map(|(_, pieces)| rows::rows_of(pieces)).collect()
    }

    /// Its blocks: the table, or those of one frame after the other. `body` lays out what stands in one cell.
    pub(super) fn into_blocks(mut self, body: fn(Vec<Piece>) -> Vec<Block>) -> Vec<Block> {
        let is_right_to_left = script::reads_right_to_left(self.pieces.iter().map(|piece| piece.line.text.as_str()));
        let pieces = std::mem::take(&mut self.pieces);
        let mut cells = self.in_cells(pieces);
        if is_right_to_left {
            let columns = self.lattice.columns();
            cells.sort_by_key(|(cell, _)| (cell / columns, std::cmp::Reverse(cell % columns)));
        }
        if self.is_table {
            vec![self.table(cells, is_right_to_left, body)]
        } else {
            cells.into_iter().flat_map(|(_, pieces)| body(pieces)).collect()
        }
    }

    /// Whether the boxes within make a table (`true`) or a row of frames (`false`); `None` if neither.
    fn judged(&self, boxes: &[&Piece]) -> Option<bool> {
        let across = boxes.iter().filter(|piece| self.is_written_across(piece)).count();
        let columns = self.lattice.columns();
        let pieces: Vec<Piece> = boxes.iter().copied().cloned().collect();
        let cells = self.in_cells(pieces);
        let used_rows: BTreeSet<usize> = cells.iter().map(|(cell, _)| cell / columns).collect();
        let used_columns: BTreeSet<usize> = cells.iter().map(|(cell, _)| cell % columns).collect();
        if used_columns.len() < 2 || 2 * across > boxes.len() {
            return None;
        }
        if used_rows.len() >= 2 {
            return Some(true);
        }
        let has_several_lines = cells.into_iter().any(|(_, pieces)| rows::rows_of(pieces).len() > 1);
        has_several_lines.then_some(false)
    }

    /// Whether a box pays no heed to the lines; where its words have places, whether one of them does not.
    fn is_written_across(&self, piece: &Piece) -> bool {
        if !has_places(&piece.line) {
            return self.is_across(piece);
        }
        piece.line.words.iter().any(|word| {
            let centre = Point::new(
                f32::midpoint(word.bbox.left, word.bbox.right),
                f32::midpoint(word.bbox.top, word.bbox.bottom),
            );
            let half = (word.bbox.width() / 2.0 - self.unit / 4.0).max(0.0);
            let cell = |shift: f32| self.lattice.cell_at(Point::new(centre.x + shift, centre.y).rotated(-self.angle));
            cell(-half) != cell(half)
        })
    }

    fn cell_of(&self, piece: &Piece) -> Option<usize> {
        self.lattice.cell_at(self.place(piece.centre()))
    }

    /// A place among the boxes, among the rules.
    fn place(&self, point: Point) -> Point {
        point.rotated(self.turn)
    }

    fn is_across(&self, piece: &Piece) -> bool {
        let place = self.place(piece.centre());
        let Some(room) = self.lattice.room_at(place) else { return false };
        let half = piece.rect.width() / 2.0;
        (room.left - place.x + half).max(place.x + half - room.right) > ACROSS_HEIGHTS * self.unit
    }

    /// The boxes cell by cell, in order; boxes that several cells share are parted where their words have places.
    fn in_cells(&self, pieces: Vec<Piece>) -> Vec<(usize, Vec<Piece>)> {
        let mut cells: std::collections::BTreeMap<usize, Vec<Piece>> = std::collections::BTreeMap::new();
        for piece in pieces {
            let own = self.cell_of(&piece).unwrap_or(0);
            if self.is_across(&piece) && has_places(&piece.line) {
                for (cell, part) in self.parted(piece, own) {
                    cells.entry(cell).or_default().push(part);
                }
            } else {
                cells.entry(own).or_default().push(piece);
            }
        }
        cells.into_iter().collect()
    }

    /// A box as several, word by word; words outside of the grid stay in the box's own cell.
    fn parted(&self, piece: Piece, own: usize) -> Vec<(usize, Piece)> {
        let mut parts: Vec<(usize, Piece)> = Vec::new();
        for word in piece.line.words {
            let Rect { left, top, right, bottom } = word.bbox;
            let centre = Point::new((left + right) / 2.0, (top + bottom) / 2.0);
            let cell = self.lattice.cell_at(centre.rotated(-self.angle)).unwrap_or(own);
            let middle = centre.rotated(-self.angle - self.turn).x;
            let half = word.bbox.width() / 2.0;
            let rect = Rect { left: middle - half, right: middle + half, ..piece.rect };
            match parts.last_mut() {
                Some((last, part)) if *last == cell => {
                    part.rect = part.rect.union(rect);
                    part.line.bbox = part.line.bbox.union(word.bbox);
                    part.line.text.push(' ');
                    part.line.text.push_str(&word.text);
                    part.line.words.push(word);
                }
                _ => {
                    let confidence = piece.line.confidence;
                    let line = Line { text: word.text.clone(), bbox: word.bbox, confidence, words: vec![word] };
                    parts.push((cell, Piece { rect, ..Piece::of(line) }));
                }
            }
        }
        parts
    }

    /// The table; rows and columns in which no entry begins are left out, and entries that span several are in each.
    fn table(
        &self,
        cells: Vec<(usize, Vec<Piece>)>,
        is_right_to_left: bool,
        body: fn(Vec<Piece>) -> Vec<Block>,
    ) -> Block {
        let columns = self.lattice.columns();
        let used_columns: BTreeSet<usize> = cells.iter().map(|(cell, _)| cell % columns).collect();
        let used_rows: BTreeSet<usize> = cells.iter().map(|(cell, _)| cell / columns).collect();
        let mut table =
            Table { rows: vec![vec![String::new(); used_columns.len()]; used_rows.len()], ..Table::default() };
        let mut lines: Vec<Line> = Vec::new();
        let mut cells = cells.into_iter().peekable();
        while let Some(&(first, _)) = cells.peek() {
            let mut entries: Vec<Vec<Line>> = Vec::new();
            let mut boxes: Vec<Piece> = Vec::new();
            while let Some((cell, pieces)) = cells.next_if(|(cell, _)| cell / columns == first / columns) {
                boxes.extend(pieces.iter().cloned());
                let blocks = body(pieces);
                let entry: Vec<Line> = blocks.into_iter().flat_map(|block| block.lines).collect();
                let text = entry.iter().map(|line| line.text.as_str()).collect::<Vec<&str>>().join("\n");
                self.put(&mut table, (&used_rows, &used_columns), cell, &text);
                entries.push(entry);
            }
            // Where every entry is one line, so is the row, as it is in tables without rules.
            if entries.iter().all(|entry| entry.len() == 1) {
                lines.extend(rows::joined(boxes).lines);
            } else {
                lines.extend(entries.into_iter().flatten());
            }
        }
        (table.rows, table.spans) = stacked::parted(table.rows, table.spans);
        if is_right_to_left {
            table = entries::mirrored(table);
        }
        table.has_header = tables::has_header(&table.rows) || is_headed(&table.rows);
        super::blocks::block(BlockKind::Table(table), lines)
    }

    /// Puts an entry into all of its places that are left.
    fn put(&self, table: &mut Table, used: (&BTreeSet<usize>, &BTreeSet<usize>), cell: usize, text: &str) {
        let (rows, columns) = self.lattice.extent(cell);
        let places = |used: &BTreeSet<usize>, range: std::ops::Range<usize>| {
            used.range(..range.start).count()..used.range(..range.end).count()
        };
        let (mut rows, mut columns) = (places(used.0, rows), places(used.1, columns));
        if text.len() > LONGEST_REPEATED {
            (rows.end, columns.end) = (rows.start + 1, columns.start + 1);
        }
        for row in &mut table.rows[rows.clone()] {
            row[columns.clone()].iter_mut().for_each(|place| text.clone_into(place));
        }
        if rows.len() * columns.len() > 1 {
            let span = Span { row: rows.start, column: columns.start, rows: rows.len(), columns: columns.len() };
            table.spans.push(span);
        }
    }
}

/// Whether the words of a line have been measured, all of them.
fn has_places(line: &Line) -> bool {
    let words = line.words.iter().flat_map(|word| word.text.split_whitespace());
    !line.words.is_empty() && line.text.split_whitespace().eq(words)
}

/// Short names over each column of longer entries.
pub(super) fn is_headed(rows: &[Vec<String>]) -> bool {
    let [first, rest @ ..] = rows else { return false };
    let is_name = |text: &String| !text.is_empty() && !text.contains('\n') && script::digits_and_letters(text).0 == 0;
    let weight = |rows: &[Vec<String>]| {
        let weights: Vec<usize> = rows.iter().flatten().map(|text| script::weight(text)).collect();
        weights.iter().sum::<usize>() as f32 / weights.len().max(1) as f32
    };
    first.iter().all(is_name) && weight(rest) >= 2.0 * weight(&rows[..1])
}
