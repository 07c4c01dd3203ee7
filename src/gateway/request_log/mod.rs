//! The request log: a row for each request that was worked on, written behind it and in batches.
//!
//! What is done for a request is noted on its account while it is done ([`Noted`]); the door hands the whole over when the
//! answer has ended. The queue is bounded and never waited for: what does not fit is counted and told, and no answer is
//! ever late or lost for it. No contents are in it.

mod noted;
mod row;
#[cfg(test)]
mod tests;
mod writing;

pub use noted::Noted;
pub use row::Ended;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mediary_store::Requests;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::routing::Account;
use crate::config::RequestLogging;
use writing::{Keeping, Writing, lose};

/// Requests that wait for their rows to be written.
const QUEUE: usize = 8_192;

/// A request that has ended.
#[derive(Debug)]
struct Finished {
    ended: Ended,
    ended_at: i64,
    account: Option<Account>,
}

/// The request log.
#[derive(Debug)]
pub struct RequestLog {
    /// The rows, to be read.
    pub requests: Requests,
    queue: mpsc::Sender<Finished>,
    dropped: Arc<AtomicU64>,
    keeping: watch::Sender<Keeping>,
    stop: CancellationToken,
    at_work: TaskTracker,
}

impl RequestLog {
    /// Starts to write.
    #[must_use]
    pub fn start(requests: Requests, logging: &RequestLogging) -> Self {
        let (queue, rows) = mpsc::channel(QUEUE);
        let (stop, at_work, dropped) = (CancellationToken::new(), TaskTracker::new(), Arc::new(AtomicU64::new(0)));
        let keeping = watch::Sender::new(Keeping::by(logging));
        let writing = Writing {
            requests: requests.clone(),
            rows,
            dropped: dropped.clone(),
            stop: stop.clone(),
            keeping: keeping.subscribe(),
        };
        at_work.spawn(writing.run());
        at_work.close();
        Self { requests, queue, dropped, keeping, stop, at_work }
    }

    /// Keeps rows for as long as this says from now on. What is too old by it goes at once.
    pub fn keep(&self, logging: &RequestLogging) {
        let now = Keeping::by(logging);
        self.keeping.send_if_modified(|keeping| std::mem::replace(keeping, now) != now);
    }

    /// Takes a request that has just ended, unless the queue is full. `account`: what it cost and what was noted; `None`:
    /// nothing was done for it.
    pub fn log(&self, ended: Ended, account: Option<&Account>) {
        // Its row is made where it is written: what waits for the end of this request need not wait for that.
        let finished = Finished { ended, ended_at: now_ms(), account: account.map(Account::alone) };
        if self.queue.try_send(finished).is_err() {
            lose(&self.dropped, 1);
        }
    }

    /// How many rows were lost since the start: the queue was full, or the disk did not take them.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Writes what waits, and ends.
    pub async fn settle(&self, patience: Duration) {
        self.stop.cancel();
        if tokio::time::timeout(patience, self.at_work.wait()).await.is_err() {
            tracing::warn!("the end of the request log could not be written");
        }
    }
}

/// Milliseconds since 1970.
pub(super) fn now_ms() -> i64 {
    ms_of(SystemTime::now())
}

/// A time in milliseconds since 1970.
fn ms_of(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
