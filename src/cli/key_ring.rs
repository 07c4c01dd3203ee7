//! The keys of the store as a server that runs has them: read when they have changed, whichever program changed them.

use std::collections::BTreeSet;
use std::sync::Arc;

use mediary_store::{Database, MasterPlace, ProviderKeys};

use super::kept::usable;
use crate::providers::StoredKeys;

/// The keys of the store.
#[derive(Debug)]
pub(super) struct KeyRing {
    /// `None`: there is no store.
    keys: Option<ProviderKeys>,
    /// Which change was read last.
    revision: i64,
    /// Keys that cannot be opened, of which it was told.
    told: BTreeSet<String>,
    /// What was read last.
    stored: StoredKeys,
}

impl KeyRing {
    /// The keys of a database, of which none was read yet.
    pub(super) fn new(database: Option<Arc<Database>>, place: Option<MasterPlace>) -> Self {
        let keys = database.zip(place).map(|(database, place)| ProviderKeys::of(database, place));
        Self { keys, revision: -1, told: BTreeSet::new(), stored: StoredKeys::default() }
    }

    /// The keys themselves, to be changed.
    pub(super) fn keys(&self) -> Option<&ProviderKeys> {
        self.keys.as_ref()
    }

    /// What was read last.
    pub(super) fn stored(&self) -> &StoredKeys {
        &self.stored
    }

    /// Whether keys have changed since they were read. A store that cannot be read has not.
    pub(super) async fn has_changed(&self) -> bool {
        let Some(keys) = &self.keys else { return false };
        keys.revision().await.is_ok_and(|now| now != self.revision)
    }

    /// Reads the keys. Where that fails, those that were read before stay.
    pub(super) async fn read(&mut self) -> StoredKeys {
        let Some(keys) = &self.keys else { return StoredKeys::default() };
        // A change between the two is seen as one once more.
        let revision = keys.revision().await;
        let read = keys.all_that_open().await;
        match (revision, read) {
            (Ok(revision), Ok((all, trouble))) => {
                if let Some(trouble) = trouble.filter(|_| !all.is_empty()) {
                    tracing::error!(error.detail = %trouble, "the keys in the store are left out");
                }
                self.revision = revision;
                self.stored = usable(all, &mut self.told);
            }
            (Err(error), _) | (_, Err(error)) => {
                tracing::error!(error.detail = %error, "the keys in the store cannot be read");
            }
        }
        self.stored.clone()
    }
}
