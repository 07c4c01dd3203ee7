//! Batches at a provider: calls written as lines, jobs begun, found, asked about and ended, results read.
//!
//! What a vendor's requests and answers look like is said in `batches` at the top of the crate.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use mediary_core::batch::{BatchFound, BatchJob, BatchReport, BatchResult, BatchSought, BatchedCall, Batching};
use mediary_core::capability::TaskKind;
use mediary_core::provider::{BoxFuture, Call, Keep, ReplyStream, Timeouts};
use mediary_core::task::ReplyFrame;
use mediary_core::{Failure, FailureKind};

use super::gathered::Gathered;
use super::{Remote, learned, provider};
use crate::batches::{self, BatchDialect, LinesUpload};
use crate::{Frame, HttpCall, JobCall, blame, unwritable};

/// All lines of a job are sent before the answer begins.
const SENDING: Timeouts = Timeouts { first_byte: Duration::from_secs(600), stall: Duration::from_secs(60) };
/// No more pages of a list are looked through.
const MOST_PAGES: usize = 10;
/// Clocks of others are not ours: what began so much earlier, in seconds, is none that was sought.
const EARLIER: i64 = 600;
/// What is told by the first line of results is in so many bytes.
const FIRST_LINE_BYTES: usize = 64 << 10;

impl Remote {
    fn vendor(&self) -> Result<&'static dyn BatchDialect, Failure> {
        self.dialect().batches().ok_or_else(|| Failure::broken("this provider has no batches"))
    }

    async fn asked_of_vendor(&self, call: HttpCall, timeouts: Timeouts, key: Option<&str>) -> Result<Bytes, Failure> {
        let mut call = call;
        for header in self.vendor()?.headers() {
            if call.headers.iter().all(|(name, _)| *name != header.0) {
                call.headers.push(header);
            }
        }
        self.posted(call, timeouts, key).await
    }

    async fn asked_shortly(&self, call: JobCall, key: Option<&str>) -> Result<Bytes, Failure> {
        self.ask_about(call, &self.vendor()?.headers(), key).await
    }

    /// Whether the first result of a job that has ended is one of those that are sought.
    async fn is_of(&self, id: &str, sought: &BatchSought, key: Option<&str>) -> Result<bool, Failure> {
        let report = Batching::report(self, id, key).await?;
        let Some(place) = report.results.first() else { return Ok(false) };
        let mut head = Vec::new();
        let mut take = |piece: &[u8]| {
            head.extend_from_slice(piece);
            // The rest is not read.
            match head.contains(&b'\n') || head.len() > FIRST_LINE_BYTES {
                true => Err(Failure::new(FailureKind::ClientGone, "enough was read")),
                false => Ok(()),
            }
        };
        match Batching::results(self, place, key, &mut take).await {
            // The results of one that is long over are gone.
            Err(failure)
                if matches!(failure.kind, FailureKind::Malformed | FailureKind::ModelGone | FailureKind::Lost) =>
            {
                return Ok(false);
            }
            Err(failure) if failure.kind != FailureKind::ClientGone => return Err(failure),
            Ok(()) | Err(_) => {}
        }
        let first = String::from_utf8_lossy(&head);
        // Names of lines begin with that of their job, and stand whole at a line's beginning.
        Ok(first.lines().next().is_some_and(|line| line.contains(&format!("\"{}-", sought.name))))
    }
}

impl Batching for Remote {
    fn write(&self, call: &Call<'_>) -> Result<BatchedCall, Failure> {
        if !matches!(call.task.kind(), TaskKind::Chat | TaskKind::Embedding) {
            return Err(unwritable::task(self.dialect().name(), call.task.kind()));
        }
        let model = call.abilities.target.model.as_str();
        // What the model was found to refuse is left out here as well.
        let refused = self.learned.of(model);
        let quirks = learned::habits(&self.endpoint.quirks, &refused);
        let optional = provider::optional(call.task);
        let left_out = refused.iter().filter(|name| optional.contains(name)).cloned();
        let dropped: Vec<String> = call.dropped.iter().cloned().chain(left_out).collect();
        let written = self.dialect.encode(&Call { dropped: &dropped, ..*call }, &quirks)?;
        if !written.before.is_empty() || written.content_type != Cow::Borrowed("application/json") {
            return Err(Failure::broken("a call of several requests goes into no batch"));
        }
        let unread = |_| Failure::broken("a call of a batch cannot be read back");
        let batched = BatchedCall {
            path: written.path,
            model: model.to_owned(),
            headers: written.headers,
            body: written.body.read_all().map_err(unread)?.into(),
        };
        match self.vendor()?.takes(&batched) {
            true => Ok(batched),
            false => Err(unwritable::task(self.dialect().name(), call.task.kind())),
        }
    }

