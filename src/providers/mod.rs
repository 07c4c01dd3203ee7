//! Providers: which can be called, with which keys, and what each of their models accepts and does.
//!
//! Catalogs, the configuration and the environment are merged here, once, at start. Nothing is called, and what a
//! provider says about itself when asked is not here either: the gateway asks, and makes rows with [`ProviderSetup::discovered`].
//! The gateway plans over the matrix; `mediary check-config` prints which are on and which are off.

mod address;
mod catalog;
mod failure;
mod family;
mod join;
mod keys;
mod report;
mod row;
mod stand_ins;

#[cfg(test)]
mod tests;

pub use crate::config::providers::{Day, DialectName, FreeLimits, ProxyTerms, Terms};
pub use failure::BadCatalog;
pub use family::{vector_family, vector_space};
pub use report::ProviderReport;
pub use stand_ins::StandIns;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use mediary_core::capability::{Abilities, CapabilityMatrix, TaskKind};
use mediary_core::plan::Aliases;
use mediary_core::{ProviderId, Target};
use mediary_remote::{Endpoint, Proxy};
use serde::Serialize;

use crate::config::providers::ModelEntry;
use crate::config::{Config, Environment, Secret};

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
    pub keys: Vec<Secret>,
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
    defaults: ModelEntry,
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

/// What there is to say about a model beside its abilities.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelInfo {
    /// Its name for people, if it has one.
    pub name: Option<String>,
    /// What of it is for nothing.
    pub free_limits: FreeLimits,
    /// Other names it is asked for by.
    pub aliases: Vec<String>,
}

/// All providers, as they stand at start.
#[derive(Debug, Clone, Default)]
pub struct Providers {
    /// Those that can be called, by priority, then by id.
    pub enabled: Vec<ProviderSetup>,
    /// Those that cannot, and why, by id.
    pub disabled: Vec<Off>,
    /// What the models of those that can be called accept and do. Local engines are not among them.
    pub matrix: CapabilityMatrix,
    /// Names that stand for targets: the operator's, then the catalogs'.
    pub aliases: Aliases,
    /// What there is to say about each model beside its row.
    pub infos: BTreeMap<Target, ModelInfo>,
    /// Names of models that clients send without meaning them: on task endpoints they stand for `auto`.
    pub customary: BTreeSet<String>,
    /// Which tiers stand in for families of models.
    pub stand_ins: StandIns,
}

impl Providers {
    /// Merges the catalogs (those in `models/providers` below `config_dir` instead of embedded ones of the same name),
    /// the configuration and the environment.
    ///
    /// # Errors
    /// When a catalog cannot be read, or a provider of the configuration lacks what no catalog knows of it.
    pub fn assemble(config: &Config, env: &Environment, config_dir: Option<&Path>) -> Result<Self, BadCatalog> {
        join::all(&catalog::load(config_dir)?, config, env)
    }

    /// The provider of this id, if it can be called.
    #[must_use]
    pub fn get(&self, id: &ProviderId) -> Option<&ProviderSetup> {
        self.enabled.iter().find(|provider| provider.id == *id)
    }
}
