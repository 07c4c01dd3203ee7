//! What a request costs: a charge for each call that was billed, those for its treatments and those that failed included.
//!
//! The account goes with the request's bounds to everything that is done for it. Nothing is decided by it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use mediary_core::Target;
use mediary_core::capability::{Charged, TaskKind, Usd};

/// What one call was charged for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// Which target was called.
    pub target: Target,
    /// What for.
    pub task: TaskKind,
    /// Units and their costs; `None`: its price is not known, or how much there was.
    pub charged: Option<Vec<Charged>>,
    /// Whether we counted, the provider having said nothing.
    pub is_estimated: bool,
    /// Whether it was of no use in the end.
    pub has_failed: bool,
}

impl Charge {
    /// What it cost; `None`: not known.
    #[must_use]
    pub fn usd(&self) -> Option<Usd> {
        self.charged.as_ref().map(|charged| charged.iter().map(|charged| charged.usd).sum())
    }
}

/// The charges of one request. Clones are the same account.
#[derive(Clone, Default)]
pub struct Account(Arc<Mutex<Vec<Charge>>>);

impl Account {
    /// Notes a charge.
    pub(super) fn charge(&self, charge: Charge) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(charge);
    }

    /// The charges so far.
    #[must_use]
    pub fn charges(&self) -> Vec<Charge> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What all charges amount to; `None`: one of them is not known.
#[must_use]
pub fn total(charges: &[Charge]) -> Option<Usd> {
    charges.iter().map(Charge::usd).sum()
}

impl PartialEq for Account {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.charges() == other.charges()
    }
}

impl Eq for Account {}

impl fmt::Debug for Account {
    /// The same for all: bounds are told apart by what they allow, not by what was spent within them.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Account")
    }
}
