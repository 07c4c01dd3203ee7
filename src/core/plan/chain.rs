//! The operator's own order of the targets of a tier, and which of them the tier goes without.

use std::collections::BTreeMap;

use crate::Target;
use crate::capability::Tier;

/// The order of a tier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chain {
    /// The targets in the order in which they are asked. They belong to the tier, whatever their catalogs say; others follow.
    pub order: Vec<Target>,
    /// Those that are not asked for this tier. A request that names one still gets it.
    pub off: Vec<Target>,
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
