//! The `[obsidian]` section: into which vault threads are written as notes, and whose.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::check::Check;
use super::keys::Key;

/// Stands for all keys.
const ALL: &str = "*";
/// Stands for the keys of `[server]`, and for a server that asks for none.
const SERVER: &str = "server";

/// The checked `[obsidian]` section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obsidian {
    /// The vault's folder; `None`: notes are not written.
    pub vault: Option<PathBuf>,
    /// The folder in it that holds the notes.
    pub folder: String,
    /// Whether notes are written by themselves, soon after something is said.
    pub continuous: bool,
    /// Whose threads.
    pub keys: Vec<String>,
}

impl Obsidian {
    /// Whether the threads of all keys are written.
    #[must_use]
    pub fn is_for_all(&self) -> bool {
        self.keys.iter().any(|key| key == ALL)
    }

    /// Whether those of the keys of `[server]` are.
    #[must_use]
    pub fn is_for_server(&self) -> bool {
        self.is_for_all() || self.keys.iter().any(|key| key == SERVER)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawObsidian {
    vault: String,
    folder: String,
    continuous: bool,
    keys: Vec<String>,
}

impl Default for RawObsidian {
    fn default() -> Self {
        Self { vault: String::new(), folder: "Mediary".to_owned(), continuous: false, keys: vec![ALL.to_owned()] }
    }
}

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "obsidian.vault",
        "an absolute path, or empty",
        "folder of a vault of Obsidian into which threads are written as notes (`POST /v1/sync/obsidian`); empty: none are",
    ),
    Key::new("obsidian.folder", "the name of a folder", "folder of the vault that holds the notes"),
    Key::new(
        "obsidian.continuous",
        "true or false",
        "whether notes are written by themselves, soon after something is said",
    ),
    Key::new(
        "obsidian.keys",
        "a list of names or ids of clients' keys, \"server\" or \"*\"",
        "whose threads are written; server: those of the keys of `[server]`, or of a server without keys; `*`: all",
    ),
];

impl RawObsidian {
    pub(super) fn check(self, check: &mut Check<'_>) -> Obsidian {
        let vault = Some(self.vault.trim()).filter(|vault| !vault.is_empty()).map(PathBuf::from);
        check.require("obsidian.vault", vault.as_ref().is_none_or(|vault| vault.is_absolute()));
        let folder = self.folder.trim();
        let is_plain = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':']);
        check.require("obsidian.folder", folder.split('/').all(is_plain));
        check.require("obsidian.keys", self.keys.iter().all(|key| !key.trim().is_empty()));
        if self.continuous && vault.is_none() {
            check.contradict(&["obsidian.continuous"], "there is no vault to write to: set `obsidian.vault`");
        }
        Obsidian { vault, folder: folder.to_owned(), continuous: self.continuous, keys: self.keys }
    }
}
