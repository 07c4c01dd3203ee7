//! Keys of search engines: those of the configuration, then those that were added to the store, as of providers.

use std::collections::BTreeMap;

use mediary_core::ProviderId;
use mediary_remote::SearchEngine;

use super::keys::{KeySource, ProviderKey, StoredKeys};
use super::setup::ProviderSetup;
use crate::config::Config;

/// The provider whose keys Ollama's search is asked with.
const OLLAMA: &str = "ollama-cloud";

/// The keys of search engines, as far as they have any.
#[derive(Debug, Clone, Default)]
pub struct SearchKeys(BTreeMap<SearchEngine, Vec<ProviderKey>>);

/// What the keys of an engine are called in the store; `None`: it has none of its own there.
#[must_use]
pub fn search_store_name(engine: SearchEngine) -> Option<&'static str> {
    match engine {
        SearchEngine::Brave => Some("brave-search"),
        SearchEngine::Google => Some("google-cse"),
        SearchEngine::SerpApi => Some("serpapi"),
        SearchEngine::Searxng | SearchEngine::Ollama | SearchEngine::DuckDuckGo => None,
    }
}

impl SearchKeys {
    pub(super) fn of_all(config: &Config, providers: &[ProviderSetup], stored: &StoredKeys) -> Self {
        let mut all = BTreeMap::new();
        for engine in SearchEngine::ALL {
            let keys = match search_store_name(engine) {
                Some(name) => own(config, engine, &ProviderId::new(name), stored),
                None if engine == SearchEngine::Ollama => {
                    let provider = providers.iter().find(|provider| provider.id.as_str() == OLLAMA);
                    provider.map(|provider| provider.keys.clone()).unwrap_or_default()
                }
                None => Vec::new(),
            };
            all.insert(engine, keys);
        }
        Self(all)
    }

    /// Those of an engine, asked in turn.
    #[must_use]
    pub fn of(&self, engine: SearchEngine) -> &[ProviderKey] {
        self.0.get(&engine).map_or(&[], Vec::as_slice)
    }
}

fn own(config: &Config, engine: SearchEngine, name: &ProviderId, stored: &StoredKeys) -> Vec<ProviderKey> {
    let written = config.search.place(engine).map(|place| place.keys.as_slice()).unwrap_or_default();
    let written = written.iter().map(|secret| ProviderKey { secret: secret.clone(), source: KeySource::Configuration });
    let mut keys: Vec<ProviderKey> = Vec::new();
    for key in written.chain(stored.of(name).iter().cloned()) {
        if keys.iter().all(|known| known.expose() != key.expose()) {
            keys.push(key);
        }
    }
    keys
}
