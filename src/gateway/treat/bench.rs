//! What was treated before: within one request, and across requests.
//!
//! A bench lives as long as its request, so that fallback never treats a part twice. Texts outlive it: an agent sends
//! the same screenshot with every turn, and it is read once. Both go by contents, never by names.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use mediary_core::plan::{CostPolicy, Privacy};
use mediary_core::{ContentHash, Failure, FailureKind, ProviderId};
use quick_cache::sync::Cache;
use quick_cache::Weighter;
use tokio::sync::{OnceCell, Semaphore};

use super::made::{Extract, Made};

/// So many parts of a request are treated at once.
const AT_ONCE: usize = 4;
/// The most that is remembered.
const REMEMBERED_BYTES: u64 = 64_000_000;
/// A usual text.
const USUAL_BYTES: u64 = 4_000;

/// Contents, and everything that was asked of them.
pub(super) type Key = (ContentHash, String);

type Outcome = Result<Arc<Made>, Failure>;

/// Who may help with a request's treatments.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in super::super) struct HelpBounds {
    /// Where parts may go.
    pub(in super::super) privacy: Privacy,
    /// What help may cost.
    pub(in super::super) cost: CostPolicy,
    /// Only these providers, if any are named.
    pub(in super::super) providers: Vec<ProviderId>,
}

/// What was treated for one request so far.
#[derive(Debug)]
pub(in super::super) struct Bench {
    pub(super) bounds: HelpBounds,
    made: Mutex<HashMap<Key, Arc<OnceCell<Outcome>>>>,
    room: Semaphore,
}

impl Default for Bench {
    fn default() -> Self {
        Self::within(HelpBounds::default())
    }
}

impl Bench {
    /// A bench for a request within these bounds.
    pub(in super::super) fn within(bounds: HelpBounds) -> Self {
        Self { bounds, made: Mutex::default(), room: Semaphore::new(AT_ONCE) }
    }

    /// What a part becomes; made by `work` unless it was made before. A failure stands too, unless all that was wrong
    /// is that too much was going on.
    pub(super) async fn once(&self, key: Key, work: impl Future<Output = Result<Made, Failure>>) -> Outcome {
        let cell = self.made.lock().unwrap_or_else(PoisonError::into_inner).entry(key.clone()).or_default().clone();
        let outcome = cell
            .get_or_init(|| async {
                let _place = self.room.acquire().await;
                work.await.map(Arc::new)
            })
            .await
            .clone();
        if let Err(Failure { kind: FailureKind::Busy { .. }, .. }) = &outcome {
            self.made.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
        }
        outcome
    }
}

/// Texts that were taken out of media before, by whichever request.
#[derive(Debug)]
pub(super) struct Remembered(Cache<Key, Arc<Extract>, Size>);

#[derive(Debug, Clone)]
struct Size;

impl Weighter<Key, Arc<Extract>> for Size {
    fn weight(&self, key: &Key, extract: &Arc<Extract>) -> u64 {
        key.1.len() as u64 + extract.bytes()
    }
}

impl Default for Remembered {
    fn default() -> Self {
        Self::holding(REMEMBERED_BYTES)
    }
}

impl Remembered {
    fn holding(bytes: u64) -> Self {
        let items = usize::try_from(bytes / USUAL_BYTES).unwrap_or(usize::MAX);
        Self(Cache::with_weighter(items, bytes, Size))
    }

    /// The text of a medium; read by `work` unless it was read before. Of two requests for the same one reads and the
    /// other waits.
    pub(super) async fn or_read(
        &self,
        key: Key,
        work: impl Future<Output = Result<Extract, Failure>>,
    ) -> Result<Arc<Extract>, Failure> {
        match self.0.get_value_or_guard_async(&key).await {
            Ok(extract) => Ok(extract),
            Err(guard) => {
                let extract = Arc::new(work.await?);
                if extract.settled {
                    // Refused only if somebody removed the place meanwhile, which costs a second reading.
                    let _ = guard.insert(extract.clone());
                }
                Ok(extract)
            }
        }
    }
}
