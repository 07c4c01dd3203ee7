//! One client: its key's rules, and what is counted of it.

use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mediary_core::quota::Meter;
use mediary_store::Counters;

use super::super::administration::unix_seconds;
use super::purse::{Purse, Spent};
use super::rules::Rules;

/// A client as it is in force.
#[derive(Debug)]
pub struct Client {
    /// What its key is known by.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub rules: Rules,
    /// Whether it may administer the server.
    pub is_admin: bool,
    pub(super) is_disabled: bool,
    pub(super) expires_at: Option<i64>,
    pub(super) counts: Arc<Counts>,
    /// What its limits are shared by with other servers.
    pub(super) shared: Option<Arc<Counters>>,
}

/// What is counted of a client; it stays when its rules change.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) requests: Mutex<Meter>,
    pub(super) tokens: Mutex<Meter>,
    pub(super) at_once: AtomicU32,
    purse: Mutex<Purse>,
    /// What was used while shared counters were away, and is still to be told to them.
    owed: Mutex<Spent>,
}

impl Client {
    /// Whether its key has ended.
    #[must_use]
    pub fn has_expired(&self) -> bool {
        self.expires_at.is_some_and(|at| at <= unix_seconds())
    }

    /// What it has used today and this month.
    #[must_use]
    pub fn spent(&self) -> (Spent, Spent) {
        self.counts.purse().spent(unix_seconds())
    }
}

impl Counts {
    pub(super) fn limit(&self, rules: &Rules) {
        let lock = |meter: &Mutex<Meter>, limits| meter.lock().unwrap_or_else(PoisonError::into_inner).limit_to(limits);
        lock(&self.requests, rules.request_limits());
        lock(&self.tokens, rules.token_limits());
    }

    pub(super) fn purse(&self) -> MutexGuard<'_, Purse> {
        // Sums are changed one after the other; one that panicked has left them countable.
        self.purse.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the shared counters are still to be told.
    pub(super) fn owed(&self) -> Spent {
        *self.owed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn owe(&self, used: &Spent) {
        self.owed.lock().unwrap_or_else(PoisonError::into_inner).add(used);
    }

    /// The same, which is told now.
    pub(super) fn pays(&self) -> Spent {
        std::mem::take(&mut *self.owed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn meter(meter: &Mutex<Meter>) -> MutexGuard<'_, Meter> {
        meter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
