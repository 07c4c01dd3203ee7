//! What a tagged document says of a page's text: which parts there are, in reading order, and what each of them is.
//!
//! The program that made the document wrote this down beside its pages, for screen readers. Whether a page's tags are believed is
//! judged by the layout; who reads PDFs writes these words down.

use serde::{Deserialize, Serialize};

/// The tags of a page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tags {
    /// In reading order.
    pub parts: Vec<TaggedPart>,
    /// Whether the document tells headings, lists or tables from text anywhere.
    pub names_structure: bool,
}

/// A part of a page's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TaggedPart {
    /// A paragraph, a caption, a quotation.
    Text,
    /// A heading.
    Heading {
        /// From 1, the uppermost.
        level: u8,
    },
    /// The mark of an item of a list.
    Label(ItemPlace),
    /// The text of an item of a list.
    Item(ItemPlace),
    /// An entry of a table.
    Cell(CellPlace),
    /// A program, a listing.
    Code,
    /// A picture, with what is said of it for those who do not see it.
    Figure {
        /// Mostly a sentence; may be empty.
        described: String,
    },
}

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemPlace {
    /// The number of its outermost list in the document.
    pub list: u32,
    /// Its own number in the document.
    pub item: u32,
    /// How deeply it is nested; 0 for the outermost.
    pub depth: u8,
}

/// Where an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellPlace {
    /// The number of its table in the document.
    pub table: u32,
    /// From 0, in the whole table.
    pub row: u32,
    /// From 0.
    pub column: u32,
    /// How many rows it takes.
    pub rows: u32,
    /// How many columns it takes.
    pub columns: u32,
    /// Whether it names a row or column.
    pub is_header: bool,
    /// How many columns its table has.
    pub table_columns: u32,
}

/// The part that a stretch of a line belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagRun {
    /// Where it ends in the line's text, in bytes; it begins where the one before ends.
    pub end: usize,
    /// `None` of what is no part of the text: page numbers, ornaments.
    pub place: Option<TagPlace>,
}

/// A place in the reading order of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TagPlace {
    /// Of the part, among those of the page.
    pub part: u32,
    /// Within the page; counts on from one part to the next.
    pub order: u32,
}
