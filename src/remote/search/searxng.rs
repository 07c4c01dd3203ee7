//! SearXNG's JSON, which its administrator has to turn on. Every field may be missing: versions differ.

use mediary_core::Failure;
use serde::Deserialize;

use super::clean::Told;
use super::engine::{Asking, from_json, lenient};
use super::query::{FoundPage, SafeSearch, SearchQuery};

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    results: Vec<Found>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Found {
    #[serde(deserialize_with = "lenient")]
    url: Option<String>,
    #[serde(deserialize_with = "lenient")]
    title: Option<String>,
    #[serde(deserialize_with = "lenient")]
    content: Option<String>,
    #[serde(rename = "publishedDate", deserialize_with = "lenient")]
    published: Option<String>,
    #[serde(deserialize_with = "lenient")]
    engines: Option<Vec<String>>,
}

pub(super) fn asking(query: &SearchQuery) -> Asking {
    let mut pairs = vec![("q", query.text.clone()), ("format", "json".to_owned()), ("pageno", query.page.to_string())];
    pairs.extend(query.language.clone().map(|language| ("language", language)));
    pairs.extend(query.period.map(|period| ("time_range", period.name().to_owned())));
    pairs.extend(query.safe.map(|safe| {
        let step = match safe {
            SafeSearch::Off => "0",
            SafeSearch::Moderate => "1",
            SafeSearch::Strict => "2",
        };
        ("safesearch", step.to_owned())
    }));
    Asking { path: "/search", pairs, ..Asking::default() }
}

pub(super) fn read(body: &[u8]) -> Result<Vec<FoundPage>, Failure> {
    let answer: Answer = from_json(body)?;
    let page = |found: Found| {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let (title, url, snippet) = (text(&found.title), text(&found.url), text(&found.content));
        let found_by = found.engines.unwrap_or_default();
        Told { title: &title, url: &url, snippet: &snippet, published: found.published.as_deref(), found_by }.page()
    };
    Ok(answer.results.into_iter().filter_map(page).collect())
}
