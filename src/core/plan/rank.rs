//! The order of candidates.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use super::{Chain, CostPolicy, Health, Policy, Preset};
use crate::Target;
use crate::capability::{Abilities, Tier, USUAL_PRIORITY, Usd};

/// Behind every rank that can be written.
const IMPLIED_RANK: u16 = u8::MAX as u16 + 1;

/// Where a candidate stands; fields in the order in which they count, the smaller first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    /// Those that cool down come last, the soonest back before the others.
    cooldown: Option<Duration>,
    /// Members of a tier that was named come first, whatever else there is.
    is_outside_named: bool,
    /// What is free comes first, where that is wanted.
    is_paid: bool,
    /// The target that answered so far comes first, unless a picture has come that it does not see.
    is_stranger: bool,
    /// The place among the targets that were named.
    wanted: usize,
    /// Parts that lose something.
    lost: u32,
    /// The place in the operator's own order of the tier; others come behind.
    ordered: usize,
    by_preset: ByPreset,
    /// The priority that the operator wrote; it counts for more than a tier that is a guess.
    set_priority: u32,
    is_outside_guessed: bool,
    /// The provider's.
    priority: u32,
    /// The rank in the tier; members by their abilities come behind the listed ones.
    in_tier: u16,
    quota: Quota,
    latency: Latency,
    /// A draw by target rather than by row, so that the order of rows means nothing.
    draw: u64,
}

/// What the operator wants targets ordered by; what is not known comes behind what is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ByPreset {
    Nothing,
    Rank(u16),
    Milliseconds(u32),
    Dollars(Usd),
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Quota {
    /// Something is left. In hundredths, so that one call of thousands does not outweigh how quickly a target answers.
    Left {
        spent_percent: u8,
    },
    Unknown,
    Spent,
}

/// Coarse, so that a few milliseconds do not send all requests to one target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Latency {
    Quick,
    Fair,
    Unknown,
    Slow,
    Slower,
}

/// How a candidate stands for the request at hand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    /// The place among the targets that were named.
    pub(super) wanted: usize,
    /// Parts that lose something.
    pub(super) lost: u32,
    /// What the request will cost; `None`: not known.
    pub(super) cost: Option<Usd>,
}

impl Rank {
    pub(super) fn of(
        row: &Abilities,
        health: Option<&Health>,
        policy: &Policy,
        (order, chain): (TierOrder, Option<&Chain>),
        Standing { wanted, lost, cost }: Standing,
    ) -> Self {
        let in_tier = order.tier().map_or(Some(0), |tier| rank_in(row, tier));
        let ordered = chain.and_then(|chain| chain.place(&row.target));
        let is_outside = in_tier.is_none() && ordered.is_none();
        let latency_ms = health.and_then(|health| health.latency_ms);
        let by_preset = match chain.and_then(|chain| chain.preset).or(policy.preset) {
            None => ByPreset::Nothing,
            Some(Preset::Quality) => in_tier.map_or(ByPreset::Unknown, ByPreset::Rank),
            Some(Preset::Speed) => latency_ms.map_or(ByPreset::Unknown, ByPreset::Milliseconds),
            Some(Preset::Cost) => cost.map_or(ByPreset::Unknown, ByPreset::Dollars),
        };
        Self {
            cooldown: cooldown_of(health),
            is_outside_named: is_outside && matches!(order, TierOrder::Named(_)),
            is_paid: policy.cost == CostPolicy::FreeFirst && !row.price.is_free(),
            is_stranger: lost > 0 || policy.sticky.as_ref() != Some(&row.target),
            wanted,
            lost,
            ordered: ordered.unwrap_or(usize::MAX),
            by_preset,
            set_priority: if row.priority_is_set { row.priority } else { USUAL_PRIORITY },
            is_outside_guessed: is_outside && matches!(order, TierOrder::Guessed(_)),
            priority: row.priority,
            in_tier: in_tier.unwrap_or(u16::MAX),
            quota: quota(health.and_then(|health| health.quota_left)),
            latency: latency(latency_ms),
            draw: draw(policy.draw, &row.target),
        }
    }
}

/// What a tier means for the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TierOrder {
    /// There is none.
    None,
    /// `auto` made this one of the request.
    Guessed(Tier),
    /// The request named it.
    Named(Tier),
}

impl TierOrder {
    pub(super) fn tier(self) -> Option<Tier> {
        match self {
            Self::None => None,
            Self::Guessed(tier) | Self::Named(tier) => Some(tier),
        }
    }
}

/// The rank of a row in a tier. A row that is listed in none belongs, behind those that are listed, to the tiers that
/// its abilities imply.
fn rank_in(row: &Abilities, tier: Tier) -> Option<u16> {
    let listed = row.rank(tier).map(u16::from);
    listed.or_else(|| (row.ranks.is_empty() && row.implies(tier)).then_some(IMPLIED_RANK))
}

/// How much longer a target cools down after a breakdown, if it does.
pub(super) fn cooldown_of(health: Option<&Health>) -> Option<Duration> {
    health.and_then(|health| health.breakdown).filter(|left| !left.is_zero())
}

fn quota(left: Option<f32>) -> Quota {
    match left {
        // Casts of floats saturate.
        Some(share) if share > 0.0 => Quota::Left { spent_percent: ((1.0 - share) * 100.0) as u8 },
        Some(share) if share <= 0.0 => Quota::Spent,
        // Unknown, or not a number.
        Some(_) | None => Quota::Unknown,
    }
}

fn latency(milliseconds: Option<u32>) -> Latency {
    match milliseconds {
        None => Latency::Unknown,
        Some(..400) => Latency::Quick,
        Some(400..1_500) => Latency::Fair,
        Some(1_500..5_000) => Latency::Slow,
        Some(5_000..) => Latency::Slower,
    }
}

fn draw(draw: u64, target: &Target) -> u64 {
    // Without random keys: the same draw gives the same order.
    let mut hasher = DefaultHasher::new();
    (draw, target).hash(&mut hasher);
    hasher.finish()
}
