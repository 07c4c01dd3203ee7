//! The operator's own order of the targets of a tier, and which of them the tier goes without; or what they are ordered by.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Target;
use crate::capability::Tier;

/// What targets are ordered by, where that is not left to their ranks, quotas and latencies together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// By their rank in the tier: the most able first.
    Quality,
    /// By how quickly they have begun to answer; those that were never called come last.
    Speed,
    /// By what the request will cost: free ones first, those of unknown price last.
    Cost,
}

/// The order of a tier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chain {
    /// The targets in the order in which they are asked. They belong to the tier, whatever their catalogs say; others follow.
    pub order: Vec<Target>,
    /// Those that are not asked for this tier. A request that names one still gets it.
    pub off: Vec<Target>,
    /// What the targets without a place are ordered by; `None`: as for all tiers.
    pub preset: Option<Preset>,
}

/// The orders of all tiers that have one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chains(BTreeMap<Tier, Chain>);

impl Chains {
    /// These orders.
    pub fn new(chains: impl IntoIterator<Item = (Tier, Chain)>) -> Self {
        Self(chains.into_iter().collect())
    }

    /// The order of a tier.
    #[must_use]
    pub fn of(&self, tier: Tier) -> Option<&Chain> {
        self.0.get(&tier)
    }
}

impl Chain {
    /// The place of a target, from 0; `None`: it has none of its own.
    pub(super) fn place(&self, target: &Target) -> Option<usize> {
        self.order.iter().position(|ordered| ordered == target)
    }
}
