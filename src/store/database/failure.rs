//! How the database fails: each time with what the operator can do.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::CacheFailed;

/// The database could not be opened, read or written.
#[derive(Debug, Error)]
pub enum StoreFailed {
    /// The folder is of no use.
    #[error(transparent)]
    Folder(#[from] CacheFailed),
    /// Two processes would do one job twice.
    #[error(
        "another server uses the data in {}; stop that one, or give this one a folder of its own with [store] dir or \
         MEDIARY_STORE__DIR", .0.display()
    )]
    InUse(PathBuf),
    /// What a newer program meant is not known here.
    #[error(
        "the database {} is of version {found}, and this program knows versions up to {known}; install the newer program \
         again, or name another folder with [store] dir", path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version of its schema.
        found: i64,
        /// The newest that is known here.
        known: i64,
    },
    /// A server beside would not understand what is written by newer rules.
    #[error("an older server uses the database {}; start it anew with this program first", .0.display())]
    Older(PathBuf),
    /// What is in the file cannot be read any more.
    #[error(
        "the database {} is damaged; it was put aside as {}, and the next start begins with an empty one. To have it back, \
         mend it (`sqlite3 FILE .recover`) or restore a backup, and give it its name again", path.display(), kept_as.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What it is called now.
        kept_as: PathBuf,
    },
    /// The disk or the file system refused.
    #[error("cannot {doing} {}: {source}", path.display())]
    Disk {
        /// What was tried.
        doing: &'static str,
        /// What it was tried with.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// SQLite refused.
    #[error("cannot {doing} the database {}: {source}", path.display())]
    Database {
        /// What was tried.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: Box<sqlx::Error>,
    },
}

impl StoreFailed {
    pub(crate) fn of(doing: &'static str, path: &Path, error: sqlx::Error) -> Self {
        Self::Database { doing, path: path.to_owned(), source: Box::new(error) }
    }
}
