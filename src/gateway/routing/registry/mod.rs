//! What providers list: their models, asked for in the background and on demand, and kept on disk.
//!
//! An outage erases nothing: the last good list stands, and its age is told. What a catalog or the configuration says of a
//! model overrules its provider's list. A model that is found beside a catalog answers only when it is named, since what it
//! costs and can do is little known.

mod change;
mod kept;
mod look;
mod row;

pub use change::{Listing, Reclassified};

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use mediary_core::ProviderId;
use mediary_store::ModelLists;
use tokio::sync::Mutex as Turn;

use super::Router;
use crate::providers::Providers;
use kept::KeptList;

/// The lists that are known.
#[derive(Debug, Default)]
pub(super) struct Registry {
    /// Held for the look at a value, never across a wait.
    lists: Mutex<BTreeMap<ProviderId, KeptList>>,
    /// Where they outlive the process.
    disk: Option<ModelLists>,
    /// Held over a whole look: two who look at once would tell of each other's changes.
    turn: Turn<()>,
}

impl Registry {
    /// Nothing known yet. A folder that cannot be had costs what would be remembered, not the start.
    pub(super) fn new(dir: Option<PathBuf>) -> Self {
        let opened = dir.map(ModelLists::open).transpose();
        let disk = opened.unwrap_or_else(|error| {
            tracing::warn!(error.detail = %error, "lists of models are not remembered");
            None
        });
        Self { disk, ..Self::default() }
    }

    /// What is known of the lists of providers that are still there, at the same address.
    pub(super) fn of_those_that_stay(&self, providers: &Providers) -> Self {
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner).clone();
        lists.retain(|id, list| providers.get(id).is_some_and(|setup| list.is_of(setup)));
        Self { lists: Mutex::new(lists), disk: self.disk.clone(), turn: Turn::default() }
    }

    /// What is known of a provider's list.
    fn last(&self, id: &ProviderId) -> Option<KeptList> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    fn set(&self, id: &ProviderId, list: KeptList) {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), list);
    }
}

impl Router {
    /// The same router, which remembers lists of models in a folder.
    pub(in crate::gateway) fn remembering_lists(self, dir: Option<PathBuf>) -> Self {
        Self { registry: Registry::new(dir), ..self }
    }

    /// How long ago a provider's list was good.
    #[must_use]
    pub fn list_age(&self, id: &ProviderId) -> Option<Duration> {
        self.registry.last(id).map(|list| list.age(SystemTime::now()))
    }
}
