//! What was found lately, for the client that asked: within a time and a number of bytes. Of two that ask for the same at
//! once, one waits for the other.

use std::time::{Duration, Instant};

use mediary_core::ContentHash;
use mediary_remote::{FoundPage, SearchEngine};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::{SearchWish, Searched, Unsearched};

/// Results of about this size are reckoned with when room is made for their keys.
const USUAL_BYTES: u64 = 8 << 10;
/// What a page takes beside its texts.
const OVERHEAD_BYTES: usize = 160;

#[derive(Debug, Clone)]
struct Found {
    at: Instant,
    engine: SearchEngine,
    pages: Vec<FoundPage>,
}

#[derive(Debug, Clone)]
struct Weight;

impl Weighter<ContentHash, Found> for Weight {
    fn weight(&self, _key: &ContentHash, found: &Found) -> u64 {
        let bytes = |page: &FoundPage| OVERHEAD_BYTES + page.title.len() + page.url.len() + page.snippet.len();
        found.pages.iter().map(bytes).sum::<usize>() as u64 + OVERHEAD_BYTES as u64
    }
}

/// What was found lately.
#[derive(Debug)]
pub(super) struct Kept {
    lasts: Duration,
    found: Option<Cache<ContentHash, Found, Weight>>,
}

impl Kept {
    /// Room for so many bytes, each kept for so long.
    pub(super) fn new(lasts: Duration, bytes: u64) -> Self {
        let is_on = !lasts.is_zero() && bytes > 0;
        let cache = || Cache::with_weighter(usize::try_from(bytes / USUAL_BYTES).unwrap_or(1).max(1), bytes, Weight);
        Self { lasts, found: is_on.then(cache) }
    }

    /// What was found for a wish, else what `search` finds, which is kept.
    ///
    /// # Errors
    /// When the search fails; that is not kept.
    pub(super) async fn or<F>(&self, wish: &SearchWish, search: F) -> Result<Searched, Unsearched>
    where
        F: Future<Output = Result<Searched, Unsearched>>,
    {
        let Some(cache) = &self.found else { return search.await };
        let key = key_of(wish);
        if cache.get(&key).is_some_and(|found| found.at.elapsed() >= self.lasts) {
            cache.remove(&key);
        }
        match cache.get_value_or_guard_async(&key).await {
            Ok(Found { engine, pages, .. }) => {
                Ok(Searched { engine, pages, tried: Vec::new(), is_cached: true, redacted: None })
            }
            Err(guard) => {
                let searched = search.await?;
                let found = Found { at: Instant::now(), engine: searched.engine, pages: searched.pages.clone() };
                // It may have been pushed out already, which is no matter.
                let _ = guard.insert(found);
                Ok(searched)
            }
        }
    }
}

/// Everything that a result depends on, the client too.
fn key_of(wish: &SearchWish) -> ContentHash {
    let SearchWish { query, engine, client, privacy: _, account: _ } = wish;
    ContentHash::of(format!("{client:?}\n{engine:?}\n{query:?}").as_bytes())
}
