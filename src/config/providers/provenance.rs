//! Where the facts of an entry come from, and what a provider's terms say of gateways.
//!
//! Offers change by the week. A row without a date is a rumour, so shipped catalogs give one for each, which a test holds.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A day, written `2026-08-22`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "a day is written like \"2026-08-22\"".to_owned();
        let number = |part: &str, digits: usize| {
            let plain = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u16>().ok().filter(|_| plain)
        };
        let mut parts = text.split('-');
        let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong());
        };
        let parts = number(year, 4).zip(number(month, 2)).zip(number(day, 2));
        let ((year, month), day) = parts.ok_or_else(wrong)?;
        let small = |number: u16, most: u8| u8::try_from(number).ok().filter(|small| (1..=most).contains(small));
        let (month, day) = small(month, 12).zip(small(day, 31)).ok_or_else(wrong)?;
        Ok(Self { year, month, day })
    }
}

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// What a provider's terms say of calls that come through a gateway. Advice for the operator, who has agreed to them; it
/// changes no plan.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Whether a gateway of one's own is within them.
    pub proxies: ProxyTerms,
    /// What of them matters, in our words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When they were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<Day>,
}

/// Whether a gateway of one's own is within a provider's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProxyTerms {
    /// One for oneself is; selling it on is another matter.
    Private,
    /// Only for some purposes, which the note names.
    Limited,
    /// They were not read, or do not say.
    Unknown,
}

impl ProxyTerms {
    /// The word as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Limited => "limited",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Day;

    #[test]
    fn only_whole_days_are_days() {
        for text in ["2026-08-22", "0001-01-01", "2026-12-31"] {
            assert_eq!(text.parse::<Day>().map(|day| day.to_string()), Ok(text.to_owned()));
        }
        for text in
            ["", "2026-8-22", "2026-13-01", "2026-00-10", "2026-01-32", "2026-01", "2026-01-01-01", "+026-01-01"]
        {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }
}
