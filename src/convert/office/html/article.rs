//! What a page is about, without what stands around it on every page of its site, and what it says of itself.

use dom_smoothie::{Config, Readability};
use url::Url;

use super::super::document::PageFacts;

/// Pages with more elements are read whole.
const MOST_ELEMENTS: usize = 50_000;
/// What is shorter is no article: the page is one of links, a form or a shop.
const FEWEST_CHARS: usize = 250;
/// A note about a page that is longer is none.
const MOST_FACT_CHARS: usize = 500;

/// What a page is about.
pub(super) struct Article {
    /// As HTML; `None`: the whole page is.
    pub(super) html: Option<String>,
    pub(super) facts: PageFacts,
}

/// The article of a page, which lies at an address.
pub(super) fn article(html: &str, base: Option<&Url>) -> Article {
    let whole = |facts| Article { html: None, facts };
    let config = Config { max_elements_to_parse: MOST_ELEMENTS, ..Config::default() };
    let Ok(mut readability) = Readability::new(html, base.map(Url::as_str), Some(config)) else {
        return whole(PageFacts::default());
    };
    let told = readability.get_article_metadata(None);
    let facts = PageFacts {
        title: fact(Some(&told.title)),
        byline: fact(told.byline.as_deref()),
        site: fact(told.site_name.as_deref()),
        published: fact(told.published_time.as_deref()),
        language: fact(told.lang.as_deref()),
        is_article: false,
    };
    let Ok(article) = readability.parse() else { return whole(facts) };
    if article.length < FEWEST_CHARS {
        return whole(facts);
    }
    let facts = PageFacts {
        title: fact(Some(&article.title)).or(facts.title),
        byline: fact(article.byline.as_deref()).or(facts.byline),
        site: fact(article.site_name.as_deref()).or(facts.site),
        published: fact(article.published_time.as_deref()).or(facts.published),
        language: fact(article.lang.as_deref()).or(facts.language),
        is_article: true,
    };
    Article { html: Some(article.content.to_string()), facts }
}

fn fact(text: Option<&str>) -> Option<String> {
    let shown = text?.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: String = shown.chars().filter(|c| !mediary_core::is_hidden_in_text(*c)).take(MOST_FACT_CHARS).collect();
    (!shown.is_empty()).then_some(shown)
}
