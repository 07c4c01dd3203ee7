//! The `[search]` section: which search engines of the web are asked, in which order, and how much of what they find is kept
//! and told to models.
//!
//! Engines with keys may also have them in the store, as providers have. What each is asked is known to the remote crate.

use std::time::Duration;

use mediary_remote::SearchEngine;
use serde::{Deserialize, Serialize};

use super::super::address::base_url;
use super::super::check::Check;
use super::super::keys::Key;
use super::super::quantity::Bytes;
use super::super::secret::{Secret, sendable};

/// The checked `[search]` section.
#[derive(Debug, Clone)]
pub struct Search {
    /// The engines in the order in which they are asked; those that are not set up are left out.
    pub order: Vec<SearchEngine>,
    /// How long an engine may take.
    pub time: Duration,
    /// How long what was found is given again; nothing: it is not kept.
    pub lasts: Duration,
    /// The most that is kept of what was found.
    pub cache_bytes: Bytes,
    /// How many results a chat is given.
    pub results: u32,
    /// The most tokens that they take of it.
    pub tokens: u32,
    /// Each engine's address and keys.
    pub places: Vec<SearchSetting>,
}

/// What the operator says of an engine.
#[derive(Debug, Clone)]
pub struct SearchSetting {
    /// Which one.
    pub engine: SearchEngine,
    /// Its address; empty: it is not asked.
    pub url: String,
    /// Its keys.
    pub keys: Vec<Secret>,
    /// Which of the operator's own engines there is meant.
    pub own: String,
}

impl Search {
    /// What is said of an engine.
    pub fn place(&self, engine: SearchEngine) -> Option<&SearchSetting> {
        self.places.iter().find(|place| place.engine == engine)
    }
}

