//! A document in the making: paragraphs, headings, lists, tables, notes, pictures and attachments become pages of blocks.
//!
//! All readers write into one of these, so that they agree on what a list or a note is.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use mediary_core::document::{Block, BlockKind, Hidden, Line, Link, ListItem, Rect, Table};

use super::document::{Attachment, Item, OfficeDocument, OfficePage};
use super::grid::Grid;
use super::limits::{MAX_BLOCKS, MAX_PAGES, MAX_PICTURES, OfficeLimits, Refusal};
use super::text::{Piece, Text};
use crate::kept::file_name;

/// A document in the making.
#[derive(Debug)]
pub(super) struct Draft {
    document: OfficeDocument,
    page: OfficePage,
    /// Items of the list that is being written.
    list: Vec<(ListItem, Piece)>,
    /// Notes that the page refers to; they follow its text.
    notes: Vec<Block>,
    /// Where pictures that came before are, by their bytes.
    pictures: HashMap<u64, usize>,
    /// Blocks, items of lists and notes so far, those beyond the limit too, which are not kept.
    blocks: usize,
    /// Whether its words hint at line breaks.
    has_hints: bool,
    limits: OfficeLimits,
}

impl Draft {
    pub(super) fn new(limits: OfficeLimits) -> Self {
        Self {
            document: OfficeDocument::default(),
            page: OfficePage::default(),
            list: Vec::new(),
            notes: Vec::new(),
            pictures: HashMap::new(),
            blocks: 0,
            has_hints: false,
            limits,
        }
    }

    /// Notes why text that the page carries is left out.
    pub(super) fn hides(&mut self, hidden: impl IntoIterator<Item = Hidden>) {
        for why in hidden {
            if !self.page.hidden.contains(&why) {
                self.page.hidden.push(why);
            }
        }
    }

    /// Its words hint at line breaks, as on the web: whether more is hidden by what has no width is said by who read them.
    pub(super) fn has_hints(&mut self) {
        self.has_hints = true;
    }

    /// Notes why text is left out of one that comes.
    pub(super) fn hides_of(&mut self, text: &Text) {
        let has_hints = self.has_hints;
        self.hides(text.hidden().iter().copied().filter(|why| !has_hints || *why != Hidden::ZeroWidth));
    }

    /// A paragraph.
    pub(super) fn paragraph(&mut self, text: Text) {
        self.lines(BlockKind::Text, text);
    }

    /// A heading; levels beyond the sixth are the sixth.
    pub(super) fn heading(&mut self, level: u8, text: Text) {
        self.lines(BlockKind::Heading { level: level.clamp(1, 6) }, text);
    }

    /// What is printed above or below every page.
    pub(super) fn margin(&mut self, kind: BlockKind, text: Text) {
        self.lines(kind, text);
    }

    /// An item of a list; items that follow each other are one list.
    pub(super) fn item(&mut self, depth: u8, marker: &str, text: Text) {
        self.hides_of(&text);
        let piece = text.joined(" ");
        if piece.text.is_empty() {
            return;
        }
        let item = ListItem { depth, marker: marker.to_owned(), text: piece.text.clone() };
        if self.has_room() {
            self.list.push((item, piece));
        }
    }

    /// Labels and their values.
    pub(super) fn pairs(&mut self, pairs: Vec<(String, String)>) {
        self.end_list();
        if pairs.is_empty() {
            return;
        }
        let lines = pairs.iter().map(|(label, value)| line(format!("{label}: {value}"))).collect();
        self.block(BlockKind::KeyValue(pairs), lines, Vec::new());
    }

    /// A table.
    pub(super) fn table(&mut self, grid: Grid) -> Result<(), Refusal> {
        self.end_list();
        let has_hints = self.has_hints;
        self.hides(grid.hidden().filter(|why| !has_hints || *why != Hidden::ZeroWidth));
        if let Some((table, links)) = grid.finish()? {
            self.rows(table, links);
        }
        Ok(())
    }

    /// A table whose rows are known already.
    pub(super) fn rows(&mut self, table: Table, links: Vec<Link>) {
        self.end_list();
        let lines = table.rows.iter().map(|row| line(row_text(row))).collect();
        self.block(BlockKind::Table(table), lines, links);
    }

    /// A program, a listing: its lines as they are.
    pub(super) fn code(&mut self, text: &str) {
        self.end_list();
        let text = text.trim_matches('\n').trim_end();
        if !text.trim().is_empty() {
            let lines = text.lines().map(|text| line(text.trim_end().to_owned())).collect();
            self.block(BlockKind::Code, lines, Vec::new());
        }
    }

    /// A note that the page refers to.
    pub(super) fn note(&mut self, label: &str, text: Text) {
        self.hides_of(&text);
        if let Some(block) = block_of(BlockKind::Note { label: label.to_owned() }, text)
            && self.has_room()
        {
            self.notes.push(block);
        }
    }

    /// A picture at this place; one that came before is not kept twice.
    pub(super) fn picture(&mut self, bytes: Vec<u8>) {
        self.end_list();
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let known = self.pictures.get(&hasher.finish()).copied();
        let index = match known {
            Some(index) if self.document.pictures[index] == bytes => index,
            _ if self.document.pictures.len() >= MAX_PICTURES => {
                self.page.has_unread_pictures = true;
                return;
            }
            _ => {
                self.document.pictures.push(bytes);
                self.document.pictures.len() - 1
            }
        };
        self.pictures.insert(hasher.finish(), index);
        if !self.page.items.contains(&Item::Picture(index)) {
            self.page.items.push(Item::Picture(index));
        }
    }

