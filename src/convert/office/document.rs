//! What is read out of an office file: pages of blocks, the pictures between them, the files that come along.

use mediary_core::document::{Block, Hidden};
use serde::{Deserialize, Serialize};

/// An office file, read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OfficeDocument {
    /// Pages, slides, sheets or chapters, in order; at least one.
    pub pages: Vec<OfficePage>,
    /// Files of the pictures that its pages show.
    pub pictures: Vec<Vec<u8>>,
    /// Files that come with it.
    pub attachments: Vec<Attachment>,
    /// What it says of itself, where it is a page of the web that was asked for as one.
    pub facts: Option<PageFacts>,
}

/// What a page of the web is read for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WebPage {
    /// Where it lies: its links are completed by that.
    pub base: String,
    /// Whether only what it is about is read, where that can be told.
    pub main_part: bool,
}

/// What a page of the web says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PageFacts {
    /// Its title.
    pub title: Option<String>,
    /// Who wrote it.
    pub byline: Option<String>,
    /// The name of its site.
    pub site: Option<String>,
    /// When it was published.
    pub published: Option<String>,
    /// Its language.
    pub language: Option<String>,
    /// Whether only its article was read.
    pub is_article: bool,
}

/// A page, slide, sheet or chapter.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct OfficePage {
    /// In reading order.
    pub items: Vec<Item>,
    /// Whether it shows pictures that are not among the document's: drawings in formats that nothing here decodes.
    pub has_unread_pictures: bool,
    /// Why text that it carries is not shown; such text is left out.
    pub hidden: Vec<Hidden>,
}

/// What stands on a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Item {
    /// A block; it has no place.
    Block(Block),
    /// A picture, by its index among the document's.
    Picture(usize),
}

/// A file that comes with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name, without folders.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}
