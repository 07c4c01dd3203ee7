//! What is kept in the store, for commands: opened for a moment, also beside a server that has it.

use std::collections::BTreeSet;
use std::sync::Arc;

use mediary_store::{ClientKeys, Database, KeptKey, ListedKey, Projects, ProviderKeys, Threads};
use tokio::runtime::{Builder, Runtime};

use super::Context;
use crate::config::{Config, Source};
use crate::gateway::threads::owner_of_key;
use crate::providers::StoredKeys;

/// The store, open for a command.
pub(super) struct Kept {
    pub(super) config: Config,
    pub(super) source: Source,
    pub(super) keys: ProviderKeys,
    pub(super) clients: ClientKeys,
    pub(super) database: Arc<Database>,
    runtime: Runtime,
}

impl Kept {
    /// Waits for work on the store.
    pub(super) fn wait<T, E: ToString>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, String> {
        self.runtime.block_on(work).map_err(|error| error.to_string())
    }

    /// Removes what was said with a client's key, and what it was said for.
    pub(super) fn forget_key(&self, key: &str) -> Result<(), String> {
        let owner = owner_of_key(key);
        self.wait(Threads::of(self.database.clone()).remove_all(&owner))?;
        self.wait(Projects::of(self.database.clone()).remove_all(&owner)).map(drop)
    }
}

impl Context {
    /// Opens the store, which is made if it is not there.
    pub(super) fn kept(&self) -> Result<Kept, String> {
        let loaded = self.load()?;
        let (config, source) = (loaded.config, loaded.source);
        let no_place = || "there is no folder for the database; name one with [store] dir or MEDIARY_HOME".to_owned();
        let store = self.store_place(&config).ok_or_else(no_place)?;
        let place = self.master_place(&config, &source).ok_or_else(no_place)?;
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
        let database = runtime.block_on(store.open_beside()).map_err(|error| error.to_string())?;
        let database = Arc::new(database);
        let (keys, clients) = (ProviderKeys::of(database.clone(), place), ClientKeys::of(database.clone()));
        Ok(Kept { config, source, keys, clients, database, runtime })
    }

    /// The keys that were added to the store, for a command that calls providers. Where there is no store, there are none.
    pub(super) fn stored_keys(&self, config: &Config) -> Result<StoredKeys, String> {
        let is_there = self.store_place(config).is_some_and(|place| place.is_there());
        if !is_there {
            return Ok(StoredKeys::default());
        }
        let kept = self.kept()?;
        let all = kept.wait(kept.keys.all_that_open())?;
        Ok(usable(all.0, &mut BTreeSet::new()))
    }
}

/// The keys that can be used. Each that cannot be opened is told of once; `told` are the ids of those.
pub(super) fn usable(all: Vec<KeptKey>, told: &mut BTreeSet<String>) -> StoredKeys {
    let mut stored = StoredKeys::default();
    for KeptKey { listed, secret } in all {
        let ListedKey { id, provider, is_disabled, wants_master, .. } = listed;
        match (secret, wants_master) {
            (Some(secret), _) if is_disabled || stored.add(&provider, id.clone(), &secret) => {}
            (Some(_), _) => tracing::warn!(key.id = id, provider, "a stored key holds characters that no key has"),
            (None, wants) => {
                if told.insert(id.clone()) {
                    let master = wants.unwrap_or_default();
                    tracing::error!(
                        key.id = id,
                        provider,
                        key.master = master,
                        "a stored key cannot be opened with the master key that is here, and is left out; put the \
                         right master key back, or remove the key and add it anew"
                    );
                }
            }
        }
    }
    stored
}
