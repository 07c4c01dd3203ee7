//! What was read before: the same bytes with the same options are read once.
//!
//! The key holds everything a result depends on: the bytes, the options, the recipe, what is installed and this
//! version; and the client, so that none learns what others have read. Documents with a password are never kept; neither is a result with a page that failed.

use std::sync::Arc;
use std::time::Instant;

use mediary_core::document::Page;
use mediary_core::{Media, MediaFormat, MediaKind};
use mediary_store::{CacheKey, DiskCache};
use serde::{Deserialize, Serialize};

use super::super::blocking;
use super::Reader;
use super::options::ReadOptions;
use super::reading::{Attempt, PageOutcome, Reading, Reason};

/// A reading as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    total_pages: usize,
    pages: Vec<(Page, Vec<Reason>)>,
    attempts: Vec<Attempt>,
}

/// Where a reading is looked for and kept.
#[derive(Debug)]
pub(super) struct CacheEntry {
    cache: Arc<DiskCache>,
    key: CacheKey,
}

impl Reader {
    /// Where the reading of a medium belongs; `None` if it is not to be kept.
    pub(super) async fn cache_entry(&self, media: &Media, options: &ReadOptions) -> Option<CacheEntry> {
        let cache = self.readings.clone().filter(|_| options.cache && options.password.is_none())?;
        if media.kind() == MediaKind::Text || media.format == MediaFormat::Zip {
            return None;
        }
        // A provider or an engine that has come since may read what none could.
        let known = self.router.known();
        let callable = |target| known.get(target).is_some_and(|row| row.missing.is_none());
        let callable: Vec<bool> = self.recipe.engines.iter().map(|step| callable(&step.target)).collect();
        let depends_on = format!("{} {options:?} {:?} {callable:?}", env!("CARGO_PKG_VERSION"), self.recipe);
        blocking::hashed(&media.blob).await;
        let hash = media.blob.hash().to_string();
        Some(CacheEntry { cache, key: CacheKey::of([hash.as_bytes(), depends_on.as_bytes()]) })
    }
}

impl CacheEntry {
    /// What was kept here.
    pub(super) async fn recall(&self, media: &Media, started: Instant) -> Option<Reading> {
        let (cache, key) = (self.cache.clone(), self.key);
        let kept = blocking::run(move || {
            // What another build has written differently is no reading.
            Ok(cache.get(&key).and_then(|bytes| serde_json::from_slice::<Kept>(&bytes).ok()))
        });
        let Kept { total_pages, pages, attempts } = kept.await.ok().flatten()?;
        let pages = pages.into_iter().map(|(page, reasons)| PageOutcome { reasons, ..PageOutcome::read(page) });
        let (pages, duration, attachments) = (pages.collect(), started.elapsed(), Vec::new());
        Some(Reading {
            media: media.clone(),
            total_pages,
            pages,
            attachments,
            attempts,
            duration,
            cached: true,
            facts: None,
        })
    }

    /// Keeps a reading, unless a page of it failed or files came with it, which are kept by themselves. That it cannot be kept is no reason to fail.
    pub(super) async fn keep(&self, reading: &Reading) {
        let pages: Option<Vec<(Page, Vec<Reason>)>> =
            reading.pages.iter().map(|outcome| Some((outcome.page.clone().ok()?, outcome.reasons.clone()))).collect();
        let Some(pages) = pages.filter(|_| reading.attachments.is_empty()) else { return };
        let kept = Kept { total_pages: reading.total_pages, pages, attempts: reading.attempts.clone() };
        let (cache, key) = (self.cache.clone(), self.key);
        let written = blocking::run(move || {
            let failed = |error: &dyn std::fmt::Display| mediary_core::Failure::broken(error.to_string());
            let bytes = serde_json::to_vec(&kept).map_err(|error| failed(&error))?;
            cache.put(&key, &bytes).map_err(|error| failed(&error))
        });
        if let Err(failure) = written.await {
            tracing::warn!(error.detail = failure.detail, "a reading was not kept in the cache");
        }
    }
}
