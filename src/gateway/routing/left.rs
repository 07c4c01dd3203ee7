//! What is left of free limits without a server: by what an earlier process has kept of what was used.

use mediary_core::quota::{Axis, Kept, KeyMeters, Standing, Used};
use mediary_core::{ContentHash, ModelName};
use mediary_store::UsedQuota;

use super::quotas;
use crate::providers::{ProviderSetup, Providers, QuotaLeft};

/// How the limits of a provider's keys stand at a moment, in milliseconds since 1970: those of all models together, and of
/// each model of which something was used.
#[must_use]
pub fn quota_left(providers: &Providers, setup: &ProviderSetup, used: &[UsedQuota], now: u64) -> Vec<QuotaLeft> {
    let mut all = Vec::new();
    for (index, meters) in quotas::meters(setup, providers, |_| None).iter().enumerate() {
        let key = setup.keys.get(index);
        let fingerprint =
            key.map(|key| ContentHash::of(key.secret.expose().as_bytes()).to_string()).unwrap_or_default();
        let its = used.iter().filter(|one| one.provider == setup.id.as_str() && one.key == fingerprint);
        let kept: Kept = its.filter_map(read).collect();
        let models: Vec<ModelName> = kept.iter().filter_map(|(model, _)| model.clone()).collect();
        meters.recall(kept);
        let masked = key.map(|key| key.secret.masked()).unwrap_or_default();
        all.extend(standings(meters, &masked, &models, now));
    }
    all
}

fn read(used: &UsedQuota) -> Option<(Option<ModelName>, Used)> {
    Some((used.model.as_deref().map(ModelName::new), serde_json::from_str(&used.used).ok()?))
}

fn standings(meters: &KeyMeters, key: &str, models: &[ModelName], now: u64) -> Vec<QuotaLeft> {
    let told = |model: Option<&ModelName>, standing: Standing| QuotaLeft {
        key: key.to_owned(),
        model: model.map(|model| model.as_str().to_owned()),
        limit: Axis::name(standing.axis),
        allowed: standing.limit,
        left: standing.left,
        whole_in_seconds: standing.whole_at.map(|at| at.saturating_sub(now).div_ceil(1_000)),
    };
    let whole = meters.standings(&ModelName::new(""), now).0.into_iter().map(|standing| told(None, standing));
    let of_model = |model: &ModelName| -> Vec<QuotaLeft> {
        let standings = meters.standings(model, now).1.into_iter();
        let used = standings.filter(|standing| standing.left < standing.limit);
        used.map(|standing| told(Some(model), standing)).collect()
    };
    let models = models.iter().flat_map(of_model).collect::<Vec<_>>();
    whole.chain(models).collect()
}
