//! The `[batches]` section: how much of the server batches may take, and how long they are kept.
//!
//! Only bounds; `gateway/batches` keeps to them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::check::Check;
use super::keys::Key;
use super::quantity::Bytes;

/// The checked `[batches]` section.
#[derive(Debug, Clone)]
pub struct Batches {
    /// So many lines are answered at once, while no other request is.
    pub at_once: u32,
    /// So many of one key's.
    pub at_once_per_key: u32,
    /// So many batches of one key may be open.
    pub open_per_key: u32,
    /// The most bytes that one key's open batches may be made with.
    pub open_bytes_per_key: Bytes,
    /// The most lines of a batch.
    pub lines: u32,
    /// The most bytes of a batch's file.
    pub bytes: Bytes,
    /// How long a batch is remembered after its end, and what came of it is kept.
    pub life: Duration,
    /// Which lines are handed over to batches of their providers' own.
    pub handover: Handover,
    /// How often it is asked how these stand.
    pub poll: Duration,
}

/// Which batches may be handed over to their providers' own, which cost less and take up to a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Handover {
    /// None.
    Off,
    /// Those whose client says so.
    Asked,
    /// All that have a day, unless their client says otherwise.
    Always,
}

impl Default for Batches {
    fn default() -> Self {
        super::Config::default().batches
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawBatches {
    at_once: u32,
    at_once_per_key: u32,
    open_per_key: u32,
    open_bytes_per_key: Bytes,
    lines: u32,
    bytes: Bytes,
    days: u32,
    handover: Handover,
    poll_seconds: u32,
}

impl Default for RawBatches {
    fn default() -> Self {
        Self {
            at_once: 8,
            at_once_per_key: 4,
            open_per_key: 100,
            open_bytes_per_key: Bytes::mega(2_000),
            lines: 50_000,
            bytes: Bytes::mega(200),
            days: 30,
            handover: Handover::Asked,
            poll_seconds: 20,
        }
    }
}

const COUNT: &str = "a whole number, 1 or more";

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "batches.at_once",
        COUNT,
        "how many lines of batches are answered at once; each other request under way takes the place of one, and one goes on",
    ),
    Key::new("batches.at_once_per_key", COUNT, "how many of them may be of one key"),
    Key::new("batches.open_per_key", COUNT, "how many batches of one key may be open; beyond it new ones are refused"),
    Key::new(
        "batches.open_bytes_per_key",
        "a size such as \"2 GB\"",
        "most bytes that the open batches of one key may be made with; beyond it new ones are refused",
    ),
    Key::new("batches.lines", COUNT, "most lines of one batch"),
    Key::new("batches.bytes", "a size such as \"200 MB\"", "most bytes of the file that a batch is made of"),
    Key::new(
        "batches.days",
        "a whole number of days, 1 or more",
        "how long a batch is remembered after its end, and its files are kept whose client does not say it",
    ),
    Key::new(
        "batches.handover",
        "\"off\", \"asked\" or \"always\"",
        "which batches go to batches of their providers' own, which cost less and take up to a day: none, those whose client allows it by `X-Mediary-Handover: allow` or `mediary_handover` in their metadata, or all that have a day and whose client does not say `never`",
    ),
    Key::new(
        "batches.poll_seconds",
        "a whole number of seconds, 1 or more",
        "how often providers are asked how batches stand that were handed over",
    ),
];

impl RawBatches {
    pub(super) fn check(self, check: &mut Check<'_>) -> Batches {
        check.require("batches.at_once", self.at_once > 0);
        check.require("batches.at_once_per_key", self.at_once_per_key > 0);
        check.require("batches.open_per_key", self.open_per_key > 0);
        check.require("batches.lines", self.lines > 0);
        check.require("batches.days", self.days > 0);
        check.require("batches.poll_seconds", self.poll_seconds > 0);
        Batches {
            at_once: self.at_once,
            at_once_per_key: self.at_once_per_key,
            open_per_key: self.open_per_key,
            open_bytes_per_key: self.open_bytes_per_key,
            lines: self.lines,
            bytes: self.bytes,
            life: Duration::from_hours(24 * u64::from(self.days)),
            handover: self.handover,
            poll: Duration::from_secs(self.poll_seconds.into()),
        }
    }
}
