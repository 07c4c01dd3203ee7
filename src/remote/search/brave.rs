//! Brave's search of the web. Its texts may hold markup that stresses words.

use http::header::HeaderName;
use mediary_core::{Failure, FailureKind};
use serde::Deserialize;

use super::clean::{Told, text_of};
use super::engine::{Asking, SearchPlace, from_json, lenient};
use super::query::{FoundPage, SearchQuery};

const KEY: HeaderName = HeaderName::from_static("x-subscription-token");
/// Results of one page.
const MOST: u32 = 20;
/// Pages.
const MOST_PAGES: u32 = 10;
/// It refuses longer searches.
const MOST_CHARS: usize = 400;
const MOST_WORDS: usize = 50;

#[derive(Deserialize)]
struct Answer {
    #[serde(default, deserialize_with = "lenient")]
    web: Option<Web>,
}

#[derive(Deserialize)]
struct Web {
    #[serde(default)]
    results: Vec<Found>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Found {
    title: String,
    url: String,
    #[serde(deserialize_with = "lenient")]
    description: Option<String>,
    #[serde(deserialize_with = "lenient")]
    page_age: Option<String>,
}

pub(super) fn asking(place: &SearchPlace<'_>, query: &SearchQuery) -> Result<Asking, Failure> {
    if query.page > MOST_PAGES {
        let detail = format!("Brave Search gives {MOST_PAGES} pages of results; ask for one of them");
        return Err(Failure::new(FailureKind::Unacceptable, detail));
    }
    let mut pairs = vec![
        ("q", shortened(&query.text)),
        ("count", query.most.clamp(1, MOST).to_string()),
        ("offset", query.page.saturating_sub(1).to_string()),
        ("text_decorations", "false".to_owned()),
        ("result_filter", "web".to_owned()),
    ];
    pairs.extend(query.language.clone().map(|language| ("search_lang", language)));
    pairs.extend(query.period.map(|period| ("freshness", format!("p{}", period.letter()))));
    pairs.extend(query.safe.map(|safe| ("safesearch", safe.name().to_owned())));
    let headers = place.key.map(|key| (KEY, key.to_owned())).into_iter().collect();
    Ok(Asking { path: "/web/search", pairs, headers, ..Asking::default() })
}

fn shortened(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_whitespace().take(MOST_WORDS) {
        if out.chars().count() + word.chars().count() >= MOST_CHARS {
            break;
        }
        out.push_str(if out.is_empty() { "" } else { " " });
        out.push_str(word);
    }
    if out.is_empty() { text.chars().take(MOST_CHARS).collect() } else { out }
}

pub(super) fn read(body: &[u8]) -> Result<Vec<FoundPage>, Failure> {
    let answer: Answer = from_json(body)?;
    let page = |found: Found| {
        let (title, snippet) = (text_of(&found.title), text_of(&found.description.unwrap_or_default()));
        let published = found.page_age.as_deref();
        Told { title: &title, url: &found.url, snippet: &snippet, published, ..Told::default() }.page()
    };
    Ok(answer.web.into_iter().flat_map(|web| web.results).filter_map(page).collect())
}
