//! A list as it is kept: its models, when it was good, and where it came from.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mediary_core::ContentHash;
use mediary_core::provider::ListedModel;
use serde::{Deserialize, Serialize};

use crate::providers::ProviderSetup;

/// A good list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct KeptList {
    /// When it was read, in seconds since 1970.
    listed_at: u64,
    /// What it was asked at, without showing it: the list of another address is none of this provider's.
    address: String,
    /// What it holds.
    pub(super) models: Vec<ListedModel>,
}

impl KeptList {
    /// A list that was read just now.
    pub(super) fn now(setup: &ProviderSetup, models: Vec<ListedModel>) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { listed_at: since.as_secs(), address: address(setup), models }
    }

    /// A list out of a file; `None` where it is none, or another address's.
    pub(super) fn read(bytes: &[u8], setup: &ProviderSetup) -> Option<Self> {
        let list: Self = serde_json::from_slice(bytes).ok()?;
        list.is_of(setup).then_some(list)
    }

    /// Whether it was asked at the address that the provider has now.
    pub(super) fn is_of(&self, setup: &ProviderSetup) -> bool {
        self.address == address(setup)
    }

    /// The list as a file.
    pub(super) fn written(&self) -> Option<Vec<u8>> {
        serde_json::to_vec(self).ok()
    }

    /// How long ago it was read. A clock that was set back makes it new.
    pub(super) fn age(&self, now: SystemTime) -> Duration {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        now.saturating_sub(Duration::from_secs(self.listed_at))
    }
}

fn address(setup: &ProviderSetup) -> String {
    ContentHash::of(setup.endpoint.base_url.as_bytes()).to_string()
}