    fn read(&self, call: &Call<'_>, body: Bytes) -> Result<Box<dyn ReplyStream>, Failure> {
        let mut reader = self.dialect.reader_of(call.task, call.abilities, false);
        let mut frame = ReplyFrame::default();
        let read = reader.read(&Frame { event: None, data: &body }, &mut frame);
        read.map_err(|failure| blame::without_key(failure, call.key))?;
        frame.raw = body;
        let mut end = ReplyFrame::default();
        reader.end(&mut end)?;
        let mut frames = VecDeque::from([frame]);
        frames.extend(Some(end).filter(|end| !end.events.is_empty()));
        Ok(Box::new(Gathered::of(frames)))
    }

    fn line(&self, name: &str, call: &BatchedCall) -> Vec<u8> {
        self.dialect().batches().map(|vendor| vendor.line(name, call)).unwrap_or_default()
    }

    fn between(&self) -> &'static str {
        self.dialect().batches().map_or("\n", BatchDialect::between)
    }

    fn begin<'a>(&'a self, job: &'a BatchJob, key: Option<&'a str>) -> BoxFuture<'a, Result<String, Failure>> {
        Box::pin(async move {
            let vendor = self.vendor()?;
            let file = match vendor.upload(job)? {
                LinesUpload::WithJob => None,
                LinesUpload::Request(upload) => {
                    Some(batches::id_in(&self.asked_of_vendor(upload, SENDING, key).await?)?)
                }
                LinesUpload::InPieces(mime) => {
                    let key = key.ok_or_else(|| Failure::broken("a provider without a key has no batches"))?;
                    Some(self.upload_in_pieces((mime, &job.lines), Some(&job.name), key).await?)
                }
            };
            let begun = self.asked_of_vendor(vendor.begin(job, file.as_deref())?, SENDING, key).await?;
            vendor.begun(&begun)
        })
    }

    fn find<'a>(&'a self, job: &'a BatchSought, key: Option<&'a str>) -> BoxFuture<'a, Result<BatchFound, Failure>> {
        Box::pin(async move {
            let vendor = self.vendor()?;
            let (mut after, mut found) = (None, BatchFound::None);
            for number in 0..MOST_PAGES {
                let path = vendor.list(after.as_deref());
                let page = vendor.listed(&self.asked_shortly(JobCall::of(Method::GET, path), key).await?, number)?;
                for listed in &page.jobs {
                    match &listed.name {
                        Some(name) if *name == job.name => return Ok(BatchFound::Job(listed.id.clone())),
                        Some(_) => {}
                        None if listed.lines != job.lines => {}
                        None if !listed.is_over => found = BatchFound::NotYet,
                        None if self.is_of(&listed.id, job, key).await? => {
                            return Ok(BatchFound::Job(listed.id.clone()));
                        }
                        None => {}
                    }
                }
                let earliest = page.jobs.last().and_then(|last| last.created_at);
                after = page.next.filter(|_| earliest.is_none_or(|at| at + EARLIER >= job.at));
                if after.is_none() {
                    break;
                }
            }
            Ok(found)
        })
    }

    fn report<'a>(&'a self, id: &'a str, key: Option<&'a str>) -> BoxFuture<'a, Result<BatchReport, Failure>> {
        Box::pin(async move {
            let vendor = self.vendor()?;
            let body = self.asked_shortly(JobCall::of(Method::GET, vendor.state(id)), key).await?;
            let mut report = vendor.report(&body)?;
            let without = |fault: String| blame::without_key(Failure::malformed(fault), key).detail;
            report.fault = report.fault.map(without);
            Ok(report)
        })
    }

    fn results<'a>(
        &'a self,
        place: &'a str,
        key: Option<&'a str>,
        keep: Keep<'a>,
    ) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            match self.read_with(place, &self.vendor()?.headers(), key, keep).await? {
                None => Ok(()),
                Some(_) => Err(blame::garbled("the results of a batch are on another host than its own")),
            }
        })
    }

    fn result(&self, line: &[u8]) -> Option<BatchResult> {
        self.dialect().batches()?.result(line)
    }

    fn cancel<'a>(&'a self, id: &'a str, key: Option<&'a str>) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move { self.asked_shortly(self.vendor()?.cancel(id), key).await.map(drop) })
    }

    fn remove<'a>(&'a self, report: &'a BatchReport, key: Option<&'a str>) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            for remains in &report.remains {
                self.asked_shortly(JobCall::of(Method::DELETE, remains.clone()), key).await?;
            }
            Ok(())
        })
    }
}
