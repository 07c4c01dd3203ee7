//! By which rule a reminder comes again: the part of RFC 5545's recurrence rules that people write. Every so many days, weeks (on
//! some of their days), months or years, without an end, so often, or until a day.
//!
//! A rule goes by the clocks of its time zone, so that what is at nine stays at nine when they are changed. A day that a month
//! or a year does not have is left out, as RFC 5545 has it: the 31st comes seven times a year.

use std::fmt;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan as _};
use thiserror::Error;

/// No rule is followed for more steps than this: two centuries of days.
const MOST_STEPS: i64 = 75_000;
/// So many steps in a row may be left out, and more: from one 29th of February to the next it is eight years.
const STEPS_BACK: i64 = 20;
const MOST_INTERVAL: u32 = 1_000;
const MOST_COUNT: u32 = 10_000;
const DAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Every {
    Day,
    Week,
    Month,
    Year,
}

impl Every {
    const ALL: [(&'static str, Self); 4] =
        [("DAILY", Self::Day), ("WEEKLY", Self::Week), ("MONTHLY", Self::Month), ("YEARLY", Self::Year)];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Never,
    After(u32),
    /// Seconds since 1970.
    At(i64),
    /// The last day on which it may be.
    On(Date),
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    every: Every,
    interval: u32,
    /// Of a week; none: the day of the first time.
    days: Vec<Weekday>,
    end: End,
}

/// Why a text is no rule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "`{0}` is no rule that is followed here; write FREQ=DAILY, WEEKLY, MONTHLY or YEARLY, and with it INTERVAL=2, COUNT=10 or \
     UNTIL=20261231, and of weeks BYDAY=MO,WE,FR, with semicolons between"
)]
pub struct BadRule(String);

impl Rule {
    /// Reads a rule such as `FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE`.
    ///
    /// # Errors
    /// When it is none, or one that is not followed here.
    pub fn read(text: &str) -> Result<Self, BadRule> {
        let shown = || BadRule(text.chars().filter(|c| !c.is_control()).take(80).collect());
        let written = text.trim().to_ascii_uppercase();
        let written = written.strip_prefix("RRULE:").unwrap_or(&written);
        let (mut every, mut interval, mut days, mut end) = (None, None, Vec::new(), None);
        for part in written.split(';').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(shown)?;
            let number = |most: u32| value.parse().ok().filter(|number| (1..=most).contains(number)).ok_or_else(shown);
            match name {
                "FREQ" if every.is_none() => {
                    let known = Every::ALL.iter().find(|(name, _)| *name == value);
                    every = Some(known.ok_or_else(shown)?.1);
                }
                "INTERVAL" if interval.is_none() => interval = Some(number(MOST_INTERVAL)?),
                "COUNT" if end.is_none() => end = Some(End::After(number(MOST_COUNT)?)),
                "UNTIL" if end.is_none() => end = Some(until(value).ok_or_else(shown)?),
                "BYDAY" if days.is_empty() => {
                    for day in value.split(',') {
                        let (_, day) = DAYS.iter().find(|(name, _)| *name == day).ok_or_else(shown)?;
                        days.push(*day);
                    }
                    days.sort_by_key(|day| day.to_monday_zero_offset());
                    days.dedup();
                }
                // Weeks begin with Monday here.
                "WKST" if value == "MO" => {}
                _ => return Err(shown()),
            }
        }
        let every = every.ok_or_else(shown)?;
        if !days.is_empty() && every != Every::Week {
            return Err(shown());
        }
        Ok(Self { every, interval: interval.unwrap_or(1), days, end: end.unwrap_or(End::Never) })
    }

    /// The times of a rule, in seconds since 1970, from the first on.
    pub(super) fn times<'a>(&'a self, first: DateTime, zone: &'a TimeZone) -> impl Iterator<Item = i64> + 'a {
        self.times_from(0, first, zone)
    }

    /// The same from a little ahead of a time on, however long before it the first was; those that are counted are so from the
    /// first on.
    pub(super) fn times_near<'a>(
        &'a self,
        first: DateTime,
        zone: &'a TimeZone,
        near: i64,
    ) -> impl Iterator<Item = i64> + 'a {
        // Past its end, the last times are near.
        let near = match self.end {
            End::At(at) => near.min(at),
            End::On(date) => near.min(zone.to_timestamp(date.at(0, 0, 0, 0)).map_or(near, |at| at.as_second())),
            End::Never | End::After(_) => near,
        };
        let days = (near.saturating_sub(zone.to_timestamp(first).map_or(near, |at| at.as_second()))) / 86_400;
        // No month and no year is longer, so that fewer steps were taken than have passed.
        let unit = match self.every {
            Every::Day => 1,
            Every::Week => 7,
            Every::Month => 31,
            Every::Year => 366,
        };
        let passed = match self.end {
            End::After(_) => 0,
            _ => days / (unit * i64::from(self.interval)) - STEPS_BACK,
        };
        self.times_from(passed.max(0), first, zone)
    }

    fn times_from<'a>(&'a self, step: i64, first: DateTime, zone: &'a TimeZone) -> impl Iterator<Item = i64> + 'a {
        let steps = (step..step + MOST_STEPS).map(move |step| self.dates(first.date(), step));
        // Past the end of all calendars there is nothing.
        let dates = steps.map_while(|dates| dates).flatten().filter(move |date| *date >= first.date());
        let ends_on = match self.end {
            End::On(last) => Some(last),
            _ => None,
        };
        let dates = dates.take_while(move |date| ends_on.is_none_or(|last| *date <= last));
        let times = dates.filter_map(move |date| {
            let at = zone.to_timestamp(date.to_datetime(first.time()));
            at.ok().map(|at| at.as_second())
        });
        let (most, ends_at) = match self.end {
            End::After(count) => (count as usize, i64::MAX),
            End::At(at) => (usize::MAX, at),
            End::Never | End::On(_) => (usize::MAX, i64::MAX),
        };
        times.take(most).take_while(move |at| *at <= ends_at)
    }

    /// The days of a step; `None`: there are no more.
    fn dates(&self, first: Date, step: i64) -> Option<Vec<Date>> {
        let count = step * i64::from(self.interval);
        let shifted = |months: i64| -> Option<Vec<Date>> {
            let all = i64::from(first.year()) * 12 + i64::from(first.month()) - 1 + months;
            let year = i16::try_from(all.div_euclid(12)).ok().filter(|year| *year < 9_999)?;
            let month = i8::try_from(all.rem_euclid(12) + 1).ok()?;
            // A day that the month does not have is left out.
            Some(Date::new(year, month, first.day()).into_iter().collect())
        };
        match self.every {
            Every::Day => first.checked_add(Span::new().try_days(count).ok()?).ok().map(|date| vec![date]),
            Every::Week if self.days.is_empty() => {
                first.checked_add(Span::new().try_weeks(count).ok()?).ok().map(|date| vec![date])
            }
            Every::Week => {
                let back = i64::from(first.weekday().to_monday_zero_offset());
                let monday = first.checked_sub(back.days()).ok()?;
                let monday = monday.checked_add(Span::new().try_weeks(count).ok()?).ok()?;
                let day = |day: &Weekday| monday.checked_add(i64::from(day.to_monday_zero_offset()).days()).ok();
                Some(self.days.iter().filter_map(day).collect())
            }
            Every::Month => shifted(count),
            Every::Year => shifted(count * 12),
        }
    }

    /// The rule as calendars have it, whose events begin with a time: it ends at one as well, which is told in UTC.
    pub(super) fn of_times(&self, zone: &TimeZone) -> Self {
        let end = match self.end {
            End::On(date) => {
                let last = zone.to_timestamp(date.at(23, 59, 59, 0));
                last.map_or(self.end, |last| End::At(last.as_second()))
            }
            end => end,
        };
        Self { end, ..self.clone() }
    }

    /// The last time that is not after one, and the first that is.
    pub(super) fn around(&self, first: DateTime, zone: &TimeZone, now: i64) -> (Option<i64>, Option<i64>) {
        let mut last = None;
        for at in self.times_near(first, zone, now) {
            if at > now {
                return (last, Some(at));
            }
            last = Some(at);
        }
        (last, None)
    }
}

