//! The relational store: one SQLite file in the data folder, for what must outlive the process.
//!
//! All writes go through one task ([`writer`]), which joins what waits into one transaction and answers when it is on the
//! disk; reads come from a small pool and never wait for it. One process owns the file: a second one is refused. Which
//! tables there are is said by the steps in [`schema`]; what their rows mean by the rooms next door (`jobs`).

mod backup;
mod damaged;
mod failure;
mod schema;
mod statement;
#[cfg(test)]
mod tests;
mod writer;

pub use failure::StoreFailed;
pub(crate) use statement::Statement;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Row as _, SqlitePool};

use crate::folder;
use writer::Writer;

/// The database's file in its folder.
pub(crate) const FILE: &str = "mediary.db";
/// Held by the process that owns it.
const LOCK: &str = "mediary.lock";
/// Readers side by side; each has a thread of its own.
const READERS: u32 = 4;
/// A backup program may hold the file for a moment.
const BUSY: Duration = Duration::from_secs(5);

/// An open database. Shared by reference; dropping it gives the file up.
#[derive(Debug)]
pub struct Database {
    reads: SqlitePool,
    writer: Writer,
    path: PathBuf,
    /// The system lets go of it when the process ends, however it does; `None`: a server beside has it.
    _lock: Option<File>,
}

impl Database {
    /// Opens the database in `folder`, which is made if it is not there, for this user alone; brings its schema up to
    /// what this program knows.
    ///
    /// # Errors
    /// When the folder or the file cannot be used, another process has it, or a newer program has written it.
    pub async fn open(folder: &Path) -> Result<Self, StoreFailed> {
        folder::make_private(folder)?;
        let lock = lock(folder)?;
        let opened = Self::connect(folder, Some(lock)).await;
        opened.map_err(|failed| damaged::put_aside(&folder.join(FILE), failed))
    }

    /// Opens the database for a short errand, beside the server that has it, if one has. A server that runs has brought
    /// the schema up to what it knows; where that is not what is known here, one of the two programs is older.
    ///
    /// # Errors
    /// As [`Database::open`], or when the server is of another version.
    pub async fn open_beside(folder: &Path) -> Result<Self, StoreFailed> {
        match Self::open(folder).await {
            Err(StoreFailed::InUse(_)) => Self::connect(folder, None).await,
            opened => opened,
        }
    }

    /// Whether there is a database in a folder.
    #[must_use]
    pub fn is_in(folder: &Path) -> bool {
        folder.join(FILE).is_file()
    }

    async fn connect(folder: &Path, lock: Option<File>) -> Result<Self, StoreFailed> {
        let path = folder.join(FILE);
        let failed = |error| StoreFailed::of("open", &path, error);
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .busy_timeout(BUSY)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What is answered for is on the disk: a job must not be forgotten that may be billed.
            .synchronous(SqliteSynchronous::Full);
        let mut connection = options.clone().create_if_missing(true).connect().await.map_err(failed)?;
        match &lock {
            Some(_) => schema::migrate(&mut connection, &path).await?,
            None => schema::expect(&mut connection, &path).await?,
        }
        let readers = SqlitePoolOptions::new().max_connections(READERS);
        let reads = readers.connect_with(options.read_only(true)).await.map_err(failed)?;
        Ok(Self { reads, writer: Writer::start(connection), path, _lock: lock })
    }

    /// How often a subject was changed, by any program.
    pub(crate) async fn revision(&self, subject: &str) -> Result<i64, StoreFailed> {
        let statement = Statement::new("SELECT number FROM revisions WHERE subject = ?").with(subject);
        Ok(self.read(statement, |row| row.try_get(0)).await?.first().copied().unwrap_or(0))
    }

    /// Carries statements out, all or none; resolves when that is on the disk. Gives how many rows each of them changed.
    pub(crate) async fn write(&self, statements: Vec<Statement>) -> Result<Vec<u64>, StoreFailed> {
        self.writer.write(statements).await.map_err(|error| StoreFailed::of("write to", &self.path, error))
    }

    /// The rows that a statement selects, each made into a value.
    pub(crate) async fn read<T>(
        &self,
        statement: Statement,
        made: impl Fn(&SqliteRow) -> sqlx::Result<T>,
    ) -> Result<Vec<T>, StoreFailed> {
        let rows = statement.query().fetch_all(&self.reads).await;
        let made = rows.and_then(|rows| rows.iter().map(made).collect());
        made.map_err(|error| StoreFailed::of("read from", &self.path, error))
    }
}

/// Takes the folder for this process.
fn lock(folder: &Path) -> Result<File, StoreFailed> {
    let path = folder.join(LOCK);
    let failed = |source| StoreFailed::Disk { doing: "lock", path: path.clone(), source };
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreFailed::InUse(folder.to_owned())),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}
