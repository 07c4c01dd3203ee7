//! What clients do with reminders: they are made, looked at, changed, completed, put off and removed.

use jiff::tz::TimeZone;
use mediary_core::Failure;
use mediary_core::task::PartPath;
use mediary_store::{ReminderFilter, ReminderRow, StoreFailed};
use thiserror::Error;

use super::clock::{Moment, zone_of};
use super::rule::Rule;
use super::turn::{Series, completed};
use super::{NoTime, Reminders};
use crate::gateway::google::NoGoogle;
use crate::gateway::threads::owner_of_key;
use crate::gateway::{new_id, unix_seconds};

/// So long ago a time may be that is meant as now, in seconds.
const JUST_NOW: i64 = 60;
/// So often a reminder is read again that others change at the same moment.
const MOST_TRIES: u32 = 5;

/// When a reminder is due: at a time by the clocks of its zone, and by which rule again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReminderDue {
    /// The first time.
    pub first: Moment,
    /// The rule by which it comes again; `None`: it does not.
    pub rule: Option<Rule>,
}

/// A reminder that is to be made.
#[derive(Debug, Clone)]
pub struct NewReminder {
    /// What it is about.
    pub title: String,
    /// What else is said of it.
    pub description: String,
    /// What it is filed under; empty: nothing.
    pub category: String,
    /// How much it matters.
    pub priority: &'static str,
    /// When.
    pub due: ReminderDue,
    /// Where it is told.
    pub webhook_url: Option<String>,
    /// Whether it is made an event of the client's calendar.
    pub in_calendar: bool,
}

/// The time that a reminder is about, as RFC 3339 has it, by its clocks.
#[must_use]
pub fn due_of(row: &ReminderRow) -> String {
    Moment::of(row.due_at, &zone_of(&row.timezone).unwrap_or(TimeZone::UTC)).written()
}

/// What is to be changed of a reminder; `None`: nothing of that.
#[derive(Debug, Clone, Default)]
pub struct ReminderChange {
    /// What it is about.
    pub title: Option<String>,
    /// What else is said of it.
    pub description: Option<String>,
    /// What it is filed under.
    pub category: Option<String>,
    /// How much it matters.
    pub priority: Option<&'static str>,
    /// When, and by which rule again.
    pub due: Option<ReminderDue>,
    /// Where it is told; `Some(None)`: nowhere any more.
    pub webhook_url: Option<Option<String>>,
    /// Whether it is completed.
    pub completed: Option<bool>,
}

