//! The attempt loop: candidates in the order of the plan, each prepared, called and judged, until one answers.
//!
//! It is the only loop that calls targets. What is prepared for a candidate, and what counts as an answer, is said by the
//! [`Work`] at hand (see `tasks` next door); what follows from a failure is one table
//! ([`mediary_core::FailureKind::consequence`]).

use std::borrow::Cow;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mediary_core::capability::Abilities;
use mediary_core::plan::{Candidate, Treatment};
use mediary_core::provider::{Call, Reservation, Timeouts};
use mediary_core::task::{Chat, Task};
use mediary_core::{Cooldown, Failure, MediaFormat, Next};

use super::answer::{Answer, Route, Tap, TreatmentNote};
use super::error::{CallError, Exhausted, Tried};
use super::fleet::Fleet;
use super::ledger::Caller;
use super::{Planned, Router};
use crate::telemetry::metrics;

/// One kind of work, as the attempt loop sees it.
pub(in crate::gateway) trait Work: Sync {
    /// What an answer to it is.
    type Answer: Send;

    /// The task as a candidate gets it, and what was done to its parts for that.
    ///
    /// # Errors
    /// When a part cannot be treated for this candidate; the next one is tried.
    fn prepare<'a>(
        &'a self,
        candidate: &'a Candidate,
        row: &'a Abilities,
    ) -> impl Future<Output = Result<Prepared<'a>, Failure>> + Send;

    /// Reads a reply as far as is needed to say whether it is an answer.
    ///
    /// # Errors
    /// When it is none: it breaks off, is empty, or not what it should be.
    fn judge(
        &self,
        answer: Box<Answer>,
        candidate: &Candidate,
    ) -> impl Future<Output = Result<Verdict<Self::Answer>, Failure>> + Send;

    /// A place in the candidate's queue that was taken before.
    fn reservation(&self, _candidate: &Candidate) -> Option<&Reservation> {
        None
    }

    /// Whether no other candidate is to be tried after a failure.
    fn is_final(&self, failure: &Failure) -> bool {
        failure.kind.consequence().next == Next::Stop
    }

    /// The same failure, about its part of the whole request where a task is a piece of it.
    fn placed(&self, failure: Failure) -> Failure {
        failure
    }

    /// Told of each attempt that failed.
    fn failed(&self, _candidate: &Candidate, _failure: &Failure, _took: Duration) {}
}

/// A task that is ready to be sent.
#[derive(Debug)]
pub(in crate::gateway) struct Prepared<'a> {
    /// The task.
    pub(in crate::gateway) task: Cow<'a, Task>,
    /// What was done to parts that were not forwarded.
    pub(in crate::gateway) notes: Vec<TreatmentNote>,
}

impl<'a> Prepared<'a> {
    /// A task that needed no treatment.
    pub(in crate::gateway) fn as_it_is(task: &'a Task) -> Self {
        Self { task: Cow::Borrowed(task), notes: Vec::new() }
    }

    /// A task that was made for the candidate.
    pub(in crate::gateway) fn made(task: Task) -> Self {
        Self { task: Cow::Owned(task), notes: Vec::new() }
    }
}

/// What a reply is worth.
#[derive(Debug)]
pub(in crate::gateway) enum Verdict<A> {
    /// It is the answer.
    Answer(A),
    /// It is kept in case that no other candidate has a better one.
    Doubted(A),
}

/// What came of the attempts.
#[derive(Debug)]
pub(in crate::gateway) struct Ran<A> {
    /// The answer.
    pub(in crate::gateway) answer: Option<A>,
    /// Replies that were doubted before it, in order.
    pub(in crate::gateway) doubted: Vec<A>,
    /// Calls that failed before it, in order.
    pub(in crate::gateway) tried: Vec<Tried>,
}

impl<A> Ran<A> {
    /// The answer.
    ///
    /// # Errors
    /// When there is none: all targets failed.
    pub(in crate::gateway) fn answered(self, router: &Router, fleet: &Fleet) -> Result<A, CallError> {
        self.answer.ok_or_else(|| router.exhausted(fleet, self.tried))
    }
}

/// The calls of one run, and for how long more new attempts may begin.
struct Course<A> {
    ran: Ran<A>,
    attempts: u32,
    /// Time spent on calls; treatments are not counted.
    spent: Duration,
    /// After a complaint about its length, only targets that hold more are asked.
    larger_than: Option<u32>,
}

