//! Asking how a job stands, with patience that grows, and taking in what it made.
//!
//! A job that failed at one target goes back to the queue for the others. What a provider may have billed never does:
//! where it has lost track of a job, or takes too long, the job is given up.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use mediary_convert::av::VideoFacts;
use mediary_core::task::{JobContent, JobReport};
use mediary_core::{Blob, Failure, FailureKind, Media, Next, Target};
use mediary_store::Ended;

use super::super::tasks::a_video;
use super::VideoJobs;
use super::record::{self, Made, Ticket, Tried};
use super::submit::not_kept;

/// How much longer each wait is than the one before …
const SLOWER: f64 = 1.3;
/// … up to so many times the first.
const SLOWEST: f64 = 6.0;
/// Waits after answers that were none double up to this.
const LONGEST_WAIT: Duration = Duration::from_secs(120);
/// A provider that says so often in a row that it knows nothing of a job is believed.
const MOST_DENIALS: u32 = 3;
/// So often in a row what a provider calls a video is fetched, and is none.
const MOST_GARBLED: u32 = 8;
/// More redirects than this on the way to a file are a mistake.
const MOST_HOPS: usize = 3;

/// A job at a provider that waits to be asked about.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) id: String,
    pub(super) ticket: Ticket,
    pub(super) created_at: i64,
    /// How far it was when it was last asked about.
    pub(super) percent: Option<u8>,
    /// How often it was.
    pub(super) polls: u32,
    /// How often in a row there was no answer.
    pub(super) errors: u32,
}

/// What follows from asking.
enum Step {
    /// It is asked again after this.
    Again(Duration),
    /// There is nothing more to ask.
    Over,
}

impl VideoJobs {
    /// Asks about a job, and puts it back where it is still under way.
    pub(super) async fn poll(self: &Arc<Self>, mut waiting: Waiting) {
        match self.step(&mut waiting).await {
            Ok(Step::Over) => {}
            Ok(Step::Again(interval)) => self.schedule.put(waiting, Instant::now(), interval),
            Err(failure) => {
                tracing::error!(job.id = waiting.id, error.detail = %failure, "a job cannot be gone on with for now");
                self.schedule.put(waiting, Instant::now(), LONGEST_WAIT);
            }
        }
    }

    async fn step(self: &Arc<Self>, waiting: &mut Waiting) -> Result<Step, Failure> {
        waiting.polls += 1;
        match self.report(&waiting.ticket).await {
            Ok(JobReport::Running { percent }) => {
                waiting.errors = 0;
                if let Some(percent) = percent.filter(|percent| waiting.percent != Some(*percent)) {
                    waiting.percent = Some(percent);
                    self.kept.progressed(&waiting.id, percent.min(99)).await.map_err(not_kept)?;
                }
                self.unless_late(waiting, self.pause(waiting.polls), None).await
            }
            Ok(JobReport::Done(content)) => match self.take_in(&waiting.ticket, content).await {
                Ok((made, facts)) => {
                    let result = Some(record::write(&made));
                    let mut ticket = waiting.ticket.clone();
                    ticket.measured(facts);
                    let ticket = Some(record::write(&ticket));
                    let ended = Ended { at: record::now(), ticket, result, ..Ended::default() };
                    self.end(&waiting.id, ended, None).await.map_err(not_kept)?;
                    Ok(Step::Over)
                }
                Err(failure) => self.unfetched(waiting, failure).await,
            },
            Ok(JobReport::Failed(failure)) => self.failed(waiting, failure).await,
            Ok(JobReport::At(_)) => Err(Failure::broken("a provider's report was not followed to its end")),
            Err(failure) => self.unanswered(waiting, about_job(failure)).await,
        }
    }

    /// How long a job is left alone that is under way.
    fn pause(&self, polls: u32) -> Duration {
        let slower = SLOWER.powi(i32::try_from(polls.saturating_sub(1)).unwrap_or(i32::MAX)).min(SLOWEST);
        self.settings.poll.mul_f64(slower)
    }

    async fn report(&self, ticket: &Ticket) -> Result<JobReport, Failure> {
        let Some(job) = ticket.job.as_deref() else { return Err(lost()) };
        let target: Target = ticket.target.parse().map_err(|_| lost())?;
        let fleet = self.gateway().router.fleet();
        let member = fleet.named(&target.provider).ok_or_else(|| {
            let detail = format!("the provider `{}` is not set up any more; set it up again", target.provider.as_str());
            Failure::new(FailureKind::Unreachable, detail)
        })?;
        member.provider.job(job, member.key_of(ticket.key.as_deref())).await
    }

