//! Why a task was not carried out.

use std::time::{Duration, Instant};

use mediary_core::plan::{Candidate, PassedOver, Unplannable};
use mediary_core::task::PartPath;
use mediary_core::{Failure, FailureKind, Target};

use super::Router;
use super::fleet::Fleet;

/// A task that was not carried out.
#[derive(Debug, Clone)]
pub enum CallError {
    /// The request is at fault, or a refusal that no other provider would change.
    Failed(Failure),
    /// There is no such model.
    UnknownModel {
        /// As it was asked for.
        model: String,
        /// Names like it.
        near: Vec<String>,
    },
    /// No provider is set up that does such work.
    NoProviders {
        /// Environment variables that would set one up.
        keys: Vec<String>,
    },
    /// No target can be asked.
    Unplannable(Box<Unplannable>),
    /// All targets that could be asked were, or cool down.
    Exhausted(Box<Exhausted>),
}

/// All targets failed.
#[derive(Debug, Clone)]
pub struct Exhausted {
    /// The calls, in order.
    pub tried: Vec<Tried>,
    /// The targets that were not asked, and why.
    pub passed_over: Vec<PassedOver>,
    /// The soonest a target can be asked again.
    pub retry_after: Option<Duration>,
    /// Whether all targets that were not asked cool down because of their rates.
    pub cools_for_rates: bool,
}

impl Exhausted {
    /// Whether rates were all that stood in the way.
    #[must_use]
    pub fn only_rates(&self) -> bool {
        let is_rate = |tried: &Tried| matches!(tried.kind, FailureKind::RateLimited { .. });
        if self.tried.is_empty() { self.cools_for_rates } else { self.tried.iter().all(is_rate) }
    }

    /// How long a queue asks to wait, if full queues were all that stood in the way.
    #[must_use]
    pub fn queue_wait(&self) -> Option<Duration> {
        let waits: Option<Vec<Duration>> = self.tried.iter().map(|tried| tried.queue_wait()).collect();
        waits?.into_iter().min()
    }

    /// The first complaint, if all targets complained about the request: asking again would not help.
    #[must_use]
    pub fn complaint(&self) -> Option<&Tried> {
        let is_complaint = |tried: &Tried| {
            matches!(
                tried.kind,
                FailureKind::Malformed
                    | FailureKind::Unacceptable
                    | FailureKind::ContextTooLong
                    | FailureKind::UnsupportedMedium
                    | FailureKind::TooLarge
                    | FailureKind::Unreadable
            )
        };
        self.tried.first().filter(|_| self.tried.iter().all(is_complaint))
    }
}

/// A call that failed.
#[derive(Debug, Clone)]
pub struct Tried {
    /// Which target was called.
    pub target: Target,
    /// How it failed.
    pub kind: FailureKind,
    /// A sentence about it; never a provider's own words, unless the fault was the client's.
    pub why: String,
    /// The part of the request that it was about.
    pub place: Option<PartPath>,
}

impl Tried {
    /// How long a full queue asks to wait.
    pub(super) fn queue_wait(&self) -> Option<Duration> {
        if let FailureKind::Busy { retry_after } = self.kind { Some(retry_after) } else { None }
    }

    pub(super) fn of(candidate: &Candidate, failure: &Failure) -> Self {
        Self {
            target: candidate.target.clone(),
            kind: failure.kind.clone(),
            why: failure.to_string(),
            place: failure.place,
        }
    }
}

impl Router {
    /// The error for calls of which none was answered.
    pub(super) fn exhausted(&self, fleet: &Fleet, tried: Vec<Tried>, passed_over: Vec<PassedOver>) -> CallError {
        let health = fleet.health(&self.ledger, Instant::now());
        let targets = tried.iter().map(|tried| &tried.target).chain(passed_over.iter().map(|passed| &passed.target));
        let cooldowns = targets.filter_map(|target| health.of(fleet.matrix.index(target)?)?.cools_for());
        let retry_after = cooldowns.chain(tried.iter().filter_map(Tried::queue_wait)).min();
        let cools_for_rates = self.cool_for_rates(fleet, &passed_over);
        CallError::Exhausted(Box::new(Exhausted { tried, passed_over, retry_after, cools_for_rates }))
    }
}

impl From<Failure> for CallError {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}
