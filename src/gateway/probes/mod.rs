//! Probes: models are tried with a tiny request for each thing that they are said to do, and what is true is written down.
//!
//! `round` goes through the models, `question` says what each is asked, `trial` asks one question through the attempt loop,
//! and `verdict` says what follows from what came of it. What was found is kept in the database and told to the router, whose
//! plans heed it. Nothing is tried unless a client or the operator asks for it or the configuration says so.

mod keeping;
mod question;
mod round;
mod selection;
#[cfg(test)]
mod tests;
mod trial;
mod verdict;
mod wish;

pub use keeping::NotReleased;
pub use round::{Counts, NotVerified, Step, Verified};
pub use verdict::Outcome;
pub use wish::{ProbeWish, Resume, VerifyRequest};

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use mediary_core::Target;
use mediary_store::{Database, Findings, StoreFailed};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Gateway;
use super::routing::Dossier;
use crate::config;

/// After the start, and after a round that failed, so long is waited before the next.
const FIRST_AFTER: Duration = Duration::from_secs(60);

/// The probes of a server, or of a command.
#[derive(Debug)]
pub struct Probes {
    /// The gateway that serves.
    serving: RwLock<Arc<Gateway>>,
    kept: Findings,
    settings: config::Probes,
    /// Held over a whole verification: two at once would pay twice for the same.
    turn: Mutex<()>,
    stop: CancellationToken,
    at_work: TaskTracker,
}

/// What is kept of what was found, by target.
///
/// # Errors
/// When the database cannot be read.
pub async fn probe_findings(database: Arc<Database>) -> Result<BTreeMap<Target, Dossier>, StoreFailed> {
    let (findings, quarantines) = Findings::of(database).all().await?;
    Ok(keeping::recalled(findings, quarantines))
}

impl Probes {
    /// Tells the router what was found before, and keeps what its answers show. Probes by itself where the configuration
    /// says so.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn start(
        gateway: Arc<Gateway>,
        database: Arc<Database>,
        settings: config::Probes,
    ) -> Result<Arc<Self>, StoreFailed> {
        let kept = Findings::of(database);
        let (findings, quarantines) = kept.all().await?;
        gateway.router.findings().recall(keeping::recalled(findings, quarantines));
        let probes = Arc::new(Self {
            serving: RwLock::new(gateway),
            kept,
            settings,
            turn: Mutex::default(),
            stop: CancellationToken::new(),
            at_work: TaskTracker::new(),
        });
        let (keeping, probing) = (probes.clone(), probes.clone());
        probes.at_work.spawn(async move {
            let stop = keeping.stop.clone();
            stop.run_until_cancelled(keeping.keep_releases()).await;
        });
        if let Some(every) = probes.settings.every {
            probes.at_work.spawn(async move {
                let stop = probing.stop.clone();
                stop.run_until_cancelled(probing.probe_by_itself(every)).await;
            });
        }
        probes.at_work.close();
        Ok(probes)
    }

    fn gateway(&self) -> Arc<Gateway> {
        self.serving.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on probes with another gateway.
    pub fn serve_with(&self, gateway: Arc<Gateway>) {
        *self.serving.write().unwrap_or_else(PoisonError::into_inner) = gateway;
    }

    /// Ends what goes on by itself; a verification that is under way can be gone on with.
    pub async fn settle(&self, patience: Duration) {
        self.stop.cancel();
        if tokio::time::timeout(patience, self.at_work.wait()).await.is_err() {
            tracing::warn!("probes did not end in time; what they found last may be forgotten");
        }
    }

    /// Tries from time to time what was not tried for so long; never ends.
    async fn probe_by_itself(&self, every: Duration) {
        tokio::time::sleep(FIRST_AFTER.min(every)).await;
        loop {
            let request = VerifyRequest::by_itself(&self.settings, every);
            match Box::pin(self.verify(request, &|_| ())).await {
                Ok(Verified { id, counts, .. }) => tracing::info!(
                    probes.verification = id,
                    probes.proven = counts.proven,
                    probes.refuted = counts.refuted,
                    probes.unclear = counts.unclear,
                    "models were tried"
                ),
                Err(error) => tracing::warn!(error.detail = %error, "models could not be tried"),
            }
            tokio::time::sleep(every).await;
        }
    }
}
