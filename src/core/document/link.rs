//! Places in a block's text that lead elsewhere: to an address, or to a note of the same document.
//!
//! The text itself is always whole without them; who writes Markdown or HTML marks them up. Which addresses are let in is
//! decided where documents are read.

use serde::{Deserialize, Serialize};

/// A stretch of text that leads somewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// In which line it stands; of a list in which item, of a table in which entry, counted row by row.
    pub piece: usize,
    /// Where it begins in that text, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Where it leads.
    pub to: LinkTarget,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkTarget {
    /// To an address, ready to stand in Markdown.
    Address(String),
    /// To the note with this label.
    Note(String),
}
