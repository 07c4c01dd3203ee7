//! The two ways through this folder: boxes that need an order, with or without ruling lines, and lines that
//! have one.

use super::blocks::{block, blocks_of};
use super::frame::{self, Piece};
use super::gauge::Gauge;
use super::headings::Usual;
use super::levels::HeadingLook;
use super::looks::Look;
use super::margins::{self, Zone};
use super::rows::{self, Row};
use super::ruled::Ruled;
use super::{banded, body, captions, entries, figures, headings, late, looks, ruled, streams, tagged};
use mediary_core::document::{Block, BlockKind, Bookmark, Line, Quad, Rect, Rules, Run, SetLine, Table, Tags};

/// Puts the boxes of a recognised page, given its size in pixels, into blocks in reading order.
///
/// Every box's text appears once; boxes without text are left out. Boxes that stand in one row of a column become one line.
#[must_use]
pub fn arrange(boxes: Vec<(Quad, Line)>, width_px: u32, height_px: u32) -> Vec<Block> {
    arrange_read(boxes, ReadPage { rules: &Rules::default(), faces: &[], width_px, height_px }).blocks
}

/// What the pixels of a page show besides the text in its boxes.
#[derive(Debug, Clone, Copy)]
pub struct ReadPage<'a> {
    /// Its ruling lines.
    pub rules: &'a Rules,
    /// For each box how it is set, as far as that could be measured; empty if it was not looked at.
    pub faces: &'a [Vec<Run>],
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
}

/// The same for a page that was looked at: what stands in a grid of lines, or between lines that only run across, is read
/// as a table, and lines that are set apart may be headings.
#[must_use]
pub fn arrange_read(boxes: Vec<(Quad, Line)>, page: ReadPage<'_>) -> Arranged {
    let faces = page.faces.iter().cloned().chain(std::iter::repeat(Vec::new()));
    let written = boxes.into_iter().zip(faces).filter(|((_, line), _)| !line.text.trim().is_empty());
    let (boxes, faces): (Vec<(Quad, Line)>, Vec<Vec<Run>>) = written.unzip();
    let skew = frame::skew_of(&boxes);
    let (mut pieces, rect) = frame::straighten(boxes, skew, page.width_px, page.height_px);
    for (piece, runs) in pieces.iter_mut().zip(faces) {
        piece.runs = runs;
    }
    let pieces = figures::parted(pieces);
    let zones = margins::zones(&pieces, &rect);
    let (mut grids, mut places) = ruled::grids(&pieces, page.rules, skew);
    let grid_count = grids.len();
    let banded = banded_tables(&pieces, &mut places, &frame::turned_rules(page.rules, skew), &[]);
    let mut tables: Vec<(Table, Vec<Piece>)> = banded.into_iter().map(|table| (table, Vec::new())).collect();
    let [mut header, mut body, mut footer] = [Vec::new(), Vec::new(), Vec::new()];
    for ((piece, zone), place) in pieces.into_iter().zip(zones).zip(places) {
        match (place, zone) {
            (Some(place), _) if place < grid_count => grids[place].add(piece),
            (Some(place), _) => tables[place - grid_count].1.push(piece),
            (None, Zone::Header) => header.push(piece),
            (None, Zone::Body) => body.push(piece),
            (None, Zone::Footer) => footer.push(piece),
        }
    }
    let tables = tables.into_iter().map(|(table, pieces)| {
        let rect = Rect::around(pieces.iter().map(|piece| piece.rect)).unwrap_or_default();
        let lines = rows::rows_of(pieces).into_iter().flat_map(|row| row.lines).collect();
        (rect, block(BlockKind::Table(table), lines))
    });
    let mut arranged = Arranged { blocks: marginal(BlockKind::Header, rows::rows_of(header)), headings: Vec::new() };
    for (block, look) in body::blocks_in_order(body, grids, tables.collect()) {
        arranged.headings.extend(look.map(|look| HeadingLook::measured(&block, look)));
        arranged.blocks.push(block);
    }
    arranged.blocks.extend(marginal(BlockKind::Footer, rows::rows_of(footer)));
    arranged
}

/// The tables between lines that only run across, or by shades, of boxes that are in none yet; their boxes get the
/// numbers that come after those given already.
fn banded_tables(pieces: &[Piece], places: &mut [Option<usize>], rules: &Rules, shades: &[Rect]) -> Vec<Table> {
    let unit = frame::text_height(pieces);
    let first = places.iter().flatten().max().map_or(0, |last| last + 1);
    let mut tables = Vec::new();
    for band in banded::bands(rules, shades, pieces, unit) {
        // With the rows beside it, should they fit.
        let bands = [band.reaching(pieces, unit), band];
        let table = bands.iter().find_map(|band| {
            let is_within = |index: &usize| places[*index].is_none() && band.holds(&pieces[*index].rect, unit);
            let members: Vec<usize> = (0..pieces.len()).filter(is_within).collect();
            let boxes: Vec<&Piece> = members.iter().map(|&index| &pieces[index]).collect();
            entries::table(&boxes, band, unit).map(|table| (members, table))
        });
        if let Some((members, table)) = table {
            members.into_iter().for_each(|index| places[index] = Some(first + tables.len()));
            tables.push(table);
        }
    }
    tables
}

/// A page of a document that has text of its own.
#[derive(Debug, Clone, Copy)]
pub struct LayerPage<'a> {
    /// The ruling lines that it draws, in pixels.
    pub rules: &'a Rules,
    /// Filled areas behind the text, in pixels.
    pub shades: &'a [Rect],
    /// What the document's outline names on it.
    pub outline: &'a [Bookmark],
    /// What the document's tags say of it, if it has some.
    pub tags: Option<&'a Tags>,
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
}

