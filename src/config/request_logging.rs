//! The `[log]` section: whether requests are logged in the database, for how long, and what they are held against.
//!
//! Logs on standard error are `[server]`'s.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::check::Check;
use super::keys::Key;
use super::quantity::Bytes;

/// The checked `[log]` section.
#[derive(Debug, Clone)]
pub struct RequestLogging {
    /// Whether a row is kept for each request.
    pub requests: bool,
    /// For how many days rows are kept.
    pub days: u32,
    /// How many are kept at most.
    pub rows: u64,
    /// Dollars for a million tokens of requests and of replies that costs are held against.
    pub reference_usd: (f64, f64),
    /// Whether what requests and answers say is kept as well.
    pub bodies: bool,
    /// The most of one body.
    pub body_bytes: Bytes,
    /// The most of all.
    pub bodies_total: Bytes,
    /// How long one is kept.
    pub bodies_age: Duration,
}

impl Default for RequestLogging {
    fn default() -> Self {
        super::Config::default().log
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawLog {
    requests: bool,
    days: u32,
    rows: u64,
    reference_input_usd: f64,
    reference_output_usd: f64,
    bodies: bool,
    body_bytes: Bytes,
    bodies_bytes: Bytes,
    bodies_hours: u32,
}

impl Default for RawLog {
    fn default() -> Self {
        Self {
            requests: false,
            days: 90,
            rows: 1_000_000,
            reference_input_usd: 3.0,
            reference_output_usd: 15.0,
            bodies: false,
            body_bytes: Bytes::new(16_000),
            bodies_bytes: Bytes::mega(64),
            bodies_hours: 24,
        }
    }
}

const DOLLARS: &str = "a number of dollars, 0 or more";

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "log.requests",
        "true or false",
        "whether a row is kept in the database for each request: what was asked for, which target answered, what it cost; \
         never its contents",
    ),
    Key::new(
        "log.days",
        "a whole number of days, 1 or more",
        "how long such a row is kept; sums are kept for 400 days",
    ),
    Key::new("log.rows", "a whole number, 1 or more", "most rows that are kept; beyond them the oldest go"),
    Key::new(
        "log.reference_input_usd",
        DOLLARS,
        "price of a million tokens of requests that usage is held against, to say what was saved",
    ),
    Key::new("log.reference_output_usd", DOLLARS, "the same of replies"),
    Key::new(
        "log.bodies",
        "true or false",
        "whether what requests and answers say is kept as well, for finding faults: cut, without keys and media, for \
         administrators alone; wants `log.requests`",
    ),
    Key::new("log.body_bytes", "a size such as \"16 KB\"", "most that is kept of one of them"),
    Key::new(
        "log.bodies_bytes",
        "a size such as \"64 MB\", at least sixteen times log.body_bytes",
        "most that is kept of all; beyond it the oldest go",
    ),
    Key::new("log.bodies_hours", "a whole number of hours, 1 or more", "how long they are kept"),
];

impl RawLog {
    pub(super) fn check(self, check: &mut Check<'_>) -> RequestLogging {
        check.require("log.days", self.days > 0);
        check.require("log.rows", self.rows > 0);
        let is_price = |usd: f64| usd.is_finite() && usd >= 0.0;
        check.require("log.reference_input_usd", is_price(self.reference_input_usd));
        check.require("log.reference_output_usd", is_price(self.reference_output_usd));
        check.require("log.bodies_hours", self.bodies_hours > 0);
        // A file holds two of them, each perhaps in a longer spelling, and no file is more than a quarter of all.
        check.require("log.bodies_bytes", self.bodies_bytes.get() / 16 >= self.body_bytes.get());
        if self.bodies && !self.requests {
            check.contradict(
                &["log.bodies", "log.requests"],
                "bodies are found by the rows of the request log, which is off; set `requests = true` in [log]",
            );
        }
        RequestLogging {
            requests: self.requests,
            days: self.days,
            rows: self.rows,
            reference_usd: (self.reference_input_usd, self.reference_output_usd),
            bodies: self.bodies,
            body_bytes: self.body_bytes,
            bodies_total: self.bodies_bytes,
            bodies_age: Duration::from_hours(self.bodies_hours.into()),
        }
    }
}
