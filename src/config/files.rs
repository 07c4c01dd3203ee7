//! The `[files]` section: how much is kept of files that clients put here ahead of their requests, and for how long.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::keys::Key;
use super::quantity::Bytes;

/// The checked `[files]` section.
#[derive(Debug, Clone)]
pub struct Files {
    /// The most that all of them have together.
    pub bytes: Bytes,
    /// How long one is kept whose client does not say it; `None`: until it is removed.
    pub life: Option<Duration>,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawFiles {
    bytes: Bytes,
    days: u32,
}

impl Default for RawFiles {
    fn default() -> Self {
        Self { bytes: Bytes::mega(10_000), days: 0 }
    }
}

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "files.bytes",
        "a size such as \"10 GB\"",
        "most that is kept of files that clients send to `/v1/files`, of all clients together; beyond it new ones are refused",
    ),
    Key::new(
        "files.days",
        "a whole number of days, or 0",
        "how long such a file is kept whose client does not say it; 0: until it is removed",
    ),
];

impl RawFiles {
    pub(super) fn check(&self) -> Files {
        let life = (self.days > 0).then(|| Duration::from_hours(24 * u64::from(self.days)));
        Files { bytes: self.bytes, life }
    }
}
