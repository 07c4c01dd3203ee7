//! Threads as notes in a vault of Obsidian.

use std::sync::Arc;

use super::Threads;
use crate::config::Config;

/// A vault.
#[derive(Debug)]
pub(super) struct Vault;

impl Vault {
    pub(super) fn of(_config: &Config) -> Option<Self> {
        None
    }
}

/// How notes are to be written.
#[derive(Debug, Clone, Copy, Default)]
pub struct SyncWish {
    /// Whether notes that were deleted are written again.
    pub restores: bool,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct SyncReport {
    /// How many files were written.
    pub written: u64,
    /// How many notes were right already.
    pub unchanged: u64,
}

impl Threads {
    /// Writes notes.
    ///
    /// # Errors
    /// When there is no vault.
    pub async fn sync(&self, _owner: &[u8], _wish: SyncWish) -> Result<SyncReport, super::NoThread> {
        Ok(SyncReport::default())
    }
}

/// Writes notes by themselves.
pub(super) async fn follow(threads: Arc<Threads>) {
    let _ = threads;
}
