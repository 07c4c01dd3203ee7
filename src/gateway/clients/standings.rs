//! How the limits of a client stand, as its answers' headers tell.

use std::fmt;
use std::sync::atomic::Ordering;

use mediary_core::capability::Usd;

use super::super::administration::unix_seconds;
use super::client::{Client, Counts};
use super::now_ms;

/// How one limit stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitStanding {
    /// What it counts: `requests`, `tokens`, `concurrent`, `usd-day`, `pages-month`, …
    pub name: &'static str,
    /// What is allowed.
    pub limit: LimitNumber,
    /// What of it is left.
    pub left: LimitNumber,
    /// Seconds until all of it is there again.
    pub resets_in: u64,
}

/// A number of what a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitNumber {
    /// So many, or so many seconds.
    Count(u64),
    /// So much money.
    Dollars(Usd),
}

impl fmt::Display for LimitNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => count.fmt(formatter),
            Self::Dollars(usd) => usd.fmt(formatter),
        }
    }
}

impl Client {
    /// How all its limits stand.
    pub async fn standings(&self) -> Vec<LimitStanding> {
        if let Some(counters) = self.counters()
            && let Ok(standings) = self.standings_shared(counters).await
        {
            return standings;
        }
        self.standings_here()
    }

    /// How they stand as far as this server counts.
    #[must_use]
    pub(super) fn standings_here(&self) -> Vec<LimitStanding> {
        let mut all = Vec::new();
        let now_ms = now_ms();
        for (name, meter) in [("requests", &self.counts.requests), ("tokens", &self.counts.tokens)] {
            for standing in Counts::meter(meter).standings(now_ms) {
                let whole = standing.whole_at.map_or(0, |at| at.saturating_sub(now_ms).div_ceil(1_000));
                let (limit, left) = (standing.limit, standing.left);
                let (limit, left) = (LimitNumber::Count(limit), LimitNumber::Count(left));
                all.push(LimitStanding { name, limit, left, resets_in: whole });
            }
        }
        if let Some(most) = self.rules.requests_at_once {
            let left = most.saturating_sub(self.counts.at_once.load(Ordering::Acquire));
            let (limit, left) = (LimitNumber::Count(most.into()), LimitNumber::Count(left.into()));
            all.push(LimitStanding { name: "concurrent", limit, left, resets_in: 0 });
        }
        if self.rules.day.is_open() && self.rules.month.is_open() {
            return all;
        }
        let mut purse = self.counts.purse();
        let _turned = purse.spent(unix_seconds());
        let lines = purse.lines(&self.rules);
        drop(purse);
        all.extend(lines.iter().map(|line| LimitStanding {
            name: line.name,
            limit: line.number(line.limit),
            left: line.number(line.left),
            resets_in: u64::try_from(line.resets_at - unix_seconds()).unwrap_or(0),
        }));
        all
    }
}
