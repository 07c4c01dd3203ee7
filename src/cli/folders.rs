//! The places for what outlives a request: as configured, else in `$MEDIARY_HOME`, else where the system has such things.

use std::path::PathBuf;

use mediary_store::{DatabasePlace, MasterPlace};

use super::Context;
use crate::config::{Config, Source};

impl Context {
    /// Where what was read is remembered.
    pub(super) fn cache_dir(&self, config: &Config) -> Option<PathBuf> {
        let usual = || match self.home() {
            Some(home) => Some(home.join("cache")),
            None => dirs::cache_dir().map(|dir| dir.join("mediary")),
        };
        config.cache.dir.as_ref().map(|dir| self.cwd.join(dir)).or_else(usual)
    }

    /// Where files for clients to fetch are kept.
    pub(super) fn content_dir(&self, config: &Config) -> Option<PathBuf> {
        let usual = || match self.home() {
            Some(home) => Some(home.join("content")),
            None => dirs::data_dir().map(|dir| dir.join("mediary").join("content")),
        };
        config.content.dir.as_ref().map(|dir| self.cwd.join(dir)).or_else(usual)
    }

    /// Where the database is; `None`: there is no folder that it could be in.
    pub(super) fn store_place(&self, config: &Config) -> Option<DatabasePlace> {
        match &config.store.server {
            Some(address) => Some(DatabasePlace::Server(address.clone())),
            None => self.store_dir(config).map(DatabasePlace::Folder),
        }
    }

    /// Where files beside the database are, and itself where it is one; `None`: there is no folder for them.
    pub(super) fn store_dir(&self, config: &Config) -> Option<PathBuf> {
        let usual = || match self.home() {
            Some(home) => Some(home.join("store")),
            None => dirs::data_dir().map(|dir| dir.join("mediary").join("store")),
        };
        config.store.dir.as_ref().map(|dir| self.cwd.join(dir)).or_else(usual)
    }

    /// Where the key is that seals providers' keys.
    pub(super) fn master_place(&self, config: &Config, source: &Source) -> Option<MasterPlace> {
        if let Some(key) = self.environment.text("MEDIARY_MASTER_KEY") {
            let next = self.environment.text("MEDIARY_MASTER_KEY_NEXT").map(str::to_owned);
            return Some(MasterPlace::Variables(key.to_owned(), next));
        }
        let usual = || {
            let folder = self.config_dir(source).or_else(|| self.home());
            let folder = folder.or_else(|| dirs::config_dir().map(|dir| dir.join("mediary")))?;
            Some(folder.join("master.key"))
        };
        let written = config.store.master_key_file.as_ref().map(|file| self.cwd.join(file));
        written.or_else(usual).map(MasterPlace::File)
    }

    /// Where the last good lists of models are.
    pub(super) fn registry_dir(&self, config: &Config) -> Option<PathBuf> {
        let usual = || match self.home() {
            Some(home) => Some(home.join("registry")),
            None => dirs::data_dir().map(|dir| dir.join("mediary").join("registry")),
        };
        config.registry.dir.as_ref().map(|dir| self.cwd.join(dir)).or_else(usual)
    }

    /// `$MEDIARY_HOME`, where it is set.
    pub(super) fn home(&self) -> Option<PathBuf> {
        let home = self.environment.path("MEDIARY_HOME").filter(|home| !home.as_os_str().is_empty());
        home.map(|home| self.cwd.join(home))
    }
}
