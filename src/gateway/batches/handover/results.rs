//! What came of a job, line by line: good answers go the way of all answers, the rest of the lines waits again.
//!
//! It may be taken in again from its beginning: what is known of a line stays.

use std::io::{BufRead as _, BufReader};
use std::sync::Arc;

use bytes::Bytes;
use mediary_core::batch::{BatchReport, BatchResult, Batching};
use mediary_core::{Blob, Failure, Target};
use mediary_store::{HandedJob, HandedLine};
use tokio::sync::mpsc;

use super::super::super::routing::Deferred;
use super::super::super::{Spool, blocking};
use super::super::Batches;
use super::super::door::Door;
use super::super::record::LineOutcome;
use super::super::requests::not_kept;
use super::super::work::Work;
use super::Waits;

/// More of a file of results than this is written to the disk at once.
const IN_MEMORY: u64 = 1 << 20;
/// So many lines of one are read ahead.
const READ_AHEAD: usize = 16;

/// Whether all results of a job were taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TakenIn {
    All,
    /// Some could not be read for now.
    NotAll,
}

impl Batches {
    /// Takes in the results of a job that is over. What cannot be read is left for later, or given up.
    pub(super) async fn take_in_results(
        &self,
        work: &Work,
        (job, target): (&HandedJob, &Target),
        report: &BatchReport,
        (batching, key): (&dyn Batching, Option<&str>),
        gives_up: bool,
        door: &Arc<dyn Door>,
    ) -> Result<TakenIn, Failure> {
        let mut taken = TakenIn::All;
        for place in &report.results {
            let mut spool = Spool::new(IN_MEMORY);
            batching.results(place, key, &mut |piece| spool.write(piece)).await?;
            let blob = spool.finish();
            let (send, mut lines) = mpsc::channel::<Vec<u8>>(READ_AHEAD);
            let reading = blocking::run(move || each_line(&blob, |line| send.blocking_send(line).is_ok()));
            // Where this ends early, what reads ends too: it has no receiver any more.
            let taking = async move {
                while let Some(line) = lines.recv().await {
                    if self.stopping.is_cancelled() {
                        return Ok::<TakenIn, Failure>(TakenIn::NotAll);
                    }
                    let Some(BatchResult { name, body }) = batching.result(&line) else { continue };
                    let number = name.strip_prefix(&format!("{}-", job.id)).and_then(|number| number.parse().ok());
                    let Some(number) = number else { continue };
                    let found = self.kept.handed_line(&work.batch.id, &job.id, number).await.map_err(not_kept)?;
                    let Some(line) = found else { continue };
                    if !self.take_in_result(work, (job, target), line, body, gives_up, door).await? {
                        taken = TakenIn::NotAll;
                    }
                }
                Ok(taken)
            };
            let (read, took) = tokio::join!(reading, taking);
            read?;
            taken = took?;
        }
        Ok(taken)
    }

    /// Takes in what came of a line. Gives whether that is known now.
    async fn take_in_result(
        &self,
        work: &Work,
        (job, target): (&HandedJob, &Target),
        line: HandedLine,
        body: Option<Bytes>,
        gives_up: bool,
        door: &Arc<dyn Door>,
    ) -> Result<bool, Failure> {
        let batch = &work.batch.id;
        let Some(body) = body else {
            return self.kept.comes_back(batch, line.number).await.map(|_| true).map_err(not_kept);
        };
        let waits = Arc::new(Waits(Deferred::answered(target.clone(), job.key_print.clone(), body)));
        let answer = door.answer_here(work.deferred(line.number, line.text.clone(), waits.clone())).await;
        if waits.0.was_read() {
            if (200..300).contains(&answer.status) {
                return self.note(work, line.number, answer).await.map(|()| true);
            }
            // It is of no use, and its target is asked for another as any target is.
            return self.kept.comes_back(batch, line.number).await.map(|_| true).map_err(not_kept);
        }
        if !gives_up {
            tracing::warn!(
                batch.id = batch,
                call.target = job.target,
                answer.status = answer.status,
                "an answer of a provider's batch waits"
            );
            return Ok(false);
        }
        let outcome = LineOutcome::given_up(
            "answer_not_read",
            "A batch of the provider's has answered this request, and the answer cannot be read: its model is not set up as it \
             was, or the key of this batch may not ask for it any more. Ask again if you want to; it may have been billed.",
        );
        self.note_outcome(work, line.number, &outcome).await.map(|()| true)
    }
}

/// Hands out the lines of a file until one is not taken.
fn each_line(blob: &Blob, mut take: impl FnMut(Vec<u8>) -> bool) -> Result<(), Failure> {
    let gone = |_| Failure::broken("the results of a batch cannot be read back");
    let mut reader = BufReader::new(blob.source().open().map_err(gone)?);
    loop {
        let mut line = Vec::new();
        if reader.read_until(b'\n', &mut line).map_err(gone)? == 0 {
            return Ok(());
        }
        if !line.trim_ascii().is_empty() && !take(line) {
            return Ok(());
        }
    }
}
