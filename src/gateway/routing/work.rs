//! What the attempt loop has to know of a kind of work: how a task is prepared for a candidate, and what counts as an
//! answer to it.
//!
//! `tasks` next door has one of these for each task, `documents` and `treatments` have those of theirs.

use std::borrow::Cow;
use std::future::Future;
use std::time::Duration;

use mediary_core::capability::Abilities;
use mediary_core::plan::{Candidate, PassedOver};
use mediary_core::provider::Reservation;
use mediary_core::task::Task;
use mediary_core::{Failure, Next};

use super::Router;
use super::answer::{Answer, TreatmentNote};
use super::error::{CallError, Tried};
use super::fleet::Fleet;

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

    /// Whether the same target may be asked once more after a failure that may have been none on its side.
    fn may_be_repeated(&self) -> bool {
        true
    }

    /// Whether another target may be asked beside one that says nothing.
    fn may_be_hedged(&self) -> bool {
        false
    }

    /// The fingerprint of the key it has to be called with, where what it is about is known to one account only.
    fn key(&self) -> Option<&str> {
        None
    }

    /// Whether a complaint about the task may be about its media.
    fn is_about_media(&self, _candidate: &Candidate) -> bool {
        true
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
    /// Candidates that were not asked after all, and why.
    pub(in crate::gateway) passed_over: Vec<PassedOver>,
}

impl<A> Default for Ran<A> {
    fn default() -> Self {
        Self { answer: None, doubted: Vec::new(), tried: Vec::new(), passed_over: Vec::new() }
    }
}

impl<A> Ran<A> {
    /// The answer.
    ///
    /// # Errors
    /// When there is none: all targets failed.
    pub(in crate::gateway) fn answered(self, router: &Router, fleet: &Fleet) -> Result<A, CallError> {
        self.answer.ok_or_else(|| router.exhausted(fleet, self.tried, self.passed_over))
    }
}
