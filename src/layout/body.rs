//! The body of a page in reading order: region by region, with vertical text and ruled tables in their places.

use super::blocks::blocks_of;
use super::frame::Piece;
use super::gauge::Gauge;
use super::headings::Usual;
use super::looks::Look;
use super::rows::{self, Row};
use super::ruled::Ruled;
use super::{columns, initials, vertical};
use mediary_core::document::{Block, Line, Rect};

/// A part of a page in reading order.
#[derive(Debug)]
enum Part {
    Rows(Vec<Row>),
    /// Vertical lines, laid on their side.
    Vertical(Vec<Piece>),
    /// What stands within ruling lines, and its rows to be measured.
    Ruled(Ruled, Vec<Row>),
    /// A table that is known already.
    Table(Block),
}

impl Part {
    fn rows(&self) -> &[Row] {
        match self {
            Self::Rows(rows) | Self::Ruled(_, rows) => rows,
            Self::Vertical(_) | Self::Table(_) => &[],
        }
    }
}

/// The blocks of what stands in one place of a grid.
pub(super) fn blocks_of_cell(pieces: Vec<Piece>) -> Vec<Block> {
    blocks_in_order(pieces, Vec::new(), Vec::new()).into_iter().map(|(block, _)| block).collect()
}

/// The blocks of boxes, beside and between which grids and tables lie; of headings also how they are set, where that is known.
pub(super) fn blocks_in_order(
    pieces: Vec<Piece>,
    grids: Vec<Ruled>,
    tables: Vec<(Rect, Block)>,
) -> Vec<(Block, Option<Look>)> {
    let (mut pieces, groups) = vertical::set_apart(pieces);
    let mut parts: Vec<Option<Part>> = groups.into_iter().map(|group| Some(Part::Vertical(group))).collect();
    for grid in grids {
        pieces.push(name_of(grid.rect(), parts.len()));
        let rows = grid.rows();
        parts.push(Some(Part::Ruled(grid, rows)));
    }
    for (rect, table) in tables {
        pieces.push(name_of(rect, parts.len()));
        parts.push(Some(Part::Table(table)));
    }
    horizontal(pieces, parts)
}

/// The piece that stands where a grid or table lies. It has no text: what is in the grid says nothing about columns.
fn name_of(rect: Rect, number: usize) -> Piece {
    let line = Line { text: String::new(), bbox: rect, confidence: None, words: Vec::new() };
    Piece { stands_for: Some(number), ..Piece::of(line) }
}

/// The blocks of pieces, some of which stand for `named` parts.
fn horizontal(pieces: Vec<Piece>, mut named: Vec<Option<Part>>) -> Vec<(Block, Option<Look>)> {
    let mut parts: Vec<Part> = Vec::new();
    for region in columns::regions(pieces) {
        let (texts, mut names): (Vec<Piece>, Vec<Piece>) =
            region.into_iter().partition(|piece| piece.stands_for.is_none());
        names.sort_by(|a, b| a.rect.top.total_cmp(&b.rect.top).then(b.rect.right.total_cmp(&a.rect.right)));
        let mut rest = initials::joined(texts);
        for name in names {
            let (before, after) = rest.into_iter().partition(|piece: &Piece| piece.middle() < name.rect.top);
            parts.push(Part::Rows(rows::rows_of(before)));
            parts.extend(name.stands_for.and_then(|number| named[number].take()));
            rest = after;
        }
        parts.push(Part::Rows(rows::rows_of(rest)));
    }
    let gauge = Gauge::of_all(parts.iter().map(Part::rows));
    let look = Look::usual(parts.iter().flat_map(Part::rows));
    let page = Usual { gauge, look, is_measured: true, outline: &[], is_typewritten: true };
    parts
        .into_iter()
        .flat_map(|part| match part {
            Part::Rows(rows) => blocks_of(rows, &page),
            Part::Table(block) => vec![(block, None)],
            Part::Vertical(pieces) => horizontal(pieces, Vec::new()),
            Part::Ruled(ruled, _) => ruled.into_blocks(blocks_of_cell).into_iter().map(|block| (block, None)).collect(),
        })
        .collect()
}
