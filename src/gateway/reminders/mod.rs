//! Reminders: what a client is told of at a time, once or again and again.
//!
//! When a reminder is told is reckoned by `turn` from its `rule` and the `clock`s of its time zone. It is told by a webhook that
//! is signed and sent until it is heard (`telling`), found by calendars at an address that its client is given (`feed`), and
//! made an event of the client's calendar where that is wished (`event`). What was missed while no server ran is told once at the start.

mod clock;
mod desk;
mod event;
mod feed;
mod rule;
mod telling;
#[cfg(test)]
mod tests;
mod turn;

pub use clock::{Day, Moment, NoTime};
pub use desk::{NewReminder, NoReminder, ReminderChange, ReminderDue, due_of};
pub use rule::{BadRule, Rule};

use std::sync::Arc;

use mediary_remote::Fetcher;
use mediary_store::Database;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::Gateway;
use super::google::Google;
use crate::config::{self, Config};

/// The reminders of a server. Dropped with its runtime; what is open then is told at the next start.
#[derive(Debug)]
pub struct Reminders {
    kept: mediary_store::Reminders,
    settings: config::Reminders,
    /// With what webhooks are signed, and how soon they are sent again.
    hooks: config::Jobs,
    fetcher: Fetcher,
    /// Whose calendars events are made in.
    google: Option<Arc<Google>>,
    /// Whether no other server works on the same.
    is_alone: bool,
    /// Told when there is something to tell.
    news: Notify,
}

/// What tells of reminders; it ends when this is dropped.
#[derive(Debug)]
pub struct Telling {
    _at_work: JoinSet<()>,
}

impl Reminders {
    /// The reminders of a database, and what tells of them on the runtime that is running.
    #[must_use]
    pub fn start(
        gateway: &Gateway,
        database: Arc<Database>,
        google: Option<Arc<Google>>,
        config: &Config,
    ) -> (Arc<Self>, Telling) {
        let reminders = Arc::new(Self {
            is_alone: database.is_alone(),
            kept: mediary_store::Reminders::of(database),
            settings: config.reminders.clone(),
            hooks: config.jobs.clone(),
            fetcher: gateway.fetcher().clone(),
            google,
            news: Notify::new(),
        });
        let telling = reminders.clone();
        let mut at_work = JoinSet::new();
        at_work.spawn(async move { telling.tell_all().await });
        (reminders, Telling { _at_work: at_work })
    }
}
