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

use super::ledger::Place;
use crate::providers::{ProviderKey, ProviderSetup, Providers};

/// The most tokens that are taken for a reply before it is there.
const REPLY_TOKENS: u64 = 2_000;

/// The time, in milliseconds since 1970.
pub(super) fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// Which models of a provider are held to limits: those that are free, those that have limits of their own, and, where it
/// has limits and says of no model that it is free, those whose price is not known.
#[derive(Debug, Clone, Default)]
pub(super) struct Counted {
    limited: BTreeSet<ModelName>,
    unknown: bool,
    /// Whether the provider has limits for all of its models together.
    whole: bool,
}

impl Counted {
    pub(super) fn of(setup: &ProviderSetup, providers: &Providers) -> Self {
        let rows = || providers.matrix.rows().iter().filter(|row| row.target.provider == setup.id);
        let has_limits =
            |row: &&Abilities| providers.infos.get(&row.target).is_some_and(|info| info.free_limits.is_limited());
        Self {
            limited: rows().filter(has_limits).map(|row| row.target.model.clone()).collect(),
            unknown: setup.free_limits.is_limited() && !rows().any(|row| row.price.is_free()),
            whole: setup.free_limits.is_limited(),
        }
    }

    /// Whether a row is held to what its provider gives for nothing.
    pub(super) fn holds(&self, row: &Abilities) -> bool {
        row.price.is_free() || self.limited.contains(&row.target.model) || self.unknown && row.price == Price::Unknown
    }

    /// Whether a limit of a row is written: its own, or one of its provider's that it is held to.
    pub(super) fn limits(&self, row: &Abilities) -> bool {
        self.limited.contains(&row.target.model) || self.whole && self.holds(row)
    }
}

/// The meters of a provider's keys, whether or not any limit of it is known: refusals may teach some. What was counted of
/// keys that were known `before` stays.
pub(super) fn meters<'m>(
    setup: &ProviderSetup,
    providers: &Providers,
    before: impl Fn(Option<&str>) -> Option<&'m Arc<KeyMeters>>,
) -> Vec<Arc<KeyMeters>> {
    let rows = providers.matrix.rows().iter().filter(|row| row.target.provider == setup.id);
    let models: Vec<(ModelName, FreeLimits)> = rows
        .filter_map(|row| {
            let limits = providers.infos.get(&row.target)?.free_limits;
            // A model's day begins when its provider's does.
            let reset = limits.reset.or(setup.free_limits.reset);
            (!limits.is_empty()).then(|| (row.target.model.clone(), FreeLimits { reset, ..limits }))
        })
        .collect();
    let meters =
        (0..setup.keys.len().max(1)).map(|index| match before(setup.keys.get(index).map(ProviderKey::expose)) {
            Some(meters) => {
                meters.limit(setup.free_limits, models.iter().cloned());
                meters.clone()
            }
            None => Arc::new(KeyMeters::new(setup.free_limits, models.iter().cloned())),
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
            let detail = format!("its quota is used up for {} s more", wait.as_secs().max(1));
            Failure::new(FailureKind::RateLimited { retry_after: Some(wait) }, detail)
        }
        Full::TooLarge { most } => Failure::new(
            FailureKind::Unacceptable,
            format!("its quota takes {most} tokens at once, and the request has more; shorten it"),
        ),
    }
}

/// What an answer said is left of a key's limits.
pub(super) fn told(meters: &KeyMeters, model: &ModelName, quota: Option<Quota>) {
    if let Some(Quota { requests, tokens, .. }) = quota {
        meters.told(model, requests, tokens, now_ms());
    }
}

/// How a model stands with all of its provider's keys; `None`: no limit of it is known.
pub(super) fn standing(states: &[Option<KeyState>], place: &Place, model: &ModelName) -> Option<ScopeState> {
    if states.iter().all(Option::is_none) && !place.is_limited {
        return None;
    }
    let of_key = |state: &Option<KeyState>| {
        let unknown = ScopeState::default();
        let model = state.as_ref().and_then(|state| state.models.get(model)).copied().unwrap_or_default();
        let whole = state.as_ref().filter(|_| place.is_counted).map_or(unknown, |state| state.whole);
        let shares = whole.share_left.into_iter().chain(model.share_left);
        ScopeState { full_for: whole.full_for.max(model.full_for), share_left: shares.min_by(f32::total_cmp) }
    };
    let keys: Vec<ScopeState> = states.iter().map(of_key).collect();
    let is_known = place.is_limited || keys.iter().any(|key| key.share_left.is_some());
    Some(ScopeState {
        // A target can be called as long as one key has room.
        full_for: keys.iter().map(|key| key.full_for).min().flatten(),
        // A key of which nothing was used has all of what is given, wherever any limit is known.
        share_left: keys.iter().filter(|_| is_known).map(|key| key.share_left.unwrap_or(1.0)).max_by(f32::total_cmp),
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
    for (row, place) in places.iter().enumerate() {
        let provider = place.provider;
        let states = of_providers.entry(provider).or_insert_with(|| states(meters(provider), now));
        let model = &matrix.rows()[row].target.model;
        let Some(ScopeState { full_for, share_left }) = standing(states, place, model) else { continue };
        if health.0.len() < places.len() {
            health.0.resize(places.len(), Health::default());
        }
        let its = &mut health.0[row];
        its.used_up = full_for;
        its.quota_left = match (its.quota_left, share_left) {
            (Some(told), Some(counted)) => Some(told.min(counted)),
            (told, counted) => counted.or(told),
        };
    }
}
