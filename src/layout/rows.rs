//! Rows of one column: boxes that stand beside each other become one line of text.

use super::frame::{Piece, shared_height};
use super::looks::Look;
use super::{headings, script};
use mediary_core::document::{Face, Line, Rect, Run, Word, mean_confidence};

/// A gap of this many text heights between two boxes in a row is more than a word space.
const WIDE_GAP_HEIGHTS: f32 = 1.5;
/// Words of a text layer with a gap of this many text heights between them stand in different cells.
const CELL_GAP_HEIGHTS: f32 = 0.6;

/// A stretch of a row with nothing wide in it.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) text: String,
}

/// One row, in the straight frame.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) rect: Rect,
    /// From left to right.
    pub(super) cells: Vec<Cell>,
    /// One line, or the several that a text layer has in this row.
    pub(super) lines: Vec<Line>,
    /// How each of the lines is set, where that is known.
    pub(super) runs: Vec<Vec<Run>>,
    /// Whether it is a heading that runs into the row after it.
    pub(super) is_run_in: bool,
}

impl Row {
    /// The text of the row.
    pub(super) fn text(&self) -> &str {
        self.lines.first().map_or("", |line| &line.text)
    }

    /// The text in which the row ends.
    pub(super) fn end(&self) -> &str {
        self.lines.last().map_or("", |line| &line.text)
    }
}

/// Joins boxes into rows, from top to bottom.
pub(super) fn rows_of(mut pieces: Vec<Piece>) -> Vec<Row> {
    pieces.sort_by(|a, b| a.middle().total_cmp(&b.middle()));
    let mut rows: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        match rows.last_mut() {
            Some(row) if belongs(row, &piece) => row.push(piece),
            _ => rows.push(vec![piece]),
        }
    }
    rows.into_iter().map(joined).collect()
}

/// Beside at least one, and below none: a tall box does not drag several lines into one row.
fn belongs(row: &[Piece], piece: &Piece) -> bool {
    row.iter().any(|other| stand_in_a_row(&other.rect, &piece.rect))
        && row
            .iter()
            .all(|other| shared_height(&other.rect, &piece.rect) > 0.25 * other.rect.height().min(piece.rect.height()))
}

pub(super) fn stand_in_a_row(a: &Rect, b: &Rect) -> bool {
    let beside = a.right.min(b.right) - a.left.max(b.left) < 0.5 * a.width().min(b.width());
    shared_height(a, b) > 0.5 * a.height().min(b.height()) && beside
}

/// The boxes of one row as its line.
pub(super) fn joined(mut row: Vec<Piece>) -> Row {
    row.sort_by(|a, b| a.rect.left.total_cmp(&b.rect.left));
    let cells = row
        .iter()
        .map(|piece| Cell { left: piece.rect.left, right: piece.rect.right, text: piece.line.text.clone() })
        .collect();
    let rect = Rect::around(row.iter().map(|piece| piece.rect)).unwrap_or_default();
    if script::reads_right_to_left(row.iter().map(|piece| piece.line.text.as_str())) {
        row.reverse();
    }
    let confidence = mean_confidence(row.iter().map(|piece| &piece.line));
    let face = one_face(&row);
    // A row of one box keeps what was measured in it.
    let own =
        if let [piece] = row.as_slice() { Some(piece.runs.clone()).filter(|runs| !runs.is_empty()) } else { None };
    let bbox = Rect::around(row.iter().map(|piece| piece.line.bbox)).unwrap_or_default();
    let mut text = String::new();
    let mut words: Vec<Word> = Vec::new();
    let mut before: Option<Rect> = None;
    for Piece { rect, line, .. } in row {
        if let Some(before) = before {
            let gap = (rect.left - before.right).max(before.left - rect.right);
            text.push_str(if gap > WIDE_GAP_HEIGHTS * before.height() { "   " } else { " " });
        }
        text.push_str(&line.text);
        words.extend(line.words);
        before = Some(rect);
    }
    let runs = match own {
        Some(runs) => vec![runs],
        None => face.map(|face| vec![vec![Run { end: text.len(), face }]]).unwrap_or_default(),
    };
    Row { rect, cells, lines: vec![Line { text, bbox, confidence, words }], runs, is_run_in: false }
}

/// The face in which all of the boxes of a row are set: that of the widest, if the others look like it.
fn one_face(row: &[Piece]) -> Option<Face> {
    let known = || row.iter().filter_map(|piece| Some((piece.rect.width(), &piece.runs.first()?.face)));
    let (_, widest) = known().max_by(|a, b| a.0.total_cmp(&b.0))?;
    let is_like = |face: &Face| Look::from(face).is_like(&Look::from(widest));
    known().all(|(_, face)| is_like(face)).then(|| widest.clone())
}

/// The rows of a text layer, in its order: lines that follow one another and stand beside each other share one.
pub(super) fn rows_in_order(pieces: Vec<Piece>) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for Piece { rect, line, runs, .. } in pieces {
        let cells = cells_of(&line, rect);
        match rows.last_mut() {
            Some(row)
                if rect.left >= row.rect.right
                    && stand_in_a_row(&row.rect, &rect)
                    && !(headings::is_caption(&line.text) && headings::is_caption(row.text())) =>
            {
                row.rect = row.rect.union(rect);
                row.cells.extend(cells);
                row.lines.push(line);
                row.runs.push(runs);
            }
            _ => rows.push(Row { rect, cells, lines: vec![line], runs: vec![runs], is_run_in: false }),
        }
    }
    rows
}

/// A text layer joins the cells of a row into one line; its words, if measured, tell them apart.
fn cells_of(line: &Line, rect: Rect) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    for word in &line.words {
        let Rect { left, right, .. } = word.bbox;
        match cells.last_mut() {
            Some(cell) if left - cell.right < CELL_GAP_HEIGHTS * rect.height() => {
                cell.text.push(' ');
                cell.text.push_str(&word.text);
                cell.right = cell.right.max(right);
            }
            _ => cells.push(Cell { left, right, text: word.text.clone() }),
        }
    }
    if cells.is_empty() {
        cells.push(Cell { left: rect.left, right: rect.right, text: line.text.clone() });
    }
    cells.sort_by(|a, b| a.left.total_cmp(&b.left));
    cells
}

/// Parts rows where one begins above the one before it: there a text layer goes on to another column.
pub(super) fn falling(rows: Vec<Row>) -> Vec<Vec<Row>> {
    let mut stretches: Vec<Vec<Row>> = Vec::new();
    for row in rows {
        match stretches.last_mut() {
            Some(stretch) if stretch.last().is_some_and(|last| !rises(&last.rect, &row.rect)) => stretch.push(row),
            _ => stretches.push(vec![row]),
        }
    }
    stretches
}

fn rises(before: &Rect, rect: &Rect) -> bool {
    before.top - rect.top > 0.5 * before.height().min(rect.height())
}
