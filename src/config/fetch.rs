//! The `[fetch]` section: from where files that a request names by their addresses may be fetched, and how long that
//! may take.
//!
//! How large they may be is said by `[limits]`, as for uploads. Addresses are judged in the remote crate, which is
//! handed these values.

use std::time::Duration;

use mediary_remote::AllowList;
use serde::{Deserialize, Serialize};

use super::check::Check;
use super::keys::Key;

/// The checked `[fetch]` section.
#[derive(Debug, Clone)]
pub struct Fetch {
    /// Hosts, addresses and networks that may be fetched from although they are not public.
    pub allow: AllowList,
    /// The most files that one request may name.
    pub files: u32,
    /// The most time for the files of one request.
    pub total: Duration,
    /// The most time until a connection stands.
    pub connect: Duration,
    /// The most time during which nothing arrives.
    pub idle: Duration,
}

impl Default for Fetch {
    fn default() -> Self {
        super::Config::default().fetch
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawFetch {
    allow: Vec<String>,
    files: u32,
    seconds: u32,
    connect_seconds: u32,
    idle_seconds: u32,
}

impl Default for RawFetch {
    fn default() -> Self {
        Self { allow: Vec::new(), files: 32, seconds: 120, connect_seconds: 10, idle_seconds: 30 }
    }
}

const SECONDS: &str = "a whole number of seconds, 1 or more";

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "fetch.allow",
        "a list of host names, IP addresses and networks, such as [\"nas.example\", \"10.0.0.0/8\"]",
        "hosts, addresses or networks from which files named by URL may be fetched although they are private",
    ),
    Key::new("fetch.files", "a whole number, 1 or more", "most different files that one request may name by URL"),
    Key::new("fetch.seconds", SECONDS, "how long fetching the files of one request may take"),
    Key::new("fetch.connect_seconds", SECONDS, "how long connecting to its host may take"),
    Key::new("fetch.idle_seconds", SECONDS, "how long its host may send nothing"),
];

impl RawFetch {
    pub(super) fn check(self, check: &mut Check<'_>) -> Option<Fetch> {
        check.require("fetch.files", self.files > 0);
        check.require("fetch.seconds", self.seconds > 0);
        check.require("fetch.connect_seconds", self.connect_seconds > 0);
        check.require("fetch.idle_seconds", self.idle_seconds > 0);
        Some(Fetch {
            allow: check.accept("fetch.allow", AllowList::parse(&self.allow).ok())?,
            files: self.files,
            total: Duration::from_secs(self.seconds.into()),
            connect: Duration::from_secs(self.connect_seconds.into()),
            idle: Duration::from_secs(self.idle_seconds.into()),
        })
    }
}
