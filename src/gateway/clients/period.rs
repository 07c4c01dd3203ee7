//! Days and months of UTC, as budgets have them.

/// A day or a month, by its first second since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Period {
    pub(super) start: i64,
    pub(super) end: i64,
}

const DAY: i64 = 86_400;

impl Period {
    /// The day that a moment is in.
    pub(super) fn day(now: i64) -> Self {
        let start = now.div_euclid(DAY) * DAY;
        Self { start, end: start + DAY }
    }

    /// The month that a moment is in.
    pub(super) fn month(now: i64) -> Self {
        let (year, month, _) = date(now.div_euclid(DAY));
        let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        Self { start: days(year, month) * DAY, end: days(next_year, next) * DAY }
    }

    /// Its name as a day.
    pub(super) fn day_name(self) -> String {
        let (year, month, day) = date(self.start.div_euclid(DAY));
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// Its name as a month.
    pub(super) fn month_name(self) -> String {
        let (year, month, _) = date(self.start.div_euclid(DAY));
        format!("{year:04}-{month:02}")
    }
}

/// The name of the day of a moment, in seconds since 1970.
#[must_use]
pub fn day_name(at: i64) -> String {
    Period::day(at).day_name()
}

/// Year, month and day of a day since 1970. Years begin in March here, so that the day more of a leap year is its last.
fn date(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, of_month)
}

/// The first day of a month, since 1970.
fn days(year: i64, month: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_months_are_those_of_the_calendar() {
        // Seconds since 1970, the day, the month, and how many days that has.
        let rows = [
            (0, "1970-01-01", "1970-01", 31),
            (951_782_399, "2000-02-28", "2000-02", 29),
            (951_782_400, "2000-02-29", "2000-02", 29),
            (1_709_251_199, "2024-02-29", "2024-02", 29),
            (1_740_700_800, "2025-02-28", "2025-02", 28),
            (1_798_675_200, "2026-12-31", "2026-12", 31),
            (1_798_761_600, "2027-01-01", "2027-01", 31),
        ];
        for (at, day, month, length) in rows {
            let (today, this_month) = (Period::day(at), Period::month(at));
            assert_eq!((today.day_name().as_str(), this_month.month_name().as_str()), (day, month), "{at}");
            assert!(today.start <= at && at < today.end && this_month.start <= at && at < this_month.end, "{at}");
            assert_eq!((this_month.end - this_month.start) / DAY, length, "{at}");
            assert_eq!(this_month.day_name(), format!("{month}-01"));
        }
    }
}
