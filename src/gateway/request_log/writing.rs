//! The one task that writes the log, and removes what is too old.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use mediary_store::Requests;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::{Ended, Finished, now_ms};
use crate::config::RequestLogging;
use crate::telemetry::metrics;

/// The most rows that are written at once.
const AT_ONCE: usize = 256;
/// How long a row waits for others at most, …
const GATHERED_FOR: Duration = Duration::from_millis(200);
/// … and how often it is looked whether there are enough: to be woken for each row would cost more than to write it.
const LOOKED_EVERY: Duration = Duration::from_millis(20);
/// How often old rows are looked for.
const PRUNED_EVERY: Duration = Duration::from_mins(1);
/// How long sums are kept.
const SUMS_DAYS: i64 = 400;
const DAY_MS: i64 = 86_400_000;

pub(super) fn lose(dropped: &AtomicU64, rows: u64) {
    dropped.fetch_add(rows, Ordering::Relaxed);
    metrics::log_rows_dropped(rows);
}

pub(super) struct Writing {
    pub(super) requests: Requests,
    pub(super) rows: mpsc::Receiver<Finished>,
    pub(super) dropped: Arc<AtomicU64>,
    pub(super) stop: CancellationToken,
    pub(super) keeping: watch::Receiver<Keeping>,
}

/// How long rows are kept, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Keeping {
    days: i64,
    most_rows: i64,
}

impl Keeping {
    pub(super) fn by(logging: &RequestLogging) -> Self {
        Self { days: logging.days.into(), most_rows: logging.rows.try_into().unwrap_or(i64::MAX) }
    }
}

impl Writing {
    pub(super) async fn run(mut self) {
        let mut waiting = Vec::with_capacity(AT_ONCE);
        let mut pruned: Option<Instant> = None;
        let mut told: Option<Instant> = None;
        loop {
            let is_last = tokio::select! {
                count = self.rows.recv_many(&mut waiting, AT_ONCE) => count == 0,
                () = self.stop.cancelled() => true,
                changed = self.keeping.changed() => {
                    pruned = None;
                    // What is told of changes goes with the log itself.
                    changed.is_err()
                }
            };
            if is_last {
                self.rows.close();
                while let Some(row) = self.rows.recv().await {
                    waiting.push(row);
                }
            } else if waiting.len() < AT_ONCE {
                // Others soon follow where one has come; each transaction costs a flush of the disk.
                self.gather(&mut waiting).await;
            }
            while !waiting.is_empty() {
                let rest = waiting.split_off(waiting.len().min(AT_ONCE));
                let rows = std::mem::replace(&mut waiting, rest);
                self.write(rows, &mut told).await;
            }
            if is_last {
                return;
            }
            if pruned.is_none_or(|at| at.elapsed() >= PRUNED_EVERY) {
                pruned = Some(Instant::now());
                self.prune().await;
            }
        }
    }

    /// Gathers rows until there are enough, or the end is near.
    async fn gather(&mut self, waiting: &mut Vec<Finished>) {
        let began = Instant::now();
        while waiting.len() + self.rows.len() < AT_ONCE && began.elapsed() < GATHERED_FOR {
            tokio::select! {
                () = tokio::time::sleep(LOOKED_EVERY) => {}
                () = self.stop.cancelled() => break,
            }
        }
        while let Some(row) = self.rows.try_recv().ok().filter(|_| waiting.len() < AT_ONCE) {
            waiting.push(row);
        }
    }

    async fn write(&self, finished: Vec<Finished>, told: &mut Option<Instant>) {
        let count = finished.len() as u64;
        let row = |Finished { ended, ended_at, account }| Ended::row(ended, ended_at, account.as_ref());
        let Err(error) = self.requests.write(finished.into_iter().map(row).collect()).await else { return };
        lose(&self.dropped, count);
        // A disk that is full stays full for a while.
        if told.is_none_or(|at| at.elapsed() >= Duration::from_mins(1)) {
            *told = Some(Instant::now());
            tracing::error!(error.detail = %error, "the request log does not keep what it is given; answers go on");
        }
    }

    async fn prune(&self) {
        let now = now_ms();
        let Keeping { days, most_rows } = *self.keeping.borrow();
        let (before, sums_before) = (now - days * DAY_MS, now - SUMS_DAYS * DAY_MS);
        loop {
            match self.requests.prune(before, most_rows, sums_before).await {
                Ok(0) => return,
                Ok(_) => tokio::task::yield_now().await,
                Err(error) => {
                    tracing::warn!(error.detail = %error, "old rows of the request log cannot be removed");
                    return;
                }
            }
            if self.stop.is_cancelled() {
                return;
            }
        }
    }
}
