//! The `[response_cache]` section: which answers are kept to be given again, how long, and how many.
//!
//! Only bounds and choices; `gateway/answer_cache` keeps to them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::check::Check;
use super::keys::Key;
use super::quantity::Bytes;

/// Which answers are kept without being asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeepAnswers {
    /// None, not even where a request asks for it.
    Off,
    /// Only where a request asks for it.
    Asked,
    /// Also those to chats that want the same answer each time: with a `temperature` of 0.
    #[default]
    Deterministic,
    /// All that can be.
    Always,
}

/// The checked `[response_cache]` section.
#[derive(Debug, Clone)]
pub struct ResponseCache {
    /// Which answers are kept.
    pub keep: KeepAnswers,
    /// For how long.
    pub lasts: Duration,
    /// The most that all of them take; 0: none is kept.
    pub bytes: Bytes,
    /// Whether clients are given what other clients were answered.
    pub across_keys: bool,
    /// Whether an answer is also given to other words that mean the same, …
    pub alike: bool,
    /// … if their vectors are as near as this, 0 to 1.
    pub similarity: f32,
}

impl Default for ResponseCache {
    fn default() -> Self {
        super::Config::default().response_cache
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawResponseCache {
    keep: KeepAnswers,
    seconds: u32,
    bytes: Bytes,
    across_keys: bool,
    alike: bool,
    similarity: f64,
}

impl Default for RawResponseCache {
    fn default() -> Self {
        Self {
            keep: KeepAnswers::default(),
            seconds: 3_600,
            bytes: Bytes::mega(64),
            across_keys: false,
            alike: false,
            similarity: 0.96,
        }
    }
}

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "response_cache.keep",
        "\"off\", \"asked\", \"deterministic\" or \"always\"",
        "which answers are kept in memory and given again to the same request: `asked`: where `X-Mediary-Cache: use` asks \
         for it; `deterministic`: also chats with a `temperature` of 0",
    ),
    Key::new("response_cache.seconds", "a whole number of seconds, 1 or more", "for how long an answer is given again"),
    Key::new("response_cache.bytes", "a size such as \"64 MB\", or 0", "most that kept answers take; 0: none is kept"),
    Key::new(
        "response_cache.across_keys",
        "true or false",
        "whether a client is given what another one, with a key of its own, was answered",
    ),
    Key::new(
        "response_cache.alike",
        "true or false",
        "whether an answer is also given where only the user's last words differ and mean the same, by `local/e5-small`",
    ),
    Key::new(
        "response_cache.similarity",
        "a number from 0.5 to 1.0",
        "how near the vectors of such words have to be; besides, all words that carry meaning are the same",
    ),
];

impl RawResponseCache {
    pub(super) fn check(self, check: &mut Check<'_>) -> ResponseCache {
        check.require("response_cache.seconds", self.seconds > 0);
        let is_near = (0.5..=1.0).contains(&self.similarity);
        check.require("response_cache.similarity", is_near);
        ResponseCache {
            keep: self.keep,
            lasts: Duration::from_secs(self.seconds.into()),
            bytes: self.bytes,
            across_keys: self.across_keys,
            alike: self.alike,
            similarity: self.similarity as f32,
        }
    }
}
