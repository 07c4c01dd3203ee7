//! Times as people write them, with their time zones, whose rules this program brings along.
//!
//! A time of a zone's clocks that they skip when they are put forward is the one as much later as they are put forward by; of a
//! time that comes twice when they are put back, the first is meant. That is what RFC 5545 (§3.3.5) has.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use thiserror::Error;

/// Why a text is no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoTime {
    /// It cannot be understood.
    #[error("write a time such as 2026-12-01T10:00:00+01:00, or 2026-12-01T10:00:00 with a `timezone`")]
    Text,
    /// Nothing says which clocks are meant.
    #[error(
        "say which clocks are meant: add an offset (2026-12-01T10:00:00+01:00) or a `timezone` such as Europe/Madrid"
    )]
    Clocks,
    /// There is no such time zone.
    #[error("there is no such time zone; write one of the IANA database, such as Europe/Madrid, or UTC")]
    Zone,
}

/// A time, and by which clocks it is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    at: Timestamp,
    zone: TimeZone,
}

impl PartialOrd for Moment {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.at.partial_cmp(&other.at)
    }
}

/// The time zone of a name.
pub(super) fn zone_of(name: &str) -> Result<TimeZone, NoTime> {
    match name.trim() {
        "UTC" | "Z" | "Etc/UTC" => Ok(TimeZone::UTC),
        offset if offset.starts_with(['+', '-']) => {
            offset_of(&format!("2026-01-01T00:00:00{offset}")).map(TimeZone::fixed).ok_or(NoTime::Zone)
        }
        name => TimeZone::get(name).map_err(|_| NoTime::Zone),
    }
}

impl Moment {
    /// Reads a time. One with an offset is what it says; one without is of the clocks of a zone.
    ///
    /// # Errors
    /// When it is none, or nothing says which clocks are meant.
    pub fn read(text: &str, zone: Option<&str>) -> Result<Self, NoTime> {
        let text = text.trim();
        let named = zone.map(zone_of).transpose()?;
        if let Ok(at) = text.parse::<Timestamp>() {
            let zone = named.unwrap_or_else(|| offset_of(text).map_or(TimeZone::UTC, TimeZone::fixed));
            return Ok(Self { at, zone });
        }
        let clocks: DateTime = text.parse().map_err(|_| NoTime::Text)?;
        let zone = named.ok_or(NoTime::Clocks)?;
        let at = zone.to_timestamp(clocks).map_err(|_| NoTime::Text)?;
        Ok(Self { at, zone })
    }

    /// A time of a number of seconds since 1970.
    #[must_use]
    pub fn of(seconds: i64, zone: &TimeZone) -> Self {
        Self { at: Timestamp::from_second(seconds).unwrap_or_default(), zone: zone.clone() }
    }

    /// This time.
    #[must_use]
    pub fn now() -> Self {
        Self::of(crate::gateway::unix_seconds(), &TimeZone::UTC)
    }

    /// Seconds since 1970.
    #[must_use]
    pub fn seconds(&self) -> i64 {
        self.at.as_second()
    }

    /// The same so many seconds later.
    #[must_use]
    pub fn later(&self, seconds: i64) -> Self {
        Self::of(self.seconds().saturating_add(seconds), &self.zone)
    }

    /// As RFC 3339 has it, in UTC.
    #[must_use]
    pub fn utc(&self) -> String {
        self.whole().to_string()
    }

    /// As RFC 3339 has it, with the offset of its clocks.
    #[must_use]
    pub fn written(&self) -> String {
        let at = self.whole();
        at.display_with_offset(self.zone.to_offset(at)).to_string()
    }

    /// By its clocks.
    #[must_use]
    pub(super) fn clocks(&self) -> DateTime {
        self.zone.to_datetime(self.whole())
    }

    /// The name of its zone: that of the database, else its offset.
    #[must_use]
    pub(super) fn zone_name(&self) -> String {
        if self.zone == TimeZone::UTC {
            return "UTC".to_owned();
        }
        let offset = || self.zone.to_offset(self.at).to_string();
        self.zone.iana_name().map_or_else(offset, str::to_owned)
    }

    fn whole(&self) -> Timestamp {
        Timestamp::from_second(self.at.as_second()).unwrap_or_default()
    }
}

/// The offset at the end of a time.
fn offset_of(text: &str) -> Option<Offset> {
    let at = text.rfind(['+', '-']).filter(|at| *at > 10)?;
    let (sign, digits) = (if text[at..].starts_with('-') { -1 } else { 1 }, text[at + 1..].replace(':', ""));
    let number = |range: std::ops::Range<usize>| digits.get(range).and_then(|digits| digits.parse::<i32>().ok());
    let (hours, minutes) = (number(0..2)?, number(2..4).unwrap_or(0));
    Offset::from_seconds(sign * (hours * 3_600 + minutes * 60)).ok()
}

/// A day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(Date);

impl Day {
    /// Reads a day such as `2026-12-01`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_day = text.len() == "2026-12-01".len() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        text.parse().ok().filter(|_| is_day).map(Self)
    }

    /// The day after.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        self.0.tomorrow().ok().map(Self)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
