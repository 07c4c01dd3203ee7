//! The `[projects]` section: how much projects may hold, and how much of it joins a chat.
//!
//! Only bounds; `gateway/projects` keeps to them.

use serde::{Deserialize, Serialize};

use super::check::Check;
use super::keys::Key;
use super::quantity::Bytes;

/// The checked `[projects]` section.
#[derive(Debug, Clone)]
pub struct Projects {
    /// So many of one key.
    pub per_key: u32,
    /// So many files of a project.
    pub files: u32,
    /// The most bytes that the files of a project have together.
    pub bytes: Bytes,
    /// So many passages of a project's files.
    pub passages: u32,
    /// So many tokens of passages are given to a chat.
    pub tokens: u32,
    /// So many files are read at once.
    pub at_once: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawProjects {
    per_key: u32,
    files: u32,
    bytes: Bytes,
    passages: u32,
    tokens: u32,
    at_once: u32,
}

impl Default for RawProjects {
    fn default() -> Self {
        Self { per_key: 100, files: 200, bytes: Bytes::mega(1_000), passages: 10_000, tokens: 2_000, at_once: 1 }
    }
}

const COUNT: &str = "a whole number, 1 or more";

pub(super) const KEYS: &[Key] = &[
    Key::new("projects.per_key", COUNT, "most projects of one key"),
    Key::new("projects.files", COUNT, "most files of one project"),
    Key::new("projects.bytes", "a size such as \"1 GB\"", "most bytes that the files of one project have together"),
    Key::new(
        "projects.passages",
        COUNT,
        "most passages that the files of one project are cut into; they are looked through in memory",
    ),
    Key::new(
        "projects.tokens",
        "a whole number, or 0",
        "most tokens of passages that a chat of a project is given; 0: none, only the instructions",
    ),
    Key::new("projects.at_once", COUNT, "how many files of projects are read at once, beside all other requests"),
];

impl RawProjects {
    pub(super) fn check(self, check: &mut Check<'_>) -> Projects {
        check.require("projects.per_key", self.per_key > 0);
        check.require("projects.files", self.files > 0);
        check.require("projects.passages", self.passages > 0);
        check.require("projects.at_once", self.at_once > 0);
        let Self { per_key, files, bytes, passages, tokens, at_once } = self;
        Projects { per_key, files, bytes, passages, tokens, at_once }
    }
}