/// Why there is no such reminder, or it cannot be.
#[derive(Debug, Error)]
pub enum NoReminder {
    /// It is not this owner's.
    #[error("there is no such reminder with this key; GET /v1/reminders lists those that there are")]
    Unknown,
    /// There are enough.
    #[error("there are {0} reminders with this key, which is most of them; remove some, or raise [reminders] per_key")]
    Full(u32),
    /// Its time is over.
    #[error("`due` lies in the past, and nothing makes it come again; give a time to come")]
    Past,
    /// It is completed.
    #[error("the reminder is completed; set `completed` to false before it is put off")]
    Completed,
    /// It was changed again and again meanwhile.
    #[error("the reminder was changed at the same moment; try again")]
    Changed,
    /// Its event cannot be made.
    #[error(transparent)]
    Google(#[from] NoGoogle),
    /// It wants an event, and Google is not set up.
    #[error("Google is not set up on this server, so no event can be made; leave `calendar_event` out")]
    NoCalendar,
    /// Something of it is of no use.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// The database is of no use at the moment.
    #[error(transparent)]
    Store(#[from] StoreFailed),
}

impl ReminderDue {
    /// The time that it is about at first; `None`: there is none to come.
    fn due_at(&self, now: i64) -> Option<i64> {
        match &self.rule {
            None => Some(self.first.seconds()).filter(|at| *at >= now - JUST_NOW),
            Some(_) => self.series().and_then(|series| series.after(now - JUST_NOW)),
        }
    }

    pub(super) fn series(&self) -> Option<Series> {
        let zone = zone_of(&self.first.zone_name()).ok()?;
        Some(Series { rule: self.rule.clone()?, first: self.first.clocks(), zone })
    }

    fn written_to(&self, row: ReminderRow, now: i64) -> Result<ReminderRow, NoReminder> {
        let is_last = self.rule.is_none() && !row.repeats.is_empty() && self.first.seconds() == row.due_at;
        if is_last && row.due_at < now - JUST_NOW {
            return Ok(self.last_of(row, now));
        }
        let due_at = self.due_at(now).ok_or(NoReminder::Past)?;
        Ok(ReminderRow {
            starts: self.first.clocks().to_string(),
            timezone: self.first.zone_name(),
            repeats: self.rule.as_ref().map(Rule::to_string).unwrap_or_default(),
            due_at,
            notify_at: Some(due_at),
            notified_at: None,
            is_late: false,
            completed_at: None,
            ..row
        })
    }

    /// A reminder that was told of and does not come again any more: it stays what it is about, and is told where it was put off.
    fn last_of(&self, row: ReminderRow, now: i64) -> ReminderRow {
        let next = Series::of(&row).and_then(|series| series.after(now));
        ReminderRow {
            starts: self.first.clocks().to_string(),
            timezone: self.first.zone_name(),
            repeats: String::new(),
            notify_at: row.notify_at.filter(|at| next != Some(*at)),
            ..row
        }
    }
}

impl Reminders {
    /// Makes a reminder.
    ///
    /// # Errors
    /// When there are enough, its time is over, its address may not be told, or its event cannot be made.
    pub async fn add(&self, owner: &[u8], new: NewReminder) -> Result<ReminderRow, NoReminder> {
        let now = unix_seconds();
        let NewReminder { title, description, category, priority, due, webhook_url, in_calendar } = new;
        self.check_webhook(webhook_url.as_deref())?;
        if self.kept.count(owner).await? >= i64::from(self.settings.per_key) {
            return Err(NoReminder::Full(self.settings.per_key));
        }
        let row = ReminderRow {
            id: new_id("rem"),
            owner: owner.to_vec(),
            title,
            description,
            category,
            priority: priority.to_owned(),
            starts: String::new(),
            timezone: String::new(),
            repeats: String::new(),
            due_at: 0,
            notify_at: None,
            notified_at: None,
            is_late: false,
            completed_at: None,
            webhook_url,
            event: None,
            created_at: now,
            updated_at: now,
        };
        let mut row = due.written_to(row, now)?;
        if in_calendar {
            row.event = Some(self.new_event(&row).await?);
        }
        self.kept.add(row.clone()).await?;
        self.news.notify_one();
        Ok(row)
    }

    pub(super) fn check_webhook(&self, url: Option<&str>) -> Result<(), NoReminder> {
        let Some(url) = url else { return Ok(()) };
        let place = PartPath::Field("webhook_url");
        if self.hooks.webhook_secret.is_none() {
            let detail = "this server signs no webhooks, and unsigned ones are not sent; set [jobs] webhook_secret, or leave \
                          `webhook_url` out and look at /v1/reminders?due=now";
            return Err(Failure::malformed(detail).at(place).into());
        }
        self.fetcher.check(url).map_err(|failure| failure.at(place).into())
    }

    /// A reminder of this owner's.
    ///
    /// # Errors
    /// When there is none.
    pub async fn get(&self, owner: &[u8], id: &str) -> Result<ReminderRow, NoReminder> {
        self.kept.get(id, owner).await?.ok_or(NoReminder::Unknown)
    }

    /// Reminders of this owner's, and whether there are more.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list(&self, owner: &[u8], filter: &ReminderFilter) -> Result<(Vec<ReminderRow>, bool), NoReminder> {
        Ok(self.kept.list(owner, filter).await?)
    }

    /// Removes a reminder, and its event. Gives whether that is gone as well, which it cannot be where its account is not
    /// connected any more; `None`: it had none.
    ///
    /// # Errors
    /// When there is none, or Google fails.
    pub async fn remove(&self, owner: &[u8], id: &str) -> Result<Option<bool>, NoReminder> {
        let row = self.get(owner, id).await?;
        let is_gone = self.remove_event(&row).await?;
        if self.kept.remove(id, owner).await? { Ok(is_gone) } else { Err(NoReminder::Unknown) }
    }

    /// Forgets what is of a key of a client that is removed: reminders, the address at which calendars find them, and the
    /// account of Google's. Events stay in its calendar.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget_key(&self, key: &str) -> Result<(), NoReminder> {
        let owner = owner_of_key(key);
        self.kept.end_feed(&owner).await?;
        self.kept.remove_all(&owner).await?;
        if let Some(google) = &self.google {
            google.forget(&owner).await?;
        }
        Ok(())
    }

