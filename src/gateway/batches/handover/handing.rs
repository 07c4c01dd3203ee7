//! Lines become jobs: each is written as its provider would be sent it, and those alike are begun together.

use std::collections::BTreeMap;
use std::sync::Arc;

use mediary_core::batch::{BatchJob, BatchedCall};
use mediary_core::{Failure, FailureKind, ModelName, ProviderId, Target};
use mediary_store::{HandedJob, WaitingLine};
use uuid::Uuid;

use super::super::super::Spool;
use super::super::super::administration::unix_seconds;
use super::super::super::blocking;
use super::super::super::routing::{Deferred, Written};
use super::super::Batches;
use super::super::door::{Door, LineCall};
use super::super::requests::not_kept;
use super::super::work::Work;
use super::Waits;

/// So many lines are looked up at once, without their bodies.
const LOOKED_UP: u32 = 64;
/// A job has no more lines than this, …
const MOST_LINES: usize = 10_000;
/// … nor bytes: vendors take twice as many.
const MOST_BYTES: usize = 90 << 20;
/// More of them than this are written to the disk at once.
const IN_MEMORY: u64 = 1 << 20;
/// Where requests may go that batches of providers answer.
const ENDPOINTS: [&str; 4] = ["/v1/chat/completions", "/v1/messages", "/v1/responses", "/v1/embeddings"];

/// What lines have in common that go into one job.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Alike {
    provider: ProviderId,
    key: Option<String>,
    path: String,
    model: String,
    headers: Vec<(&'static str, String)>,
}

/// Lines that go into one job.
struct Bundle {
    job: String,
    lines: Vec<i64>,
    bytes: usize,
    spool: Spool,
}

impl Bundle {
    fn new() -> Self {
        let job = format!("job_{}", Uuid::now_v7().simple());
        Self { job, lines: Vec::new(), bytes: 0, spool: Spool::new(IN_MEMORY) }
    }

    fn has_room_for(&self, line: &[u8]) -> bool {
        self.lines.is_empty() || (self.lines.len() < MOST_LINES && self.bytes + line.len() < MOST_BYTES)
    }
}

/// The name of a line in its job.
pub(super) fn line_name(job: &str, number: i64) -> String {
    format!("{job}-{number}")
}

impl Batches {
    /// Hands over what waits and can be handed over. What cannot is left as it is.
    pub(in super::super) async fn hand_over(&self, work: &Work, door: &Arc<dyn Door>) -> Result<(), Failure> {
        if !ENDPOINTS.contains(&work.batch.asked.endpoint.as_str()) || unix_seconds() >= work.jobs_until() {
            return Ok(());
        }
        let mut bundles: BTreeMap<Alike, Bundle> = BTreeMap::new();
        let mut after = 0;
        loop {
            let lines = self.kept.waiting_anew(&work.batch.id, after, LOOKED_UP).await.map_err(not_kept)?;
            let Some(last) = lines.last() else { break };
            after = last.number;
            for line in lines {
                if self.stopping.is_cancelled() {
                    // What was not begun still waits, as far as the database is concerned.
                    return Ok(());
                }
                self.bundle(work, line, door, &mut bundles).await?;
            }
        }
        for (alike, bundle) in bundles {
            self.begin(work, door, alike, bundle).await?;
        }
        Ok(())
    }

