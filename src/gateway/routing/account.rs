//! What a request costs: a charge for each call that was billed, those for its treatments and those that failed included.
//!
//! The account goes with the request's bounds to everything that is done for it, and with it the client that the request
//! was admitted for: what calls may use is reserved there, and what they used is counted there. It decides nothing itself.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use mediary_core::capability::{Amount, Charged, TaskKind, Usd};
use mediary_core::provider::BoxFuture;
use mediary_core::{Failure, Target};

use super::super::clients::Admitted;
use super::super::request_log::Noted;
use super::deferred::Deferred;

/// What one call was charged for.
#[derive(Debug, Clone, PartialEq)]
pub struct Charge {
    /// Which target was called.
    pub target: Target,
    /// What for.
    pub task: TaskKind,
    /// How much of everything there was.
    pub amount: Amount,
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
pub struct Account {
    charges: Arc<Mutex<Vec<Charge>>>,
    /// Whom the request was admitted for; `None`: no client of its own.
    admitted: Option<Arc<Admitted>>,
    /// What is noted for the request log; `None`: nothing is logged.
    noted: Option<Arc<Noted>>,
    /// What is told before the request is first sent to where it may be billed; `None`: nothing is.
    announced: Option<Arc<dyn Announced>>,
}

/// What is told before a request is sent to where it may be billed.
pub trait Announced: Send + Sync + fmt::Debug {
    /// Tells it. Told again, it changes nothing.
    ///
    /// # Errors
    /// When it must not be sent.
    fn announce(&self) -> BoxFuture<'_, Result<(), Failure>>;

    /// What is to become of the request's call, where that waits for a provider's batch; `None`: it is made.
    fn deferred(&self) -> Option<&Deferred> {
        None
    }
}

impl Account {
    /// The account of a request that a client was admitted with.
    #[must_use]
    pub fn of(admitted: Option<Arc<Admitted>>) -> Self {
        Self { charges: Arc::default(), admitted, noted: None, announced: None }
    }

    /// The same, with notes for the request log.
    #[must_use]
    pub fn noting(self, noted: Arc<Noted>) -> Self {
        Self { noted: Some(noted), ..self }
    }

    /// The same without whom it is for, who would keep a place among the requests at once as long as it is kept.
    #[must_use]
    pub fn alone(&self) -> Self {
        Self { admitted: None, announced: None, ..self.clone() }
    }

    /// Another one for the same client, which tells the same before anything may be billed, with notes if this one has any.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self { charges: Arc::default(), noted: self.noted.as_ref().map(|_| Arc::default()), ..self.clone() }
    }

    /// The same, telling this before anything may be billed.
    #[must_use]
    pub fn announcing(self, announced: Option<Arc<dyn Announced>>) -> Self {
        Self { announced, ..self }
    }

    /// Tells that a call to a target is about to be made.
    ///
    /// # Errors
    /// When it must not be.
    pub(super) async fn calls(&self, target: &Target) -> Result<(), Failure> {
        match &self.announced {
            // The engines of this process bill nothing, and what they did is done again.
            Some(announced) if !target.is_local() => announced.announce().await,
            Some(_) | None => Ok(()),
        }
    }

    /// What is told before it may be billed.
    pub(super) fn announced(&self) -> Option<&dyn Announced> {
        self.announced.as_deref()
    }

    /// What is noted for the request log.
    #[must_use]
    pub fn noted(&self) -> Option<&Arc<Noted>> {
        self.noted.as_ref()
    }

    /// Whom the request was admitted for.
    #[must_use]
    pub fn admitted(&self) -> Option<&Arc<Admitted>> {
        self.admitted.as_ref()
    }

    /// Notes a charge; a client's budget is charged with what it costs at most.
    pub(super) fn charge(&self, charge: Charge, at_most: Option<&[Charged]>) {
        if let Some(admitted) = &self.admitted {
            admitted.spend(&charge.amount, at_most);
        }
        self.charges.lock().unwrap_or_else(PoisonError::into_inner).push(charge);
    }

    /// Takes over what another account of the same client was charged for, and what was noted of its calls: it was spent
    /// when it was charged.
    pub(in crate::gateway) fn takes_over(&self, other: &Self) {
        self.charges.lock().unwrap_or_else(PoisonError::into_inner).extend(other.charges());
        if let (Some(noted), Some(others)) = (&self.noted, &other.noted) {
            noted.takes_over(others);
        }
    }

    /// The charges so far.
    #[must_use]
    pub fn charges(&self) -> Vec<Charge> {
        self.charges.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What all charges amount to; `None`: one of them is not known.
#[must_use]
pub fn total(charges: &[Charge]) -> Option<Usd> {
    charges.iter().map(Charge::usd).sum()
}

impl PartialEq for Account {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.charges, &other.charges) || self.charges() == other.charges()
    }
}

impl Eq for Account {}

impl fmt::Debug for Account {
    /// The same for all: bounds are told apart by what they allow, not by what was spent within them.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Account")
    }
}
