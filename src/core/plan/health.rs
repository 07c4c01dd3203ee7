//! How targets have been doing lately: what the ledger knows, at the moment of planning.

use std::time::Duration;

use super::Quarantined;
use crate::MediaFormat;
use crate::capability::Ability;

/// How one target is doing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Health {
    /// How much longer it cannot be called: every key of it cools down, or the model is gone. `None`: it can be.
    pub cooldown: Option<Duration>,
    /// How much longer no key of it has room within its limits, by what was counted here. `None`: one has.
    pub used_up: Option<Duration>,
    /// How much longer it cools down after a breakdown. It is asked all the same where nothing else is left, a call at a
    /// time.
    pub breakdown: Option<Duration>,
    /// Milliseconds to its first token, smoothed. `None`: never called.
    pub latency_ms: Option<u32>,
    /// The share of its free quota that is left, 0 to 1. `None`: unknown.
    pub quota_left: Option<f32>,
    /// Formats it complained about a while ago; they are treated as if it did not read them.
    pub doubtful: Vec<MediaFormat>,
    /// What it is said to have beside media, and a probe found it has not.
    pub refuted: Vec<Ability>,
    /// Why it is in quarantine, if it is.
    pub quarantine: Option<Quarantined>,
}

impl Health {
    /// How much longer it is not asked, for whatever reason; `None`: it can be.
    #[must_use]
    pub fn cools_for(&self) -> Option<Duration> {
        self.cooldown.max(self.used_up).max(self.breakdown)
    }
}

/// How all targets are doing; rows in the order of the matrix. A missing row is a target in good health.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HealthSnapshot(pub Vec<Health>);

impl HealthSnapshot {
    /// How the target in this row is doing.
    #[must_use]
    pub fn of(&self, row: usize) -> Option<&Health> {
        self.0.get(row)
    }
}
