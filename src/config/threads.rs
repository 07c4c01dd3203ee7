//! The `[threads]` section: how much is kept of conversations whose clients ask for it, and for how long.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::check::Check;
use super::keys::Key;
use super::quantity::Bytes;

/// The checked `[threads]` section.
#[derive(Debug, Clone)]
pub struct Threads {
    /// Whether any are kept.
    pub enabled: bool,
    /// The most that all of them have together, media included.
    pub bytes: Bytes,
    /// The most threads of one key.
    pub most: u32,
    /// The most messages of one thread.
    pub messages: u32,
    /// The most tokens that come back as context of one request.
    pub context_tokens: u32,
    /// How long one is kept in which nothing is said; `None`: until it is removed.
    pub life: Option<Duration>,
    /// What makes titles.
    pub titles: Titles,
    /// Whether what is said is found by its meaning.
    pub meaning: bool,
}

/// What makes the titles of threads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Titles {
    /// The first words that are said.
    Words,
    /// A model, by its name or tier, once a thread.
    Model(String),
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawThreads {
    enabled: bool,
    bytes: Bytes,
    most: u32,
    messages: u32,
    context_tokens: u32,
    life_days: u32,
    titles: String,
    meaning: bool,
}

impl Default for RawThreads {
    fn default() -> Self {
        Self {
            enabled: true,
            bytes: Bytes::mega(2_000),
            most: 100_000,
            messages: 10_000,
            context_tokens: 16_000,
            life_days: 0,
            titles: "words".to_owned(),
            meaning: true,
        }
    }
}

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "threads.enabled",
        "true or false",
        "whether conversations are kept whose clients name a thread; without one nothing is kept",
    ),
    Key::new(
        "threads.bytes",
        "a size such as \"2 GB\"",
        "most that is kept of all threads together, media included; beyond it new turns are refused",
    ),
    Key::new("threads.most", "a whole number, 1 or more", "most threads of one key"),
    Key::new("threads.messages", "a whole number, 2 or more", "most messages of one thread"),
    Key::new(
        "threads.context_tokens",
        "a whole number of tokens",
        "most that comes back as context of one request, where its target's context is not smaller; 0: nothing does",
    ),
    Key::new(
        "threads.life_days",
        "a whole number of days, or 0",
        "how long a thread is kept in which nothing is said; 0: until it is removed",
    ),
    Key::new(
        "threads.titles",
        "\"words\", \"auto\" or the name of a model",
        "what makes a thread's title, once: its first words, or a model in at most five words, which is a call more a thread",
    ),
    Key::new(
        "threads.meaning",
        "true or false",
        "whether what is said in threads is found by its meaning too, by the embedding of this machine",
    ),
];

impl RawThreads {
    pub(super) fn check(self, check: &mut Check<'_>) -> Threads {
        check.require("threads.most", self.most > 0);
        check.require("threads.messages", self.messages > 1);
        let titles = match self.titles.trim() {
            "words" => Titles::Words,
            model => Titles::Model(model.to_owned()),
        };
        check.require("threads.titles", !self.titles.trim().is_empty());
        Threads {
            enabled: self.enabled,
            bytes: self.bytes,
            most: self.most,
            messages: self.messages,
            context_tokens: self.context_tokens,
            life: (self.life_days > 0).then(|| Duration::from_hours(24 * u64::from(self.life_days))),
            titles,
            meaning: self.meaning,
        }
    }
}
