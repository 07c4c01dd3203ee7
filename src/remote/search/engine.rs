//! The engines by their names, and what is common to asking them.

use std::fmt;

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Method, Request, Response};
use mediary_core::{Failure, FailureKind};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::query::{FoundPage, SearchQuery};
use super::{brave, duckduckgo, google, ollama, refusal, searxng, serpapi};
use crate::blame;

/// A search engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the engines are their names")]
pub enum SearchEngine {
    Searxng,
    Brave,
    Ollama,
    Google,
    SerpApi,
    DuckDuckGo,
}

/// Where an engine is asked.
pub struct SearchPlace<'a> {
    /// Its address, up to where its paths begin.
    pub url: &'a str,
    /// The key it is asked with.
    pub key: Option<&'a str>,
    /// Which of the operator's own engines is meant, where there may be several.
    pub own: &'a str,
}

impl fmt::Debug for SearchPlace<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SearchPlace").field("url", &self.url).finish_non_exhaustive()
    }
}

impl SearchEngine {
    /// All engines, in the order in which they are asked unless the operator says otherwise.
    pub const ALL: [Self; 6] =
        [Self::Searxng, Self::Brave, Self::Ollama, Self::Google, Self::SerpApi, Self::DuckDuckGo];

    /// Its name in requests and in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Searxng => "searxng",
            Self::Brave => "brave",
            Self::Ollama => "ollama",
            Self::Google => "google_cse",
            Self::SerpApi => "serpapi",
            Self::DuckDuckGo => "duckduckgo",
        }
    }

    /// The engine of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let plain = match name {
            "google" => "google_cse",
            "ddg" => "duckduckgo",
            name => name,
        };
        Self::ALL.into_iter().find(|engine| engine.name() == plain)
    }

    /// Its name for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Searxng => "SearXNG",
            Self::Brave => "Brave Search",
            Self::Ollama => "Ollama's search",
            Self::Google => "Google's Custom Search",
            Self::SerpApi => "SerpAPI",
            Self::DuckDuckGo => "DuckDuckGo",
        }
    }

    /// Whether it is asked with a key.
    #[must_use]
    pub fn wants_key(self) -> bool {
        match self {
            Self::Searxng | Self::DuckDuckGo => false,
            Self::Brave | Self::Ollama | Self::Google | Self::SerpApi => true,
        }
    }

    /// Whether it gives more than the first page of results.
    fn turns_pages(self) -> bool {
        match self {
            Self::Searxng | Self::Brave | Self::Google | Self::SerpApi => true,
            Self::Ollama | Self::DuckDuckGo => false,
        }
    }

    /// What it is asked.
    ///
    /// # Errors
    /// Unacceptable when it cannot be asked that; malformed when its address is none.
    pub fn request(self, place: &SearchPlace<'_>, query: &SearchQuery) -> Result<Request<Bytes>, Failure> {
        if query.page > 1 && !self.turns_pages() {
            let detail = format!("{} gives only the first page of results; ask for page 1", self.title());
            return Err(Failure::new(FailureKind::Unacceptable, detail));
        }
        let asking = match self {
            Self::Searxng => searxng::asking(query),
            Self::Brave => brave::asking(place, query)?,
            Self::Ollama => ollama::asking(place, query),
            Self::Google => google::asking(place, query)?,
            Self::SerpApi => serpapi::asking(place, query),
            Self::DuckDuckGo => duckduckgo::asking(query),
        };
        asking.at(place.url)
    }

    /// What it found; nothing is no failure.
    ///
    /// # Errors
    /// When it refused, or its answer is none.
    pub fn read(self, answer: &Response<Bytes>) -> Result<Vec<FoundPage>, Failure> {
        let status = answer.status().as_u16();
        if self == Self::DuckDuckGo {
            return duckduckgo::read(answer);
        }
        if !(200..=299).contains(&status) {
            return Err(refusal::refusal(self, status, answer.headers(), answer.body()));
        }
        match self {
            Self::Searxng => searxng::read(answer.body()),
            Self::Brave => brave::read(answer.body()),
            Self::Ollama => ollama::read(answer.body()),
            Self::Google => google::read(answer.body()),
            Self::SerpApi | Self::DuckDuckGo => serpapi::read(answer.body()),
        }
    }
}

/// A request in the making.
#[derive(Default)]
pub(super) struct Asking {
    /// Behind the engine's address.
    pub(super) path: &'static str,
    pub(super) pairs: Vec<(&'static str, String)>,
    pub(super) headers: Vec<(HeaderName, String)>,
    /// The media type and the text of its body; without one it is a GET.
    pub(super) body: Option<(&'static str, String)>,
}

impl Asking {
    fn at(self, base: &str) -> Result<Request<Bytes>, Failure> {
        let unwritable =
            || Failure::malformed("the search cannot be written as a request; check the engine's address and key");
        let mut url = Url::parse(&format!("{}{}", base.trim_end_matches('/'), self.path)).map_err(|_| unwritable())?;
        if !self.pairs.is_empty() {
            url.query_pairs_mut().extend_pairs(self.pairs.iter().map(|(name, value)| (*name, value.as_str())));
        }
        let (kind, body) = self.body.map_or((None, String::new()), |(kind, body)| (Some(kind), body));
        let mut request = Request::new(Bytes::from(body));
        *request.uri_mut() = url.as_str().parse().map_err(|_| unwritable())?;
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        for (name, value) in self.headers {
            let mut value = HeaderValue::try_from(value).map_err(|_| unwritable())?;
            // Some of them are keys.
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        if let Some(kind) = kind {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            *request.method_mut() = Method::POST;
        }
        Ok(request)
    }
}

/// Reads an answer.
pub(super) fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(body).map_err(|_| blame::garbled("the search engine's answer is not what it should be"))
}

/// A field that may be missing, null or of another kind, which is as good as missing.
pub(super) fn lenient<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: DeserializeOwned,
{
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}
