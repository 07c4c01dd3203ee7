//! The `[cache]` section: how much of what was read is remembered, and where.
//!
//! Only a bound and a place; the gateway decides what is remembered.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::keys::Key;
use super::quantity::Bytes;

/// The checked `[cache]` section.
#[derive(Debug, Clone)]
pub struct Cache {
    /// The most that is kept on disk; 0: nothing.
    pub bytes: Bytes,
    /// The folder; `None`: `cache` in `$MEDIARY_HOME`, else the user's cache directory.
    pub dir: Option<PathBuf>,
}

impl Default for Cache {
    fn default() -> Self {
        super::Config::default().cache
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawCache {
    bytes: Bytes,
    dir: String,
}

impl Default for RawCache {
    fn default() -> Self {
        Self { bytes: Bytes::mega(256), dir: String::new() }
    }
}

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "cache.bytes",
        "a size such as \"256 MB\", or 0",
        "most that is kept of documents already read, for this user alone; 0: nothing is",
    ),
    Key::new(
        "cache.dir",
        "a path, or empty",
        "where it is kept; empty: `cache` in `$MEDIARY_HOME`, else the user's cache directory",
    ),
];

impl RawCache {
    pub(super) fn check(self) -> Cache {
        let dir = Some(self.dir.trim()).filter(|dir| !dir.is_empty()).map(PathBuf::from);
        Cache { bytes: self.bytes, dir }
    }
}
