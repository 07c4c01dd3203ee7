//! What calls have taught, kept in the database: what was used of free limits, how keys stand, what rests, and which target
//! answers which conversation. A restart gives nothing back that a vendor has counted, and asks nothing that it refused.
//!
//! It is written a little later, so that no call waits for the disk; what was counted in the last second before a crash is
//! lost, and no more. Conversations, of which there may be many, are written less often.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use mediary_store::{Database, KeyStates, Notes, Quotas, StoreFailed};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::administration::{unix_ms, unix_seconds};
use super::routing::{KnownNotes, Router};

/// How often what has changed is written, …
const EVERY: Duration = Duration::from_secs(1);
/// … and with each how manieth of these conversations are.
const CONVERSATIONS_EVERY: u64 = 10;
/// What was not used for so long is forgotten: no limit lasts longer.
const REMEMBERED_SECONDS: i64 = 8 * 24 * 3600;

/// Keeps what a router has learned.
#[derive(Debug)]
pub struct KeptLedger {
    /// The router that serves.
    current: Arc<RwLock<Arc<Router>>>,
    stop: CancellationToken,
    at_work: TaskTracker,
}

impl KeptLedger {
    /// Tells a router what was learned before, and keeps from then on what is.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn start(router: Arc<Router>, database: Arc<Database>) -> Result<Self, StoreFailed> {
        let (quotas, states, notes) =
            (Quotas::of(database.clone()), KeyStates::of(database.clone()), Notes::of(database));
        let mut known = KnownNotes::default();
        router.recall_notes(&notes.all(unix_ms()).await?, &mut known);
        router.recall_keys(&states.all().await?);
        router.recall(&quotas.since(unix_seconds() - REMEMBERED_SECONDS).await?);
        let current = Arc::new(RwLock::new(router));
        let (stop, at_work) = (CancellationToken::new(), TaskTracker::new());
        let (stopped, serving) = (stop.clone(), current.clone());
        at_work.spawn(async move {
            for turn in 1_u64.. {
                let is_last = tokio::time::timeout(EVERY, stopped.cancelled()).await.is_ok();
                let router = serving.read().unwrap_or_else(PoisonError::into_inner).clone();
                keep(&quotas, &router).await;
                keep_states(&states, &router).await;
                let with_conversations = is_last || turn.is_multiple_of(CONVERSATIONS_EVERY);
                keep_notes(&notes, &router, &mut known, with_conversations).await;
                if is_last {
                    return;
                }
            }
        });
        at_work.close();
        Ok(Self { current, stop, at_work })
    }

    /// From now on keeps what another router learns.
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

async fn keep_notes(notes: &Notes, router: &Router, known: &mut KnownNotes, with_conversations: bool) {
    let (new, away) = router.notes(known, with_conversations);
    if new.is_empty() && away.is_empty() {
        return;
    }
    if let Err(error) = notes.keep(new, away, unix_ms()).await {
        tracing::warn!(error.detail = %error, "what rests, and who answers conversations, is not kept");
    }
}
