//! What the operator and the request allow, and what the request wants.

use std::sync::Arc;

use super::{Chains, Preset};
use crate::capability::Tier;
use crate::{ProviderId, Target};

/// Where a request may go. A request can tighten what the operator allows, never loosen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub enum Privacy {
    /// Anywhere.
    #[default]
    Any,
    /// Nowhere but this machine.
    Local,
}

/// What a request may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub enum CostPolicy {
    /// Whatever it costs.
    #[default]
    Any,
    /// Whatever it costs, but what is free is asked first.
    FreeFirst,
    /// Nothing, as long as the client has not said that it may cost. An unknown price counts as paid.
    Unconfirmed,
    /// Nothing. An unknown price counts as paid.
    Free,
}

/// What is to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    /// These targets, no others.
    Targets(Vec<Target>),
    /// The targets that serve this tier; `auto` is settled by the request itself.
    Tier(Tier),
    /// Any target that does the task, by priority.
    Any,
}

/// What is wanted and allowed.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// What is to answer.
    pub want: Want,
    /// Parts go as they are or not at all.
    pub strict: bool,
    /// Where the request may go.
    pub privacy: Privacy,
    /// What it may cost.
    pub cost: CostPolicy,
    /// Only these providers, if any are named.
    pub providers: Vec<ProviderId>,
    /// The target that answered the conversation so far: asked first, if it can still answer.
    pub sticky: Option<Target>,
    /// The operator's own orders of tiers.
    pub chains: Arc<Chains>,
    /// What targets are ordered by, where the order of a tier does not say.
    pub preset: Option<Preset>,
    /// The draw for ties.
    pub draw: u64,
}

impl Policy {
    /// Nothing forbidden.
    #[must_use]
    pub fn wanting(want: Want) -> Self {
        Self {
            want,
            strict: false,
            privacy: Privacy::Any,
            cost: CostPolicy::Any,
            providers: Vec::new(),
            sticky: None,
            chains: Arc::default(),
            preset: None,
            draw: 0,
        }
    }
}
