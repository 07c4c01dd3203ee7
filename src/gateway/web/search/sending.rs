//! Asking one engine: its keys in turn, through the guarded client, within its time.

use std::time::Duration;

use mediary_core::{ContentHash, Failure, FailureKind};
use mediary_remote::{AllowList, FetchPolicy, Fetcher, FoundPage, SearchEngine, SearchPlace, SearchQuery};

use super::super::super::blocking;
use super::rests::Rests;
use crate::config::{Fetch, Search, Secret};
use crate::providers::Providers;

/// Answers of engines are a fraction of this.
const MOST_BYTES: u64 = 8_000_000;

/// An engine that is set up.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) engine: SearchEngine,
    url: String,
    /// None, where it wants none.
    keys: Vec<Secret>,
    own: String,
    fetcher: Fetcher,
}

impl Place {
    /// The engine as the operator has set it up; `None`: it is not.
    pub(super) fn of(engine: SearchEngine, search: &Search, fetch: &Fetch, providers: &Providers) -> Option<Self> {
        let setting = search.place(engine).filter(|setting| !setting.url.is_empty())?;
        let keys: Vec<Secret> = providers.search.of(engine).iter().map(|key| key.secret.clone()).collect();
        let is_complete = engine != SearchEngine::Google || !setting.own.is_empty();
        if (engine.wants_key() && keys.is_empty()) || !is_complete {
            return None;
        }
        // The operator names the address, which may be on this machine or in a network of its own.
        let allow = AllowList::parse(["0.0.0.0/0", "::/0"]).unwrap_or_default();
        let (connect, idle) = (fetch.connect.min(search.time), fetch.idle.min(search.time));
        let policy = FetchPolicy { allow, max_bytes: MOST_BYTES, total: search.time, connect, idle };
        let (url, own) = (setting.url.clone(), setting.own.clone());
        Some(Self { engine, url, keys, own, fetcher: Fetcher::new(policy) })
    }

    /// Searches, with one key after the other.
    pub(super) async fn search(&self, query: &SearchQuery, rests: &Rests) -> Result<Vec<FoundPage>, Failure> {
        let mut last = None;
        for key in self.keys() {
            let name = self.name_of(key);
            if let Some(wait) = rests.left(&name) {
                last = last.or_else(|| Some(self.resting(wait)));
                continue;
            }
            match self.ask(query, key).await {
                Ok(pages) => return Ok(pages),
                Err(failure) => {
                    rests.after(name, &failure);
                    let is_of_key = matches!(
                        failure.kind,
                        FailureKind::BadKey | FailureKind::RateLimited { .. } | FailureKind::QuotaSpent { .. }
                    );
                    if !is_of_key {
                        return Err(failure);
                    }
                    last = Some(failure);
                }
            }
        }
        Err(last.unwrap_or_else(|| Failure::broken("a search engine without a way to ask it")))
    }

    /// Its keys, or that it is asked without one.
    fn keys(&self) -> impl Iterator<Item = Option<&Secret>> {
        let none = self.keys.is_empty().then_some(None);
        self.keys.iter().map(Some).chain(none)
    }

    /// What a rest of it goes by: the key itself is kept nowhere else.
    fn name_of(&self, key: Option<&Secret>) -> String {
        let key = key.map(|key| ContentHash::of(key.expose().as_bytes()).to_string()).unwrap_or_default();
        format!("{} {key}", self.engine.name())
    }

    fn resting(&self, wait: Duration) -> Failure {
        let detail = format!("{} is left alone for {} s, as it asked for", self.engine.title(), wait.as_secs() + 1);
        Failure::new(FailureKind::RateLimited { retry_after: Some(wait) }, detail)
    }

    async fn ask(&self, query: &SearchQuery, key: Option<&Secret>) -> Result<Vec<FoundPage>, Failure> {
        let place = SearchPlace { url: &self.url, key: key.map(Secret::expose), own: &self.own };
        let request = self.engine.request(&place, query)?;
        let answer = self.fetcher.deliver(request).await.map_err(|failure| self.unreached(failure))?;
        let engine = self.engine;
        blocking::run(move || engine.read(&answer)).await
    }

    /// What the client that fetches says of an address is for those who send one; here the operator did.
    fn unreached(&self, failure: Failure) -> Failure {
        let kind = match failure.kind {
            FailureKind::Malformed => FailureKind::Unreachable,
            kind => kind,
        };
        let what = if kind == FailureKind::TimedOut { "did not answer in time" } else { "cannot be reached" };
        let name = self.engine.title();
        let detail =
            format!("{name} {what}; look at search.{}.url and at the network of the server", self.engine.name());
        Failure::new(kind, detail)
    }
}