impl Router {
    /// Asks the candidates of a plan, one after the other, until one answers.
    ///
    /// # Errors
    /// What the client did wrong, or what no other candidate would mend, at once. That no candidate answered is no error
    /// here.
    pub(in crate::gateway) async fn run<W: Work>(
        self: &Arc<Self>,
        fleet: &Fleet,
        planned: &Planned,
        work: &W,
    ) -> Result<Ran<W::Answer>, Failure> {
        let ran = Ran { answer: None, doubted: Vec::new(), tried: Vec::new() };
        let mut course = Course { ran, attempts: 0, spent: Duration::ZERO, larger_than: None };
        let running = Running { router: self, fleet, planned, work };
        for cycle in 0..self.routing.keep_cycles {
            for candidate in &planned.plan.candidates {
                if course.attempts >= self.routing.max_attempts || course.spent >= self.routing.budget {
                    break;
                }
                if course.passes(candidate, cycle) || running.is_too_small(candidate, course.larger_than) {
                    continue;
                }
                running.ask(candidate, &mut course).await?;
                if course.ran.answer.is_some() {
                    return Ok(course.ran);
                }
            }
        }
        Ok(course.ran)
    }

    /// The error for calls of which none was answered.
    pub(super) fn exhausted(&self, fleet: &Fleet, tried: Vec<Tried>) -> CallError {
        let health = fleet.health(&self.ledger, Instant::now());
        let cooldowns = tried.iter().filter_map(|tried| {
            let row = fleet.matrix.index(&tried.target)?;
            health.of(row)?.cooldown
        });
        let retry_after = cooldowns.chain(tried.iter().filter_map(Tried::queue_wait)).min();
        CallError::Exhausted(Box::new(Exhausted {
            tried,
            passed_over: Vec::new(),
            retry_after,
            cools_for_rates: false,
        }))
    }
}

impl<A> Course<A> {
    /// Whether a candidate is passed by in this round: in later rounds only those that failed in a way that may have
    /// passed are asked again.
    fn passes(&self, candidate: &Candidate, cycle: u32) -> bool {
        let last = self.ran.tried.iter().rfind(|tried| tried.target == candidate.target);
        cycle > 0 && last.is_some_and(|tried| !matches!(tried.kind.consequence().cooldown, Cooldown::Growing { .. }))
    }
}

/// What all attempts of a run have in common.
struct Running<'a, W> {
    router: &'a Arc<Router>,
    fleet: &'a Fleet,
    planned: &'a Planned,
    work: &'a W,
}

