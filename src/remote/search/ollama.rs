//! Ollama's search of the web, which its cloud does.

use http::header::AUTHORIZATION;
use mediary_core::Failure;
use serde::Deserialize;
use serde_json::json;

use super::clean::Told;
use super::engine::{Asking, SearchPlace, from_json};
use super::query::{FoundPage, SearchQuery};

/// It gives no more results.
const MOST: u32 = 10;

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    results: Vec<Found>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Found {
    title: String,
    url: String,
    content: String,
}

pub(super) fn asking(place: &SearchPlace<'_>, query: &SearchQuery) -> Asking {
    let body = json!({ "query": query.text, "max_results": query.most.clamp(1, MOST) }).to_string();
    let headers = place.key.map(|key| (AUTHORIZATION, format!("Bearer {key}"))).into_iter().collect();
    Asking { path: "/api/web_search", headers, body: Some(("application/json", body)), ..Asking::default() }
}

pub(super) fn read(body: &[u8]) -> Result<Vec<FoundPage>, Failure> {
    let answer: Answer = from_json(body)?;
    let page = |found: &Found| {
        Told { title: &found.title, url: &found.url, snippet: &found.content, ..Told::default() }.page()
    };
    Ok(answer.results.iter().filter_map(page).collect())
}
