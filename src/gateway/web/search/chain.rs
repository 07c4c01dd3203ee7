//! One engine after the other, until one finds something.

use std::collections::HashSet;

use mediary_core::plan::Privacy;
use mediary_core::{Failure, FailureKind};
use mediary_remote::{FoundPage, SearchEngine, SearchQuery};

use super::super::super::{Account, Gateway};
use super::sending::Place;
use super::{SearchWish, Searched, Searcher, TriedEngine, Unsearched};

impl Gateway {
    /// Searches the web.
    ///
    /// # Errors
    /// When it may not be, no engine is set up, or the one that was named or all of them failed.
    pub async fn search_web(&self, wish: &SearchWish) -> Result<Searched, Unsearched> {
        let (text, redacted) = self.words_for_engines(wish.query.text.clone(), wish.engine, &wish.account);
        let wish = SearchWish { query: SearchQuery { text, ..wish.query.clone() }, ..wish.clone() };
        let searched = self.web.searcher.search(&wish).await?;
        Ok(Searched { redacted, ..searched })
    }

    /// Words as the engines get them that are asked: without what is kept from them, or from their providers. Gives how much
    /// that was, too.
    pub(in super::super) fn words_for_engines(
        &self,
        words: String,
        engine: Option<SearchEngine>,
        account: &Account,
    ) -> (String, Option<String>) {
        let engines = engine.map_or_else(|| self.search_engines(), |engine| vec![engine]);
        let names = engines.iter().map(|engine| engine.name());
        let theirs = engines.contains(&SearchEngine::Ollama).then_some("ollama-cloud");
        self.router.words_for_strangers(words, &names.chain(theirs).collect::<Vec<_>>(), account)
    }

    /// The search engines that are set up, in the order in which they are asked.
    #[must_use]
    pub fn search_engines(&self) -> Vec<SearchEngine> {
        self.web.searcher.in_order().map(|place| place.engine).collect()
    }
}

impl Searcher {
    /// Those that are asked unless one is named.
    fn in_order(&self) -> impl Iterator<Item = &Place> {
        self.order.iter().filter_map(|engine| self.places.iter().find(|place| place.engine == *engine))
    }

    async fn search(&self, wish: &SearchWish) -> Result<Searched, Unsearched> {
        if wish.privacy.max(self.privacy) == Privacy::Local {
            let detail = "nothing of this request may leave this machine, and a search of the web would; allow it by privacy, \
                          or do without";
            return Err(Failure::new(FailureKind::NotAllowed, detail).into());
        }
        let places = self.asked(wish.engine)?;
        self.kept.or(wish, self.ask(wish, &places)).await
    }

    /// The engines that a wish means.
    fn asked(&self, engine: Option<SearchEngine>) -> Result<Vec<&Place>, Failure> {
        let Some(engine) = engine else {
            let all: Vec<&Place> = self.in_order().collect();
            let none = || {
                let detail = "no search engine is set up; write an address or a key of one under [search]";
                Failure::new(FailureKind::NotInstalled, detail)
            };
            return if all.is_empty() { Err(none()) } else { Ok(all) };
        };
        let found = self.places.iter().find(|place| place.engine == engine);
        let not_set_up = || {
            let (name, title) = (engine.name(), engine.title());
            let needs = match engine {
                SearchEngine::Ollama => "a key of ollama-cloud (OLLAMA_API_KEY)".to_owned(),
                SearchEngine::Google => format!("search.{name}.keys and search.{name}.engine_id"),
                engine if engine.wants_key() => format!("search.{name}.keys"),
                _ => format!("search.{name}.url"),
            };
            Failure::new(FailureKind::NotInstalled, format!("{title} is not set up; it wants {needs}"))
        };
        found.map(|place| vec![place]).ok_or_else(not_set_up)
    }

