//! The `[fusion]` section: which models sit on the panel of the model `fusion`, and how long they are waited for.
//!
//! Only names and numbers; `gateway/forks` asks them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::check::Check;
use super::keys::Key;

/// No panel is larger.
pub const MOST_MEMBERS: usize = 8;

/// The checked `[fusion]` section.
#[derive(Debug, Clone)]
pub struct Fusion {
    /// The names of the members; empty: the first of the plan for `auto`.
    pub panel: Vec<String>,
    /// How many members then.
    pub members: usize,
    /// How many have to answer.
    pub quorum: usize,
    /// The model that makes one answer of theirs, and that judges forks.
    pub judge: String,
    /// How long the others are waited for once so many have answered.
    pub wait: Duration,
}

impl Default for Fusion {
    fn default() -> Self {
        super::Config::default().fusion
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawFusion {
    panel: Vec<String>,
    members: u32,
    quorum: u32,
    judge: String,
    wait_seconds: u32,
}

impl Default for RawFusion {
    fn default() -> Self {
        Self { panel: Vec::new(), members: 3, quorum: 2, judge: "auto".to_owned(), wait_seconds: 10 }
    }
}

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "fusion.panel",
        "a list of up to 8 names such as \"gemini/gemini-3.5-flash\"",
        "the models that answer for the model `fusion`; empty: the first of the plan for `auto`, each from another provider",
    ),
    Key::new("fusion.members", "a whole number from 1 to 8", "how many answer, where `panel` is empty"),
    Key::new("fusion.quorum", "a whole number from 1 to 8", "how many of them have to answer"),
    Key::new(
        "fusion.judge",
        "a model or a tier",
        "what makes one answer of theirs; also what judges forks that name no judge",
    ),
    Key::new(
        "fusion.wait_seconds",
        "a whole number of seconds",
        "how long the others are waited for once the quorum has answered",
    ),
];

impl RawFusion {
    pub(super) fn check(self, check: &mut Check<'_>) -> Fusion {
        let within = |number: u32| (1..=MOST_MEMBERS).contains(&(number as usize));
        check.require("fusion.panel", self.panel.len() <= MOST_MEMBERS);
        check.require("fusion.members", within(self.members));
        check.require("fusion.quorum", within(self.quorum));
        check.require("fusion.judge", !self.judge.trim().is_empty() && self.judge.trim() != "fusion");
        Fusion {
            panel: self.panel,
            members: self.members as usize,
            quorum: self.quorum as usize,
            judge: self.judge.trim().to_owned(),
            wait: Duration::from_secs(self.wait_seconds.into()),
        }
    }
}
