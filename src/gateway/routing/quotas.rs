//! The free limits of providers and models, counted for each key: who has room for a call, and what a plan is told of it.
//!
//! The counting is core's ([`KeyMeters`]); here meters are made for configured providers, held for calls and shown. Who
//! pays is not held to what is free ([`Counted`]).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mediary_core::capability::{Abilities, CapabilityMatrix, Price, TaskKind};
use mediary_core::plan::{Candidate, Demand, Health, HealthSnapshot};
use mediary_core::provider::Quota;
use mediary_core::quota::{FreeLimits, Full, KeyMeters, KeyState, ScopeState};
use mediary_core::{Failure, FailureKind, ModelName};

use super::fleet::Member;
use super::ledger::Place;
use crate::providers::{ProviderKey, ProviderSetup, Providers};

/// The most tokens that are taken for a reply before it is there.
const REPLY_TOKENS: u64 = 2_000;

/// The time, in milliseconds since 1970.
pub(super) fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// The time, in seconds since 1970.
pub(in crate::gateway) fn now_seconds() -> i64 {
    i64::try_from(now_ms() / 1_000).unwrap_or(i64::MAX)
}

/// Which models of a provider are held to limits: those that are free, those that have limits of their own, and, where it
/// has limits and says of no model that it is free, those whose price is not known.
#[derive(Debug, Clone, Default)]
pub(super) struct Counted {
    limited: BTreeSet<ModelName>,
    unknown: bool,
}

impl Counted {
    pub(super) fn of(setup: &ProviderSetup, providers: &Providers) -> Self {
        let rows = || providers.matrix.rows().iter().filter(|row| row.target.provider == setup.id);
        let has_limits =
            |row: &&Abilities| providers.infos.get(&row.target).is_some_and(|info| info.free_limits.is_limited());
        Self {
            limited: rows().filter(has_limits).map(|row| row.target.model.clone()).collect(),
            unknown: setup.free_limits.is_limited() && !rows().any(|row| row.price.is_free()),
        }
    }

    pub(super) fn holds(&self, row: &Abilities) -> bool {
        row.price.is_free() || self.limited.contains(&row.target.model) || self.unknown && row.price == Price::Unknown
    }
}

/// The meters of a provider's keys; none where neither it nor any model of it that is counted has limits. Of keys that it
/// had `before`, what was counted stays.
pub(super) fn meters(
    setup: &ProviderSetup,
    providers: &Providers,
    counted: &Counted,
    before: Option<&Member>,
) -> Vec<Arc<KeyMeters>> {
    let rows = providers.matrix.rows().iter();
    let held = rows.filter(|row| row.target.provider == setup.id && counted.holds(row));
    let models: Vec<(ModelName, FreeLimits)> = held
        .map(|row| {
            let limits = providers.infos.get(&row.target).map(|info| info.free_limits).unwrap_or_default();
            // A model's day begins when its provider's does.
            let reset = limits.reset.or(setup.free_limits.reset);
            (row.target.model.clone(), FreeLimits { reset, ..limits })
        })
        .collect();
    if !setup.free_limits.is_limited() && !models.iter().any(|(_, limits)| limits.is_limited()) {
        return Vec::new();
    }
    let meters = (0..setup.keys.len().max(1)).map(|index| {
        let key = setup.keys.get(index).map(ProviderKey::expose);
        match before.and_then(|before| before.meters_of(key)) {
            Some(meters) => {
                meters.limit(setup.free_limits, models.iter().cloned());
                meters.clone()
            }
            None => Arc::new(KeyMeters::new(setup.free_limits, models.iter().cloned())),
        }
    });
    meters.collect()
}

/// How many tokens a call is sure to use, and how many it may.
pub(super) fn tokens(candidate: &Candidate, demand: &Demand) -> (u64, u64) {
    let least = candidate.prompt_tokens;
    let reply = match demand.task {
        TaskKind::Chat | TaskKind::Completion => {
            demand.output_tokens.map_or(REPLY_TOKENS, |most| u64::from(most).min(REPLY_TOKENS))
        }
        _ => 0,
    };
    (least, least + reply)
}

/// What it means for a call that a key has no room for it.
pub(super) fn failure(full: Full) -> Failure {
    match full {
        Full::Until(at) => {
            let wait = Duration::from_millis(at.saturating_sub(now_ms()).max(1));
            let detail = format!("its free quota is used up for {} s more", wait.as_secs().max(1));
            Failure::new(FailureKind::RateLimited { retry_after: Some(wait) }, detail)
        }
        Full::TooLarge { most } => Failure::new(
            FailureKind::Unacceptable,
            format!("its free tier takes {most} tokens at once, and the request has more; shorten it"),
        ),
    }
}

/// What an answer said is left of a key's limits.
pub(super) fn told(meters: &KeyMeters, model: &ModelName, quota: Option<Quota>) {
    if let Some(Quota { requests, tokens, .. }) = quota {
        meters.told(model, requests, tokens, now_ms());
    }
}

/// How a model stands with all of its provider's keys; `None`: nothing was ever counted.
pub(super) fn standing(states: &[Option<KeyState>], model: &ModelName) -> Option<ScopeState> {
    if states.iter().all(Option::is_none) {
        return None;
    }
    let of_key = |state: &Option<KeyState>| {
        let Some(state) = state else { return ScopeState { full_for: None, share_left: Some(1.0) } };
        let model = state.models.get(model).copied().unwrap_or_default();
        let shares = state.whole.share_left.into_iter().chain(model.share_left);
        ScopeState { full_for: state.whole.full_for.max(model.full_for), share_left: shares.min_by(f32::total_cmp) }
    };
    let keys: Vec<ScopeState> = states.iter().map(of_key).collect();
    Some(ScopeState {
        // A target can be called as long as one key has room.
        full_for: keys.iter().map(|key| key.full_for).min().flatten(),
        share_left: keys.iter().filter_map(|key| key.share_left).max_by(f32::total_cmp),
    })
}

/// How all keys of a provider stand.
pub(super) fn states(meters: &[Arc<KeyMeters>], now: u64) -> Vec<Option<KeyState>> {
    meters.iter().map(|key| key.state(now)).collect()
}

/// Adds to how targets are doing what is left of their free limits.
pub(super) fn count_in<'m>(
    health: &mut HealthSnapshot,
    places: &[Place],
    matrix: &CapabilityMatrix,
    meters: impl Fn(usize) -> &'m [Arc<KeyMeters>],
    now: u64,
) {
    let mut of_providers = BTreeMap::new();
    for (row, place) in places.iter().enumerate().filter(|(_, place)| place.is_counted) {
        let provider = place.provider;
        let states = of_providers.entry(provider).or_insert_with(|| states(meters(provider), now));
        let model = &matrix.rows()[row].target.model;
        let Some(ScopeState { full_for, share_left }) = standing(states, model) else { continue };
        if health.0.len() < places.len() {
            health.0.resize(places.len(), Health::default());
        }
        let its = &mut health.0[row];
        its.cooldown = its.cooldown.max(full_for);
        its.quota_left = match (its.quota_left, share_left) {
            (Some(told), Some(counted)) => Some(told.min(counted)),
            (told, counted) => counted.or(told),
        };
    }
}
