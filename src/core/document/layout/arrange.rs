//! The two ways through this folder: boxes that need an order, and lines that have one.

use super::blocks::{block, blocks_of};
use super::frame::{self, Piece};
use super::gauge::Gauge;
use super::margins::{self, Place};
use super::rows::{self, Row};
use super::{columns, vertical};
use crate::document::{Block, BlockKind, Line, Quad};

/// Puts the boxes of a recognised page, given its size in pixels, into blocks in reading order.
///
/// Every box's text appears once; boxes without text are left out. Boxes that stand in one row of a column become one line.
#[must_use]
pub fn arrange(boxes: Vec<(Quad, Line)>, width_px: u32, height_px: u32) -> Vec<Block> {
    let boxes = boxes.into_iter().filter(|(_, line)| !line.text.trim().is_empty()).collect();
    let (pieces, page) = frame::straighten(boxes, width_px, height_px);
    let places = margins::places(&pieces, &page);
    let [mut header, mut body, mut footer] = [Vec::new(), Vec::new(), Vec::new()];
    for (piece, place) in pieces.into_iter().zip(places) {
        match place {
            Place::Header => header.push(piece),
            Place::Body => body.push(piece),
            Place::Footer => footer.push(piece),
        }
    }
    let (body, groups) = vertical::set_apart(body);
    let mut blocks = marginal(BlockKind::Header, rows::rows_of(header));
    blocks.extend(horizontal(body, groups));
    blocks.extend(marginal(BlockKind::Footer, rows::rows_of(footer)));
    blocks
}

/// Puts the lines of a text layer, given the page's size in pixels, into blocks in the order they have.
///
/// The columns of tables are found only where the lines' words have been measured.
#[must_use]
pub fn arrange_layer(lines: Vec<Line>, width_px: u32, height_px: u32) -> Vec<Block> {
    let lines = lines.into_iter().filter(|line| !line.text.trim().is_empty()).collect();
    let (pieces, page) = frame::upright(lines, width_px, height_px);
    let places = margins::places(&pieces, &page);
    let mut stretches: Vec<(Place, Vec<Piece>)> = Vec::new();
    for (piece, place) in pieces.into_iter().zip(places) {
        match stretches.last_mut() {
            Some((last, stretch)) if *last == place => stretch.push(piece),
            _ => stretches.push((place, vec![piece])),
        }
    }
    let stretches: Vec<(Place, Vec<Row>)> =
        stretches.into_iter().map(|(place, pieces)| (place, rows::rows_in_order(pieces))).collect();
    let page = Gauge::of_all(stretches.iter().map(|(_, rows)| rows.as_slice()));
    let blocks = |(place, rows)| match place {
        Place::Header => marginal(BlockKind::Header, rows),
        Place::Footer => marginal(BlockKind::Footer, rows),
        Place::Body => rows::falling(rows).into_iter().flat_map(|rows| blocks_of(rows, &page)).collect(),
    };
    stretches.into_iter().flat_map(blocks).collect()
}

/// The blocks of everything but headers and footers; `groups` are the vertical texts among it.
fn horizontal(pieces: Vec<Piece>, groups: Vec<Vec<Piece>>) -> Vec<Block> {
    let mut groups: Vec<Option<Vec<Piece>>> = groups.into_iter().map(Some).collect();
    let mut parts: Vec<Part> = Vec::new();
    for region in columns::regions(pieces) {
        let (texts, mut names): (Vec<Piece>, Vec<Piece>) =
            region.into_iter().partition(|piece| piece.stands_for.is_none());
        names.sort_by(|a, b| a.rect.top.total_cmp(&b.rect.top).then(b.rect.right.total_cmp(&a.rect.right)));
        let mut rest = texts;
        for name in names {
            let (before, after) = rest.into_iter().partition(|piece: &Piece| piece.middle() < name.rect.top);
            parts.push(Part::Rows(rows::rows_of(before)));
            parts.extend(name.stands_for.and_then(|index| groups[index].take()).map(Part::Vertical));
            rest = after;
        }
        parts.push(Part::Rows(rows::rows_of(rest)));
    }
    let page = Gauge::of_all(parts.iter().map(Part::rows));
    parts
        .into_iter()
        .flat_map(|part| match part {
            Part::Rows(rows) => blocks_of(rows, &page),
            Part::Vertical(pieces) => horizontal(pieces, Vec::new()),
        })
        .collect()
}

/// A part of a page in reading order.
#[derive(Debug)]
enum Part {
    Rows(Vec<Row>),
    /// Vertical lines, laid on their side.
    Vertical(Vec<Piece>),
}

impl Part {
    fn rows(&self) -> &[Row] {
        match self {
            Self::Rows(rows) => rows,
            Self::Vertical(_) => &[],
        }
    }
}

fn marginal(kind: BlockKind, rows: Vec<Row>) -> Vec<Block> {
    let lines: Vec<Line> = rows.into_iter().flat_map(|row| row.lines).collect();
    if lines.is_empty() { Vec::new() } else { vec![block(kind, lines)] }
}
