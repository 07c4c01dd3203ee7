//! What was used of free limits, by names that mean the same after a restart.

use mediary_core::ModelName;
use mediary_core::quota::{Kept, Used};
use mediary_store::UsedQuota;

use super::Router;

impl Router {
    /// Counts on from what was used before. What names a provider, key or model that is here no more is passed over.
    pub fn recall(&self, used: &[UsedQuota]) {
        let fleet = self.fleet();
        for member in fleet.members() {
            for (index, meters) in member.meters().iter().enumerate() {
                let key = member.fingerprint(index).unwrap_or_default();
                let its = used.iter().filter(|one| one.provider == member.id().as_str() && one.key == key);
                let kept: Kept = its
                    .filter_map(|one| {
                        let used: Used = serde_json::from_str(&one.used).ok()?;
                        Some((one.model.as_deref().map(ModelName::new), used))
                    })
                    .collect();
                if !kept.is_empty() {
                    meters.recall(kept);
                }
            }
        }
    }

    /// What has been used since this was asked last.
    #[must_use]
    pub fn used_quotas(&self) -> Vec<UsedQuota> {
        let fleet = self.fleet();
        let mut all = Vec::new();
        for member in fleet.members() {
            for (index, meters) in member.meters().iter().enumerate() {
                for (model, used) in meters.changed().into_iter().flatten() {
                    let model = model.map(|model| model.as_str().to_owned());
                    let key = member.fingerprint(index).unwrap_or_default();
                    // Numbers and names always have a form in JSON.
                    let Ok(used) = serde_json::to_string(&used) else { continue };
                    all.push(UsedQuota { provider: member.id().as_str().to_owned(), key, model, used });
                }
            }
        }
        all
    }
}
