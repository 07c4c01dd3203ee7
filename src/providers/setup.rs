//! A provider, on or off, as catalogs, configuration and environment give it together.

use mediary_core::ProviderId;
use mediary_core::capability::{Abilities, TaskKind};
use mediary_remote::{Endpoint, Proxy};
use serde::Serialize;

use super::{Day, DialectName, FreeLimits, ProviderKey, Terms, row};
use crate::config::providers::ModelEntry;

/// A provider that can be called.
#[derive(Debug, Clone)]
pub struct ProviderSetup {
    /// Its id, the first part of its targets' names.
    pub id: ProviderId,
    /// Its name for people.
    pub name: String,
    /// Its wire format.
    pub dialect: DialectName,
    /// Where it is, and its habits.
    pub endpoint: Endpoint,
    /// The proxy through which it is reached.
    pub proxy: Option<Proxy>,
    /// Its keys, asked in turn; empty where it wants none.
    pub keys: Vec<ProviderKey>,
    /// Its place in the order; lower is asked first.
    pub priority: u32,
    /// Whether the operator wrote that, rather than a catalog.
    pub priority_is_set: bool,
    /// Whether it is on this machine.
    pub is_loopback: bool,
    /// Where people get a key.
    pub key_url: Option<String>,
    /// What it gives for nothing, all models together.
    pub free_limits: FreeLimits,
    /// Whether it is to be asked which models it has.
    pub discovers: bool,
    /// Whether its list of models is looked at from time to time.
    pub lists_models: bool,
    /// Who owns the models of its list, where another server may listen at its address.
    pub owner: Option<String>,
    /// What its terms say of gateways.
    pub terms: Option<Terms>,
    /// What its facts were checked against, and when.
    pub checked: Checked,
    /// What its models have in common.
    pub(super) defaults: ModelEntry,
}

impl ProviderSetup {
    /// The row of a model that no catalog lists, such as one the provider itself has named: what its models have in
    /// common, no tiers. What else is known of it is filled in by the caller. `tasks`: what it does; none: what its
    /// provider's models usually do.
    #[must_use]
    pub fn discovered(&self, model: &str, tasks: &[TaskKind]) -> Abilities {
        let tasks = (!tasks.is_empty()).then(|| tasks.to_vec());
        let entry = ModelEntry { tasks, ..ModelEntry::default() };
        row::abilities(self, model, &entry.over(&self.defaults))
    }
}

/// A provider that cannot be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Off {
    /// Its id.
    pub id: ProviderId,
    /// Its name for people.
    pub name: String,
    /// Why, and what to do about it.
    pub why: String,
    /// Variables that would hold its key.
    pub key_env: Vec<String>,
    /// Where people get a key.
    pub key_url: Option<String>,
    /// What its terms say of gateways.
    pub terms: Option<Terms>,
    /// What its facts were checked against, and when.
    pub checked: Checked,
}

/// Whether a provider wants a key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum KeyNeed {
    /// It is not called without one.
    #[default]
    Needed,
    /// It answers without one as well.
    Optional,
    /// It takes none.
    None,
}

impl KeyNeed {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Needed => "needed",
            Self::Optional => "optional",
            Self::None => "none",
        }
    }
}

/// What there is to know of a provider before one adds a key, whether it is on or off.
#[derive(Debug, Clone, Default)]
pub struct Signing {
    /// Whether it wants one.
    pub need: KeyNeed,
    /// Whether a model of its catalog chats for nothing.
    pub is_free: bool,
    /// Keys of the configuration or the environment that an administrator has left out.
    pub left_out: Vec<ProviderKey>,
}

/// What facts were checked against, and when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// What they were checked against.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// When.
    #[serde(rename = "checked", skip_serializing_if = "Option::is_none")]
    pub day: Option<Day>,
}
