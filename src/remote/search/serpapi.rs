//! SerpAPI, which asks Google. Its key can only stand in the address.

use mediary_core::Failure;
use serde::Deserialize;

use super::clean::Told;
use super::engine::{Asking, SearchPlace, from_json, lenient};
use super::query::{FoundPage, SafeSearch, SearchQuery};

/// Results of one page.
const MOST: u32 = 100;

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    organic_results: Vec<Found>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Found {
    title: String,
    link: String,
    #[serde(deserialize_with = "lenient")]
    snippet: Option<String>,
    #[serde(deserialize_with = "lenient")]
    date: Option<String>,
}

pub(super) fn asking(place: &SearchPlace<'_>, query: &SearchQuery) -> Asking {
    let count = query.most.clamp(1, MOST);
    let mut pairs = vec![
        ("engine", "google".to_owned()),
        ("q", query.text.clone()),
        ("num", count.to_string()),
        ("start", (u64::from(query.page.saturating_sub(1)) * u64::from(count)).to_string()),
    ];
    pairs.extend(query.language.clone().map(|language| ("hl", language)));
    pairs.extend(query.period.map(|period| ("tbs", format!("qdr:{}", period.letter()))));
    pairs.extend(query.safe.map(|safe| ("safe", if safe == SafeSearch::Off { "off" } else { "active" }.to_owned())));
    pairs.extend(place.key.map(|key| ("api_key", key.to_owned())));
    Asking { path: "/search.json", pairs, ..Asking::default() }
}

/// That nothing was found is told as an error in an answer that is a success.
pub(super) fn read(body: &[u8]) -> Result<Vec<FoundPage>, Failure> {
    let answer: Answer = from_json(body)?;
    let page = |found: Found| {
        let (snippet, published) = (found.snippet.unwrap_or_default(), found.date.as_deref());
        Told { title: &found.title, url: &found.link, snippet: &snippet, published, ..Told::default() }.page()
    };
    Ok(answer.organic_results.into_iter().filter_map(page).collect())
}
