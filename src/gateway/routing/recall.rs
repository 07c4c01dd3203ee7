//! What was used of free limits, by names that mean the same after a restart.

use std::collections::BTreeMap;

use mediary_core::quota::{Kept, KeyMeters, Used};
use mediary_core::{ModelName, ProviderId};
use mediary_store::UsedQuota;

use super::Router;

impl Router {
    /// Counts on from what was used before. What was used of a provider that is off waits for it.
    pub fn recall(&self, used: &[UsedQuota]) {
        let mut by_key: BTreeMap<(String, String), Kept> = BTreeMap::new();
        for one in used {
            let Ok(its) = serde_json::from_str::<Used>(&one.used) else { continue };
            let kept = by_key.entry((one.provider.clone(), one.key.clone())).or_default();
            kept.push((one.model.as_deref().map(ModelName::new), its));
        }
        for member in self.fleet().members() {
            for (index, meters) in member.meters().iter().enumerate() {
                let key = member.fingerprint(index).unwrap_or_default();
                if let Some(kept) = by_key.remove(&(member.id().as_str().to_owned(), key)) {
                    meters.recall(kept);
                }
            }
        }
        let mut parted = self.parted();
        for ((provider, key), kept) in by_key {
            let key = Some(key).filter(|key| !key.is_empty());
            parted.meters.entry((ProviderId::new(&provider), key)).or_default().recall(kept);
        }
    }

    /// What has been used since this was asked last.
    #[must_use]
    pub fn used_quotas(&self) -> Vec<UsedQuota> {
        let fleet = self.fleet();
        let mut all = Vec::new();
        for member in fleet.members() {
            for (index, meters) in member.meters().iter().enumerate() {
                add(&mut all, member.id(), member.fingerprint(index).as_deref(), meters);
            }
        }
        // Calls that were under way when their provider was switched off may end later.
        for ((provider, key), meters) in &self.parted().meters {
            add(&mut all, provider, key.as_deref(), meters);
        }
        all
    }
}

/// Adds what has been used of a key's limits.
fn add(all: &mut Vec<UsedQuota>, provider: &ProviderId, key: Option<&str>, meters: &KeyMeters) {
    for (model, used) in meters.changed().into_iter().flatten() {
        let model = model.map(|model| model.as_str().to_owned());
        // Numbers and names always have a form in JSON.
        let Ok(used) = serde_json::to_string(&used) else { continue };
        let (provider, key) = (provider.as_str().to_owned(), key.unwrap_or_default().to_owned());
        all.push(UsedQuota { provider, key, model, used });
    }
}
