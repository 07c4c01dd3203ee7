//! Who is out of the question whatever the parts are: by life, wish, policy and hard parameters.
//!
//! The first reason counts, in this order. Rests are not looked at here: who rests for a minute and could never answer
//! is told the latter.

use super::{CostPolicy, Hard, Policy, Privacy, Reason, Want};
use crate::capability::{Abilities, CapabilityMatrix, Lifecycle, Structured, TaskKind, Tier};

/// What a row must satisfy before its parts are looked at.
pub(super) struct Screen<'a> {
    policy: &'a Policy,
    hard: Hard,
    /// The tier that a row must serve. `None`: none was asked for, or all serve it.
    tier: Option<Tier>,
}

impl<'a> Screen<'a> {
    /// `tier` binds only where somebody serves it whom the policy allows; else everybody does.
    pub(super) fn new(policy: &'a Policy, hard: Hard, tier: Option<Tier>, matrix: &CapabilityMatrix) -> Self {
        let open = Self { policy, hard, tier: None };
        let is_served = |tier: &Tier| {
            matrix.rows().iter().any(|row| row.rank(*tier).is_some() && open.policy_reason(row).is_none())
        };
        Self { tier: tier.filter(is_served), ..open }
    }

    pub(super) fn reason(&self, row: &Abilities) -> Option<Reason> {
        let lives = self.life_reason(row);
        let serves = || self.tier.is_some_and(|tier| row.rank(tier).is_none()).then_some(Reason::OtherTier);
        lives.or_else(serves).or_else(|| self.policy_reason(row)).or_else(|| self.hard_reason(row))
    }

    fn life_reason(&self, row: &Abilities) -> Option<Reason> {
        if !row.does(TaskKind::Chat) {
            return Some(Reason::OtherTask);
        }
        match row.lifecycle {
            Lifecycle::Retired => Some(Reason::Retired),
            Lifecycle::Deprecated if !matches!(self.policy.want, Want::Targets(_)) => Some(Reason::Deprecated),
            Lifecycle::Active | Lifecycle::Preview | Lifecycle::Deprecated => None,
        }
    }

    fn policy_reason(&self, row: &Abilities) -> Option<Reason> {
        let Policy { providers, privacy, cost, .. } = self.policy;
        if let Some(reason) = self.life_reason(row) {
            return Some(reason);
        }
        if !providers.is_empty() && !providers.contains(&row.target.provider) {
            return Some(Reason::OtherProvider);
        }
        if *privacy == Privacy::Local && !row.is_local {
            return Some(Reason::NotLocal);
        }
        (*cost == CostPolicy::Free && !row.price.is_free()).then_some(Reason::NotFree)
    }

    fn hard_reason(&self, row: &Abilities) -> Option<Reason> {
        let Hard { tools, tool_choice, structured, many_replies, logprobs, audio_output } = self.hard;
        let lacking = [
            ("tools", tools && !row.tools),
            ("tool_choice", tool_choice && !row.tool_choice),
            ("response_format", structured != Structured::None && structured > row.structured),
            ("n", many_replies && !row.many_replies),
            ("logprobs", logprobs && !row.logprobs),
            ("audio", audio_output && !row.audio_output),
        ];
        lacking.into_iter().find(|(_, lacks)| *lacks).map(|(name, _)| Reason::Parameter(name))
    }
}
