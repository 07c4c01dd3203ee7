//! The end of a batch: what was not answered is given up, and what came of all lines becomes files.
//!
//! Files have their names before they are written, so that a process that was killed in between leaves none behind.

use std::sync::Arc;

use mediary_core::Failure;
use mediary_store::{BatchKind, BatchLine, BatchState, LineState};

use super::super::{NewFile, NoFile, Spool, blocking};
use super::door::Door;
use super::record::{self, BatchOutcome, LineOutcome};
use super::requests::{failed, not_kept, results_owner};
use super::work::{Work, unknown};
use super::{Batch, Batches};

/// So many lines are read at once.
const LINES_AT_ONCE: u32 = 16;
/// What files of batches are for.
const PURPOSE: &str = "batch_output";
/// More than this of a file is written to the disk at once.
const IN_MEMORY: u64 = 1 << 20;

impl Batches {
    /// Ends a batch of which nothing is under way any more.
    pub(super) async fn finish(&self, work: &Work, kind: BatchKind, door: &Arc<dyn Door>) -> Result<(), Failure> {
        let id = &work.batch.id;
        let Some(row) = self.kept.find(id).await.map_err(not_kept)? else { return Ok(()) };
        let mut batch = Batch::of(row)?;
        if batch.state.is_over() {
            return Ok(());
        }
        if batch.outcome.end.is_none() {
            batch.outcome = self.give_rest_up(&batch).await?;
            if !self.kept.becomes(id, &record::write(&batch.outcome)).await.map_err(not_kept)? {
                return Ok(());
            }
        }
        if batch.state == BatchState::InProgress {
            batch.times = batch.times.with(BatchState::Finalizing, super::unix_seconds());
            let states = (BatchState::InProgress, BatchState::Finalizing);
            self.kept.moved(id, states, &record::write(&batch.times), batch.total).await.map_err(not_kept)?;
        }
        let mut outcome = batch.outcome.clone();
        match kind {
            BatchKind::OpenAi => {
                let (output, error) = (&outcome.output_file, &outcome.error_file);
                let output = self.file(work, kind, door, (output, "output"), &[LineState::Done]).await?;
                let error = self.file(work, kind, door, (error, "error"), &[LineState::Failed]).await?;
                (outcome.output_file, outcome.error_file) = (output, error);
            }
            BatchKind::Anthropic => {
                let states = [LineState::Done, LineState::Failed];
                let output = (&outcome.output_file, "results");
                outcome.output_file = self.file(work, kind, door, output, &states).await?;
                outcome.error_file = None;
            }
        }
        let state = outcome.end.as_deref().and_then(BatchState::named).unwrap_or(BatchState::Completed);
        if self.kept.ended(id, batch.end(state, &outcome)).await.map_err(not_kept)? {
            tracing::info!(batch.id = id, batch.outcome = state.name(), "a batch has ended");
            door.ended(id).await;
        }
        Ok(())
    }

    /// Gives up what was not answered, and says what the batch becomes.
    async fn give_rest_up(&self, batch: &Batch) -> Result<BatchOutcome, Failure> {
        let id = &batch.id;
        self.kept.give_up(id, LineState::Sent, &record::write(&unknown())).await.map_err(not_kept)?;
        let (end, code, why) = match batch.state {
            BatchState::Cancelling => {
                (BatchState::Cancelled, "batch_cancelled", "The batch was cancelled before this request was sent.")
            }
            _ => (BatchState::Expired, "batch_expired", "The time of the batch was over before this request was sent."),
        };
        let outcome = LineOutcome::given_up(code, why);
        // What providers' batches still have long after its time is not waited for.
        let late = self.kept.give_up(id, LineState::Handed, &record::write(&outcome)).await.map_err(not_kept)?;
        let rest = self.kept.give_up(id, LineState::Waiting, &record::write(&outcome)).await.map_err(not_kept)?;
        let rest = rest + late;
        let end = if end == BatchState::Expired && rest == 0 { BatchState::Completed } else { end };
        let new_file = || Some(super::super::kept_files::new_file_id("file"));
        Ok(BatchOutcome {
            output_file: new_file(),
            error_file: new_file(),
            end: Some(end.name().to_owned()),
            cancelled: if end == BatchState::Cancelled { rest } else { 0 },
            expired: if end == BatchState::Expired { rest } else { 0 },
            ..BatchOutcome::default()
        })
    }

    /// Writes the file of lines in these states, unless it is there; `None`: there are no such lines.
    async fn file(
        &self,
        work: &Work,
        kind: BatchKind,
        door: &Arc<dyn Door>,
        (file, what): (&Option<String>, &str),
        states: &[LineState],
    ) -> Result<Option<String>, Failure> {
        let Some(file) = file else { return Ok(None) };
        let owner = match kind {
            BatchKind::OpenAi => work.owner.clone(),
            BatchKind::Anthropic => results_owner(&work.owner),
        };
        match self.files().get(file, &owner).await {
            Ok(_) => return Ok(Some(file.clone())),
            Err(NoFile::Unknown) => {}
            Err(error) => return Err(failed(error)),
        }
        let id = &work.batch.id;
        let (mut spool, mut is_empty) = (Spool::new(IN_MEMORY), true);
        for state in states {
            let mut after = 0;
            loop {
                let lines = self.kept.outcomes(id, *state, after, LINES_AT_ONCE).await.map_err(not_kept)?;
                let Some(last) = lines.last() else { break };
                (after, is_empty) = (last.number, false);
                let (door, id) = (door.clone(), id.clone());
                spool = blocking::run(move || {
                    for line in lines {
                        spool.write(written(&*door, kind, &id, &line)?.as_bytes())?;
                    }
                    Ok(spool)
                })
                .await?;
            }
        }
        if is_empty {
            return Ok(None);
        }
        let usual = i64::try_from(self.settings.life.as_secs()).unwrap_or(i64::MAX);
        let new = NewFile {
            id: Some(file.clone()),
            owner,
            blob: spool.finish(),
            name: format!("{id}_{what}.jsonl"),
            mime: "application/jsonl".to_owned(),
            purpose: PURPOSE.to_owned(),
            life: Some(work.batch.asked.output_life.unwrap_or(usual)),
        };
        let kept = self.files().keep(new).await.map_err(failed)?;
        Ok(Some(kept.id))
    }
}

/// A line of a file.
fn written(door: &dyn Door, kind: BatchKind, batch: &str, line: &BatchLine) -> Result<String, Failure> {
    let outcome: LineOutcome = record::read(&line.text)?;
    let id = format!("batch_req_{}_{}", batch.rsplit('_').next().unwrap_or(batch), line.number);
    Ok(door.written(kind, &id, &line.custom_id, &outcome) + "\n")
}
