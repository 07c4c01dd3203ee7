//! A request that a client was admitted with, and what calls made for it reserve and use.
//!
//! It goes with the request's account to everything that is done for it, and lets go of its place when the last of that
//! is over.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use mediary_core::Target;
use mediary_core::capability::{Amount, Charged, Tier};
use mediary_core::quota::{Full, Taken};
use mediary_core::{Failure, FailureKind};

use super::super::administration::unix_seconds;
use super::client::{Client, Counts};
use super::now_ms;
use super::purse::{Line, Over, Spent};
use super::standings::LimitStanding;
use crate::telemetry::metrics;

/// How soon a place of those at once may be free.
pub(super) const SOON: Duration = Duration::from_secs(1);

/// Why a client is not admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Its key is not taken.
    Key(&'static str),
    /// It may not call this.
    Route(String),
    /// It has asked too often, or has too much under way.
    Rate {
        /// Which limit.
        limit: String,
        /// When it ends.
        ends_in: Duration,
    },
    /// Its budget is spent.
    Budget {
        /// Which limit.
        limit: String,
        /// When it begins anew.
        ends_in: Duration,
    },
}

/// What a call is expected to use at most.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::gateway) struct Estimate {
    /// Tokens that it is sure to use, and …
    pub(in crate::gateway) least_tokens: u64,
    /// … those that it may.
    pub(in crate::gateway) most_tokens: u64,
    /// Everything else.
    pub(in crate::gateway) most: Spent,
    /// Whether it is known what it costs.
    pub(in crate::gateway) is_priced: bool,
}

impl Refused {
    /// The reason, as a sentence.
    #[must_use]
    pub fn told(&self) -> String {
        match self {
            Self::Key(why) => format!("This key {why}; ask for another one."),
            Self::Route(path) => format!("This key may not call {path}."),
            Self::Rate { limit, ends_in } => {
                format!("This key may make {limit}; it ends in {} s.", ends_in.as_secs().max(1))
            }
            Self::Budget { limit, ends_in } => {
                format!("This key's budget, {limit}, is used up; it ends in {} s.", ends_in.as_secs().max(1))
            }
        }
    }
}

/// A request that was let in. Dropped, it lets go of its place.
#[derive(Debug)]
pub struct Admitted {
    client: Arc<Client>,
    /// Its lease of the counters that servers share; `None`: its place is one of this server's.
    lease: Option<String>,
}

impl Client {
    /// Lets a request in to a route, by the limits of all servers together where they share them.
    ///
    /// # Errors
    /// When its key is not in force, it may not call this, or a limit stands in the way.
    pub async fn let_in(self: &Arc<Self>, path: &str) -> Result<Admitted, Refused> {
        self.may_call(path)?;
        if let Some(counters) = self.counters() {
            match self.enter_shared(counters).await {
                Ok(entered) => return entered.map(|lease| Admitted { client: self.clone(), lease: Some(lease) }),
                // It was logged. A server that counts for itself is better than one that answers nothing.
                Err(_) => metrics::counted_alone(),
            }
        }
        self.admit(path)
    }

    /// Whether its key is in force, whatever it may call with it.
    ///
    /// # Errors
    /// When it is switched off, or has expired.
    pub fn in_force(&self) -> Result<(), Refused> {
        if self.is_disabled {
            return Err(Refused::Key("is switched off"));
        }
        if self.has_expired() {
            return Err(Refused::Key("has expired"));
        }
        Ok(())
    }

    /// Whether its key is in force, and may call a route.
    ///
    /// # Errors
    /// When it is not, or may not.
    pub fn may_call(&self, path: &str) -> Result<(), Refused> {
        self.in_force()?;
        if !self.rules.allows_path(path) {
            return Err(Refused::Route(path.to_owned()));
        }
        Ok(())
    }

