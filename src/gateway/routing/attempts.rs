//! The attempt loop: candidates in the order of the plan, each prepared, called and judged, until one answers.
//!
//! It is the only loop that calls targets. What is prepared for a candidate, and what counts as an answer, is said by the
//! [`Work`] at hand; what follows from a failure is one table ([`mediary_core::FailureKind::consequence`]). A target that
//! cools down is asked when nothing else is left, a call at a time (`course` next door says which is next).

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};
use mediary_core::capability::Abilities;
use mediary_core::plan::Candidate;
use mediary_core::provider::Call;
use mediary_core::quota::Full;
use mediary_core::task::Task;
use mediary_core::{Failure, Next};
use tokio::time::sleep;

use super::super::clients::Reserved;
use super::answer::{Answer, Route, TreatmentNote};
use super::billing::Billing;
use super::course::{Asked, Course, Turn};
use super::deferred::{self, Deferred};
use super::error::Tried;
use super::fleet::Fleet;
use super::given::GivenTo;
use super::ledger::Caller;
use super::pooled::{self, Held};
use super::reserving::{refused, reserve};
use super::sending::{
    Way, forwarded_formats, in_one_piece, is_about_streams, is_prose, short_rate_limit, streamed, timeouts,
};
use super::tap::{Metered, Tap};
use super::work::{Prepared, Ran, Verdict, Work};
use super::{Planned, Router, quotas};
use crate::telemetry::metrics;

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
        let mut course = Course::new(&self.routing, &self.ledger, fleet);
        let running = Running { router: self, fleet, planned, work };
        // Work that is paid by the piece is not asked of the same target twice.
        let cycles = if work.may_be_repeated() { self.routing.keep_cycles } else { 1 };
        for cycle in 0..cycles {
            course.begin_round(&planned.plan.candidates, cycle);
            while let Some(turn) = course.next().await {
                let asked = match self.routing.hedge.filter(|_| turn.has_alternative && work.may_be_hedged()) {
                    None => running.ask(turn, course.asked()).await,
                    Some(after) => Box::pin(running.ask_hedged(turn, after, &mut course)).await,
                };
                course.takes(asked)?;
                if course.ran.answer.is_some() {
                    return Ok(course.ran);
                }
            }
        }
        Ok(course.ran)
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

    /// Prepares the task for one candidate and asks it.
    async fn ask(&self, turn: Turn<'_>, mut asked: Asked<W::Answer>) -> Asked<W::Answer> {
        let Some(prepared) = self.prepare(turn.candidate, &mut asked).await else { return asked };
        self.call_with_keys(turn, &prepared, asked).await
    }

    /// The same; if it has not said a word after a while, the next candidate is asked beside it, and the first word wins.
    async fn ask_hedged(
        &self,
        turn: Turn<'_>,
        after: Duration,
        course: &mut Course<'_, W::Answer>,
    ) -> Asked<W::Answer> {
        let candidate = turn.candidate;
        let mut asked = course.asked();
        let has_begun = turn.has_begun.clone();
        let Some(prepared) = self.prepare(candidate, &mut asked).await else { return asked };
        let first = pin!(self.call_with_keys(turn, &prepared, asked));
        let first = match select(first, pin!(sleep(after))).await {
            Either::Left((asked, _)) => return asked,
            Either::Right(((), first)) => first,
        };
        // A whole answer that is under way only takes its time.
        if has_begun.load(Ordering::Relaxed) {
            return first.await;
        }
        let Some(next) = course.next_beside() else { return first.await };
        let other = next.candidate;
        tracing::info!(call.target = %candidate.target, call.beside = %other.target, "a call is hedged");
        let second = pin!(self.ask(next, Asked { attempts: course.attempts + 1, ..course.asked() }));
        let (won, lost) = match select(first, second).await {
            Either::Left((asked, rest)) if !asked.is_settled() => return asked.and(rest.await),
            Either::Right((asked, rest)) if !asked.is_settled() => return asked.and(rest.await),
            Either::Left((asked, _)) => (asked, other),
            Either::Right((asked, _)) => (asked, candidate),
        };
        metrics::provider_failed(&lost.target, "hedged");
        won
    }

    async fn prepare<'a>(&'a self, candidate: &'a Candidate, asked: &mut Asked<W::Answer>) -> Option<Prepared<'a>> {
        let begun = Instant::now();
        match self.work.prepare(candidate, self.row(candidate)).await {
            Ok(prepared) => Some(prepared),
            Err(failure) => {
                self.note(candidate, None, failure, begun, asked);
                None
            }
        }
    }

    /// Asks one candidate with one key after the other.
    async fn call_with_keys(
        &self,
        turn: Turn<'_>,
        prepared: &Prepared<'_>,
        mut asked: Asked<W::Answer>,
    ) -> Asked<W::Answer> {
        let (candidate, most) = (turn.candidate, self.router.routing.max_attempts);
        // Held until its answer has ended, whichever call gives it.
        let (planned, row) = (self.planned, self.row(candidate));
        let reserved = match reserve(&planned.account, candidate, &planned.demand, row).await {
            Ok(reserved) => reserved,
            Err(failure) => return refused(asked, candidate, failure),
        };
        let mut keys_tried = Vec::new();
        let mut may_wait = !turn.has_alternative;
        while let Some(caller) = self.caller(candidate.row, &keys_tried) {
            keys_tried.push(caller.key);
            let held = match self.hold(candidate, caller).await {
                Ok(held) => held,
                Err(full) => {
                    let failure = quotas::failure(full);
                    let waits = may_wait && self.is_last_key(candidate, &keys_tried);
                    match short_rate_limit(&failure).filter(|_| waits) {
                        Some(wait) => {
                            Box::pin(sleep(wait)).await;
                            (may_wait, keys_tried) = (false, Vec::new());
                        }
                        // It is known before any call that this key would be refused.
                        None => asked.tried.push(Tried::of(candidate, &failure)),
                    }
                    continue;
                }
            };
            let Err((failure, begun)) = self.call_twice(&turn, prepared, caller, (held, &reserved), &mut asked).await
            else {
                return asked;
            };
            let wait = short_rate_limit(&failure).filter(|_| may_wait);
            let next = self.note(candidate, Some(caller), failure, begun, &mut asked);
            if next != Next::Key || asked.attempts >= most {
                return asked;
            }
            if let Some(wait) = wait.filter(|_| self.is_last_key(candidate, &keys_tried)) {
                Box::pin(sleep(wait)).await;
                (may_wait, keys_tried) = (false, Vec::new());
            }
        }
        asked
    }

    /// The key that a target is called with next.
    fn caller(&self, row: usize, tried: &[usize]) -> Option<Caller> {
        let answered = || self.planned.account.deferred().and_then(Deferred::key);
        match self.work.key().or_else(answered) {
            Some(fingerprint) => self.fleet.caller_of(row, fingerprint, tried),
            None => self.fleet.caller(row, &self.router.ledger, tried, Instant::now()),
        }
    }

    fn is_last_key(&self, candidate: &Candidate, tried: &[usize]) -> bool {
        self.caller(candidate.row, tried).is_none()
    }

    /// Room within the free limits of a key, where its target has any.
    async fn hold(&self, candidate: &Candidate, caller: Caller) -> Result<Option<Held>, Full> {
        pooled::hold(self.router, self.fleet, candidate, self.planned, caller).await
    }

    /// One call, and a second one where the first failed in a way that is often over at once. What the second mends has
    /// no consequences.
    async fn call_twice(
        &self,
        turn: &Turn<'_>,
        prepared: &Prepared<'_>,
        caller: Caller,
        (mut held, reserved): (Option<Held>, &Option<Arc<Reserved>>),
        asked: &mut Asked<W::Answer>,
    ) -> Result<(), (Failure, Instant)> {
        let candidate = turn.candidate;
        let member = self.fleet.member(candidate.row);
        let given = GivenTo::of(self.router, member, caller.key);
        // Done once, and outside of the time for calls: it is part of the treatment.
        let uploaded = match member.provider.wants_upload(&prepared.task) {
            true => {
                let begun = Instant::now();
                let uploaded = member.provider.upload(&prepared.task, member.key(caller.key), &given).await;
                uploaded.map_err(|failure| {
                    asked.attempts += 1;
                    (failure, begun)
                })?
            }
            false => None,
        };
        let task: &Task = uploaded.as_ref().unwrap_or(&prepared.task);
        let mut may_repeat = true;
        let way = match turn.has_alternative || turn.is_probe {
            _ if self.router.answers_whole_only(&candidate.target) => Way::WholeOnly,
            true => Way::Watched,
            false => Way::Usual,
        };
        let mut streamed = streamed(task, self.row(candidate), self.planned.demand.hard, way);
        let mut was_refused_as_stream = false;
        loop {
            asked.attempts += 1;
            let begun = Instant::now();
            let held_now = (caller, held.take(), reserved.clone());
            let outcome = self.call(turn, task, streamed.as_ref(), &prepared.notes, held_now, asked.fallbacks()).await;
            asked.spent += begun.elapsed();
            let failure = match outcome {
                Ok(verdict) => {
                    if was_refused_as_stream {
                        self.router.answers_only_whole(&candidate.target);
                    }
                    self.router.ledger.worked(caller, begun);
                    asked.verdict = Some(verdict);
                    return Ok(());
                }
                Err(failure) => failure,
            };
            // What its provider has lost is given anew, once: then nothing of it is remembered.
            if asked.attempts < self.router.routing.max_attempts && given.are_gone(&failure).await {
                asked.repeats += 1;
                let held = self.hold(candidate, caller).await.ok().flatten();
                return Box::pin(self.call_twice(turn, prepared, caller, (held, reserved), asked)).await;
            }
            // Whether the client gets a stream is told apart from how its target is asked.
            if is_about_streams(&failure)
                && let Some(whole) = in_one_piece(streamed.as_ref().unwrap_or(task))
                && asked.attempts < self.router.routing.max_attempts
            {
                streamed = Some(whole);
                held = match self.hold(candidate, caller).await {
                    Ok(held) => held,
                    Err(_) => return Err((failure, begun)),
                };
                asked.repeats += 1;
                was_refused_as_stream = true;
                tracing::info!(call.target = %candidate.target, "a target that refuses a stream is asked for a whole answer");
                continue;
            }
            let repeats = self.work.may_be_repeated()
                && failure.kind.consequence().again
                && asked.attempts < self.router.routing.max_attempts;
            if !std::mem::take(&mut may_repeat) || !repeats {
                return Err((failure, begun));
            }
            let Ok(room) = self.hold(candidate, caller).await else { return Err((failure, begun)) };
            held = room;
            asked.repeats += 1;
            self.router.ledger.blipped(caller, &failure);
            metrics::provider_failed(&candidate.target, failure.kind.name());
            tracing::info!(call.target = %candidate.target, failure.kind = failure.kind.name(), "an attempt is repeated");
            Box::pin(sleep(self.router.pause())).await;
        }
    }

    /// One call: until it is judged, or has failed. `streamed` is the task as it is asked for where that is not the
    /// client's own way.
    async fn call(
        &self,
        turn: &Turn<'_>,
        task: &Task,
        streamed: Option<&Task>,
        notes: &[TreatmentNote],
        (caller, held, reserved): (Caller, Option<Held>, Option<Arc<Reserved>>),
        fallbacks: u32,
    ) -> Result<Verdict<W::Answer>, Failure> {
        let candidate = turn.candidate;
        let (abilities, member) = (self.row(candidate), self.fleet.member(candidate.row));
        let task = streamed.unwrap_or(task);
        let covered = self.router.covered(task, (&candidate.target, abilities), &self.planned.account);
        let call = Call {
            task: covered.task(task),
            abilities,
            dropped: &candidate.dropped,
            key: member.key(caller.key),
            timeouts: timeouts(&self.router.routing, task, abilities, turn.has_alternative),
            reservation: self.work.reservation(candidate),
        };
        let prompt_tokens = u64::from(self.planned.demand.text_tokens);
        let (router, target) = (self.router.clone(), candidate.target.clone());
        // From here on a client that leaves is noticed, whether or not an answer has begun.
        let billing = Billing::of(task, &self.planned.demand, abilities, &self.planned.account);
        let is_cost_known = billing.is_known_at_once();
        let formats = forwarded_formats(&self.planned.demand, candidate);
        let metered =
            held.zip(self.fleet.meters(caller)).map(|(held, (meters, _))| Metered { held, meters: meters.clone() });
        let mut tap = Tap::new(router, caller, target, formats, prompt_tokens, billing);
        tap.is_metered(metered, reserved);
        let reply = match deferred::made(&self.planned.account, (member, caller.key), call).await {
            Ok(reply) => reply,
            Err(failure) => {
                tap.is_told_elsewhere();
                return Err(failure);
            }
        };
        tap.has_left(reply.quota());
        if reply.is_stream() {
            turn.has_begun.store(streamed.is_some(), Ordering::Relaxed);
            // It answers; those that wait for it need not wait for the end.
            self.router.ledger.worked(caller, tap.begun);
        }
        let route = Route {
            target: candidate.target.clone(),
            also: Vec::new(),
            wire_format: member.provider.wire_format_of(task, abilities),
            fallbacks,
            treatments: covered.noted(notes),
            dropped: task.lost(&candidate.dropped),
            account: self.planned.account.clone(),
            is_cost_known,
            status: None,
            cache: None,
        };
        let answer = Answer::new(route, covered.restored(reply), tap).sifted(is_prose(task));
        self.work.judge(Box::new(answer), candidate).await
    }

    /// Writes a failure into the ledger, the metrics and the log; one before any call only among those that were tried.
    fn note(
        &self,
        candidate: &Candidate,
        caller: Option<Caller>,
        failure: Failure,
        begun: Instant,
        asked: &mut Asked<W::Answer>,
    ) -> Next {
        let target = &candidate.target;
        let failure = self.work.placed(failure);
        if let Some(caller) = caller {
            let is_about_media = self.work.is_about_media(candidate);
            let formats = if is_about_media { forwarded_formats(&self.planned.demand, candidate) } else { Vec::new() };
            let now = Instant::now();
            self.router.ledger.failed(caller, &failure, &formats, begun, now);
            self.router.key_failed(caller, &failure, now);
            if let Some(((axis, limit), (meters, _))) = failure.limit.zip(self.fleet.meters(caller)) {
                meters.learn(&target.model, axis, limit, quotas::now_ms());
            }
            metrics::provider_failed(target, failure.kind.name());
        }
        tracing::info!(call.target = %target, failure.kind = failure.kind.name(), "an attempt failed");
        self.work.failed(candidate, &failure, begun.elapsed());
        if let Some(noted) = self.planned.account.noted() {
            noted.failed(target, failure.kind.name(), begun.elapsed());
        }
        let next = failure.kind.consequence().next;
        if next == Next::LargerTarget {
            asked.larger_than = self.row(candidate).context_tokens;
        }
        match self.work.is_final(&failure) {
            true => asked.stop = Some(failure),
            false => asked.tried.push(Tried::of(candidate, &failure)),
        }
        next
    }
}
