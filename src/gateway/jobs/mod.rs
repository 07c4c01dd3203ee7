//! Jobs: videos that providers make over minutes, kept in the database from before they are sent until long after they
//! are done.
//!
//! `submit` sends a job to targets and writes down where before each call; `poll` asks how it stands, on the one timer of
//! `schedule`, and takes in what was made; `webhooks` tells clients. After a restart all of them go on where they were; only
//! what was being sent at that moment is given up, since it may have been accepted, and would be billed twice.

mod claims;
mod poll;
mod record;
mod requests;
mod schedule;
mod submit;
#[cfg(test)]
mod tests;
mod view;
mod webhooks;

pub use requests::{NewVideo, NoJob};
pub use view::{VideoFile, VideoJob, VideoProgress};
pub(in crate::gateway) use webhooks::{PUT_OFF, signed};
pub use webhooks::{WebhookSecret, signature};

use std::sync::{Arc, RwLock};
use std::time::Duration;

use mediary_remote::Fetcher;
use mediary_store::{Database, Jobs, StoreFailed};
use tokio::runtime::Handle;
use tokio::sync::{Notify, Semaphore, watch};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::Gateway;
use crate::config;
use poll::Waiting;
use schedule::Schedule;

/// So many jobs are being sent at once, each with its picture in memory.
const SUBMISSIONS: usize = 16;
/// So many are being asked about at once.
const POLLS: usize = 32;
/// How often old jobs and files are looked for.
const SWEEP: Duration = Duration::from_secs(600);
/// How long jobs are remembered after their end.
const REMEMBERED_SECONDS: i64 = 30 * 24 * 3600;

/// The jobs of a server. Dropped with its runtime; what is open then goes on at the next start.
#[derive(Debug)]
pub struct VideoJobs {
    gateway: RwLock<Arc<Gateway>>,
    kept: Jobs,
    settings: config::Jobs,
    /// Whether no other server works on the same jobs.
    is_alone: bool,
    /// Fetches videos.
    fetcher: Fetcher,
    schedule: Schedule<Waiting>,
    /// Where jobs are worked on, whatever becomes of the requests that made them.
    runtime: Handle,
    submitting: Semaphore,
    /// Counts jobs that ended, for those who wait for one.
    ended: watch::Sender<u64>,
    /// Told when there is something to tell.
    news: Notify,
    /// Submissions under way, which a stop waits for.
    under_way: TaskTracker,
    /// Everything else that goes on; it is taken up again at the next start.
    at_work: TaskTracker,
}

impl VideoJobs {
    /// Goes on with the jobs of a database, on the runtime that is running.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn start(
        gateway: Arc<Gateway>,
        database: Arc<Database>,
        settings: config::Jobs,
    ) -> Result<Arc<Self>, StoreFailed> {
        let is_alone = database.is_alone();
        let fetcher = gateway.fetcher().up_to(settings.bytes.get());
        let jobs = Arc::new(Self {
            gateway: RwLock::new(gateway),
            fetcher,
            kept: Jobs::of(database, &Uuid::now_v7().to_string()),
            settings,
            is_alone,
            schedule: Schedule::default(),
            runtime: Handle::current(),
            submitting: Semaphore::new(SUBMISSIONS),
            ended: watch::Sender::new(0),
            news: Notify::new(),
            under_way: TaskTracker::new(),
            at_work: TaskTracker::new(),
        });
        jobs.take_up().await?;
        let (polls, tells, sweeps) = (jobs.clone(), jobs.clone(), jobs.clone());
        jobs.at_work.spawn(async move { polls.poll_all().await });
        jobs.at_work.spawn(async move { tells.tell_all().await });
        jobs.at_work.spawn(async move { sweeps.sweep().await });
        Ok(jobs)
    }

    /// Waits until what is being sent has been answered, so that nothing of it is in doubt at the next start.
    pub async fn settle(&self, patience: Duration) {
        self.under_way.close();
        if tokio::time::timeout(patience, self.under_way.wait()).await.is_err() {
            tracing::warn!("the server stops while videos are being asked for; those jobs are given up");
        }
        self.leave().await;
    }

    async fn poll_all(self: Arc<Self>) {
        let places = Arc::new(Semaphore::new(POLLS));
        loop {
            let waiting = self.schedule.due().await;
            let Ok(place) = places.clone().acquire_owned().await else { return };
            let jobs = self.clone();
            self.at_work.spawn(async move {
                Box::pin(jobs.poll(waiting)).await;
                drop(place);
            });
        }
    }

    async fn sweep(self: Arc<Self>) {
        loop {
            tokio::time::sleep(SWEEP).await;
            if let Err(error) = self.kept.forget_before(record::now() - REMEMBERED_SECONDS).await {
                tracing::warn!(error.detail = %error, "old jobs cannot be removed");
            }
        }
    }
}
