//! Jobs at providers are asked about until they are over, and ended where their batch is to end.

use std::collections::HashMap;
use std::sync::Arc;

use mediary_core::batch::{BatchFound, BatchSought, Batching};
use mediary_core::{Failure, FailureKind, Target};
use mediary_store::{BatchState, HandedJob};

use super::super::super::administration::unix_seconds;
use super::super::Batches;
use super::super::door::Door;
use super::super::requests::not_kept;
use super::super::work::Work;
use super::HOUR;
use super::results::TakenIn;

/// A job that is not among those of its provider so long after it was first looked for, in seconds, has not begun.
const SETTLED: i64 = 60;
/// Answers that cannot be read are tried so often.
const MOST_TRIES: u32 = 3;

impl Batches {
    /// Whether any line of a batch is at a provider's.
    pub(in super::super) async fn has_jobs(&self, work: &Work) -> Result<bool, Failure> {
        Ok(!self.kept.handed_jobs(&work.batch.id).await.map_err(not_kept)?.is_empty())
    }

    /// Follows the jobs of a batch until all are over, or this server stops. What is never over is given up an hour after the
    /// batch's own time.
    pub(in super::super) async fn follow(&self, work: &Work, door: &Arc<dyn Door>) -> Result<(), Failure> {
        let mut ends = self.ends.subscribe();
        let mut tries: HashMap<String, u32> = HashMap::new();
        // When jobs were first looked for and not found: how long beginning them took is not known.
        let mut missed: HashMap<String, i64> = HashMap::new();
        while !self.stopping.is_cancelled() {
            let jobs = self.kept.handed_jobs(&work.batch.id).await.map_err(not_kept)?;
            let is_ours = self.kept.is_ours(&work.batch.id).await.map_err(not_kept)?;
            if jobs.is_empty() || !is_ours || unix_seconds() > work.batch.expires_at + HOUR {
                break;
            }
            for job in jobs {
                let tried = tries.entry(job.id.clone()).or_default();
                match Box::pin(self.look_after(work, &job, (*tried >= MOST_TRIES, &mut missed), door)).await {
                    Ok(Some(TakenIn::All)) | Ok(None) => {}
                    Ok(Some(TakenIn::NotAll)) => *tried += 1,
                    Err(failure) => {
                        tracing::warn!(batch.id = work.batch.id, error.detail = %failure, "a provider's batch is asked about again");
                    }
                }
            }
            if !self.has_jobs(work).await? {
                break;
            }
            tokio::select! {
                () = tokio::time::sleep(self.settings.poll) => {}
                _ = ends.changed() => {}
                () = self.stopping.cancelled() => {}
            }
        }
        Ok(())
    }

    /// One look at a job; `None`: it is still under way.
    async fn look_after(
        &self,
        work: &Work,
        job: &HandedJob,
        (gives_up, missed): (bool, &mut HashMap<String, i64>),
        door: &Arc<dyn Door>,
    ) -> Result<Option<TakenIn>, Failure> {
        let gone = || Failure::new(FailureKind::Unreachable, format!("`{}` is not set up any more", job.target));
        let target: Target = job.target.parse().map_err(|_| gone())?;
        let at = door.batching(&target.provider, job.key_print.as_deref()).ok_or_else(gone)?;
        let (batching, key) = (at.provider.batches().ok_or_else(gone)?, at.key());
        let id = match &job.provider_id {
            Some(id) => id.clone(),
            None => match self.found(work, job, (batching, key), missed).await? {
                Some(id) => id,
                None => return Ok(None),
            },
        };
        if !job.is_ended && self.is_to_end(work).await? {
            // One that has ended just now says so instead.
            if let Err(failure) = batching.cancel(&id, key).await {
                tracing::info!(batch.id = work.batch.id, error.detail = %failure, "a provider's batch is not ended");
            }
            self.kept.is_to_end(&job.id).await.map_err(not_kept)?;
        }
        let report = batching.report(&id, key).await?;
        if !report.is_over {
            return Ok(None);
        }
        if let Some(fault) = &report.fault {
            tracing::warn!(
                batch.id = work.batch.id,
                call.target = job.target,
                error.detail = fault,
                "a provider's batch has failed"
            );
        }
        let taken = self.take_in_results(work, (job, &target), &report, (batching, key), gives_up, door).await?;
        if taken == TakenIn::All {
            self.kept.job_is_over(&work.batch.id, &job.id).await.map_err(not_kept)?;
            // They are here now, and go there with their time otherwise.
            if let Err(failure) = batching.remove(&report, key).await {
                tracing::info!(error.detail = %failure, "files of a batch are left at its provider");
            }
        }
        Ok(Some(taken))
    }

    /// The provider's id of a job that was not heard, where it has begun.
    async fn found(
        &self,
        work: &Work,
        job: &HandedJob,
        (batching, key): (&dyn Batching, Option<&str>),
        missed: &mut HashMap<String, i64>,
    ) -> Result<Option<String>, Failure> {
        let lines = u64::try_from(job.total).unwrap_or_default();
        let sought = BatchSought { name: job.id.clone(), lines, at: job.created_at };
        match batching.find(&sought, key).await? {
            BatchFound::Job(id) => {
                self.kept.has_begun(&job.id, &id).await.map_err(not_kept)?;
                Ok(Some(id))
            }
            BatchFound::NotYet => Ok(None),
            BatchFound::None => {
                let first = *missed.entry(job.id.clone()).or_insert_with(unix_seconds);
                if unix_seconds() >= first + SETTLED {
                    self.kept.job_never_was(&work.batch.id, &job.id).await.map_err(not_kept)?;
                }
                Ok(None)
            }
        }
    }

    /// Whether jobs of a batch are to end: its client has ended it, or what they leave needs the rest of its time.
    async fn is_to_end(&self, work: &Work) -> Result<bool, Failure> {
        if unix_seconds() >= work.jobs_until() {
            return Ok(true);
        }
        let row = self.kept.find(&work.batch.id).await.map_err(not_kept)?;
        Ok(row.is_none_or(|row| row.state != BatchState::InProgress))
    }
}
