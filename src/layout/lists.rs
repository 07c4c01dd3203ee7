//! Lists: rows that begin with marks of one kind, and the rows that continue them.

use std::ops::Range;

use super::flow;
use super::gauge::Gauge;
use super::markers::{self, Marker, Style};
use super::rows::Row;
use super::script;
use mediary_core::document::ListItem;

/// Lists do not go on over more white space than this, in text heights.
const MAX_GAP_HEIGHTS: f32 = 2.5;
/// What begins so much further in is nested, in text heights.
const NEST_HEIGHTS: f32 = 0.5;

/// An item as it stands in the rows.
#[derive(Debug)]
struct Item {
    rows: Range<usize>,
    marker: Marker,
    indent: f32,
}

/// A list that begins with the first row of the range; how many rows it takes, and its items.
pub(super) fn list_at(rows: &[Row], within: Range<usize>, gauge: &Gauge) -> Option<(usize, Vec<ListItem>)> {
    let (marker, _) = markers::split(rows[within.start].text())?;
    let indent = gauge.indent(&rows[within.start]);
    let mut items = vec![Item { rows: within.start..within.start + 1, marker, indent }];
    for index in within.start + 1..within.end {
        let (before, row) = (&rows[index - 1].rect, &rows[index]);
        let gap = row.rect.top - before.bottom;
        if gap > MAX_GAP_HEIGHTS * gauge.unit || gap < -gauge.unit {
            break;
        }
        let indent = gauge.indent(row);
        match markers::split(row.text()) {
            Some((marker, _)) if is_next(&items, &marker, indent) => {
                items.push(Item { rows: index..index + 1, marker, indent });
            }
            _ => match items.last_mut() {
                Some(item) if continues(item, row, indent) && !gauge.is_gap(before, &row.rect) => {
                    item.rows.end = index + 1;
                }
                _ => break,
            },
        }
    }
    let is_certain =
        items[0].marker.style == Style::Bullet || items[1..].iter().any(|item| item.marker.follows(&items[0].marker));
    let end = items.last().map_or(within.start, |item| item.rows.end);
    is_certain.then(|| (end - within.start, listed(rows, &items)))
}

/// The next of its kind, at the place of its kind, or the first of a nested list.
fn is_next(items: &[Item], marker: &Marker, indent: f32) -> bool {
    let last_of_kind = items
        .iter()
        .rev()
        .find(|item| item.marker.style == marker.style && (item.indent - indent).abs() < NEST_HEIGHTS);
    let is_nested = || items.last().is_some_and(|last| indent > last.indent + NEST_HEIGHTS);
    let is_beginning = marker.is_first() || matches!(marker.style, Style::Bullet | Style::Dash(_));
    last_of_kind.is_some_and(|item| marker.follows(&item.marker))
        || (is_nested() && is_beginning)
        || marker.style == Style::Bullet
}

fn continues(item: &Item, row: &Row, indent: f32) -> bool {
    indent > item.indent + NEST_HEIGHTS
        || (script::starts_lower_case(row.text()) && indent > item.indent - NEST_HEIGHTS)
}

fn listed(rows: &[Row], items: &[Item]) -> Vec<ListItem> {
    let mut indents: Vec<f32> = Vec::new();
    let mut listed = Vec::with_capacity(items.len());
    for item in items {
        while indents.last().is_some_and(|outer| item.indent < outer - NEST_HEIGHTS) {
            indents.pop();
        }
        if indents.last().is_none_or(|outer| item.indent > outer + NEST_HEIGHTS) {
            indents.push(item.indent);
        }
        let lines = rows[item.rows.clone()].iter().flat_map(|row| &row.lines).map(|line| line.text.as_str());
        let whole = flow::flowed(lines);
        let text = markers::split(&whole).map_or(whole.as_str(), |(_, rest)| rest).to_owned();
        let depth = u8::try_from(indents.len() - 1).unwrap_or(u8::MAX);
        listed.push(ListItem { depth, marker: item.marker.text.clone(), text });
    }
    listed
}