impl Default for Search {
    fn default() -> Self {
        super::super::Config::default().search
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(in crate::config) struct RawSearch {
    order: Vec<String>,
    seconds: u32,
    cache_seconds: u32,
    cache_bytes: Bytes,
    results: u32,
    tokens: u32,
    searxng: RawPlain,
    brave: RawKeyed,
    ollama: RawPlain,
    google_cse: RawGoogle,
    serpapi: RawKeyed,
    duckduckgo: RawPlain,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct RawPlain {
    url: String,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct RawKeyed {
    url: String,
    keys: Vec<String>,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct RawGoogle {
    url: String,
    keys: Vec<String>,
    engine_id: String,
}

impl Default for RawSearch {
    fn default() -> Self {
        let variables = |names: &[&str]| names.iter().map(|name| format!("${{{name}}}")).collect();
        Self {
            order: SearchEngine::ALL.iter().map(|engine| engine.name().to_owned()).collect(),
            seconds: 15,
            cache_seconds: 120,
            cache_bytes: Bytes::mega(16),
            results: 5,
            tokens: 2_000,
            searxng: RawPlain::default(),
            brave: RawKeyed {
                url: "https://api.search.brave.com/res/v1".to_owned(),
                keys: variables(&["BRAVE_API_KEY", "BRAVE_SEARCH_API_KEY"]),
            },
            ollama: RawPlain { url: "https://ollama.com".to_owned() },
            google_cse: RawGoogle {
                url: "https://www.googleapis.com".to_owned(),
                keys: variables(&["GOOGLE_CSE_API_KEY", "GOOGLE_CSE_KEY"]),
                engine_id: "${GOOGLE_CSE_ID}".to_owned(),
            },
            serpapi: RawKeyed {
                url: "https://serpapi.com".to_owned(),
                keys: variables(&["SERPAPI_API_KEY", "SERPAPI_KEY"]),
            },
            duckduckgo: RawPlain { url: "https://html.duckduckgo.com".to_owned() },
        }
    }
}

const ADDRESS: &str = "a text such as \"http://127.0.0.1:8888\", or empty";
const KEYS_WANTED: &str = "a list of texts of visible ASCII characters, each a key";

pub(in crate::config) const KEYS: &[Key] = &[
    Key::new(
        "search.order",
        "a list of \"searxng\", \"brave\", \"ollama\", \"google_cse\", \"serpapi\", \"duckduckgo\", each once",
        "search engines of the web in the order in which they are asked; those that are not set up are left out",
    ),
    Key::new("search.seconds", "a whole number of seconds, 1 or more", "how long an engine may take"),
    Key::new(
        "search.cache_seconds",
        "a whole number of seconds, 0 or more",
        "how long what was found is given to the same client again; 0: not at all",
    ),
    Key::new("search.cache_bytes", "a size such as \"16 MB\"", "most that is kept in memory of what was found"),
    Key::new(
        "search.results",
        "a whole number from 1 to 20",
        "how many results a chat is given that asks for them with `X-Mediary-Web-Search`",
    ),
    Key::new(
        "search.tokens",
        "a whole number of tokens, 100 or more",
        "most tokens that such results take; snippets are shortened, and what has no room is left out",
    ),
    Key::new("search.searxng.url", ADDRESS, "the address of a SearXNG whose JSON is turned on; empty: it is not asked"),
    Key::new("search.brave.url", ADDRESS, "the address of Brave's search; empty: it is not asked"),
    Key::secret(
        "search.brave.keys",
        KEYS_WANTED,
        "its keys, asked in turn; one whose variable is unset does not exist; `mediary keys add brave-search` adds more",
    ),
    Key::new(
        "search.ollama.url",
        ADDRESS,
        "the address of Ollama's search, which is asked with the keys of `ollama-cloud`; empty: it is not asked",
    ),
    Key::new("search.google_cse.url", ADDRESS, "the address of Google's Custom Search; empty: it is not asked"),
    Key::secret("search.google_cse.keys", KEYS_WANTED, "its keys, likewise; `mediary keys add google-cse` adds more"),
    Key::secret("search.google_cse.engine_id", "a text, or empty", "which engine of yours is asked there (`cx`)"),
    Key::new("search.serpapi.url", ADDRESS, "the address of SerpAPI; empty: it is not asked"),
    Key::secret("search.serpapi.keys", KEYS_WANTED, "its keys, likewise; `mediary keys add serpapi` adds more"),
    Key::new(
        "search.duckduckgo.url",
        ADDRESS,
        "the address of DuckDuckGo's page without scripts, which needs no key; empty: it is not asked",
    ),
];

impl RawSearch {
    pub(in crate::config) fn check(self, check: &mut Check<'_>) -> Option<Search> {
        check.require("search.seconds", self.seconds > 0);
        check.require("search.results", (1..=20).contains(&self.results));
        check.require("search.tokens", self.tokens >= 100);
        let order: Option<Vec<_>> = self.order.iter().map(|name| SearchEngine::named(name)).collect();
        let is_once = |order: &Vec<SearchEngine>| order.iter().enumerate().all(|(at, one)| !order[..at].contains(one));
        let order = check.accept("search.order", order.filter(is_once));
        let none = (Vec::new(), String::new());
        let google = (self.google_cse.keys, self.google_cse.engine_id);
        let places = [
            (SearchEngine::Searxng, ["search.searxng.url", ""], self.searxng.url, none.clone()),
            (
                SearchEngine::Brave,
                ["search.brave.url", "search.brave.keys"],
                self.brave.url,
                (self.brave.keys, String::new()),
            ),
            (SearchEngine::Ollama, ["search.ollama.url", ""], self.ollama.url, none.clone()),
            (SearchEngine::Google, ["search.google_cse.url", "search.google_cse.keys"], self.google_cse.url, google),
            (
                SearchEngine::SerpApi,
                ["search.serpapi.url", "search.serpapi.keys"],
                self.serpapi.url,
                (self.serpapi.keys, String::new()),
            ),
            (SearchEngine::DuckDuckGo, ["search.duckduckgo.url", ""], self.duckduckgo.url, none),
        ];
        let places: Vec<Option<SearchSetting>> = places
            .into_iter()
            .map(|(engine, [of_url, of_keys], url, (keys, own))| {
                let url = match url.trim() {
                    "" => Some(String::new()),
                    url => check.accept(of_url, base_url(url)),
                };
                let keys: Option<Vec<Secret>> = keys.iter().map(|key| sendable(key)).collect();
                let keys = if of_keys.is_empty() { keys } else { check.accept(of_keys, keys) };
                Some(SearchSetting { engine, url: url?, keys: keys?, own: own.trim().to_owned() })
            })
            .collect();
        Some(Search {
            order: order?,
            time: Duration::from_secs(self.seconds.into()),
            lasts: Duration::from_secs(self.cache_seconds.into()),
            cache_bytes: self.cache_bytes,
            results: self.results,
            tokens: self.tokens,
            places: places.into_iter().collect::<Option<_>>()?,
        })
    }
}
