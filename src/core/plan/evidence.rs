//! What probes have found, as far as a plan heeds it: what was refuted is not relied on, and what is quarantined is not asked
//! unless it alone was named.
//!
//! Media that were refuted are in [`Health::doubtful`]: they are treated as if the target did not read them.

use std::time::Duration;

use super::{Demand, Health, Policy, Reason, Want};
use crate::capability::{Ability, Structured, TaskKind};

/// Why a target is kept out of plans until something shows that it works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// What was found, as a few words: `its provider has no such model`.
    pub why: String,
    /// How much longer, where that was said.
    pub left: Option<Duration>,
}

/// Why what was found of a target keeps it from being asked.
pub(super) fn reason(health: &Health, demand: &Demand, policy: &Policy) -> Option<Reason> {
    // Who names one target and no other wants that one; if it answers, that is the end of the quarantine.
    let is_named_alone = matches!(&policy.want, Want::Targets(targets) if targets.len() == 1);
    if let Some(Quarantined { why, left }) = health.quarantine.as_ref().filter(|_| !is_named_alone) {
        return Some(Reason::Quarantined { why: why.clone(), left: *left });
    }
    let wants = |ability: &Ability| match ability {
        Ability::Tools => demand.task == TaskKind::Chat && demand.hard.tools,
        Ability::Schema => demand.task == TaskKind::Chat && demand.hard.structured == Structured::Schema,
        Ability::Image | Ability::Pdf | Ability::Audio | Ability::Video => false,
        whole_task => demand.task == whole_task.task() && !is_named_alone,
    };
    health.refuted.iter().find(|ability| wants(ability)).map(|ability| Reason::Refuted(*ability))
}
