//! Rich text (RTF 1.9.1): groups and control words, told into paragraphs, tables and notes.
//!
//! Groups are kept on a stack of our own, so that they may be as deep as the limit allows and no deeper. What does not print
//! (fonts, colours, information, fields' codes) is passed over; objects' data may be files, which come along.

mod lexer;
mod reader;
mod state;
mod table;
mod words;

use super::document::OfficeDocument;
use super::draft::Draft;
use super::limits::{OfficeLimits, Refusal};
use reader::Reader;

/// Reads a document.
pub(super) fn read(bytes: &[u8], limits: OfficeLimits) -> Result<OfficeDocument, Refusal> {
    let mut draft = Draft::new(limits);
    write(bytes, &mut draft)?;
    draft.finish()
}

/// Writes what a document says into a draft.
pub(super) fn write(bytes: &[u8], draft: &mut Draft) -> Result<(), Refusal> {
    Reader::new(draft).through(bytes)
}