    /// Lets a request in to a route, by the limits as this server counts.
    pub(super) fn admit(self: &Arc<Self>, path: &str) -> Result<Admitted, Refused> {
        self.may_call(path)?;
        // What needs nothing fits as long as anything is left.
        self.counts.purse().fits(&self.rules, &Spent::default(), unix_seconds()).map_err(|over| self.over(over))?;
        let most = self.rules.requests_at_once.unwrap_or(u32::MAX);
        let one_more = |running: u32| (running < most).then_some(running + 1);
        if self.counts.at_once.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more).is_err() {
            return Err(Refused::Rate { limit: format!("{most} requests at once"), ends_in: SOON });
        }
        // From here on its place is given back, whatever follows.
        let admitted = Admitted { client: self.clone(), lease: None };
        self.count_request()?;
        Ok(admitted)
    }

    /// Counts one more request of work that has its place already: of those a minute, within what its tokens and its budget
    /// leave.
    ///
    /// # Errors
    /// When its key is not in force, it may not call this, or a limit stands in the way.
    pub(in crate::gateway) fn lets_go_on(&self, path: &str) -> Result<(), Refused> {
        self.may_call(path)?;
        self.counts.purse().fits(&self.rules, &Spent::default(), unix_seconds()).map_err(|over| self.over(over))?;
        let now = now_ms();
        if let Err(full) = Counts::meter(&self.counts.tokens).room(1, 1, now) {
            let limit = format!("calls of {} tokens a minute", self.rules.tokens_per_minute.unwrap_or_default());
            return Err(Refused::Rate { limit, ends_in: ends_in(full, now) });
        }
        self.count_request()
    }

    fn count_request(&self) -> Result<(), Refused> {
        let mut requests = Counts::meter(&self.counts.requests);
        let now = now_ms();
        match requests.room(0, 0, now) {
            Ok(_) => {
                let taken = requests.take(0, now);
                requests.settle(taken, 0);
                Ok(())
            }
            Err(full) => {
                let limit = format!("{} requests a minute", self.rules.requests_per_minute.unwrap_or_default());
                Err(Refused::Rate { limit, ends_in: ends_in(full, now) })
            }
        }
    }

    /// Work for it that goes on by itself, and was let in before.
    #[must_use]
    pub fn in_background(self: &Arc<Self>) -> Admitted {
        self.counts.at_once.fetch_add(1, Ordering::AcqRel);
        Admitted { client: self.clone(), lease: None }
    }

    fn over(&self, over: Over) -> Refused {
        Refused::Budget { limit: over.limit, ends_in: until(over.resets_at) }
    }
}

impl Admitted {
    /// The client.
    #[must_use]
    pub fn client(&self) -> &Arc<Client> {
        &self.client
    }

    /// How all limits of the client stand.
    pub async fn standings(&self) -> Vec<LimitStanding> {
        self.client.standings().await
    }

    /// Whether the client may administer the server.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.client.is_admin
    }

    /// Whether a target may answer.
    #[must_use]
    pub fn allows_target(&self, target: &Target) -> bool {
        self.client.rules.allows_target(target)
    }

    /// Whether a tier may be asked for; `None`: a target is named.
    #[must_use]
    pub fn allows_want(&self, tier: Option<Tier>) -> bool {
        match tier {
            Some(tier) => self.client.rules.allows_tier(tier),
            None => !self.client.rules.is_for_tiers_only(),
        }
    }

    /// Reserves what a call may use, until what is given back is dropped: of what all servers leave, where they share.
    ///
    /// # Errors
    /// When it does not fit into what is left.
    pub(in crate::gateway) async fn hold(self: &Arc<Self>, estimate: &Estimate) -> Result<Reserved, Failure> {
        if let Some(counters) = self.client.counters() {
            self.can_be_paid(estimate)?;
            match self.client.hold_shared(counters, estimate).await {
                Ok(held) => return held.map(|lease| Reserved { admitted: self.clone(), place: Place::Shared(lease) }),
                Err(_) => metrics::counted_alone(),
            }
        }
        self.reserve(estimate)
    }

    fn can_be_paid(&self, estimate: &Estimate) -> Result<(), Failure> {
        let rules = &self.client.rules;
        if !estimate.is_priced && (rules.day.usd.is_some() || rules.month.usd.is_some()) {
            let detail = "its price is not known, and the client's budget is in dollars";
            return Err(Failure::new(FailureKind::NotAllowed, detail));
        }
        Ok(())
    }

    /// The same, of what this server leaves.
    pub(super) fn reserve(self: &Arc<Self>, estimate: &Estimate) -> Result<Reserved, Failure> {
        self.can_be_paid(estimate)?;
        let Client { rules, counts, .. } = &*self.client;
        let now = now_ms();
        let tokens = {
            let mut meter = Counts::meter(&counts.tokens);
            match meter.room(estimate.least_tokens, estimate.most_tokens, now) {
                Ok(tokens) => meter.take(tokens, now),
                Err(full @ Full::Until(_)) => return Err(self.client.lacks_tokens(Some(ends_in(full, now)))),
                Err(Full::TooLarge { .. }) => return Err(self.client.lacks_tokens(None)),
            }
        };
        // Dropped with nothing reserved of the budget, it gives the tokens back.
        let place = Place::Here { tokens, most: Spent::default() };
        let mut reserved = Reserved { admitted: self.clone(), place };
        counts
            .purse()
            .reserve(rules, &estimate.most, unix_seconds())
            .map_err(|over| lacks(&over.limit, over.resets_at))?;
        reserved.place = Place::Here { tokens, most: estimate.most };
        Ok(reserved)
    }

    /// A call has used something.
    pub(in crate::gateway) fn spend(&self, amount: &Amount, charged: Option<&[Charged]>) {
        let seconds = amount.heard_seconds.unwrap_or_default() + amount.shown_seconds.unwrap_or_default();
        let used = Spent {
            usd_parts: charged.into_iter().flatten().map(|charged| charged.usd.parts()).sum(),
            pages: amount.pages.into(),
            // Casts of floats saturate.
            milliseconds: (seconds * 1_000.0).round() as u64,
            images: amount.images.into(),
            tokens: amount.prompt_tokens + amount.completion_tokens,
            calls: 1,
        };
        let counts = &self.client.counts;
        counts.purse().spend(&used, unix_seconds());
        if let Some(counters) = &self.client.shared {
            self.client.spend_shared(counters, used);
        }
        let mut meter = Counts::meter(&counts.tokens);
        let taken = meter.take(used.tokens, now_ms());
        meter.settle(taken, used.tokens);
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        match (self.lease.take(), &self.client.shared) {
            (Some(lease), Some(counters)) => self.client.leave_shared(counters, lease),
            _ => drop(self.client.counts.at_once.fetch_sub(1, Ordering::AcqRel)),
        }
    }
}