    /// Changes a reminder, and its event with it.
    ///
    /// # Errors
    /// When there is none, what it is to be it cannot be, or Google fails.
    pub async fn change(&self, owner: &[u8], id: &str, change: &ReminderChange) -> Result<ReminderRow, NoReminder> {
        self.check_webhook(change.webhook_url.as_ref().and_then(Option::as_deref))?;
        self.rewritten(owner, id, |row, now| {
            let mut row = ReminderRow { updated_at: now, ..row.clone() };
            let ReminderChange { title, description, category, priority, due, webhook_url, completed: is_done } =
                change.clone();
            row.title = title.unwrap_or(row.title);
            row.description = description.unwrap_or(row.description);
            row.category = category.unwrap_or(row.category);
            row.priority = priority.map_or(row.priority, str::to_owned);
            row.webhook_url = webhook_url.unwrap_or(row.webhook_url);
            if let Some(due) = due {
                row = due.written_to(row, now)?;
            }
            match is_done {
                Some(true) if row.completed_at.is_none() => {
                    row = ReminderRow { completed_at: Some(now), notify_at: None, ..row };
                }
                Some(false) if row.completed_at.is_some() => {
                    let next = Series::of(&row).and_then(|series| series.after(now));
                    row.due_at = next.unwrap_or(row.due_at);
                    row.notify_at = Some(row.due_at).filter(|at| *at > now);
                    row.completed_at = None;
                }
                _ => {}
            }
            Ok(row)
        })
        .await
    }

    /// Completes a reminder; one that comes again is about its next time from now on. The event of one that does not is removed.
    ///
    /// # Errors
    /// When there is none, or Google fails.
    pub async fn complete(&self, owner: &[u8], id: &str) -> Result<ReminderRow, NoReminder> {
        self.rewritten(owner, id, |row, now| {
            Ok(if row.completed_at.is_some() { row.clone() } else { completed(row, now) })
        })
        .await
    }

    /// Puts a reminder off until a time, and the event of one that comes once with it.
    ///
    /// # Errors
    /// When there is none, it is completed, or Google fails.
    pub async fn snooze(&self, owner: &[u8], id: &str, until: i64) -> Result<ReminderRow, NoReminder> {
        self.rewritten(owner, id, |row, now| {
            if row.completed_at.is_some() {
                return Err(NoReminder::Completed);
            }
            if until <= now {
                return Err(NoReminder::Past);
            }
            let mut row = ReminderRow { notify_at: Some(until), updated_at: now, ..row.clone() };
            // One that comes again stays in its series.
            if row.repeats.is_empty() {
                let zone = zone_of(&row.timezone).unwrap_or(TimeZone::UTC);
                row.due_at = until;
                row.starts = Moment::of(until, &zone).clocks().to_string();
            }
            Ok(row)
        })
        .await
    }

    async fn rewritten(
        &self,
        owner: &[u8],
        id: &str,
        edit: impl Fn(&ReminderRow, i64) -> Result<ReminderRow, NoReminder>,
    ) -> Result<ReminderRow, NoReminder> {
        for _ in 0..MOST_TRIES {
            let before = self.get(owner, id).await?;
            let row = edit(&before, unix_seconds())?;
            if row == before {
                return Ok(row);
            }
            // Ahead of what is kept: where Google fails nothing is changed, and what is sent again changes nothing more.
            let row = self.follow(&before, row).await?;
            if self.kept.replace(&before, row.clone()).await? {
                self.news.notify_one();
                return Ok(row);
            }
        }
        Err(NoReminder::Changed)
    }
}

impl ReminderDue {
    /// When a reminder of a client is due, out of what it says.
    ///
    /// # Errors
    /// When the time is none.
    pub fn read(due: &str, zone: Option<&str>, rule: Option<Rule>) -> Result<Self, NoTime> {
        Ok(Self { first: Moment::read(due, zone)?, rule })
    }

    /// When a reminder that is kept is due, by another rule.
    #[must_use]
    pub fn of(row: &ReminderRow, rule: Option<Rule>) -> Option<Self> {
        Some(Self { first: Moment::read(&row.starts, Some(&row.timezone)).ok()?, rule })
    }
}
