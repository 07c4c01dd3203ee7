//! The event of a reminder in its client's own calendar: made with it, changed, put off and removed with it.
//!
//! An account may be disconnected, or the event removed by its user: a reminder lets go of such an event and stays what it is.

use mediary_core::task::PartPath;
use mediary_core::{Failure, FailureKind};
use mediary_remote::{EventTime, NewEvent};
use mediary_store::ReminderRow;

use super::clock::Moment;
use super::desk::ReminderDue;
use super::rule::Rule;
use super::{NoReminder, Reminders};
use crate::gateway::google::NoGoogle;

/// How long the event of a reminder lasts, in seconds.
const EVENT_SECONDS: i64 = 1_800;
/// The status of an event that is removed: Google keeps such a one for a while.
const REMOVED: &str = "cancelled";

impl Reminders {
    /// Makes the event of a reminder; gives its id.
    pub(super) async fn new_event(&self, row: &ReminderRow) -> Result<String, NoReminder> {
        let google = self.google.as_ref().ok_or(NoReminder::NoCalendar)?;
        Ok(google.new_event(&row.owner, &event_of(row)?).await?.id)
    }

    /// Has the event of a reminder follow what becomes of it; gives the reminder, without its event where there is none any more.
    pub(super) async fn follow(&self, before: &ReminderRow, row: ReminderRow) -> Result<ReminderRow, NoReminder> {
        let Some(id) = &before.event else { return Ok(row) };
        let is_there = match (before.completed_at, row.completed_at) {
            (Some(_), Some(_)) => return Ok(row),
            // It is found by its id where the reminder is taken up again.
            (None, Some(_)) => return self.remove_event(before).await.map(|_| row),
            (None, None) if event_of(before)? == event_of(&row)? => return Ok(row),
            (was_done, None) => self.change_event(id, &row, was_done.is_some()).await?,
        };
        if is_there {
            return Ok(row);
        }
        tracing::info!(reminder.id = row.id, "a reminder has no event any more");
        Ok(ReminderRow { event: None, ..row })
    }

    /// Removes the event of a reminder. Gives whether it is gone, which it cannot be where its account is not connected any more;
    /// `None`: it has none.
    pub(super) async fn remove_event(&self, row: &ReminderRow) -> Result<Option<bool>, NoReminder> {
        let Some(id) = row.event.as_ref().filter(|_| row.completed_at.is_none()) else { return Ok(None) };
        let Some(google) = &self.google else { return Ok(Some(false)) };
        match google.remove_event(&row.owner, id).await {
            Ok(()) => Ok(Some(true)),
            Err(why) if is_unknown(&why) => Ok(Some(true)),
            Err(why) if is_parted(&why) => Ok(Some(false)),
            Err(why) => Err(why.into()),
        }
    }

    /// Changes an event; gives whether it is there. One that is taken up again was removed.
    async fn change_event(&self, id: &str, row: &ReminderRow, anew: bool) -> Result<bool, NoReminder> {
        let Some(google) = &self.google else { return Ok(false) };
        match google.change_event(&row.owner, id, &event_of(row)?, anew).await {
            Ok(event) => Ok(event.status.as_deref() != Some(REMOVED)),
            Err(why) if is_unknown(&why) || is_parted(&why) => Ok(false),
            Err(why) => Err(why.into()),
        }
    }
}

/// Whether Google does not know an event.
fn is_unknown(why: &NoGoogle) -> bool {
    matches!(why, NoGoogle::Failed(failure) if failure.kind == FailureKind::Unknown)
}

/// Whether the account is not connected any more, or not for events.
fn is_parted(why: &NoGoogle) -> bool {
    matches!(why, NoGoogle::NotConnected | NoGoogle::Ended | NoGoogle::Missing(_) | NoGoogle::FeatureOff(_))
}

/// The event of a reminder.
fn event_of(row: &ReminderRow) -> Result<NewEvent, NoReminder> {
    let rule = Rule::read(&row.repeats).ok().filter(|_| !row.repeats.is_empty());
    let unread = || Failure::broken("what is kept of a reminder's time cannot be read");
    let due = ReminderDue::of(row, rule).ok_or_else(unread)?;
    let zone = Some(row.timezone.clone()).filter(|zone| !zone.starts_with(['+', '-']));
    let series = due.series();
    if series.is_some() && zone.is_none() {
        let detail = "an event that comes again goes by the clocks of a place; say which with a `timezone` such as \
                      Europe/Madrid, or UTC";
        return Err(Failure::malformed(detail).at(PartPath::Field("timezone")).into());
    }
    // The first time may be no day of the rule; an event of it begins with one.
    let first = series.as_ref().and_then(|series| series.rule.times(series.first, &series.zone).next());
    let first = first.zip(series.as_ref()).map(|(first, series)| Moment::of(first, &series.zone));
    let first = first.unwrap_or_else(|| due.first.clone());
    let at = |moment: &Moment| EventTime::At(moment.written(), zone.clone());
    Ok(NewEvent {
        calendar: "primary".to_owned(),
        title: row.title.clone(),
        description: Some(row.description.clone()).filter(|text| !text.is_empty()),
        location: None,
        start: at(&first),
        end: at(&first.later(EVENT_SECONDS)),
        repeats: series.map(|series| series.rule.of_times(&series.zone).to_string()),
    })
}