/// What a call may use. Dropped, it is given back: what was used is counted by then.
#[derive(Debug)]
pub(in crate::gateway) struct Reserved {
    admitted: Arc<Admitted>,
    place: Place,
}

/// Where it was reserved.
#[derive(Debug)]
enum Place {
    /// With the counters that servers share, under this name.
    Shared(String),
    /// With this server's own.
    Here { tokens: Taken, most: Spent },
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let client = &self.admitted.client;
        match &self.place {
            Place::Shared(lease) => {
                if let Some(counters) = &client.shared {
                    client.release_shared(counters, lease.clone());
                }
            }
            Place::Here { tokens, most } => {
                Counts::meter(&client.counts.tokens).settle(*tokens, 0);
                client.counts.purse().release(most);
            }
        }
    }
}

fn ends_in(full: Full, now: u64) -> Duration {
    match full {
        Full::Until(at) => Duration::from_millis(at.saturating_sub(now).max(1)),
        Full::TooLarge { .. } => Duration::from_mins(1),
    }
}

/// A budget does not leave enough.
fn lacks(limit: &str, resets_at: i64) -> Failure {
    let wait = until(resets_at);
    let detail = format!(
        "This key's budget of {limit} does not leave enough for this request; it begins anew in {} s.",
        wait.as_secs().max(1)
    );
    Failure::new(FailureKind::OverBudget { resets_in: wait }, detail)
}

impl Line {
    /// It does not leave enough.
    pub(super) fn lacks(&self) -> Failure {
        lacks(&self.told(), self.resets_at)
    }
}

impl Client {
    /// Too few tokens are left, for so long; `None`: there will never be so many.
    pub(super) fn lacks_tokens(&self, wait: Option<Duration>) -> Failure {
        let limit = self.rules.tokens_per_minute.unwrap_or_default();
        let detail = match wait {
            Some(wait) => format!(
                "This key may use {limit} tokens a minute, and too few are left for this request; there are enough in {} s.",
                wait.as_secs().max(1)
            ),
            None => {
                format!("This key may use {limit} tokens a minute, and this request needs more at once; send less.")
            }
        };
        let wait = wait.unwrap_or(Duration::from_mins(1));
        Failure::new(FailureKind::RateLimited { retry_after: Some(wait) }, detail)
    }
}

pub(super) fn until(at: i64) -> Duration {
    Duration::from_secs(u64::try_from(at - unix_seconds()).unwrap_or(0).max(1))
}
