//! What a look at a list changed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mediary_core::Failure;
use mediary_core::capability::{CapabilityMatrix, Lifecycle, TaskKind};
use mediary_core::provider::ListedModel;

use super::row;
use crate::providers::ProviderSetup;

/// What became of asking a provider for its list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// Whose list it is.
    pub provider: String,
    /// Why there is none; what was known before stands.
    pub failure: Option<String>,
    /// How many models its last good list has.
    pub models: usize,
    /// How old that is; `None`: there is none.
    pub age: Option<Duration>,
    /// What is on it that was not.
    pub added: Vec<String>,
    /// What was on it and is not any more.
    pub removed: Vec<String>,
    /// What does other work than before.
    pub reclassified: Vec<Reclassified>,
    /// What a catalog or the configuration names and the list does not. It stays: a list may be for some accounts only.
    pub unlisted: Vec<String>,
}

/// A model that does other work than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reclassified {
    /// The model.
    pub model: String,
    /// What it did.
    pub from: Vec<TaskKind>,
    /// What it does.
    pub to: Vec<TaskKind>,
}

impl Listing {
    /// The difference between two lists of a provider. What is curated is not counted: no list changes it.
    pub(super) fn of(
        setup: &ProviderSetup,
        known: &[ListedModel],
        now: &[ListedModel],
        curated: &CapabilityMatrix,
    ) -> Self {
        let rows = || curated.rows().iter().filter(|row| row.target.provider == setup.id);
        let own: BTreeSet<&str> = rows().map(|row| row.target.model.as_str()).collect();
        let by_name = |list: &'_ [ListedModel]| -> BTreeMap<String, Vec<TaskKind>> {
            let free = list.iter().filter(|model| !own.contains(model.name.as_str()));
            free.map(|model| (model.name.clone(), row::of(setup, model).tasks)).collect()
        };
        let (before, after) = (by_name(known), by_name(now));
        let only = |one: &BTreeMap<String, _>, other: &BTreeMap<String, _>| -> Vec<String> {
            one.keys().filter(|name| !other.contains_key(*name)).cloned().collect()
        };
        let reclassified = after.iter().filter_map(|(name, to)| {
            let from = before.get(name).filter(|from| *from != to)?;
            Some(Reclassified { model: name.clone(), from: from.clone(), to: to.clone() })
        });
        let listed: BTreeSet<&str> = now.iter().map(|model| model.name.as_str()).collect();
        let living = rows().filter(|row| matches!(row.lifecycle, Lifecycle::Active | Lifecycle::Preview));
        let unlisted = living.map(|row| row.target.model.as_str()).filter(|name| !listed.contains(name));
        Self {
            provider: setup.id.as_str().to_owned(),
            failure: None,
            models: now.len(),
            age: Some(Duration::ZERO),
            added: only(&after, &before),
            removed: only(&before, &after),
            reclassified: reclassified.collect(),
            unlisted: unlisted.map(str::to_owned).collect(),
        }
    }

    /// A list that could not be had.
    pub(super) fn failed(setup: &ProviderSetup, failure: &Failure, models: usize, age: Option<Duration>) -> Self {
        Self {
            provider: setup.id.as_str().to_owned(),
            failure: Some(failure.kind.name().to_owned()),
            models,
            age,
            added: Vec::new(),
            removed: Vec::new(),
            reclassified: Vec::new(),
            unlisted: Vec::new(),
        }
    }
}
