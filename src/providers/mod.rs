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
mod search_keys;
mod setup;
mod shipped;
mod stand_ins;

#[cfg(test)]
mod tests;

pub use crate::config::providers::{Day, DialectName, FreeLimits, ProxyTerms, Terms};
pub use failure::BadCatalog;
pub use family::{vector_family, vector_space};
pub use keys::{KeySource, ProviderKey, StoredKeys};
pub use report::{KeyState, ProviderReport, QuotaLeft};
pub use search_keys::{SearchKeys, search_store_name};
pub use setup::{Checked, KeyNeed, Off, ProviderSetup, Signing};
pub use shipped::{catalog_ids, listed_models};
pub use stand_ins::StandIns;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use mediary_core::capability::CapabilityMatrix;
use mediary_core::plan::Aliases;
use mediary_core::{ProviderId, Target};
use mediary_remote::SearchEngine;

use crate::config::{Config, Environment};

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
    /// What there is to know of each before one adds a key.
    pub signing: BTreeMap<ProviderId, Signing>,
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
    /// Keys of search engines.
    pub search: SearchKeys,
}

impl Providers {
    /// Merges the catalogs (those in `models/providers` below `config_dir` instead of embedded ones of the same name),
    /// the configuration and the environment.
    ///
    /// # Errors
    /// When a catalog cannot be read, or a provider of the configuration lacks what no catalog knows of it.
    pub fn assemble(config: &Config, env: &Environment, config_dir: Option<&Path>) -> Result<Self, BadCatalog> {
        Self::assemble_with(config, env, config_dir, &StoredKeys::default())
    }

    /// The same with keys that were added to the store.
    ///
    /// # Errors
    /// As [`Providers::assemble`].
    pub fn assemble_with(
        config: &Config,
        env: &Environment,
        config_dir: Option<&Path>,
        stored: &StoredKeys,
    ) -> Result<Self, BadCatalog> {
        join::all(&catalog::load(config_dir)?, config, env, stored)
    }

    /// The provider of this id, if it can be called.
    #[must_use]
    pub fn get(&self, id: &ProviderId) -> Option<&ProviderSetup> {
        self.enabled.iter().find(|provider| provider.id == *id)
    }

    /// Whether keys of this name can be used: a provider's, or a search engine's.
    #[must_use]
    pub fn takes_keys_of(&self, id: &ProviderId) -> bool {
        let is_engine = || SearchEngine::ALL.into_iter().filter_map(search_store_name).any(|name| name == id.as_str());
        self.get(id).is_some() || self.disabled.iter().any(|off| off.id == *id) || is_engine()
    }
}
