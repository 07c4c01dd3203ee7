//! The tags of a document: what its author's program wrote down of headings, lists, tables and the order of reading.
//!
//! PDFium's tree of tags cannot be had without unsafe calls, so the document is looked up with a reader of its own: `tree`
//! walks the tags once for all pages, `marks` tells where each marked stretch of a page begins to write. Characters and
//! their places stay PDFium's; a word belongs to the stretch that began to write last before it on its line.

mod marks;
mod roles;
#[cfg(test)]
mod tests;
mod tree;

pub(in crate::pdf) use marks::Marks;

use std::cell::OnceCell;

use hayro_syntax::Pdf;
use mediary_core::document::{TaggedPart, Tags};

use tree::{PageTags, Tree};

/// A tagged document.
pub(super) struct Tagged {
    pdf: Pdf,
    tree: OnceCell<Tree>,
}

impl Tagged {
    /// Of a document that says it is tagged.
    pub(super) fn new(pdf: Pdf) -> Self {
        Self { pdf, tree: OnceCell::new() }
    }

    /// What the tags say of a page; `None` if they do not speak of it.
    pub(super) fn page(&self, index: usize) -> Option<TaggedPage> {
        let tree = self.tree.get_or_init(|| Tree::of(&self.pdf));
        let PageTags { parts, marks } = tree.pages.get(index).filter(|page| !page.parts.is_empty())?;
        let marks = Marks::of(self.pdf.pages().get(index)?, marks);
        Some(TaggedPage { parts: parts.clone(), marks, names_structure: tree.names_structure })
    }
}

/// A page of it.
pub(super) struct TaggedPage {
    parts: Vec<TaggedPart>,
    names_structure: bool,
    /// Where marked stretches begin to write.
    pub(super) marks: Marks,
}

impl TaggedPage {
    /// The page's parts, as answers for it have them.
    pub(super) fn into_tags(self) -> Tags {
        Tags { parts: self.parts, names_structure: self.names_structure }
    }
}
