//! SQLite: one file in the data folder, with no set-up.
//!
//! All writes go through one task ([`writer`]), which joins what waits into one transaction and answers when it is on the
//! disk; reads come from a small pool and never wait for it. One process owns the file: a second one is refused.

mod damaged;
mod writer;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous};
use sqlx::{ConnectOptions as _, SqlitePool};

use super::{FILE, Statement, StoreFailed, schema};
use crate::folder;
use writer::Writer;

/// Held by the process that owns it.
const LOCK: &str = "mediary.lock";
/// Readers side by side; each has a thread of its own.
const READERS: u32 = 4;
/// A backup program may hold the file for a moment.
const BUSY: Duration = Duration::from_secs(5);

/// An open file. Dropping it gives it up.
#[derive(Debug)]
pub(super) struct SqliteFile {
    reads: SqlitePool,
    writer: Writer,
    /// The system lets go of it when the process ends, however it does; `None`: a server beside has it.
    _lock: Option<File>,
}

impl SqliteFile {
    /// Opens the file in a folder, which is made if it is not there, for this user alone.
    pub(super) async fn open(folder: &Path) -> Result<Self, StoreFailed> {
        folder::make_private(folder)?;
        let lock = lock(folder)?;
        let opened = Self::connect(folder, Some(lock)).await;
        opened.map_err(|failed| damaged::put_aside(&folder.join(FILE), failed))
    }

    /// Opens the file that a server beside has.
    pub(super) async fn open_beside(folder: &Path) -> Result<Self, StoreFailed> {
        Self::connect(folder, None).await
    }

    async fn connect(folder: &Path, lock: Option<File>) -> Result<Self, StoreFailed> {
        let path = folder.join(FILE);
        let failed = |error| StoreFailed::of("open", path.display(), error);
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
            None => schema::expect(schema::version(&mut connection).await.map_err(failed)?, path.display())?,
        }
        let readers = SqlitePoolOptions::new().max_connections(READERS);
        let reads = readers.connect_with(options.read_only(true)).await.map_err(failed)?;
        Ok(Self { reads, writer: Writer::start(connection), _lock: lock })
    }

    pub(super) async fn write(&self, statements: Vec<Statement>) -> sqlx::Result<Vec<u64>> {
        self.writer.write(statements).await
    }

    pub(super) async fn read(&self, statement: Statement) -> sqlx::Result<Vec<SqliteRow>> {
        statement.for_file().fetch_all(&self.reads).await
    }

    /// Copies everything into a new file, as it is at one moment.
    pub(super) async fn copy_into(&self, name: &str) -> sqlx::Result<()> {
        sqlx::query("VACUUM INTO ?").bind(name).execute(&self.reads).await.map(drop)
    }
}

/// Takes the folder for this process.
fn lock(folder: &Path) -> Result<File, StoreFailed> {
    let path = folder.join(LOCK);
    let failed = |source| StoreFailed::Disk { doing: "lock", path: PathBuf::from(&path), source };
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreFailed::InUse(folder.to_owned())),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}
