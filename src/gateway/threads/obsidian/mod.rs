//! Threads as notes in a vault of Obsidian: one note a thread, its media beside it.
//!
//! A note is known by its front matter, wherever in the folder it lies and whatever it is called. It says itself what of it was
//! written here ([`note`]); one that a person has changed is left as it is, byte for byte, and what is said thereafter goes
//! into a second one. One that a person has deleted stays deleted. Nothing outside of the vault is ever written.

mod files;
mod following;
mod names;
mod note;
mod syncing;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::super::Clients;
use super::owner_of_key;
use crate::config::{self, Config};

pub(super) use following::follow;
pub use syncing::{SyncDetail, SyncReport, SyncWish};

/// The vault that the operator has named.
#[derive(Debug)]
pub(super) struct Vault {
    root: PathBuf,
    /// The folder of the notes in it.
    folder: String,
    settings: config::Obsidian,
    /// Whose threads are the server's own: those without a key, and those of its configured keys.
    of_server: BTreeSet<Vec<u8>>,
    /// One sync at a time.
    turn: tokio::sync::Mutex<()>,
}

impl Vault {
    /// The vault of a configuration; `None`: it names none.
    pub(super) fn of(config: &Config) -> Option<Self> {
        let settings = config.obsidian.clone();
        let root = settings.vault.clone()?;
        let keys = config.server.api_keys.iter().map(|key| owner_of_key(key.expose()));
        Some(Self {
            root,
            folder: settings.folder.clone(),
            of_server: keys.chain([Vec::new()]).collect(),
            settings,
            turn: tokio::sync::Mutex::new(()),
        })
    }

    /// Whether an owner's threads are written.
    fn takes(&self, owner: &[u8], clients: &Clients) -> bool {
        let is_named = |key: &String| {
            let named = clients.all().into_iter().filter(|client| client.id == *key || client.name == *key);
            named.into_iter().any(|client| owner_of_key(&client.id) == owner)
        };
        self.settings.is_for_all()
            || (self.settings.is_for_server() && self.of_server.contains(owner))
            || self.settings.keys.iter().any(is_named)
    }
}