    /// A job that failed at its provider: others are asked, unless they would refuse it as well.
    async fn failed(self: &Arc<Self>, waiting: &Waiting, failure: Failure) -> Result<Step, Failure> {
        tracing::info!(
            job.id = waiting.id,
            call.target = waiting.ticket.target,
            failure.kind = failure.kind.name(),
            "a job failed at its provider"
        );
        let Some(row) = self.kept.find(&waiting.id).await.map_err(not_kept)? else { return Ok(Step::Over) };
        let mut tried = record::tried(&row);
        tried.push(Tried::of(&waiting.ticket.target, &failure));
        if failure.kind.consequence().next == Next::Stop {
            self.fail(&waiting.id, &tried, &failure).await?;
            return Ok(Step::Over);
        }
        if self.kept.queued_again(&waiting.id, &record::write(&tried)).await.map_err(not_kept)? {
            self.submit_later(waiting.id.clone());
        }
        Ok(Step::Over)
    }

    /// A video was made and could not be had. It was paid for and stays at its provider, from where it may still be had.
    async fn unfetched(self: &Arc<Self>, waiting: &mut Waiting, failure: Failure) -> Result<Step, Failure> {
        let detail = format!("the provider has made the video, and it cannot be fetched: {}", failure.detail);
        let failure = Failure { detail, ..failure };
        if failure.kind == FailureKind::Garbled && waiting.errors + 1 >= MOST_GARBLED {
            self.give_up(waiting, &failure).await?;
            return Ok(Step::Over);
        }
        self.unanswered(waiting, failure).await
    }

    /// There was no answer, or what was made could not be had. What passes is waited for.
    async fn unanswered(self: &Arc<Self>, waiting: &mut Waiting, failure: Failure) -> Result<Step, Failure> {
        waiting.errors += 1;
        tracing::info!(
            job.id = waiting.id,
            failure.kind = failure.kind.name(),
            "how a job stands was not to be found out"
        );
        let passes = matches!(
            failure.kind,
            FailureKind::Overloaded { .. }
                | FailureKind::RateLimited { .. }
                | FailureKind::Lost
                | FailureKind::TimedOut
                | FailureKind::Unreachable
                | FailureKind::Garbled
                | FailureKind::Busy { .. }
                | FailureKind::Broken
        );
        let is_settled = failure.kind == FailureKind::TooLarge;
        if is_settled || !passes && waiting.errors >= MOST_DENIALS {
            self.give_up(waiting, &failure).await?;
            return Ok(Step::Over);
        }
        let stated = match failure.kind {
            FailureKind::Overloaded { retry_after } | FailureKind::RateLimited { retry_after } => retry_after,
            _ => None,
        };
        let doubled = self.settings.poll.saturating_mul(1 << waiting.errors.min(16));
        self.unless_late(waiting, stated.unwrap_or(doubled).min(LONGEST_WAIT), Some(failure)).await
    }

    /// Asks again after a pause, unless the job has taken too long already; then with what went wrong last, if it did.
    async fn unless_late(
        self: &Arc<Self>,
        waiting: &Waiting,
        pause: Duration,
        last: Option<Failure>,
    ) -> Result<Step, Failure> {
        let most = i64::try_from(self.settings.give_up.as_secs()).unwrap_or(i64::MAX);
        if record::now() - waiting.created_at < most {
            return Ok(Step::Again(pause));
        }
        let failure = match last {
            Some(failure) => Failure { detail: format!("given up after {most} s: {}", failure.detail), ..failure },
            None => {
                // What is not made yet need not be made any more.
                self.end_at_provider(&waiting.ticket).await;
                let detail =
                    format!("the provider has not made the video within {most} s; raise [jobs] give_up_seconds");
                Failure::new(FailureKind::TimedOut, detail)
            }
        };
        self.give_up(waiting, &failure).await?;
        Ok(Step::Over)
    }

