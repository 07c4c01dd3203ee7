//! A batch from its first line to its last, wherever a process before has left it.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};

use mediary_core::Failure;
use mediary_store::{BatchRow, BatchState, LineState, WaitingLine};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::super::administration::unix_seconds;
use super::door::Door;
use super::record::{self, BatchOutcome, LineOutcome};
use super::requests::not_kept;
use super::{Batch, Batches};

/// So many lines are looked up at once, without their bodies.
const LOOKED_UP: u32 = 64;

/// A batch that is worked on, as its lines see it.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) batch: Batch,
    pub(super) owner: Vec<u8>,
    /// Until when all of its lines wait: one of them was told to.
    pub(super) pause: watch::Sender<Option<Instant>>,
}

/// What is said of a line that was under way when its server was killed.
pub(super) fn unknown() -> LineOutcome {
    LineOutcome::given_up(
        "unknown_outcome",
        "The server stopped while this request was under way, and whether it was answered is not known. It is not sent again, \
         since it might be billed twice; ask again if you want to.",
    )
}

impl Batches {
    /// Takes up the batches that are this server's, and are not worked on.
    pub(super) async fn take_up(self: &Arc<Self>, door: &Arc<dyn Door>) {
        let rows = match self.kept.take(unix_seconds()).await {
            Ok(rows) => rows,
            Err(error) => return tracing::warn!(error.detail = %error, "batches cannot be claimed"),
        };
        for row in rows {
            if !self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(row.id.clone()) {
                continue;
            }
            let (batches, door) = (self.clone(), door.clone());
            self.at_work.spawn(async move {
                let id = row.id.clone();
                if let Err(failure) = Box::pin(batches.run(row, &door)).await {
                    // It stays as it is written down, and is gone on with when claims are looked at next.
                    tracing::error!(batch.id = id, error.detail = %failure, "a batch cannot be gone on with for now");
                }
                batches.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
            });
        }
    }

    /// Works on a batch until it has ended, or this server stops.
    async fn run(self: &Arc<Self>, row: BatchRow, door: &Arc<dyn Door>) -> Result<(), Failure> {
        let (owner, kind) = (row.owner.clone(), row.kind);
        let mut batch = Batch::of(row)?;
        if batch.state == BatchState::Validating {
            match self.take_in(&batch, &owner, door).await? {
                Ok(total) => {
                    let times = batch.times.clone().with(BatchState::InProgress, unix_seconds());
                    let states = (BatchState::Validating, BatchState::InProgress);
                    let begun = self.kept.moved(&batch.id, states, &record::write(&times), total).await;
                    if !begun.map_err(not_kept)? {
                        self.count_cancelled(&batch.id, total).await?;
                    }
                }
                Err(faults) => {
                    tracing::info!(batch.id = batch.id, batch.faults = faults.len(), "a batch cannot be understood");
                    let outcome = BatchOutcome { faults, ..BatchOutcome::default() };
                    let end = batch.end(BatchState::Failed, &outcome);
                    self.kept.ended(&batch.id, end).await.map_err(not_kept)?;
                    return Ok(());
                }
            }
            // It may have been cancelled meanwhile.
            let Some(row) = self.kept.find(&batch.id).await.map_err(not_kept)? else { return Ok(()) };
            batch = Batch::of(row)?;
        }
        let lost = match door.finds_again() {
            true => self.kept.all_wait_again(&batch.id).await.map(|()| 0),
            false => self.kept.give_up(&batch.id, LineState::Sent, &record::write(&unknown())).await,
        };
        let lost = lost.map_err(not_kept)?;
        if lost > 0 {
            tracing::warn!(
                batch.id = batch.id,
                batch.lines = lost,
                "lines were under way when the server before was killed"
            );
        }
        let work = Arc::new(Work { batch, owner, pause: watch::Sender::new(None) });
        self.answer_everything(&work, door).await?;
        // Where another server has taken it over meanwhile, the rest and its end are that one's.
        if self.stopping.is_cancelled() || !self.kept.is_ours(&work.batch.id).await.map_err(not_kept)? {
            return Ok(());
        }
        self.finish(&work, kind, door).await
    }

    /// Notes how many lines there are of a batch that was cancelled while they were looked at.
    async fn count_cancelled(&self, id: &str, total: i64) -> Result<(), Failure> {
        let Some(row) = self.kept.find(id).await.map_err(not_kept)? else { return Ok(()) };
        let states = (BatchState::Cancelling, BatchState::Cancelling);
        self.kept.moved(id, states, &row.times, total).await.map(drop).map_err(not_kept)
    }

    /// Has lines answered: those that may be handed over by batches of their providers, the others meanwhile, and what came
    /// back from those afterwards.
    async fn answer_everything(self: &Arc<Self>, work: &Arc<Work>, door: &Arc<dyn Door>) -> Result<(), Failure> {
        loop {
            if work.may_be_handed_over(self.settings.handover) && !self.stopping.is_cancelled() {
                self.hand_over(work, door).await?;
            }
            let has_jobs = self.has_jobs(work).await?;
            let (answered, followed) = tokio::join!(self.answer_all(work, door), self.follow(work, door));
            answered.and(followed)?;
            if !has_jobs || self.stopping.is_cancelled() {
                return Ok(());
            }
        }
    }

    /// Has lines answered, until none waits any more, their batch is to end or its time is over.
    async fn answer_all(self: &Arc<Self>, work: &Arc<Work>, door: &Arc<dyn Door>) -> Result<(), Failure> {
        let mut under_way = JoinSet::new();
        let answered = self.answer_lines(work, door, &mut under_way).await;
        // What is under way is paid for, whatever has failed beside it.
        let mut all = answered;
        while let Some(joined) = under_way.join_next().await {
            all = all.and(settled(Some(joined)));
        }
        all
    }

    async fn answer_lines(
        self: &Arc<Self>,
        work: &Arc<Work>,
        door: &Arc<dyn Door>,
        under_way: &mut JoinSet<Result<(), Failure>>,
    ) -> Result<(), Failure> {
        let (mut looked_up, mut after) = (VecDeque::<WaitingLine>::new(), 0);
        let most = self.settings.at_once_per_key.min(self.settings.at_once) as usize;
        loop {
            while under_way.len() >= most {
                settled(under_way.join_next().await)?;
            }
            if self.stopping.is_cancelled() || work.is_late() {
                break;
            }
            if looked_up.is_empty() {
                looked_up = self.kept.waiting(&work.batch.id, after, LOOKED_UP).await.map_err(not_kept)?.into();
            }
            let Some(line) = looked_up.pop_front() else { break };
            after = line.number;
            let (batches, work, door) = (self.clone(), work.clone(), door.clone());
            under_way.spawn(async move { Box::pin(batches.answer_line(&work, line, &*door)).await });
        }
        Ok(())
    }
}

/// What came of a line's task. One that panicked has left its line as it was, which is seen to at the end.
fn settled(joined: Option<Result<Result<(), Failure>, tokio::task::JoinError>>) -> Result<(), Failure> {
    match joined {
        Some(Ok(answered)) => answered,
        Some(Err(error)) => {
            tracing::error!(error.detail = %error, "a line of a batch cannot be gone on with");
            Ok(())
        }
        None => Ok(()),
    }
}

impl Work {
    /// Whether its time is over.
    pub(super) fn is_late(&self) -> bool {
        unix_seconds() >= self.batch.expires_at
    }

    /// How many seconds of its time are left.
    pub(super) fn seconds_left(&self) -> u64 {
        u64::try_from(self.batch.expires_at - unix_seconds()).unwrap_or(0)
    }
}