/// A time in UTC (`20261231T120000Z`), or a day (`20261231`).
fn until(text: &str) -> Option<End> {
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|digits| digits.parse::<i16>().ok());
    let small = |range: std::ops::Range<usize>| number(range).and_then(|number| i8::try_from(number).ok());
    if !text.is_ascii() {
        return None;
    }
    let date = Date::new(number(0..4)?, small(4..6)?, small(6..8)?).ok()?;
    match text.len() {
        8 => Some(End::On(date)),
        16 if text.as_bytes()[8] == b'T' && text.ends_with('Z') => {
            let time = jiff::civil::Time::new(small(9..11)?, small(11..13)?, small(13..15)?, 0).ok()?;
            TimeZone::UTC.to_timestamp(date.to_datetime(time)).ok().map(|at| End::At(at.as_second()))
        }
        _ => None,
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Every::ALL.iter().find(|(_, every)| *every == self.every).map_or("", |(name, _)| name);
        write!(formatter, "FREQ={name}")?;
        if self.interval > 1 {
            write!(formatter, ";INTERVAL={}", self.interval)?;
        }
        if !self.days.is_empty() {
            let named = |day: &Weekday| DAYS.iter().find(|(_, own)| own == day).map_or("", |(name, _)| *name);
            write!(formatter, ";BYDAY={}", self.days.iter().map(named).collect::<Vec<_>>().join(","))?;
        }
        match self.end {
            End::Never => Ok(()),
            End::After(count) => write!(formatter, ";COUNT={count}"),
            End::On(date) => write!(formatter, ";UNTIL={}", date.strftime("%Y%m%d")),
            End::At(at) => {
                let at = TimeZone::UTC.to_datetime(jiff::Timestamp::from_second(at).unwrap_or_default());
                write!(formatter, ";UNTIL={}", at.strftime("%Y%m%dT%H%M%SZ"))
            }
        }
    }
}
