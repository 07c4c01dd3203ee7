//! Web pages: what a reader of the page would read, as far as that can be told without drawing it.
//!
//! html5ever mends what is wrong with the markup, as browsers do. Nothing is fetched and nothing is run: of pictures only
//! those count that are in the page itself, or that `pictures` has. The tree is walked without recursion, so that it may be
//! as deep as it likes.

mod walk;

use super::document::OfficeDocument;
use super::draft::Draft;
use super::limits::{OfficeLimits, Refusal};
use walk::Walk;

/// Gives the file of a picture by its address; `None` if there is none.
pub(super) type Pictures<'a> = dyn FnMut(&str) -> Option<Vec<u8>> + 'a;

/// Reads a page.
pub(super) fn read(text: &str, limits: OfficeLimits) -> Result<OfficeDocument, Refusal> {
    let mut draft = Draft::new(limits);
    write(text, &mut draft, &mut |_| None)?;
    draft.finish()
}

/// Writes what a page says into a draft.
pub(super) fn write(text: &str, draft: &mut Draft, pictures: &mut Pictures<'_>) -> Result<(), Refusal> {
    let page = scraper::Html::parse_document(text);
    Walk::new(draft, pictures).through(&page)
}
