//! Routing: from a task to a target that carries it out. Resolve the model, plan, attempt, note.
//!
//! The plan is core's, the calls are the providers', what a task's answer must be is said in `tasks` next door; kept here
//! is which targets there are and how each has been doing. [`Router`] owns all of that, and knows nothing of treatments,
//! documents or wire formats.

mod account;
mod answer;
mod attempts;
mod billing;
mod circuit;
mod course;
mod covering;
mod deferred;
mod discovery;
mod error;
mod findings;
mod fleet;
mod given;
mod key_checks;
mod known;
mod ledger;
mod left;
mod live;
mod noted;
mod pace;
mod passes;
mod planning;
mod pooled;
mod question;
mod quotas;
mod recall;
mod record;
mod registry;
mod remembered;
mod renewed;
mod request;
mod reserving;
mod rests;
mod sending;
mod shared;
mod sifter;
mod standing;
mod standings;
mod sticky;
mod tap;
#[cfg(test)]
mod tests;
mod work;

pub use account::{Account, Announced, Charge, total};
pub use answer::{Answer, Route, TreatmentNote};
pub use deferred::Deferred;
pub(super) use deferred::Written;
pub use error::{CallError, Exhausted, Tried};
pub use findings::{Dossier, Findings, Found, Quarantine};
pub use key_checks::KeyCheck;
pub use known::{KeyStats, Known};
pub use left::quota_left;
pub(super) use live::{LiveTarget, LiveWant};
pub(super) use noted::KnownNotes;
pub use pace::Pace;
pub use planning::Planned;
pub(super) use question::{question, shown, text_of};
pub use record::{KeyRecord, Record};
pub use registry::{Listing, Reclassified};
pub use request::{Bounds, TaskRequest};
pub(super) use shared::KnownRests;
pub use standing::{KeyHealth, KeyStanding};
pub(super) use sticky::Prefix;
pub(super) use work::{Prepared, Ran, Verdict, Work};

use std::collections::HashSet;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, OnceLock, RwLock};
use std::time::Instant;

use mediary_core::Target;
use mediary_store::Counters;
use tokio::sync::OnceCell;

use crate::config::Routing;
use crate::providers::Providers;
pub use fleet::AtProvider;
pub(super) use fleet::Fleet;
use given::FilesGiven;
use ledger::Ledger;
use registry::Registry;
use remembered::Remembered;
use standings::Standings;
use sticky::Sticky;

/// Everything that calls share: providers, matrix, ledger, conversations.
#[derive(Debug)]
pub struct Router {
    providers: Providers,
    routing: Routing,
    fleet: RwLock<Arc<Fleet>>,
    /// When providers were last asked which models they have.
    discovered: Mutex<Option<Instant>>,
    first_list: OnceCell<()>,
    registry: Registry,
    ledger: Ledger,
    /// What probes found; the same in every router of a process.
    findings: Arc<Findings>,
    standings: Standings,
    parted: Mutex<Remembered>,
    sticky: Sticky,
    shared: OnceLock<Arc<Counters>>,
    /// Files that providers were given; the same in every router of a process.
    given: Arc<FilesGiven>,
    /// Targets that answer, but not in streams.
    whole_only: Mutex<HashSet<Target>>,
    /// Settles ties between candidates.
    draws: AtomicU64,
}

impl Router {
    fn of(providers: Providers, routing: Routing, fleet: Fleet, ledger: Ledger, sticky: Sticky) -> Self {
        Self {
            providers,
            routing,
            fleet: RwLock::new(Arc::new(fleet)),
            discovered: Mutex::default(),
            first_list: OnceCell::new(),
            registry: Registry::default(),
            ledger,
            findings: Arc::default(),
            standings: Standings::default(),
            parted: Mutex::default(),
            sticky,
            shared: OnceLock::new(),
            given: Arc::default(),
            whole_only: Mutex::default(),
            draws: AtomicU64::new(0),
        }
    }
}
