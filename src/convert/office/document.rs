//! What is read out of an office file: pages of blocks, the pictures between them, the files that come along.

use mediary_core::document::Block;
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
}

/// A page, slide, sheet or chapter.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct OfficePage {
    /// In reading order.
    pub items: Vec<Item>,
    /// Whether it shows pictures that are not among the document's: drawings in formats that nothing here decodes.
    pub has_unread_pictures: bool,
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
