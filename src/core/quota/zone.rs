//! Time zones, as far as vendors begin their days by them.

use serde::{Deserialize, Serialize};

/// A time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Zone {
    /// The world's clock.
    #[default]
    Utc,
    /// The west coast of the United States.
    LosAngeles,
    /// Their east coast.
    NewYork,
    /// Central Europe.
    Paris,
    /// China.
    Shanghai,
}

const ALL: [(Zone, &str); 5] = [
    (Zone::Utc, "UTC"),
    (Zone::LosAngeles, "America/Los_Angeles"),
    (Zone::NewYork, "America/New_York"),
    (Zone::Paris, "Europe/Paris"),
    (Zone::Shanghai, "Asia/Shanghai"),
];

impl Zone {
    /// The zone of a name of the tz database.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|(_, its)| *its == name).map(|(zone, _)| zone)
    }

    /// Its name in the tz database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Utc => "UTC",
            Self::LosAngeles => "America/Los_Angeles",
            Self::NewYork => "America/New_York",
            Self::Paris => "Europe/Paris",
            Self::Shanghai => "Asia/Shanghai",
        }
    }

    /// How many seconds its clocks are ahead of UTC at a moment, which is in seconds since 1970.
    #[must_use]
    pub fn offset(self, at: i64) -> i64 {
        let hours = match self {
            Self::Utc => 0,
            Self::LosAngeles => -8 + i64::from(is_summer_in_america(at, 8)),
            Self::NewYork => -5 + i64::from(is_summer_in_america(at, 5)),
            Self::Paris => 1 + i64::from(is_summer_in_europe(at)),
            Self::Shanghai => 8,
        };
        hours * 3_600
    }
}

impl TryFrom<String> for Zone {
    type Error = String;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let names = || ALL.map(|(_, name)| name).join(", ");
        Self::named(&name).ok_or_else(|| format!("`{name}` is no zone that is known here: {}", names()))
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name().to_owned()
    }
}

/// From the second Sunday of March to the first of November, at two o'clock by the clocks as they were.
fn is_summer_in_america(at: i64, behind_hours: i64) -> bool {
    let year = year_of(at);
    let begins = first_sunday(year, 3) + 7;
    let ends = first_sunday(year, 11);
    (begins * 24 + 2 + behind_hours..ends * 24 + 1 + behind_hours).contains(&at.div_euclid(3_600))
}

/// From the last Sunday of March to the last of October, at one o'clock UTC.
fn is_summer_in_europe(at: i64) -> bool {
    let year = year_of(at);
    let begins = first_sunday(year, 4) - 7;
    let ends = first_sunday(year, 11) - 7;
    (begins * 24 + 1..ends * 24 + 1).contains(&at.div_euclid(3_600))
}

/// The first Sunday of a month, in days since 1970.
fn first_sunday(year: i64, month: i64) -> i64 {
    let first = days_until(year, month);
    // The first of January 1970 was a Thursday.
    first + (3 - first).rem_euclid(7)
}

/// Days from 1970 to the first of a month.
fn days_until(year: i64, month: i64) -> i64 {
    // Years that begin in March end with the leap day.
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (153 * month + 2) / 5 - 719_468
}

/// The year of a moment. The zones here change their clocks far from New Year, so the mean length of a year will do.
fn year_of(at: i64) -> i64 {
    let guess = 1970 + at.div_euclid(31_556_952);
    match at.div_euclid(86_400) {
        day if day < days_until(guess, 1) => guess - 1,
        day if day >= days_until(guess + 1, 1) => guess + 1,
        _ => guess,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_change_when_they_are_changed() {
        // Year, the first second of summer time, the first after it.
        let (america, europe) = (Zone::LosAngeles, Zone::Paris);
        let rows = [
            // 2026: 8 March 10:00 UTC to 1 November 09:00 UTC.
            (america, 1_772_964_000, 1_793_523_600),
            // 2027: 14 March to 7 November.
            (america, 1_805_018_400, 1_825_578_000),
            // 2026: 29 March to 25 October, at 01:00 UTC.
            (europe, 1_774_746_000, 1_792_890_000),
        ];
        for (zone, begins, ends) in rows {
            let winter = zone.offset(begins - 1);
            let seen = [zone.offset(begins), zone.offset(ends - 1), zone.offset(ends)];
            assert_eq!(seen, [winter + 3_600, winter + 3_600, winter], "{zone:?} {begins}");
        }
        assert_eq!([Zone::Utc.offset(0), Zone::Shanghai.offset(0)], [0, 28_800]);
        assert!(ALL.into_iter().all(|(zone, name)| zone.name() == name));
    }
}
