//! How the database fails: each time with what the operator can do.

use std::fmt::Display;
use std::io;
use std::path::PathBuf;

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
    /// Likewise, of a database that a server has.
    #[error(
        "another server uses the database {0}; stop that one, or name another database with [store] url \
         (MEDIARY_STORE__URL), or let all of them share their limits by [store] counters (MEDIARY_STORE__COUNTERS)"
    )]
    Taken(String),
    /// What a newer program meant is not known here.
    #[error(
        "the database {place} is of version {found}, and this program knows versions up to {known}; install the newer \
         program again, or name another database with [store] dir or url"
    )]
    Newer {
        /// Its file or address.
        place: String,
        /// The version of its schema.
        found: i64,
        /// The newest that is known here.
        known: i64,
    },
    /// A server beside would not understand what is written by newer rules.
    #[error("an older server uses the database {0}; start it anew with this program first")]
    Older(String),
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
    /// The server with the database does not answer.
    #[error(
        "the database {place} cannot be reached: {source}; start PostgreSQL there, or mend [store] url (MEDIARY_STORE__URL)"
    )]
    Unreachable {
        /// Its address.
        place: String,
        /// What became of the connection.
        source: Box<sqlx::Error>,
    },
    /// What copies a server's database belongs to that server.
    #[error("the database {0} is PostgreSQL's; copy it with `pg_dump`, and give it back with `pg_restore`")]
    NoCopy(String),
    /// The database refused.
    #[error("cannot {doing} the database {place}: {source}")]
    Database {
        /// What was tried.
        doing: &'static str,
        /// Its file or address.
        place: String,
        /// What it says.
        source: Box<sqlx::Error>,
    },
}

impl StoreFailed {
    pub(crate) fn of(doing: &'static str, place: impl Display, error: sqlx::Error) -> Self {
        Self::Database { doing, place: place.to_string(), source: Box::new(error) }
    }
}
