//! What servers tell one another by their shared counters: from time to time each says which keys and models rest, and hears
//! it of the others. Where the counters are away this is how it is found that they are back.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use mediary_store::Counters;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::routing::{KnownRests, Router};

/// How often the board is looked at.
const EVERY: Duration = Duration::from_millis(500);

/// Shares with other servers what this one has learned.
#[derive(Debug)]
pub struct Pooling {
    /// The router that serves.
    current: Arc<RwLock<Arc<Router>>>,
    stop: CancellationToken,
    at_work: TaskTracker,
}

impl Pooling {
    /// Shares from now on what a router learns, and what is used with its keys.
    #[must_use]
    pub fn start(router: Arc<Router>, counters: Arc<Counters>) -> Self {
        router.share(counters);
        let current = Arc::new(RwLock::new(router));
        let (stop, at_work) = (CancellationToken::new(), TaskTracker::new());
        let (stopped, serving) = (stop.clone(), current.clone());
        at_work.spawn(async move {
            let mut known = KnownRests::default();
            while tokio::time::timeout(EVERY, stopped.cancelled()).await.is_err() {
                let router = serving.read().unwrap_or_else(PoisonError::into_inner).clone();
                router.exchange_rests(&mut known).await;
            }
        });
        at_work.close();
        Self { current, stop, at_work }
    }

    /// From now on shares what another router learns.
    pub fn share_of(&self, router: Arc<Router>) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = router;
    }

    /// Ends.
    pub async fn settle(&self) {
        self.stop.cancel();
        self.at_work.wait().await;
    }
}
