//! The `[queue]` section: the broker over which lines of batches are handed out to nodes on other machines.

use std::time::Duration;

use mediary_store::QueueAddress;
use serde::{Deserialize, Serialize};

use super::check::Check;
use super::keys::Key;

/// The checked `[queue]` section.
#[derive(Debug, Clone)]
pub struct Queue {
    /// Where the broker is; `None`: a server answers its batches itself.
    pub url: Option<QueueAddress>,
    /// How long a line is a node's that says nothing any more.
    pub lease: Duration,
    /// So many lines wait in the broker at most.
    pub backlog: u32,
    /// So many of them are one server's at once.
    pub at_once: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawQueue {
    url: String,
    lease_seconds: u32,
    backlog: u32,
    at_once: u32,
}

impl Default for RawQueue {
    fn default() -> Self {
        Self { url: String::new(), lease_seconds: 60, backlog: 10_000, at_once: 256 }
    }
}

const COUNT: &str = "a whole number, 1 or more";

pub(super) const KEYS: &[Key] = &[
    Key::secret(
        "queue.url",
        "an address such as \"nats://127.0.0.1:4222\", or empty",
        "NATS with JetStream, over which lines of batches are handed out to `mediary node` on any machine; empty: a server answers them itself",
    ),
    Key::new(
        "queue.lease_seconds",
        "a whole number of seconds, 1 or more",
        "how long a line is left to a node that says nothing any more, before another is given it",
    ),
    Key::new(
        "queue.backlog",
        COUNT,
        "most lines that wait in the broker, of all servers; beyond it they wait in their server",
    ),
    Key::new(
        "queue.at_once",
        COUNT,
        "how many lines of one server are handed out at once, in the place of `batches.at_once`",
    ),
];

impl RawQueue {
    pub(super) fn check(self, check: &mut Check<'_>) -> Queue {
        check.require("queue.lease_seconds", self.lease_seconds > 0);
        check.require("queue.backlog", self.backlog > 0);
        check.require("queue.at_once", self.at_once > 0);
        let url = match self.url.as_str() {
            "" => None,
            url => check.accept("queue.url", url.parse().ok()),
        };
        Queue {
            url,
            lease: Duration::from_secs(self.lease_seconds.into()),
            backlog: self.backlog,
            at_once: self.at_once,
        }
    }
}