/// A page's blocks, and how its headings look.
#[derive(Debug, Default)]
pub struct Arranged {
    /// In reading order.
    pub blocks: Vec<Block>,
    /// As far as the document says.
    pub headings: Vec<HeadingLook>,
}

/// Puts the lines of a text layer into blocks in the order they have. Their words have to be measured.
#[must_use]
pub fn arrange_layer(lines: Vec<SetLine>, page: LayerPage<'_>) -> Arranged {
    let lines: Vec<SetLine> = lines.into_iter().filter(|set| !set.line.text.trim().is_empty()).collect();
    if let Some(arranged) = tagged::arrange(&lines, &page) {
        return arranged;
    }
    let (pieces, rect) = frame::upright(lines, page.width_px, page.height_px);
    if 2 * pieces.iter().filter(|piece| piece.is_vertical()).count() > pieces.len() {
        // PDF readers give vertical lines from left to right.
        let upright = |rect: Rect| Quad::upright(rect.left, rect.top, rect.right, rect.bottom);
        let boxes = pieces.into_iter().map(|piece| (upright(piece.rect), piece.line));
        let blocks = arrange(boxes.collect(), page.width_px, page.height_px);
        return Arranged { blocks, headings: Vec::new() };
    }
    let pieces = late::risen(streams::mended(captions::parted(pieces)));
    let zones = margins::zones(&pieces, &rect);
    let stretches = stretches(pieces, zones, &page);
    let rows = || stretches.iter().filter_map(Stretch::rows);
    let look = Look::usual(rows().flatten());
    let outline: Vec<String> = page.outline.iter().map(|mark| headings::bare(&mark.title)).collect();
    let fixed = rows().flatten().filter(|row| looks::is_fixed_pitch(row)).count();
    let is_typewritten = 2 * fixed > rows().flatten().count();
    let usual = Usual { gauge: Gauge::of_all(rows()), look, is_measured: false, outline: &outline, is_typewritten };
    let mut arranged = Arranged::default();
    for stretch in stretches {
        match stretch {
            Stretch::Rows(Zone::Header, rows) => arranged.blocks.extend(marginal(BlockKind::Header, rows)),
            Stretch::Rows(Zone::Footer, rows) => arranged.blocks.extend(marginal(BlockKind::Footer, rows)),
            Stretch::Table(block) => arranged.blocks.push(block),
            Stretch::Rows(Zone::Body, rows) => {
                for (block, look) in rows::falling(rows).into_iter().flat_map(|rows| blocks_of(rows, &usual)) {
                    let text =
                        || headings::bare(&block.lines.iter().map(|line| line.text.as_str()).collect::<String>());
                    arranged.headings.extend(look.map(|look| {
                        let named = outline.iter().position(|title| *title == text());
                        let depth = named.map(|place| page.outline[place].depth);
                        HeadingLook { bbox: block.bbox, look, depth, level: None, is_measured: false }
                    }));
                    arranged.blocks.push(block);
                }
            }
        }
    }
    arranged
}

/// Lines of a text layer that are laid out together.
enum Stretch {
    Rows(Zone, Vec<Row>),
    Table(Block),
}

impl Stretch {
    fn rows(&self) -> Option<&[Row]> {
        match self {
            Self::Rows(_, rows) => Some(rows),
            Self::Table(_) => None,
        }
    }
}

/// A table, while its lines come along.
enum Found {
    Grid(Ruled),
    Entries(Table, Vec<Line>),
}

/// Parts lines at tables between lines, and at the margins.
fn stretches(pieces: Vec<Piece>, zones: Vec<Zone>, page: &LayerPage<'_>) -> Vec<Stretch> {
    let (grids, mut places) = ruled::grids(&pieces, page.rules, 0.0);
    let tables = banded_tables(&pieces, &mut places, page.rules, page.shades);
    let grids = grids.into_iter().map(Found::Grid);
    let mut found: Vec<Found> =
        grids.chain(tables.into_iter().map(|table| Found::Entries(table, Vec::new()))).collect();
    // A table stands where its first line does.
    let mut order: Vec<(Option<usize>, Zone, Vec<Piece>)> = Vec::new();
    for ((piece, zone), place) in pieces.into_iter().zip(zones).zip(places) {
        match place {
            Some(table) => {
                if !order.iter().any(|(other, ..)| *other == Some(table)) {
                    order.push((Some(table), Zone::Body, Vec::new()));
                }
                match &mut found[table] {
                    Found::Grid(grid) => grid.add(piece),
                    Found::Entries(_, lines) => lines.push(piece.line),
                }
            }
            None => match order.last_mut() {
                Some((None, last, stretch)) if *last == zone => stretch.push(piece),
                _ => order.push((None, zone, vec![piece])),
            },
        }
    }
    let mut found: Vec<Option<Found>> = found.into_iter().map(Some).collect();
    let mut stretches = Vec::new();
    for (table, zone, pieces) in order {
        match table.and_then(|table| found[table].take()) {
            Some(Found::Grid(grid)) => {
                let blocks = grid.into_blocks(body::blocks_of_cell);
                stretches.extend(blocks.into_iter().map(Stretch::Table));
            }
            Some(Found::Entries(table, lines)) => stretches.push(Stretch::Table(block(BlockKind::Table(table), lines))),
            None => stretches.push(Stretch::Rows(zone, rows::rows_in_order(pieces))),
        }
    }
    stretches
}

fn marginal(kind: BlockKind, rows: Vec<Row>) -> Vec<Block> {
    let lines: Vec<Line> = rows.into_iter().flat_map(|row| row.lines).collect();
    if lines.is_empty() { Vec::new() } else { vec![block(kind, lines)] }
}