    /// Gives a job up that may have been billed, so that no other target is asked.
    async fn give_up(self: &Arc<Self>, waiting: &Waiting, failure: &Failure) -> Result<(), Failure> {
        let Some(row) = self.kept.find(&waiting.id).await.map_err(not_kept)? else { return Ok(()) };
        let mut tried = record::tried(&row);
        tried.push(Tried::of(&waiting.ticket.target, failure));
        self.fail(&waiting.id, &tried, failure).await
    }

    /// Takes in what a job made.
    async fn take_in(&self, ticket: &Ticket, content: JobContent) -> Result<(Made, Option<VideoFacts>), Failure> {
        let mut spool = self.gateway().admission.spool();
        let mut claimed = None;
        match content {
            JobContent::Bytes(bytes) => spool.write(&bytes)?,
            JobContent::Public(address) => {
                claimed = self.fetcher.fetch(&address, &mut |chunk| spool.write(chunk)).await?.media_type;
            }
            JobContent::AtProvider(mut place) => {
                let target: Target = ticket.target.parse().map_err(|_| lost())?;
                let fleet = self.gateway().router.fleet();
                let member = fleet.named(&target.provider).ok_or_else(lost)?;
                let key = member.key_of(ticket.key.as_deref());
                let most = self.settings.bytes.get();
                let mut hops = 0;
                loop {
                    let mut len_bytes = 0_u64;
                    let mut keep = |chunk: &[u8]| {
                        len_bytes += chunk.len() as u64;
                        if len_bytes > most {
                            let detail = format!("the video has more than {most} bytes; raise [jobs] bytes");
                            return Err(Failure::too_large(detail));
                        }
                        spool.write(chunk)
                    };
                    let Some(address) = member.provider.job_content(&place, key, &mut keep).await? else { break };
                    hops += 1;
                    if hops > MOST_HOPS {
                        return Err(Failure::new(
                            FailureKind::Garbled,
                            "the provider sends its callers round in circles",
                        ));
                    }
                    if address.starts_with(&place) {
                        place = address;
                        continue;
                    }
                    // Elsewhere it is fetched without the key, as any address.
                    let fetched = self.fetcher.fetch(&address, &mut |chunk| spool.write(chunk)).await?;
                    claimed = fetched.media_type;
                    break;
                }
            }
        }
        let media = a_video(spool.finish(), claimed.as_deref())?;
        let facts = self.facts(&media).await?;
        Ok((self.kept_content(media).await?, facts))
    }

    /// What a video says of itself, where there is a program here that can tell.
    ///
    /// # Errors
    /// Garbled when that program cannot open it.
    pub(super) async fn facts(&self, media: &Media) -> Result<Option<VideoFacts>, Failure> {
        self.gateway().intake.video_facts(media).await.map_err(|failure| match failure.kind {
            FailureKind::Unreadable => {
                Failure::new(FailureKind::Garbled, "the provider's video is damaged, or was cut off on its way")
            }
            _ => failure,
        })
    }

    /// Puts a video into the content store.
    pub(super) async fn kept_content(&self, media: Media) -> Result<Made, Failure> {
        let Media { format, blob } = media;
        let bytes = Blob::len_bytes(&blob);
        let content = &self.gateway().content.clone();
        let expires = SystemTime::now() + content.max_age();
        let token = content.keep(blob, format).await?;
        let expires = expires.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let expires_at = i64::try_from(expires).unwrap_or(i64::MAX);
        Ok(Made { token, bytes, format: format.name().to_owned(), expires_at })
    }

    /// Ends a job at its provider, as far as that is possible.
    pub(super) async fn end_at_provider(&self, ticket: &Ticket) {
        let (Some(job), Ok(target)) = (ticket.job.as_deref(), ticket.target.parse::<Target>()) else { return };
        let fleet = self.gateway().router.fleet();
        let Some(member) = fleet.named(&target.provider) else { return };
        if let Err(failure) = member.provider.end_job(job, member.key_of(ticket.key.as_deref())).await {
            tracing::info!(failure.kind = failure.kind.name(), "a job could not be ended at its provider");
        }
    }
}

/// What a provider says of a job that it does not find is said of the job.
fn about_job(failure: Failure) -> Failure {
    match failure.kind {
        FailureKind::ModelGone => {
            Failure { detail: "the provider does not know the job any more".to_owned(), ..failure }
        }
        _ => failure,
    }
}

fn lost() -> Failure {
    Failure::broken("a job in the database does not say where it runs")
}
