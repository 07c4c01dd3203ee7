//! Web pages: what a reader of the page would read, as far as that can be told without drawing it.
//!
//! html5ever mends what is wrong with the markup, as browsers do. Nothing is fetched and nothing is run: of pictures only
//! those count that are in the page itself, or that `pictures` has. The tree is walked without recursion, so that it may be
//! as deep as it likes.

mod article;
mod hidden;
mod looks;
mod walk;

use url::Url;

use super::document::{OfficeDocument, WebPage};
use super::draft::Draft;
use super::limits::{OfficeLimits, Refusal};
use super::text::Text;
use article::{Article, article};
use walk::Walk;

/// Gives the file of a picture by its address; `None` if there is none.
pub(super) type Pictures<'a> = dyn FnMut(&str) -> Option<Vec<u8>> + 'a;

/// Reads a page.
pub(super) fn read(text: &str, limits: OfficeLimits) -> Result<OfficeDocument, Refusal> {
    let mut draft = Draft::new(limits);
    write(text, &mut draft, &mut |_| None)?;
    draft.finish()
}

/// Reads a page of the web: what it is about, if only that is wanted, and what it says of itself.
pub(super) fn read_page(text: &str, limits: OfficeLimits, wish: &WebPage) -> Result<OfficeDocument, Refusal> {
    let base = Url::parse(&wish.base).ok();
    let mut page = scraper::Html::parse_document(text);
    let hidden = hidden::taken_out(&mut page);
    let Article { html, facts } = article(&page.html(), base.as_ref());
    let mut draft = Draft::new(limits);
    draft.has_hints();
    draft.hides(hidden);
    match html.filter(|_| wish.main_part) {
        Some(html) => {
            let main = scraper::Html::parse_document(&html);
            // The title stands beside the article on most pages.
            if let Some(title) = facts.title.as_deref().filter(|title| !begins_with(&main, title)) {
                draft.heading(1, Text::from(title));
            }
            Walk::new(&mut draft, &mut |_| None).at(base).through(&main)?;
        }
        None => Walk::new(&mut draft, &mut |_| None).at(base).through(&page)?,
    }
    let is_article = facts.is_article && wish.main_part;
    let document = draft.finish()?;
    Ok(OfficeDocument { facts: Some(super::document::PageFacts { is_article, ..facts }), ..document })
}

/// Whether the first words of a page are these.
fn begins_with(page: &scraper::Html, title: &str) -> bool {
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut text = String::new();
    for piece in page.root_element().text() {
        text.push_str(piece);
        if text.len() > 4 * title.len() + 64 {
            break;
        }
    }
    squeezed(&text).starts_with(&squeezed(title))
}

/// Writes what a page says into a draft.
pub(super) fn write(text: &str, draft: &mut Draft, pictures: &mut Pictures<'_>) -> Result<(), Refusal> {
    let mut page = scraper::Html::parse_document(text);
    draft.has_hints();
    draft.hides(hidden::taken_out(&mut page));
    Walk::new(draft, pictures).through(&page)
}
