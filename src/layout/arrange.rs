//! The two ways through this folder: boxes that need an order, with or without ruling lines, and lines that
//! have one.

use super::blocks::{block, blocks_of};
use super::frame::{self, Piece};
use super::gauge::Gauge;
use super::margins::{self, Zone};
use super::rows::{self, Row};
use super::{body, ruled};
use crate::rules::Rules;
use mediary_core::document::{Block, BlockKind, Line, Quad, Rect};

/// Puts the boxes of a recognised page, given its size in pixels, into blocks in reading order.
///
/// Every box's text appears once; boxes without text are left out. Boxes that stand in one row of a column become one line.
#[must_use]
pub fn arrange(boxes: Vec<(Quad, Line)>, width_px: u32, height_px: u32) -> Vec<Block> {
    arrange_ruled(boxes, &Rules::default(), width_px, height_px)
}

/// The same for a page whose ruling lines are known: what stands in a grid of them is read cell by cell.
#[must_use]
pub fn arrange_ruled(boxes: Vec<(Quad, Line)>, rules: &Rules, width_px: u32, height_px: u32) -> Vec<Block> {
    let boxes: Vec<(Quad, Line)> = boxes.into_iter().filter(|(_, line)| !line.text.trim().is_empty()).collect();
    let skew = frame::skew_of(&boxes);
    let (pieces, page) = frame::straighten(boxes, skew, width_px, height_px);
    let zones = margins::zones(&pieces, &page);
    let (mut grids, in_grids) = ruled::grids(&pieces, rules, skew);
    let [mut header, mut body, mut footer] = [Vec::new(), Vec::new(), Vec::new()];
    for ((piece, zone), grid) in pieces.into_iter().zip(zones).zip(in_grids) {
        match (grid.and_then(|grid| grids.get_mut(grid)), zone) {
            (Some(grid), _) => grid.add(piece),
            (None, Zone::Header) => header.push(piece),
            (None, Zone::Body) => body.push(piece),
            (None, Zone::Footer) => footer.push(piece),
        }
    }
    let mut blocks = marginal(BlockKind::Header, rows::rows_of(header));
    blocks.extend(body::blocks_in_order(body, grids));
    blocks.extend(marginal(BlockKind::Footer, rows::rows_of(footer)));
    blocks
}

/// Puts the lines of a text layer, given the page's size in pixels, into blocks in the order they have.
///
/// The columns of tables are found only where the lines' words have been measured.
#[must_use]
pub fn arrange_layer(lines: Vec<Line>, width_px: u32, height_px: u32) -> Vec<Block> {
    let lines: Vec<Line> = lines.into_iter().filter(|line| !line.text.trim().is_empty()).collect();
    let (pieces, page) = frame::upright(lines, width_px, height_px);
    if 2 * pieces.iter().filter(|piece| piece.is_vertical()).count() > pieces.len() {
        // PDF readers give vertical lines from left to right.
        let upright = |rect: Rect| Quad::upright(rect.left, rect.top, rect.right, rect.bottom);
        let boxes = pieces.into_iter().map(|piece| (upright(piece.rect), piece.line));
        return arrange(boxes.collect(), width_px, height_px);
    }
    let zones = margins::zones(&pieces, &page);
    let mut stretches: Vec<(Zone, Vec<Piece>)> = Vec::new();
    for (piece, zone) in pieces.into_iter().zip(zones) {
        match stretches.last_mut() {
            Some((last, stretch)) if *last == zone => stretch.push(piece),
            _ => stretches.push((zone, vec![piece])),
        }
    }
    let stretches: Vec<(Zone, Vec<Row>)> =
        stretches.into_iter().map(|(zone, pieces)| (zone, rows::rows_in_order(pieces))).collect();
    let page = Gauge::of_all(stretches.iter().map(|(_, rows)| rows.as_slice()));
    let blocks = |(zone, rows)| match zone {
        Zone::Header => marginal(BlockKind::Header, rows),
        Zone::Footer => marginal(BlockKind::Footer, rows),
        Zone::Body => rows::falling(rows).into_iter().flat_map(|rows| blocks_of(rows, &page)).collect(),
    };
    stretches.into_iter().flat_map(blocks).collect()
}

fn marginal(kind: BlockKind, rows: Vec<Row>) -> Vec<Block> {
    let lines: Vec<Line> = rows.into_iter().flat_map(|row| row.lines).collect();
    if lines.is_empty() { Vec::new() } else { vec![block(kind, lines)] }
}