    /// A picture that is there and cannot be looked at.
    pub(super) fn unread_picture(&mut self) {
        self.page.has_unread_pictures = true;
    }

    /// A file that comes with the document.
    pub(super) fn attach(&mut self, name: &str, bytes: Vec<u8>) -> Result<(), Refusal> {
        let most = self.limits.attachments;
        if self.document.attachments.len() >= most {
            let what = format!("more than {most} files come with it; raise [limits.archive] files");
            return Err(Refusal::TooLarge(what));
        }
        self.document.attachments.push(Attachment { name: file_name(name), bytes });
        Ok(())
    }

    /// Ends the page, slide, sheet or chapter, even an empty one.
    pub(super) fn end_page(&mut self) -> Result<(), Refusal> {
        self.end_list();
        self.page.items.extend(self.notes.drain(..).map(Item::Block));
        self.document.pages.push(std::mem::take(&mut self.page));
        if self.document.pages.len() > MAX_PAGES {
            return Err(Refusal::TooLarge(format!("it has more than {MAX_PAGES} pages")));
        }
        if self.blocks > MAX_BLOCKS {
            return Err(Refusal::TooLarge(format!(
                "it has more than {MAX_BLOCKS} paragraphs, notes and items of lists"
            )));
        }
        Ok(())
    }

    /// Ends the page if anything is on it.
    pub(super) fn break_page(&mut self) -> Result<(), Refusal> {
        self.end_list();
        if self.page.items.is_empty() && self.notes.is_empty() { Ok(()) } else { self.end_page() }
    }

    /// The document; one without text has one empty page.
    pub(super) fn finish(mut self) -> Result<OfficeDocument, Refusal> {
        self.break_page()?;
        if self.document.pages.is_empty() {
            self.end_page()?;
        }
        Ok(self.document)
    }

    fn lines(&mut self, kind: BlockKind, text: Text) {
        self.hides_of(&text);
        if let Some(block) = block_of(kind, text) {
            self.end_list();
            self.push(block);
        }
    }

    fn end_list(&mut self) {
        if self.list.is_empty() {
            return;
        }
        let (mut items, mut lines, mut links) = (Vec::new(), Vec::new(), Vec::new());
        for (number, (item, piece)) in std::mem::take(&mut self.list).into_iter().enumerate() {
            lines.push(line(format!("{} {}", item.marker, item.text)));
            links.extend(piece.links_at(number).1);
            items.push(item);
        }
        self.block(BlockKind::List(items), lines, links);
    }

    fn block(&mut self, kind: BlockKind, lines: Vec<Line>, links: Vec<Link>) {
        self.push(Block { kind, bbox: Rect::default(), lines, links });
    }

    fn push(&mut self, block: Block) {
        if self.has_room() {
            self.page.items.push(Item::Block(block));
        }
    }

    /// Counts a block. One too many is not kept, and the page's end says so.
    fn has_room(&mut self) -> bool {
        self.blocks += 1;
        self.blocks <= MAX_BLOCKS
    }
}

/// A block of lines; `None` if they are blank.
fn block_of(kind: BlockKind, text: Text) -> Option<Block> {
    let (mut lines, mut links) = (Vec::new(), Vec::new());
    for (number, piece) in text.lines().into_iter().enumerate() {
        let (text, of_line) = piece.links_at(number);
        lines.push(line(text));
        links.extend(of_line);
    }
    (!lines.is_empty()).then(|| Block { kind, bbox: Rect::default(), lines, links })
}

fn line(text: String) -> Line {
    Line { text, bbox: Rect::default(), confidence: None, words: Vec::new() }
}

/// The entries of a row on one line, between tabs.
fn row_text(row: &[String]) -> String {
    let mut text = String::with_capacity(row.iter().map(|cell| cell.len() + 1).sum());
    for (number, cell) in row.iter().enumerate() {
        if number > 0 {
            text.push('\t');
        }
        text.extend(cell.chars().map(|character| if matches!(character, '\n' | '\t') { ' ' } else { character }));
    }
    text.truncate(text.trim_end_matches('\t').len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_paragraphs_than_anybody_writes_are_refused_and_not_kept() {
        let mut draft = Draft::new(OfficeLimits::default());
        for _ in 0..=MAX_BLOCKS {
            let mut text = Text::default();
            text.push("a");
            draft.paragraph(text);
        }
        assert_eq!(draft.page.items.len(), MAX_BLOCKS);
        assert!(matches!(draft.end_page(), Err(Refusal::TooLarge(_))));
    }

    #[test]
    fn the_same_picture_is_kept_once_and_shown_where_it_stands() {
        let mut draft = Draft::new(OfficeLimits::default());
        for bytes in [vec![1], vec![2], vec![1]] {
            draft.picture(bytes);
            draft.end_page().unwrap();
        }
        let document = draft.finish().unwrap();
        assert_eq!(document.pictures, [vec![1], vec![2]]);
        let pictures: Vec<&[Item]> = document.pages.iter().map(|page| page.items.as_slice()).collect();
        assert_eq!(pictures, [[Item::Picture(0)], [Item::Picture(1)], [Item::Picture(0)]]);
    }
}
