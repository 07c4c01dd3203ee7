//! Batches: many requests that their client need not wait for, answered beside live traffic.
//!
//! `requests` is what clients ask of batches; `reading` takes in the lines of a file; `work` has each line answered at the
//! server's own [`Door`], as a request of the batch's client, with all its limits; `finishing` writes down what came of
//! them. Each step is in the database before it is taken: after a restart a batch goes on where it was, and only lines that
//! were under way then, and may have been billed, are given up.

mod door;
mod finishing;
mod handover;
mod line;
mod places;
mod reading;
mod record;
mod requests;
#[cfg(test)]
mod tests;
mod work;

pub use door::{Door, LineAnswer, LineCall, ReadLine};
pub use handover::{HANDOVER_HEADER, HANDOVER_NOTE};
pub use places::LiveRequest;
pub use record::{BatchAsked, BatchOutcome, BatchTimes, LineFault, LineOutcome};
pub use requests::{Batch, BatchLines, BatchWish, NoBatch, ReadSent, SentLines};

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mediary_store::{Database, StoreFailed};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::administration::unix_seconds;
use super::{Admission, Clients, KeptFiles};
use crate::config;
use places::Places;

/// How often a server says, where others share the database, that it works on its batches, and looks for those of servers
/// that do not say so any more: thrice while a claim holds.
const CLAIM: Duration = Duration::from_secs(20);
/// How often old batches are looked for.
const SWEEP: Duration = Duration::from_secs(600);

/// The batches of a server.
#[derive(Debug)]
pub struct Batches {
    kept: mediary_store::Batches,
    files: Arc<KeptFiles>,
    clients: Arc<Clients>,
    /// Holds the bodies of lines that are answered, with those of all other requests.
    admission: Admission,
    settings: config::Batches,
    places: Arc<Places>,
    /// Those that are being worked on.
    running: Mutex<HashSet<String>>,
    /// Told when there is a new one.
    news: Notify,
    /// Changes when one is ended by its client.
    ends: watch::Sender<()>,
    stopping: CancellationToken,
    at_work: TaskTracker,
}

impl Batches {
    /// The batches of a database. Nothing is done to them yet ([`Self::work`]).
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn start(
        database: Arc<Database>,
        files: Arc<KeptFiles>,
        clients: Arc<Clients>,
        admission: Admission,
        settings: config::Batches,
    ) -> Result<Arc<Self>, StoreFailed> {
        let kept = mediary_store::Batches::of(database, &Uuid::now_v7().to_string());
        if kept.are_alone() {
            kept.end_claims().await?;
        }
        let places = Places::new(settings.at_once, settings.at_once_per_key);
        Ok(Arc::new(Self {
            kept,
            files,
            clients,
            admission,
            settings,
            places,
            running: Mutex::default(),
            news: Notify::new(),
            ends: watch::Sender::new(()),
            stopping: CancellationToken::new(),
            at_work: TaskTracker::new(),
        }))
    }

    /// Counts a request of a client's own, for which lines make way until what is given back is dropped.
    #[must_use]
    pub fn live(&self) -> LiveRequest {
        self.places.live()
    }

    /// Has all batches answered at this door from now on, on the runtime that is running.
    pub fn work(self: &Arc<Self>, door: &Arc<dyn Door>) {
        let (batches, door) = (self.clone(), door.clone());
        self.at_work.spawn(async move {
            while !batches.stopping.is_cancelled() {
                batches.take_up(&door).await;
                tokio::select! {
                    () = batches.news.notified() => {}
                    () = tokio::time::sleep(CLAIM) => {}
                    () = batches.stopping.cancelled() => {}
                }
            }
        });
        let batches = self.clone();
        self.at_work.spawn(async move {
            while batches.stopping.run_until_cancelled(tokio::time::sleep(SWEEP)).await.is_some() {
                let life = i64::try_from(batches.settings.life.as_secs()).unwrap_or(i64::MAX);
                if let Err(error) = batches.kept.forget_before(unix_seconds().saturating_sub(life)).await {
                    tracing::warn!(error.detail = %error, "old batches cannot be removed");
                }
            }
        });
    }

    /// Sends no more lines, and waits until those under way have been answered, so that nothing of them is in doubt at the
    /// next start.
    pub async fn settle(&self, patience: Duration) {
        self.stopping.cancel();
        self.at_work.close();
        if tokio::time::timeout(patience, self.at_work.wait()).await.is_err() {
            tracing::warn!("the server stops while lines of batches are answered; those lines are given up");
        }
        if let Err(error) = self.kept.leave_all().await {
            tracing::warn!(error.detail = %error, "another server goes on with the batches of this one in a minute only");
        }
    }
}
