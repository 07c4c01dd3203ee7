//! The limits of a provider or a model, as they are written in catalogs.

use serde::{Deserialize, Serialize};

use super::{Axis, Zone};

/// What is given for nothing, by a provider for all its models or for one of them, with each key. A limit that is not
/// published is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreeLimits {
    /// Requests a minute.
    #[serde(rename = "rpm")]
    pub requests_per_minute: Option<u32>,
    /// Requests an hour.
    #[serde(rename = "rph")]
    pub requests_per_hour: Option<u32>,
    /// Requests a day.
    #[serde(rename = "rpd")]
    pub requests_per_day: Option<u32>,
    /// Tokens a minute.
    #[serde(rename = "tpm")]
    pub tokens_per_minute: Option<u32>,
    /// Tokens a day.
    #[serde(rename = "tpd")]
    pub tokens_per_day: Option<u32>,
    /// When its day begins; `None`: any twenty-four hours count.
    pub reset: Option<DailyReset>,
}

impl FreeLimits {
    /// Whether nothing is published.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether anything is limited.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        Axis::ALL.into_iter().any(|axis| self.of(axis).is_some())
    }

    /// The limit of one axis.
    #[must_use]
    pub fn of(&self, axis: Axis) -> Option<u32> {
        match axis {
            Axis::RequestsPerMinute => self.requests_per_minute,
            Axis::RequestsPerHour => self.requests_per_hour,
            Axis::RequestsPerDay => self.requests_per_day,
            Axis::TokensPerMinute => self.tokens_per_minute,
            Axis::TokensPerDay => self.tokens_per_day,
        }
    }
}

/// When a provider's day begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, try_from = "Written")]
pub struct DailyReset {
    /// The hour, 0 to 23.
    pub hour: u8,
    /// Where it is that hour.
    pub zone: Zone,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    hour: u8,
    #[serde(default)]
    zone: Zone,
}

impl TryFrom<Written> for DailyReset {
    type Error = &'static str;

    fn try_from(Written { hour, zone }: Written) -> Result<Self, Self::Error> {
        if hour < 24 { Ok(Self { hour, zone }) } else { Err("the hour of a reset is one from 0 to 23") }
    }
}

const DAY: i64 = 24 * 60 * 60;

impl DailyReset {
    /// When the day began that it is at a moment; both in seconds since 1970.
    #[must_use]
    pub fn before(self, now: i64) -> i64 {
        self.start(now, 0)
    }

    /// When the next day begins.
    #[must_use]
    pub fn after(self, now: i64) -> i64 {
        self.start(now, 1)
    }

    fn start(self, now: i64, days: i64) -> i64 {
        let hour = i64::from(self.hour) * 3_600;
        let today = (now + self.zone.offset(now) - hour).div_euclid(DAY);
        let local = (today + days) * DAY + hour;
        // The clocks may have been changed between now and then.
        local - self.zone.offset(local - self.zone.offset(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_at_the_vendors_hour_whatever_the_clocks_do() {
        let pacific = DailyReset { hour: 0, zone: Zone::named("America/Los_Angeles").unwrap() };
        let china = DailyReset { hour: 4, zone: Zone::named("Asia/Shanghai").unwrap() };
        let utc = DailyReset { hour: 0, zone: Zone::Utc };
        // Moments of 2026 in seconds since 1970: 00:00 UTC of each day.
        let (march_8, march_9, november_1, july_1) = (1_772_928_000, 1_773_014_400, 1_793_491_200, 1_782_864_000);
        let hours = |hours: i64| hours * 3_600;
        let rows = [
            (utc, july_1 + 5, july_1, july_1 + DAY),
            (utc, july_1 - 1, july_1 - DAY, july_1),
            (pacific, july_1, july_1 - DAY + hours(7), july_1 + hours(7)),
            (pacific, july_1 + hours(7), july_1 + hours(7), july_1 + DAY + hours(7)),
            // On the 8th of March the clocks go forward: that day has 23 hours, …
            (pacific, march_8 + hours(12), march_8 + hours(8), march_9 + hours(7)),
            // … and on the 1st of November they go back: that one has 25.
            (pacific, november_1 + hours(12), november_1 + hours(7), november_1 + DAY + hours(8)),
            (china, july_1 + hours(19), july_1 - DAY + hours(20), july_1 + hours(20)),
        ];
        for (reset, now, before, after) in rows {
            assert_eq!((reset.before(now), reset.after(now)), (before, after), "{reset:?} at {now}");
        }
    }
}
