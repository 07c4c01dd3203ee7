//! What requests and answers said, for finding faults: kept only where the configuration says so (`[log] bodies`), apart
//! from the log, cut, without keys and media, and for a few hours.
//!
//! Kept as files in a folder of this user's, bounded together; only administrators are shown them. Writing goes on behind
//! the answer: what does not fit into the queue is not kept.

mod excerpt;
mod files;
mod redacted;
#[cfg(test)]
mod tests;

pub use excerpt::Excerpt;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mediary_core::Failure;
use mediary_store::{CacheKey, DiskCache};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::blocking;
use crate::config::{RequestLogging, Secret};
use files::{key, put, sweep};

/// Bodies that wait for the disk.
const QUEUE: usize = 256;
/// How often what is too old is removed.
const SWEPT_EVERY: Duration = Duration::from_mins(10);

/// Keeps bodies.
#[derive(Debug)]
pub struct BodyLog {
    files: Arc<DiskCache>,
    queue: mpsc::Sender<(CacheKey, Vec<u8>)>,
    most_bytes: usize,
    stop: CancellationToken,
    at_work: TaskTracker,
}

/// What a request and its answer said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bodies {
    /// The request.
    pub request: Body,
    /// The answer.
    pub response: Body,
}

/// One body.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// What its headers say that it is.
    pub media_type: String,
    /// How long it was.
    pub bytes: u64,
    /// Its beginning, without keys and media; empty where it is no text.
    pub text: String,
    /// Whether something is missing at its end.
    pub is_cut: bool,
}

impl BodyLog {
    /// Keeps bodies in a folder, where that is wanted. A folder that cannot be had costs them, not the start.
    #[must_use]
    pub fn start(folder: PathBuf, logging: &RequestLogging) -> Option<Arc<Self>> {
        let files = match DiskCache::open(folder, logging.bodies_total.get()) {
            Ok(files) => Arc::new(files.with_max_age(logging.bodies_age)),
            Err(error) => {
                tracing::warn!(error.detail = %error, "no bodies are logged");
                return None;
            }
        };
        let (queue, mut waiting) = mpsc::channel::<(CacheKey, Vec<u8>)>(QUEUE);
        let (stop, at_work) = (CancellationToken::new(), TaskTracker::new());
        let (written, stopped) = (files.clone(), stop.clone());
        at_work.spawn(async move {
            loop {
                tokio::select! {
                    next = waiting.recv() => match next {
                        Some((key, bodies)) => put(&written, key, bodies).await,
                        None => return,
                    },
                    () = stopped.cancelled() => waiting.close(),
                    () = tokio::time::sleep(SWEPT_EVERY) => sweep(&written).await,
                }
                if stopped.is_cancelled() {
                    while let Some((key, bodies)) = waiting.recv().await {
                        put(&written, key, bodies).await;
                    }
                    return;
                }
            }
        });
        at_work.close();
        let most_bytes = usize::try_from(logging.body_bytes.get()).unwrap_or(usize::MAX);
        Some(Arc::new(Self { files, queue, most_bytes, stop, at_work }))
    }

    /// What takes up a body while it passes.
    #[must_use]
    pub fn excerpt(&self, media_type: &str) -> Excerpt {
        Excerpt::new(media_type, self.most_bytes)
    }

    /// Keeps what a request and its answer said. `secrets` are in neither then, wherever they stood.
    pub fn keep(&self, id: &str, request: Excerpt, response: Excerpt, secrets: &[Secret]) {
        let bodies = Bodies { request: request.ended(secrets), response: response.ended(secrets) };
        let Ok(bytes) = serde_json::to_vec(&bodies) else { return };
        if self.queue.try_send((key(id), bytes)).is_err() {
            tracing::debug!("a body is not logged: too many wait");
        }
    }

    /// What a request and its answer said; `None`: it is not kept, or not any more.
    ///
    /// # Errors
    /// When the machine is too busy to look.
    pub async fn find(&self, id: &str) -> Result<Option<Bodies>, Failure> {
        let (files, key) = (self.files.clone(), key(id));
        let found = blocking::run(move || Ok(files.get(&key))).await?;
        Ok(found.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// Writes what waits, and ends.
    pub async fn settle(&self, patience: Duration) {
        self.stop.cancel();
        if tokio::time::timeout(patience, self.at_work.wait()).await.is_err() {
            tracing::warn!("the last bodies could not be logged");
        }
    }
}
