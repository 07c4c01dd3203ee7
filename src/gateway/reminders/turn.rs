//! When a reminder is told, and what it is about then: reckoned from what is kept of it and the time, and from nothing else.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use mediary_store::ReminderRow;

use super::clock::zone_of;
use super::rule::Rule;

/// What is told so many seconds after its time is late.
const LATE: i64 = 60;

/// What is told of a reminder now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Turn {
    /// The time that it is told for.
    pub(super) told_for: i64,
    /// The time that it is about from now on.
    pub(super) due_at: i64,
    /// When it is told next.
    pub(super) next: Option<i64>,
    /// Whether it should have been told before.
    pub(super) is_late: bool,
}

/// The times of a reminder that comes again.
#[derive(Debug)]
pub(super) struct Series {
    pub(super) rule: Rule,
    pub(super) first: DateTime,
    pub(super) zone: TimeZone,
}

impl Series {
    /// That of a reminder; `None`: it comes once.
    pub(super) fn of(row: &ReminderRow) -> Option<Self> {
        let rule = Rule::read(&row.repeats).ok().filter(|_| !row.repeats.is_empty())?;
        Some(Self { rule, first: row.starts.parse().ok()?, zone: zone_of(&row.timezone).ok()? })
    }

    /// The last time that is not after one, and the first that is.
    pub(super) fn around(&self, now: i64) -> (Option<i64>, Option<i64>) {
        self.rule.around(self.first, &self.zone, now)
    }

    /// The first time after one.
    pub(super) fn after(&self, now: i64) -> Option<i64> {
        self.around(now).1
    }
}

/// What is told of a reminder that was to be told by now. Of many times that were missed the last one is told.
pub(super) fn turn(row: &ReminderRow, now: i64) -> Option<Turn> {
    let notify_at = row.notify_at.filter(|at| *at <= now)?;
    let (last, next) = Series::of(row).map_or((None, None), |series| series.around(now));
    let told_for = last.map_or(notify_at, |last| last.max(notify_at));
    let due_at = last.map_or(row.due_at, |last| last.max(row.due_at));
    Some(Turn {
        told_for,
        due_at,
        next,
        is_late: now - told_for > LATE || (last > Some(notify_at) && now - notify_at > LATE),
    })
}

/// What becomes of a reminder that is completed: one that comes again is about its next time.
pub(super) fn completed(row: &ReminderRow, now: i64) -> ReminderRow {
    let next = Series::of(row).and_then(|series| series.after(now.max(row.due_at)));
    match next {
        Some(next) => {
            ReminderRow { due_at: next, notify_at: Some(next), is_late: false, updated_at: now, ..row.clone() }
        }
        None => ReminderRow { completed_at: Some(now), notify_at: None, updated_at: now, ..row.clone() },
    }
}
