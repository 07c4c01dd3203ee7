//! What was used of free limits, kept on the disk: a restart gives nothing back that a vendor has counted.
//!
//! It is written a little later, so that no call waits for the disk; what was counted in the last second before a crash is
//! lost, and no more.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use mediary_store::{Database, KeyStates, Quotas, StoreFailed};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::administration::unix_seconds;
use super::routing::Router;

/// How often what has changed is written.
const EVERY: Duration = Duration::from_secs(1);
/// What was not used for so long is forgotten: no limit lasts longer.
const REMEMBERED_SECONDS: i64 = 8 * 24 * 3600;

/// Keeps what is used.
#[derive(Debug)]
pub struct KeptQuotas {
    /// The router that serves.
    current: Arc<RwLock<Arc<Router>>>,
    stop: CancellationToken,
    at_work: TaskTracker,
}

impl KeptQuotas {
    /// Tells a router what was used before, and keeps from then on what is.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn start(router: Arc<Router>, database: Arc<Database>) -> Result<Self, StoreFailed> {
        let (quotas, states) = (Quotas::of(database.clone()), KeyStates::of(database));
        router.recall_keys(&states.all().await?);
        router.recall(&quotas.since(unix_seconds() - REMEMBERED_SECONDS).await?);
        let current = Arc::new(RwLock::new(router));
        let (stop, at_work) = (CancellationToken::new(), TaskTracker::new());
        let (stopped, serving) = (stop.clone(), current.clone());
        at_work.spawn(async move {
            loop {
                let is_last = tokio::time::timeout(EVERY, stopped.cancelled()).await.is_ok();
                let router = serving.read().unwrap_or_else(PoisonError::into_inner).clone();
                keep(&quotas, &router).await;
                keep_states(&states, &router).await;
                if is_last {
                    return;
                }
            }
        });
        at_work.close();
        Ok(Self { current, stop, at_work })
    }

    /// From now on keeps what is used with another router.
    pub fn keep_of(&self, router: Arc<Router>) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = router;
    }

    /// Writes what has changed, and ends.
    pub async fn settle(&self, patience: Duration) {
        self.stop.cancel();
        if tokio::time::timeout(patience, self.at_work.wait()).await.is_err() {
            tracing::warn!("what was used of free limits could not be written; some of it will be counted anew");
        }
    }
}

async fn keep(quotas: &Quotas, router: &Router) {
    let changed = router.used_quotas();
    if changed.is_empty() {
        return;
    }
    if let Err(error) = quotas.keep(changed, unix_seconds()).await {
        tracing::warn!(error.detail = %error, "what was used of free limits is not kept");
    }
}

async fn keep_states(states: &KeyStates, router: &Router) {
    let changed = router.changed_keys();
    if changed.is_empty() {
        return;
    }
    if let Err(error) = states.keep(changed, unix_seconds()).await {
        tracing::warn!(error.detail = %error, "how keys stand is not kept");
    }
}
