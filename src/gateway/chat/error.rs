//! Why a chat was not answered.

use std::time::Duration;

use mediary_core::plan::{Candidate, PassedOver, Unplannable};
use mediary_core::{Failure, FailureKind, Target};

/// A chat that was not answered.
#[derive(Debug, Clone)]
pub enum ChatError {
    /// The request is at fault, or a refusal that no other provider would change.
    Failed(Failure),
    /// There is no such model.
    UnknownModel {
        /// As it was asked for.
        model: String,
        /// Names like it.
        near: Vec<String>,
    },
    /// No provider is set up.
    NoProviders {
        /// Environment variables that would set one up.
        keys: Vec<String>,
    },
    /// Nobody can be asked.
    Unplannable(Box<Unplannable>),
    /// Everybody that could be asked was, or rests.
    Exhausted(Box<Exhausted>),
}

/// Everybody failed.
#[derive(Debug, Clone)]
pub struct Exhausted {
    /// Who was asked, in order.
    pub tried: Vec<Tried>,
    /// Who was not asked, and why.
    pub passed_over: Vec<PassedOver>,
    /// The soonest anybody can be asked again.
    pub retry_after: Option<Duration>,
    /// Whether those who were not asked rest because of their rates, all of them.
    pub rests_for_rates: bool,
}

impl Exhausted {
    /// Whether rates were all that stood in the way.
    #[must_use]
    pub fn only_rates(&self) -> bool {
        let is_rate = |tried: &Tried| matches!(tried.kind, FailureKind::RateLimited { .. });
        if self.tried.is_empty() { self.rests_for_rates } else { self.tried.iter().all(is_rate) }
    }

    /// The first complaint, if all that anybody said was a complaint about the request: asking again would not help.
    #[must_use]
    pub fn complaint(&self) -> Option<&Tried> {
        let is_complaint = |tried: &Tried| {
            matches!(
                tried.kind,
                FailureKind::Unacceptable
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
    /// Who.
    pub target: Target,
    /// How.
    pub kind: FailureKind,
    /// A sentence about it; never a provider's own words, unless the fault was the client's.
    pub why: String,
}

impl Tried {
    pub(super) fn of(candidate: &Candidate, failure: &Failure) -> Self {
        Self { target: candidate.target.clone(), kind: failure.kind.clone(), why: failure.detail.clone() }
    }
}

impl From<Failure> for ChatError {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}