    /// Puts a line with those it is alike to, if it can be handed over.
    async fn bundle(
        &self,
        work: &Work,
        line: WaitingLine,
        door: &Arc<dyn Door>,
        bundles: &mut BTreeMap<Alike, Bundle>,
    ) -> Result<(), Failure> {
        let waits = Arc::new(Waits(Deferred::to_write()));
        // What is wrong with it is found again when it is asked as any other.
        // One for which there can be no room is refused when it is asked as any other.
        let held = self.stopping.run_until_cancelled(self.held(&line)).await;
        let Some(Ok(held)) = held else { return Ok(()) };
        let Some(body) = self.kept.body(&work.batch.id, line.number).await.map_err(not_kept)? else { return Ok(()) };
        let call = work.deferred(line.number, body, waits.clone());
        let _put_off = door.answer_here(LineCall { held: Some(held), ..call }).await;
        let Some(written) = waits.0.written() else { return Ok(()) };
        let Written { provider, key, call } = *written;
        let Some(at) = door.batching(&provider, key.as_deref()) else { return Ok(()) };
        let Some(batching) = at.provider.batches() else { return Ok(()) };
        let BatchedCall { path, model, headers, .. } = call.clone();
        let alike = Alike { provider, key, path, model, headers };
        let mut bundle = bundles.remove(&alike).unwrap_or_else(Bundle::new);
        let mut text = batching.line(&line_name(&bundle.job, line.number), &call);
        if !bundle.has_room_for(&text) {
            self.begin(work, door, alike.clone(), std::mem::replace(&mut bundle, Bundle::new())).await?;
            text = batching.line(&line_name(&bundle.job, line.number), &call);
        }
        if !bundle.lines.is_empty() {
            text.splice(0..0, batching.between().bytes());
        }
        bundle.lines.push(line.number);
        bundle.bytes += text.len();
        let mut spool = bundle.spool;
        bundle.spool = blocking::run(move || spool.write(&text).map(|()| spool)).await?;
        bundles.insert(alike, bundle);
        Ok(())
    }

    /// Begins a job, once it is written down.
    async fn begin(&self, work: &Work, door: &Arc<dyn Door>, alike: Alike, bundle: Bundle) -> Result<(), Failure> {
        let Alike { provider, key, path, model, headers } = alike;
        let Bundle { job, lines, bytes: _, spool } = bundle;
        let Some(at) = door.batching(&provider, key.as_deref()) else { return Ok(()) };
        let Some(batching) = at.provider.batches() else { return Ok(()) };
        let batch = &work.batch.id;
        let target = Target { provider, model: ModelName::new(&model) };
        let kept = HandedJob {
            id: job.clone(),
            target: target.to_string(),
            key_print: key,
            provider_id: None,
            total: i64::try_from(lines.len()).unwrap_or(i64::MAX),
            created_at: unix_seconds(),
            is_ended: false,
        };
        if !self.kept.hand_over(batch, &kept, &lines).await.map_err(not_kept)? {
            return Ok(());
        }
        let asked = BatchJob { name: job.clone(), path, model, headers, lines: spool.finish() };
        match batching.begin(&asked, at.key()).await {
            Ok(id) => {
                tracing::info!(
                    batch.id = batch, call.target = %target, batch.lines = kept.total, "lines were handed over"
                );
                self.kept.has_begun(&job, &id).await.map_err(not_kept)
            }
            Err(failure) if may_have_begun(&failure) => {
                let why = failure.kind.name();
                tracing::warn!(
                    batch.id = batch,
                    failure.kind = why,
                    "whether a provider's batch has begun is not known yet"
                );
                Ok(())
            }
            Err(failure) => {
                tracing::warn!(
                    batch.id = batch, call.target = %target, error.detail = %failure,
                    "a provider takes no batch; its lines are answered one by one"
                );
                self.kept.job_is_over(batch, &job).await.map_err(not_kept)
            }
        }
    }
}

/// Whether a job may have begun whose answer was not heard: all but what its provider has refused in so many words.
fn may_have_begun(failure: &Failure) -> bool {
    !matches!(
        failure.kind,
        FailureKind::Malformed
            | FailureKind::UnsupportedMedium
            | FailureKind::TooLarge
            | FailureKind::Unreadable
            | FailureKind::Unacceptable
            | FailureKind::ContextTooLong
            | FailureKind::ContentRefused
            | FailureKind::ModelGone
            | FailureKind::BadKey
            | FailureKind::RateLimited { .. }
            | FailureKind::QuotaSpent { .. }
            | FailureKind::NotAllowed
    )
}
