//! The calendar of a client's reminders, as RFC 5545 has it: each time an event of its own in UTC, with an alarm, so that every
//! program of calendars shows the same whatever it knows of rules and time zones.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mediary_store::{ReminderFilter, ReminderRow};

use super::turn::Series;
use super::{NoReminder, Reminders};
use crate::gateway::google::unguessable;
use crate::gateway::{blocking, unix_seconds};

/// So many reminders are in a calendar.
const MOST: u32 = 1_000;
/// So many times of one that comes again …
const MOST_TIMES: usize = 60;
/// … within a year.
const AHEAD: i64 = 366 * 24 * 3_600;
/// How long an event lasts, in seconds.
const LASTS: i64 = 1_800;
/// A line has so many bytes at most; what follows stands on the next one, behind a space.
const LINE_BYTES: usize = 75;

impl Reminders {
    /// Makes a token by which calendars find this owner's reminders; the one before is none any more.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub async fn new_feed(&self, owner: &[u8]) -> Result<String, NoReminder> {
        let token = unguessable()?;
        self.kept.set_feed(owner, &token, unix_seconds()).await?;
        Ok(token)
    }

    /// Since when there is a token, if there is one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn feed_since(&self, owner: &[u8]) -> Result<Option<i64>, NoReminder> {
        Ok(self.kept.feed_since(owner).await?)
    }

    /// Has reminders found by no token any more. Gives whether there was one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn end_feed(&self, owner: &[u8]) -> Result<bool, NoReminder> {
        Ok(self.kept.end_feed(owner).await?)
    }

    /// The calendar that a token finds.
    ///
    /// # Errors
    /// When it finds none.
    pub async fn calendar(&self, token: &str) -> Result<String, NoReminder> {
        let owner = self.kept.feed_of(token).await?.ok_or(NoReminder::Unknown)?;
        let filter = ReminderFilter { is_completed: Some(false), limit: MOST, ..ReminderFilter::default() };
        let (rows, _) = self.kept.list(&owner, &filter).await?;
        // The times of many are reckoned.
        Ok(blocking::run(move || Ok(calendar(&rows, unix_seconds()))).await?)
    }
}

pub(super) fn calendar(rows: &[ReminderRow], now: i64) -> String {
    let mut text = String::new();
    let mut line = |line: &str| folded(line, &mut text);
    for fixed in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        concat!("PRODID:-//Mediary//Reminders ", env!("CARGO_PKG_VERSION"), "//EN"),
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Mediary",
    ] {
        line(fixed);
    }
    for row in rows {
        for at in times(row, now) {
            let priority = match row.priority.as_str() {
                "urgent" => 1,
                "high" => 3,
                "low" => 9,
                _ => 5,
            };
            line("BEGIN:VEVENT");
            // The same each time that the calendar is fetched.
            line(&format!("UID:{}-{at}@mediary", row.id));
            line(&format!("DTSTAMP:{}", stamp(row.updated_at)));
            line(&format!("DTSTART:{}", stamp(at)));
            line(&format!("DTEND:{}", stamp(at + LASTS)));
            line(&format!("SUMMARY:{}", escaped(&row.title)));
            if !row.description.is_empty() {
                line(&format!("DESCRIPTION:{}", escaped(&row.description)));
            }
            if !row.category.is_empty() {
                line(&format!("CATEGORIES:{}", escaped(&row.category)));
            }
            line(&format!("PRIORITY:{priority}"));
            line("TRANSP:TRANSPARENT");
            line("BEGIN:VALARM");
            line("ACTION:DISPLAY");
            line("TRIGGER:PT0S");
            line(&format!("DESCRIPTION:{}", escaped(&row.title)));
            line("END:VALARM");
            line("END:VEVENT");
        }
    }
    line("END:VCALENDAR");
    text
}

/// The times of a reminder that are shown: the one that it is about, and those to come.
fn times(row: &ReminderRow, now: i64) -> Vec<i64> {
    let Some(series) = Series::of(row) else { return vec![row.due_at] };
    let all = series.rule.times_near(series.first, &series.zone, row.due_at);
    let until = row.due_at.max(now + AHEAD);
    all.skip_while(|at| *at < row.due_at).take_while(|at| *at <= until).take(MOST_TIMES).collect()
}

fn stamp(seconds: i64) -> String {
    let at = TimeZone::UTC.to_datetime(Timestamp::from_second(seconds).unwrap_or_default());
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A text as a value: what ends values, and line breaks, are written as letters.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.replace("\r\n", "\n").chars() {
        match letter {
            '\\' | ';' | ',' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}

/// Writes a line, on as many as it takes; no character is cut.
fn folded(line: &str, text: &mut String) {
    let mut bytes = 0;
    for letter in line.chars() {
        if bytes + letter.len_utf8() > LINE_BYTES {
            text.push_str("\r\n ");
            bytes = 1;
        }
        text.push(letter);
        bytes += letter.len_utf8();
    }
    text.push_str("\r\n");
}
