//! A document's outline: the bookmarks that viewers show beside its pages.
//!
//! Mostly its headings, word for word, and how deep each stands. What no page shows is of no use here and left to the
//! layout to pass over.

use mediary_core::document::Bookmark;
use pdfium_render::prelude::*;

/// No more bookmarks than this are looked at; outlines may be rings.
const MOST: usize = 2_000;
/// Nor deeper ones.
const DEEPEST: u8 = 8;

/// The outline from its first entry to its last.
pub(super) fn of(document: &PdfDocument<'_>) -> Vec<Bookmark> {
    let mut found = Vec::new();
    if let Some(root) = document.bookmarks().root() {
        collect(root, 1, &mut found);
    }
    found
}

/// A bookmark, those after it, and those below each.
fn collect(first: PdfBookmark<'_>, depth: u8, found: &mut Vec<Bookmark>) {
    let mut next = Some(first);
    while let Some(bookmark) = next.take_if(|_| found.len() < MOST) {
        let title = bookmark.title().unwrap_or_default();
        let page = bookmark.destination().and_then(|place| place.page_index().ok());
        found.push(Bookmark { title, depth, page: page.and_then(|page| usize::try_from(page).ok()) });
        if depth < DEEPEST
            && let Some(child) = bookmark.first_child()
        {
            collect(child, depth + 1, found);
        }
        next = bookmark.next_sibling();
    }
}
