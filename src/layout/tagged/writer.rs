//! The blocks of a tagged page: what is a part there becomes a block, a list's items and a table's entries become one.

use super::super::arrange::Arranged;
use super::super::blocks::block;
use super::super::frame::Piece;
use super::super::levels::HeadingLook;
use super::super::looks::Look;
use super::super::{code, flow, markers, rows};
use super::entries::Entries;
use mediary_core::document::{Block, BlockKind, ItemPlace, Line, ListItem, Rect, TaggedPart};

/// What an item without a mark gets.
const BULLET: &str = "•";
/// The levels that blocks know.
const DEEPEST: u8 = 6;

/// Collects blocks.
#[derive(Debug, Default)]
pub(super) struct Writer {
    arranged: Arranged,
    list: Option<Items>,
    table: Option<Entries>,
}

/// A list, while its items come along.
#[derive(Debug)]
struct Items {
    list: u32,
    items: Vec<Item>,
}

#[derive(Debug)]
struct Item {
    place: ItemPlace,
    label: String,
    lines: Vec<Line>,
}

impl Writer {
    /// Writes a part.
    pub(super) fn part(&mut self, part: &TaggedPart, pieces: Vec<Piece>) {
        match part {
            TaggedPart::Label(place) => self.item(*place).label = flowed(&pieces),
            TaggedPart::Item(place) => {
                if !pieces.is_empty() {
                    self.item(*place).lines.extend(pieces.into_iter().map(|piece| piece.line));
                }
            }
            TaggedPart::Cell(place) => {
                if self.table.as_ref().is_none_or(|table| table.number() != place.table) {
                    self.finish();
                    self.table = Some(Entries::of(place.table));
                }
                if let Some(table) = &mut self.table {
                    table.add(*place, pieces.into_iter().map(|piece| piece.line));
                }
            }
            TaggedPart::Heading { level } => self.heading(*level, pieces),
            TaggedPart::Text => self.lines(BlockKind::Text, pieces),
            TaggedPart::Code => self.lines(BlockKind::Code, pieces),
            TaggedPart::Figure { described } => {
                if !described.is_empty() {
                    self.finish();
                    let bbox = Rect::around(pieces.iter().map(|piece| piece.rect)).unwrap_or_default();
                    let kind = BlockKind::Figure { described: described.clone(), number: None };
                    self.arranged.blocks.push(Block { bbox, ..block(kind, Vec::new()) });
                }
                self.lines(BlockKind::Text, pieces);
            }
        }
    }

    /// Writes lines as a block of their own, if there are any.
    pub(super) fn lines(&mut self, kind: BlockKind, pieces: Vec<Piece>) {
        if pieces.is_empty() {
            return;
        }
        self.finish();
        let rows = rows::rows_in_order(pieces);
        let lines = match kind {
            BlockKind::Code => code::lines(rows),
            _ => rows.into_iter().flat_map(|row| row.lines).collect(),
        };
        self.arranged.blocks.push(block(kind, lines));
    }

    /// All that was written.
    pub(super) fn finished(mut self) -> Arranged {
        self.finish();
        self.arranged
    }

    fn heading(&mut self, level: u8, mut pieces: Vec<Piece>) {
        if pieces.is_empty() {
            return;
        }
        // Programs that number headings by lists say so.
        let number = self.list.as_mut().and_then(|list| list.items.pop_if(|item| item.lines.is_empty()));
        self.finish();
        if let (Some(number), Some(first)) = (number.filter(|number| !number.label.is_empty()), pieces.first_mut()) {
            let added = number.label.len() + 1;
            first.line.text = format!("{} {}", number.label, first.line.text);
            first.runs.iter_mut().for_each(|run| run.end += added);
        }
        let rows = rows::rows_in_order(pieces);
        let look = Look::all_of(&rows);
        let level = level.clamp(1, DEEPEST);
        let heading = block(BlockKind::Heading { level }, rows.into_iter().flat_map(|row| row.lines).collect());
        let (bbox, look) = (heading.bbox, look.unwrap_or_default());
        let known = HeadingLook { bbox, look, depth: None, level: Some(level), is_measured: false };
        self.arranged.headings.push(known);
        self.arranged.blocks.push(heading);
    }

    /// The item at a place, which may have been begun.
    fn item(&mut self, place: ItemPlace) -> &mut Item {
        if self.list.as_ref().is_none_or(|list| list.list != place.list) {
            self.finish();
        }
        let list = self.list.get_or_insert_with(|| Items { list: place.list, items: Vec::new() });
        let found = list.items.iter().rposition(|item| item.place.item == place.item);
        let found = found.unwrap_or_else(|| {
            list.items.push(Item { place, label: String::new(), lines: Vec::new() });
            list.items.len() - 1
        });
        &mut list.items[found]
    }

    /// Ends the list or table that was begun.
    fn finish(&mut self) {
        if let Some(Items { items, .. }) = self.list.take() {
            let (listed, lines): (Vec<ListItem>, Vec<Vec<Line>>) = items.into_iter().filter_map(listed).unzip();
            if !listed.is_empty() {
                let lines = lines.into_iter().flatten().collect();
                self.arranged.blocks.push(block(BlockKind::List(listed), lines));
            }
        }
        self.arranged.blocks.extend(self.table.take().map(Entries::into_block));
    }
}

/// An item as lists have it; `None` if there is nothing in it.
fn listed(Item { place, label, lines }: Item) -> Option<(ListItem, Vec<Line>)> {
    let text = flow::flowed(lines.iter().map(|line| line.text.as_str()));
    if text.is_empty() && label.is_empty() {
        return None;
    }
    let whole = if label.is_empty() { text.clone() } else { format!("{label} {text}") };
    let (marker, text) = match markers::split(&whole) {
        Some((marker, rest)) => (marker.text, rest.to_owned()),
        None if label.chars().any(char::is_alphanumeric) => (label.clone(), text),
        None => (BULLET.to_owned(), text),
    };
    let mut lines = lines;
    if let Some(first) = lines.first_mut().filter(|_| !label.is_empty()) {
        first.text = format!("{label} {}", first.text);
    }
    Some((ListItem { depth: place.depth, marker, text }, lines))
}

fn flowed(pieces: &[Piece]) -> String {
    flow::flowed(pieces.iter().map(|piece| piece.line.text.as_str()))
}
