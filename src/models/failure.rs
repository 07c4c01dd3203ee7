//! What can go wrong with models, one type per event: opening the cards, using a card, pulling a card.
//!
//! Every message ends with what to do about it, because it is what the user reads on the console.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::Damage;

/// The cards cannot be read, or there is no place for their files.
#[derive(Debug, Error)]
pub enum OpenFailed {
    /// A card is unreadable or unsound.
    #[error("the model card {} is not usable: {detail}", path.display())]
    Card {
        /// Its file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// Neither a checkout nor a data directory.
    #[error("no folder for libraries and weights: this user has no home directory; set MEDIARY_HOME to a folder")]
    NoPlace,
}

/// An engine asked for a file that cannot be used.
#[derive(Debug, Error)]
#[error("{}", reason.sentence(card))]
pub struct NotInstalled {
    /// The card that was asked for.
    pub card: String,
    /// Why it cannot be used.
    pub reason: Reason,
}

impl NotInstalled {
    pub(super) fn new(card: &str, reason: Reason) -> Self {
        Self { card: card.to_owned(), reason }
    }
}

/// Why a file of a card cannot be used.
#[derive(Debug)]
pub enum Reason {
    /// No card has this name.
    NoSuchCard,
    /// The card lists no such file on this platform.
    NoSuchFile {
        /// The name that was asked for.
        file: String,
    },
    /// Not everything is there.
    Missing,
    /// Something is there that does not fit the card.
    Damaged(Vec<Damage>),
    /// There is no package for this platform.
    Unavailable(String),
    /// No package carries it, and the user has not imported this file of it.
    NotImported {
        /// The file.
        file: String,
        /// How the user gets it.
        advice: String,
    },
    /// An imported file is not what it was.
    ImportDamaged(Vec<Damage>),
}

impl Reason {
    fn sentence(&self, card: &str) -> String {
        match self {
            Self::NoSuchCard => format!("there is no model card called `{card}`; `mediary models` lists them"),
            Self::NoSuchFile { file } => format!("the model card `{card}` lists no file `{file}`"),
            Self::Missing => format!("`{card}` is not installed; fetch it with `mediary models pull {card}`"),
            Self::Damaged(files) => {
                let files: Vec<String> = files.iter().map(ToString::to_string).collect();
                format!("`{card}` is damaged ({}); mend it with `mediary models pull {card}`", files.join(", "))
            }
            Self::NotImported { file, advice } => format!(
                "`{file}` of `{card}` is not installed and no package carries it: {advice}; then `mediary models \
                 import {card} FOLDER`"
            ),
            Self::ImportDamaged(files) => {
                let files: Vec<String> = files.iter().map(ToString::to_string).collect();
                let files = files.join(", ");
                format!("`{card}` is damaged ({files}); import it again with `mediary models import {card} FOLDER`")
            }
            Self::Unavailable(reason) => format!("`{card}` cannot be installed on this platform: {reason}"),
        }
    }
}

/// A card could not be pulled.
#[derive(Debug, Error)]
pub enum PullFailed {
    /// There is no package for this platform.
    #[error("`{card}` cannot be installed on this platform: {reason}")]
    Unavailable {
        /// The card.
        card: String,
        /// Why there is none.
        reason: String,
    },
    /// Python or its package client is not there.
    #[error("{missing}, but packages are fetched with it; {advice}")]
    NoPip {
        /// What is not there.
        missing: String,
        /// How to install it.
        advice: String,
    },
    /// The package client ended with an error.
    #[error("pip could not download {package}:\n{output}\n{advice}")]
    Pip {
        /// Package and version.
        package: String,
        /// The last lines it wrote, indented.
        output: String,
        /// What to do about it.
        advice: String,
    },
    /// The package client of Node.js is not there, or ended with an error.
    #[error("{package} could not be fetched: {detail}")]
    Npm {
        /// Package and version.
        package: String,
        /// What is missing or went wrong, and what to do.
        detail: String,
    },
    /// What was downloaded is not what the card describes.
    #[error("{package} is not what its card describes: {detail}; nothing of it was installed")]
    Mismatch {
        /// Package and version.
        package: String,
        /// The first difference.
        detail: String,
    },
    /// A file could not be made of the package's files, or came out differently than the card says.
    #[error(
        "`{file}` of `{card}` could not be made of its package's files: {detail}; if the card is your own, correct what \
         it says of `{file}`, else update Mediary, since card and program are of different versions"
    )]
    Unmade {
        /// The card.
        card: String,
        /// The file.
        file: String,
        /// What was wrong.
        detail: String,
    },
    /// The disk refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Disk {
        /// What was being done.
        action: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Files could not be imported.
#[derive(Debug, Error)]
pub enum ImportFailed {
    /// The folder lacks a file that is needed.
    #[error("there is no {file} in {}; {advice}", folder.display())]
    Absent {
        /// The folder the user named.
        folder: PathBuf,
        /// The file that is needed.
        file: String,
        /// How the user gets it.
        advice: String,
    },
    /// A file is not what its name says.
    #[error("{} cannot be used: {detail}; nothing was imported", file.display())]
    Unfit {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] PullFailed),
}

impl PullFailed {
    /// Wraps an error of the file system: `.map_err(PullFailed::disk("create", &path))`.
    pub(super) fn disk(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Disk { action, path, source }
    }
}
