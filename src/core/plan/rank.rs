//! The order of candidates.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use super::{Health, Policy};
use crate::Target;
use crate::capability::{Abilities, Tier};

/// Where a candidate stands; fields in the order in which they count, the smaller first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    /// Those that cool down come last, the soonest back before the others.
    cooldown: Option<Duration>,
    /// The target that answered so far comes first, unless a picture has come that it does not see.
    is_stranger: bool,
    /// The place among the targets that were named.
    wanted: usize,
    /// Parts that lose something.
    lost: u32,
    /// The provider's.
    priority: u32,
    /// The rank in the tier; without one, last.
    in_tier: u16,
    quota: Quota,
    latency: Latency,
    /// A draw by target rather than by row, so that the order of rows means nothing.
    draw: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Quota {
    Left,
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

impl Rank {
    pub(super) fn of(
        row: &Abilities,
        health: Option<&Health>,
        policy: &Policy,
        tier: Option<Tier>,
        wanted: usize,
        lost: u32,
    ) -> Self {
        Self {
            cooldown: cooldown_of(health),
            is_stranger: lost > 0 || policy.sticky.as_ref() != Some(&row.target),
            wanted,
            lost,
            priority: row.priority,
            in_tier: tier.and_then(|tier| row.rank(tier)).map_or(u16::MAX, u16::from),
            quota: quota(health.and_then(|health| health.quota_left)),
            latency: latency(health.and_then(|health| health.latency_ms)),
            draw: draw(policy.draw, &row.target),
        }
    }
}

/// How much longer a target cools down, if it does.
pub(super) fn cooldown_of(health: Option<&Health>) -> Option<Duration> {
    health.and_then(|health| health.cooldown).filter(|left| !left.is_zero())
}

fn quota(left: Option<f32>) -> Quota {
    match left {
        Some(share) if share > 0.0 => Quota::Left,
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
