//! From a queued job to one that a provider works on: through the attempt loop, and written down before each call.

use std::sync::Arc;
use std::time::Instant;

use mediary_core::provider::BoxFuture;
use mediary_core::{Failure, FailureKind, Target};
use mediary_store::{Ended, StoreFailed};

use super::super::routing::{Account, Bounds, CallError};
use super::super::tasks::{Started, Submitted, is_unknown};
use super::VideoJobs;
use super::poll::Waiting;
use super::record::{self, Asked, Ticket, Tried};

/// The code of a job that may have been accepted.
const UNKNOWN: &str = "unknown_outcome";

impl VideoJobs {
    /// Sends a job as soon as there is a place.
    pub(super) fn submit_later(self: &Arc<Self>, id: String) {
        let jobs = self.clone();
        let task = async move {
            let Ok(_place) = jobs.submitting.acquire().await else { return };
            if let Err(failure) = Box::pin(jobs.submit(&id)).await {
                // The job stays as it is written down, and goes on at the next start.
                tracing::error!(job.id = id, error.detail = %failure, "a job cannot be gone on with");
            }
        };
        self.under_way.spawn_on(task, &self.runtime);
    }

    async fn submit(self: &Arc<Self>, id: &str) -> Result<(), Failure> {
        let Some(row) = self.kept.find(id).await.map_err(not_kept)?.filter(|row| !row.state.is_over()) else {
            return Ok(());
        };
        let asked: Asked = record::read(&row.request)?;
        let input = if asked.start.is_some() { self.kept.input(id).await.map_err(not_kept)? } else { None };
        let video = asked.video(input);
        let mut tried = record::tried(&row);
        let before: Vec<Target> = tried.iter().filter_map(|tried| tried.target.parse().ok()).collect();
        let gateway = self.gateway();
        let router = &gateway.router;
        router.discover().await;
        let fleet = router.fleet();
        let client = asked.client.as_ref().and_then(|id| gateway.clients.of(id));
        let account = Account::of(client.map(|client| Arc::new(client.in_background())));
        let bounds = Bounds { account, ..asked.bounds() };
        let planned = match gateway.plan_video(&fleet, &video, &asked.model, &bounds, &before) {
            Ok(planned) if planned.plan.candidates.is_empty() => {
                return self.exhausted(id, &tried, "no other target can be asked").await;
            }
            Ok(planned) => planned,
            Err(CallError::Failed(failure)) => return self.fail(id, &tried, &failure).await,
            Err(_) => return self.exhausted(id, &tried, "no target can be asked any more").await,
        };
        let announce = move |target: &Target| -> BoxFuture<'_, Result<(), Failure>> {
            let ticket = record::write(&Ticket::to(target));
            Box::pin(async move {
                match self.kept.submitting(id, &ticket).await.map_err(not_kept)? {
                    true => Ok(()),
                    false => Err(Failure::new(FailureKind::ClientGone, "the job was removed before it was sent")),
                }
            })
        };
        let ran = match gateway.submit_video(&fleet, &planned, &video, asked.key.as_deref(), &announce).await {
            Ok(ran) => ran,
            Err(failure) if failure.kind == FailureKind::ClientGone => return Ok(()),
            Err(failure) if is_unknown(&failure) => {
                tracing::warn!(
                    job.id = id,
                    failure.kind = failure.kind.name(),
                    "whether a job was accepted is not known"
                );
                return self.unknown(id, &tried, &failure).await;
            }
            Err(failure) => return self.fail(id, &tried, &failure).await,
        };
        tried.extend(ran.tried.iter().map(|one| Tried {
            target: one.target.to_string(),
            kind: one.kind.name().to_owned(),
            why: one.why.clone(),
        }));
        match ran.answer {
            Some(submitted) => self.accepted(id, row.created_at, submitted, tried).await,
            None => self.exhausted(id, &tried, "no target accepted it").await,
        }
    }

    async fn accepted(
        self: &Arc<Self>,
        id: &str,
        created_at: i64,
        submitted: Submitted,
        tried: Vec<Tried>,
    ) -> Result<(), Failure> {
        let Submitted { route, key, given, changed, work } = submitted;
        let mut ticket = Ticket {
            key,
            changed: changed.into_iter().map(str::to_owned).collect(),
            dropped: route.dropped,
            seconds: given.seconds,
            size: given.size.map(|size| size.to_string()),
            ..Ticket::to(&route.target)
        };
        match work {
            Started::File(media) => {
                // What was made at once may have been billed, so no other target is asked.
                let made = match self.facts(&media).await {
                    Ok(facts) => {
                        ticket.measured(facts);
                        self.kept_content(media).await
                    }
                    Err(failure) => Err(failure),
                };
                let made = match made {
                    Ok(made) => made,
                    Err(failure) => return self.fail(id, &tried, &failure).await,
                };
                let result = Some(record::write(&made));
                let ended = Ended { ticket: Some(record::write(&ticket)), result, ..Self::ending(&tried) };
                self.end(id, ended, None).await.map_err(not_kept)
            }
            Started::Job(job) => {
                ticket.job = Some(job);
                if !self.kept.running(id, &record::write(&ticket), &record::write(&tried)).await.map_err(not_kept)? {
                    // It was removed while it was sent.
                    self.end_at_provider(&ticket).await;
                    return Ok(());
                }
                let waiting = Waiting { id: id.to_owned(), ticket, created_at, percent: None, polls: 0, errors: 0 };
                self.schedule.put(waiting, Instant::now(), self.settings.poll);
                Ok(())
            }
        }
    }

    /// A job that was being sent when the process before ended.
    pub(super) async fn give_up_unknown(self: &Arc<Self>, id: &str) -> Result<(), StoreFailed> {
        let message = "The server stopped while it sent this job, and whether the provider accepted it is not known. It is not \
                       sent again, since it might be billed twice; ask for the video anew if you want to.";
        let ended = Ended { at: record::now(), ..Ended::default() };
        self.end(id, ended, Some((UNKNOWN, message.to_owned()))).await
    }

    async fn unknown(self: &Arc<Self>, id: &str, tried: &[Tried], failure: &Failure) -> Result<(), Failure> {
        let message = format!(
            "Whether the provider accepted this job is not known ({failure}). It is not sent again, since it might be billed \
             twice; ask for the video anew if you want to."
        );
        self.end(id, Self::ending(tried), Some((UNKNOWN, message))).await.map_err(not_kept)
    }

    /// Ends a job that fails, and would at any target.
    pub(super) async fn fail(self: &Arc<Self>, id: &str, tried: &[Tried], failure: &Failure) -> Result<(), Failure> {
        let error = (record::code(failure.kind.name()), failure.to_string());
        self.end(id, Self::ending(tried), Some(error)).await.map_err(not_kept)
    }

    /// Ends a job that all targets failed.
    async fn exhausted(self: &Arc<Self>, id: &str, tried: &[Tried], why: &str) -> Result<(), Failure> {
        let (code, message) = match tried.last() {
            Some(last) => {
                (record::code(&last.kind).to_owned(), format!("{why}; {} said last: {}", last.target, last.why))
            }
            None => ("no_target".to_owned(), format!("{why}; GET /v1/providers says how each of them is doing")),
        };
        self.end(id, Self::ending(tried), Some((&code, message))).await.map_err(not_kept)
    }

    fn ending(tried: &[Tried]) -> Ended {
        Ended { at: record::now(), tried: Some(record::write(&tried)), ..Ended::default() }
    }

    /// Ends a job, well or with this error, and sees to it that those who want to know are told.
    pub(super) async fn end(
        self: &Arc<Self>,
        id: &str,
        ended: Ended,
        error: Option<(&str, String)>,
    ) -> Result<(), StoreFailed> {
        let error = error.map(|(code, message)| (code.to_owned(), message));
        let told = super::webhooks::told(id, ended.at, error.as_ref());
        let outcome = error.as_ref().map_or("completed", |(code, _)| code.as_str()).to_owned();
        if self.kept.ended(id, Ended { error, told, ..ended }).await? {
            tracing::info!(job.id = id, job.outcome = outcome, "a job has ended");
            self.ended.send_modify(|count| *count += 1);
            self.news.notify_one();
        }
        Ok(())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(super) fn not_kept(error: StoreFailed) -> Failure {
    Failure::broken(error.to_string())
}
