//! The blocks of one region: forms, tables and lists are taken out, the rest is paragraphs and headings.

use std::ops::Range;

use super::formulas::Signs;
use super::gauge::Gauge;
use super::headings::Usual;
use super::looks::Look;
use super::rows::Row;
use super::{code, formulas, headings, lists, pairs, paragraphs, run_in, tables};
use mediary_core::document::{Block, BlockKind, Line, Rect};

/// A block in the making: some rows, and what they are once that is known.
#[derive(Debug)]
struct Part {
    rows: Range<usize>,
    kind: Option<BlockKind>,
}

/// The blocks of a region's rows, which come in reading order, and how those are set that are headings.
pub(super) fn blocks_of(rows: Vec<Row>, page: &Usual<'_>) -> Vec<(Block, Option<Look>)> {
    let gauge = Gauge::of(&rows, Some(&page.gauge));
    let rows = run_in::parted(rows, &gauge, page.look.as_ref());
    let mut parts = vec![Part { rows: 0..rows.len(), kind: None }];
    refine(&mut parts, |within| {
        scan(within, |within| {
            let named = headings::named_in_outline(&rows, within, page.outline);
            named.map(|taken| (taken, BlockKind::Heading { level: 2 }))
        })
    });
    if !page.is_typewritten {
        refine(&mut parts, |within| {
            scan(within, |within| code::listing_at(&rows, within, &gauge).map(|taken| (taken, BlockKind::Code)))
        });
        let signs: Vec<Signs> = rows.iter().map(Signs::of).collect();
        refine(&mut parts, |within| {
            let formula = BlockKind::Formula { is_tex: false };
            let taken = |within| formulas::formula_at(&rows, &signs, within, &gauge);
            scan(within, |within| taken(within).map(|taken| (taken, formula.clone())))
        });
    }
    refine(&mut parts, |within| {
        scan(within, |within| pairs::pairs_at(&rows, within).map(|(taken, pairs)| (taken, BlockKind::KeyValue(pairs))))
    });
    refine(&mut parts, |within| {
        let found = tables::tables(&rows[within.clone()], &gauge).into_iter();
        found
            .map(|found| Part {
                rows: found.rows.start + within.start..found.rows.end + within.start,
                kind: Some(BlockKind::Table(found.table)),
            })
            .collect()
    });
    refine(&mut parts, |within| {
        scan(within, |within| {
            lists::list_at(&rows, within, &gauge).map(|(taken, items)| (taken, BlockKind::List(items)))
        })
    });
    refine(&mut parts, |within| {
        let kind_of = |block: &Range<usize>| {
            headings::level(&rows, block, &gauge, page).map_or(BlockKind::Text, |level| BlockKind::Heading { level })
        };
        let paragraphs = paragraphs::paragraphs(&rows, within, &gauge);
        paragraphs.into_iter().map(|rows| Part { kind: Some(kind_of(&rows)), rows }).collect()
    });
    assembled(rows, parts)
}

/// Looks for parts that begin at a row, from top to bottom.
fn scan(within: Range<usize>, part_at: impl Fn(Range<usize>) -> Option<(usize, BlockKind)>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut start = within.start;
    while start < within.end {
        match part_at(start..within.end) {
            Some((taken, kind)) => {
                parts.push(Part { rows: start..start + taken, kind: Some(kind) });
                start += taken.max(1);
            }
            None => start += 1,
        }
    }
    parts
}

/// Looks for parts in what is not known yet; what lies between them stays unknown.
fn refine(parts: &mut Vec<Part>, find: impl Fn(Range<usize>) -> Vec<Part>) {
    let mut refined = Vec::with_capacity(parts.len());
    for part in parts.drain(..) {
        if part.kind.is_some() {
            refined.push(part);
            continue;
        }
        let Range { mut start, end } = part.rows;
        for found in find(start..end) {
            if start < found.rows.start {
                refined.push(Part { rows: start..found.rows.start, kind: None });
            }
            start = found.rows.end;
            refined.push(found);
        }
        if start < end {
            refined.push(Part { rows: start..end, kind: None });
        }
    }
    *parts = refined;
}

/// The parts cover all rows in order, so that no line is lost or doubled.
fn assembled(rows: Vec<Row>, parts: Vec<Part>) -> Vec<(Block, Option<Look>)> {
    let mut rows = rows.into_iter();
    let block = |part: Part| {
        let rows: Vec<Row> = rows.by_ref().take(part.rows.len()).collect();
        let look = matches!(part.kind, Some(BlockKind::Heading { .. })).then(|| Look::all_of(&rows)).flatten();
        let lines: Vec<Line> = match part.kind {
            Some(BlockKind::Code) => code::lines(rows),
            _ => rows.into_iter().flat_map(|row| row.lines).collect(),
        };
        (block(part.kind.unwrap_or(BlockKind::Text), lines), look)
    };
    parts.into_iter().map(block).collect()
}

/// A block around its lines.
pub(super) fn block(kind: BlockKind, lines: Vec<Line>) -> Block {
    let bbox = Rect::around(lines.iter().map(|line| line.bbox)).unwrap_or_default();
    Block { kind, bbox, lines, links: Vec::new() }
}