    async fn ask(&self, wish: &SearchWish, places: &[&Place]) -> Result<Searched, Unsearched> {
        let mut tried: Vec<TriedEngine> = Vec::new();
        for place in places {
            let engine = place.engine;
            match place.search(&wish.query, &self.rests).await {
                Ok(pages) if !pages.is_empty() => {
                    let pages = each_once(pages, wish.query.most as usize);
                    return Ok(Searched { engine, pages, tried, is_cached: false, redacted: None });
                }
                Ok(_) => tried.push(TriedEngine { engine, failure: None }),
                Err(failure) => {
                    tracing::info!(
                        search.engine = engine.name(),
                        failure.kind = failure.kind.name(),
                        "a search failed"
                    );
                    tried.push(TriedEngine { engine, failure: Some(failure) });
                }
            }
        }
        // That one of them found nothing is an answer.
        if let Some(at) = tried.iter().position(|tried| tried.failure.is_none()) {
            let engine = tried.remove(at).engine;
            return Ok(Searched { engine, pages: Vec::new(), tried, is_cached: false, redacted: None });
        }
        let failure = match tried.as_slice() {
            [TriedEngine { failure: Some(failure), .. }] => failure.clone(),
            all => all_failed(all),
        };
        Err(Unsearched { failure, tried })
    }
}

/// What it is that all engines failed: that of the one which may be asked soonest, if they only want to be left alone.
fn all_failed(tried: &[TriedEngine]) -> Failure {
    let names: Vec<&str> = tried.iter().map(|tried| tried.engine.name()).collect();
    let detail = format!("no search engine answered: {}; `tried` says why of each", names.join(", "));
    let failures = || tried.iter().filter_map(|tried| tried.failure.as_ref());
    let wait = |failure: &Failure| match failure.kind {
        FailureKind::RateLimited { retry_after } => retry_after,
        _ => None,
    };
    let waits: Option<Vec<_>> = failures().map(wait).collect();
    let kind = match waits.and_then(|waits| waits.into_iter().min()) {
        Some(soonest) => FailureKind::RateLimited { retry_after: Some(soonest) },
        None => FailureKind::Unreachable,
    };
    Failure::new(kind, detail)
}

/// The first so many pages, each address once.
fn each_once(pages: Vec<FoundPage>, most: usize) -> Vec<FoundPage> {
    let mut known = HashSet::new();
    let is_new = |page: &FoundPage| known.insert(page.url.split('#').next().unwrap_or_default().to_owned());
    pages.into_iter().filter(is_new).take(most).collect()
}

impl From<Failure> for Unsearched {
    fn from(failure: Failure) -> Self {
        Self { failure, tried: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn that_all_want_to_be_left_alone_says_for_how_long() {
        let limited = |seconds: u64| FailureKind::RateLimited { retry_after: Some(Duration::from_secs(seconds)) };
        let tried = |kinds: &[FailureKind]| -> Vec<TriedEngine> {
            let engines = SearchEngine::ALL.into_iter().zip(kinds);
            let tried =
                engines.map(|(engine, kind)| TriedEngine { engine, failure: Some(Failure::new(kind.clone(), "")) });
            tried.collect()
        };
        let all = all_failed(&tried(&[limited(9), limited(4)]));
        assert_eq!(all.kind, limited(4));
        assert!(all.detail.contains("searxng, brave"), "{all}");
        assert_eq!(all_failed(&tried(&[limited(9), FailureKind::BadKey])).kind, FailureKind::Unreachable);
    }

    #[test]
    fn each_address_is_given_once() {
        let page = |url: &str| FoundPage {
            title: String::new(),
            url: url.to_owned(),
            snippet: String::new(),
            published: None,
            found_by: Vec::new(),
        };
        let pages = ["https://a/", "https://a/#b", "https://c/", "https://d/"].map(page);
        let urls: Vec<String> = each_once(pages.into(), 2).into_iter().map(|page| page.url).collect();
        assert_eq!(urls, ["https://a/", "https://c/"]);
    }
}
