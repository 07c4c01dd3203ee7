//! The `[queue]` section: the broker over which lines of batches are handed out to nodes on other machines.

use std::time::Duration;

use mediary_store::{QueueAddress, QueueBounds};
use serde::{Deserialize, Serialize};

use super::check::Check;
use super::keys::Key;
use super::quantity::Bytes;

/// The checked `[queue]` section.
#[derive(Debug, Clone)]
pub struct Queue {
    /// Where the broker is; `None`: a server answers its batches itself.
    pub url: Option<QueueAddress>,
    /// What is told apart by at one broker.
    pub name: String,
    /// What may wait in the broker, and for how long a line is a node's that says nothing any more.
    pub bounds: QueueBounds,
    /// So many of them are one server's at once.
    pub at_once: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawQueue {
    url: String,
    name: String,
    lease_seconds: u32,
    backlog: u32,
    done_bytes: Bytes,
    at_once: u32,
}

impl Default for RawQueue {
    fn default() -> Self {
        Self {
            url: String::new(),
            name: "mediary".to_owned(),
            lease_seconds: 60,
            backlog: 10_000,
            done_bytes: Bytes::mega(1_000),
            at_once: 256,
        }
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
        "queue.name",
        "1 to 32 lower-case letters, digits, - and _",
        "what servers and nodes that belong together call their queue; others at the same broker have another name",
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
        "queue.done_bytes",
        "a size such as \"1 GB\", 64 MB or more",
        "most bytes of answers that wait in the broker for their servers; beyond it nodes wait with theirs",
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
        let may_stand = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
        check.require("queue.name", (1..=32).contains(&self.name.len()) && self.name.bytes().all(may_stand));
        check.require("queue.done_bytes", self.done_bytes >= Bytes::mega(64));
        let bounds = QueueBounds {
            lease: Duration::from_secs(self.lease_seconds.into()),
            backlog: self.backlog,
            done_bytes: self.done_bytes.get(),
        };
        Queue { url, name: self.name, bounds, at_once: self.at_once }
    }
}
