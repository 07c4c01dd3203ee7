//! The `[content]` section: how much of what was made for clients is kept for them to fetch, for how long, and where.
//!
//! Only bounds and a place; links are signed and answered above.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::check::Check;
use super::keys::Key;
use super::quantity::Bytes;

/// The checked `[content]` section.
#[derive(Debug, Clone)]
pub struct Content {
    /// The most that all kept files have together.
    pub bytes: Bytes,
    /// How long a file, and a link to it, can be used.
    pub max_age: Duration,
    /// The folder; `None`: `content` in `$MEDIARY_HOME`, else in the user's data directory.
    pub dir: Option<PathBuf>,
}

impl Default for Content {
    fn default() -> Self {
        super::Config::default().content
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawContent {
    bytes: Bytes,
    hours: u32,
    dir: String,
}

impl Default for RawContent {
    fn default() -> Self {
        Self { bytes: Bytes::mega(2000), hours: 24, dir: String::new() }
    }
}

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "content.bytes",
        "a size such as \"2 GB\"",
        "most that is kept of pictures and videos for clients to fetch by link; beyond it the oldest go",
    ),
    Key::new(
        "content.hours",
        "a whole number of hours, 1 or more",
        "how long such a file, and the link to it, is good",
    ),
    Key::new(
        "content.dir",
        "a path, or empty",
        "where they are kept; empty: `content` in `$MEDIARY_HOME`, else in the user's data directory",
    ),
];

impl RawContent {
    pub(super) fn check(self, check: &mut Check<'_>) -> Content {
        check.require("content.hours", self.hours > 0);
        let dir = Some(self.dir.trim()).filter(|dir| !dir.is_empty()).map(PathBuf::from);
        Content { bytes: self.bytes, max_age: Duration::from_hours(self.hours.into()), dir }
    }
}
