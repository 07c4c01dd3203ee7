//! Google's Custom Search, by an engine that the operator has made there.

use http::header::HeaderName;
use mediary_core::{Failure, FailureKind};
use serde::Deserialize;

use super::clean::Told;
use super::engine::{Asking, SearchPlace, from_json};
use super::query::{FoundPage, SafeSearch, SearchQuery};

/// Unlike an address, a header is written into no log on the way.
const KEY: HeaderName = HeaderName::from_static("x-goog-api-key");
/// Results of one page.
const MOST: u32 = 10;
/// Nothing is given behind this result.
const LAST: u32 = 100;

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    items: Vec<Found>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Found {
    title: String,
    link: String,
    snippet: String,
}

pub(super) fn asking(place: &SearchPlace<'_>, query: &SearchQuery) -> Result<Asking, Failure> {
    let count = query.most.clamp(1, MOST);
    let start = query.page.saturating_sub(1).saturating_mul(count).saturating_add(1);
    if start > LAST + 1 - count {
        let detail = format!("Google's Custom Search gives {LAST} results; ask for an earlier page");
        return Err(Failure::new(FailureKind::Unacceptable, detail));
    }
    let mut pairs = vec![
        ("cx", place.own.to_owned()),
        ("q", query.text.clone()),
        ("num", count.to_string()),
        ("start", start.to_string()),
    ];
    pairs.extend(query.language.clone().map(|language| ("lr", format!("lang_{language}"))));
    pairs.extend(query.period.map(|period| ("dateRestrict", format!("{}1", period.letter()))));
    pairs.extend(query.safe.map(|safe| ("safe", if safe == SafeSearch::Off { "off" } else { "active" }.to_owned())));
    let headers = place.key.map(|key| (KEY, key.to_owned())).into_iter().collect();
    Ok(Asking { path: "/customsearch/v1", pairs, headers, ..Asking::default() })
}

pub(super) fn read(body: &[u8]) -> Result<Vec<FoundPage>, Failure> {
    let answer: Answer = from_json(body)?;
    let page = |found: &Found| {
        Told { title: &found.title, url: &found.link, snippet: &found.snippet, ..Told::default() }.page()
    };
    Ok(answer.items.iter().filter_map(page).collect())
}
