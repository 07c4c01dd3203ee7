//! Searching the web: which engines are set up, which is asked after which, and what is remembered of it.
//!
//! What an engine is asked is known to the remote crate. Requests go through the guarded client, which may go to the
//! addresses that the operator wrote; an engine that refuses a key or wants to be left alone is, and the next is asked.

mod chain;
mod kept;
mod rests;
mod sending;

use std::sync::Arc;

use mediary_core::Failure;
use mediary_core::plan::Privacy;
use mediary_remote::{FoundPage, SearchEngine, SearchQuery};

use crate::config::{Fetch, Search};
use crate::gateway::Account;
use crate::providers::Providers;
use kept::Kept;
use rests::Rests;
use sending::Place;

/// What a client wants of a search.
#[derive(Debug, Clone)]
pub struct SearchWish {
    /// What is searched for.
    pub query: SearchQuery,
    /// The one engine that is asked; `None`: those that are set up, in their order.
    pub engine: Option<SearchEngine>,
    /// What tells the client from others, which must not learn of its searches.
    pub client: Vec<u8>,
    /// Where its words may go.
    pub privacy: Privacy,
    /// Whose they are: what is kept from providers is kept from engines.
    pub account: Account,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Searched {
    /// The engine that found it.
    pub engine: SearchEngine,
    /// The pages, best first; each address once.
    pub pages: Vec<FoundPage>,
    /// The engines that were asked before it.
    pub tried: Vec<TriedEngine>,
    /// Whether it was found before and is only given again.
    pub is_cached: bool,
    /// How much of what was searched for went under other names, as `email=1`.
    pub redacted: Option<String>,
}

/// An engine that was asked in vain.
#[derive(Debug, Clone)]
pub struct TriedEngine {
    /// Which one.
    pub engine: SearchEngine,
    /// Why; `None`: it found nothing.
    pub failure: Option<Failure>,
}

/// Why nothing was searched.
#[derive(Debug)]
pub struct Unsearched {
    /// What failed: the only engine, or all of them.
    pub failure: Failure,
    /// What each said.
    pub tried: Vec<TriedEngine>,
}

/// Searches the web.
#[derive(Debug)]
pub(in crate::gateway) struct Searcher {
    order: Vec<SearchEngine>,
    places: Vec<Place>,
    privacy: Privacy,
    rests: Arc<Rests>,
    kept: Arc<Kept>,
}

impl Searcher {
    /// The engines that the operator has set up.
    pub(in crate::gateway) fn new(search: &Search, fetch: &Fetch, providers: &Providers, privacy: Privacy) -> Self {
        let places = SearchEngine::ALL.into_iter();
        let places = places.filter_map(|engine| Place::of(engine, search, fetch, providers)).collect();
        let kept = Arc::new(Kept::new(search.lasts, search.cache_bytes.get()));
        Self { order: search.order.clone(), places, privacy, rests: Arc::default(), kept }
    }

    /// Others in their place, which are left alone as long as those were.
    pub(super) fn renewed(&self, other: Self) -> Self {
        Self { rests: self.rests.clone(), ..other }
    }
}