impl<W: Work> Running<'_, W> {
    fn row(&self, candidate: &Candidate) -> &Abilities {
        &self.fleet.matrix.rows()[candidate.row]
    }

    /// Whether a candidate holds no more than one that complained about the length.
    fn is_too_small(&self, candidate: &Candidate, larger_than: Option<u32>) -> bool {
        let Some(complained) = larger_than else { return false };
        self.row(candidate).context_tokens.is_none_or(|context| context <= complained)
    }

    /// Asks one candidate with one key after the other.
    async fn ask(&self, candidate: &Candidate, course: &mut Course<W::Answer>) -> Result<(), Failure> {
        let begun = Instant::now();
        let prepared = match self.work.prepare(candidate, self.row(candidate)).await {
            Ok(prepared) => prepared,
            Err(failure) => return self.note(candidate, None, failure, begun, course).map(drop),
        };
        let member = self.fleet.member(candidate.row);
        let mut keys_tried = Vec::new();
        while let Some(caller) = self.fleet.caller(candidate.row, &self.router.ledger, &keys_tried, Instant::now()) {
            keys_tried.push(caller.key);
            course.attempts += 1;
            let key = member.key(caller.key);
            // Uploads count as a treatment.
            let uploaded = match member.provider.wants_upload(&prepared.task) {
                true => member.provider.upload(&prepared.task, key).await,
                false => Ok(None),
            };
            let begun = Instant::now();
            let outcome = match &uploaded {
                Ok(uploaded) => {
                    let task = uploaded.as_ref().unwrap_or(&prepared.task);
                    self.call(candidate, task, caller, &prepared.notes, course.attempts - 1).await
                }
                Err(failure) => Err(failure.clone()),
            };
            let failure = match outcome {
                Ok(Verdict::Answer(answer)) => {
                    course.ran.answer = Some(answer);
                    return Ok(());
                }
                Ok(Verdict::Doubted(doubted)) => {
                    course.spent += begun.elapsed();
                    course.ran.doubted.push(doubted);
                    return Ok(());
                }
                Err(failure) => failure,
            };
            course.spent += begun.elapsed();
            let next = self.note(candidate, Some(caller), failure, begun, course)?;
            if next != Next::Key || course.attempts >= self.router.routing.max_attempts {
                return Ok(());
            }
        }
        Ok(())
    }

    /// One call: until it is judged, or has failed.
    async fn call(
        &self,
        candidate: &Candidate,
        task: &Task,
        caller: Caller,
        notes: &[TreatmentNote],
        fallbacks: u32,
    ) -> Result<Verdict<W::Answer>, Failure> {
        let (abilities, member) = (self.row(candidate), self.fleet.member(candidate.row));
        let in_one_piece;
        let task = match task {
            Task::Chat(chat) if chat.stream && !abilities.streaming => {
                in_one_piece = Task::Chat(Chat { stream: false, ..chat.clone() });
                &in_one_piece
            }
            task => task,
        };
        let begun = Instant::now();
        let call = Call {
            task,
            abilities,
            dropped: &candidate.dropped,
            key: member.key(caller.key),
            timeouts: self.timeouts(task, abilities),
            reservation: self.work.reservation(candidate),
        };
        let reply = member.provider.call(call).await?;
        let prompt_tokens = u64::from(self.planned.demand.text_tokens);
        let (router, target) = (self.router.clone(), candidate.target.clone());
        let mut tap = Tap::new(router, caller, target, self.forwarded_formats(candidate), prompt_tokens, begun);
        tap.has_left(reply.quota());
        let route = Route {
            target: candidate.target.clone(),
            also: Vec::new(),
            wire_format: member.provider.wire_format(),
            fallbacks,
            treatments: notes.to_vec(),
            dropped: candidate.dropped.clone(),
        };
        self.work.judge(Box::new(Answer::new(route, reply, tap)), candidate).await
    }

    fn timeouts(&self, task: &Task, abilities: &Abilities) -> Timeouts {
        let routing = &self.router.routing;
        let first_byte = match task {
            // The whole recording is listened to before the first word comes back.
            Task::Transcribe(_) => routing.reasoning_first_byte,
            Task::Chat(_) | Task::Read(_) | Task::Embed(_) if abilities.reasoning => routing.reasoning_first_byte,
            Task::Chat(_) | Task::Read(_) | Task::Embed(_) => routing.first_byte,
        };
        Timeouts { first_byte, stall: routing.stall }
    }

    /// The formats that a candidate is given as they are, each once.
    fn forwarded_formats(&self, candidate: &Candidate) -> Vec<MediaFormat> {
        let treated = self.planned.demand.parts.iter().zip(&candidate.treatments);
        let mut formats: Vec<MediaFormat> =
            treated.filter(|(_, treatment)| **treatment == Treatment::Forward).map(|(part, _)| part.format).collect();
        formats.sort_unstable();
        formats.dedup();
        formats
    }

    /// Writes a failure into the ledger, the metrics and the log; one before any call only among those that were tried.
    fn note(
        &self,
        candidate: &Candidate,
        caller: Option<Caller>,
        failure: Failure,
        begun: Instant,
        course: &mut Course<W::Answer>,
    ) -> Result<Next, Failure> {
        let target = &candidate.target;
        let failure = self.work.placed(failure);
        if let Some(caller) = caller {
            let formats = self.forwarded_formats(candidate);
            self.router.ledger.failed(caller, &failure, &formats, Instant::now());
            metrics::provider_failed(target, failure.kind.name());
        }
        tracing::info!(call.target = %target, failure.kind = failure.kind.name(), "an attempt failed");
        self.work.failed(candidate, &failure, begun.elapsed());
        let next = failure.kind.consequence().next;
        if next == Next::LargerTarget {
            course.larger_than = self.row(candidate).context_tokens;
        }
        if self.work.is_final(&failure) {
            return Err(failure);
        }
        course.ran.tried.push(Tried::of(candidate, &failure));
        Ok(next)
    }
}
