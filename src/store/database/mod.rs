//! The relational store, for what must outlive the process: SQLite in the data folder ([`file`](mod@file)), or PostgreSQL
//! where one is named ([`server`]).
//!
//! Statements and schema are written once, in SQLite's words; [`dialect`] says what PostgreSQL has for them. Which tables
//! there are is said by the steps in [`schema`]; what their rows mean by the rooms next door (`jobs`).

mod backup;
#[cfg(test)]
mod both;
mod dialect;
mod failure;
mod file;
mod place;
mod row;
mod schema;
mod server;
mod statement;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use both::Home;
pub use failure::StoreFailed;
pub use place::{DatabasePlace, NotADatabase, ServerAddress};
pub(crate) use row::Row;
pub(crate) use statement::Statement;

use std::path::Path;

use file::SqliteFile;
use server::Server;

/// The database's file in its folder.
pub(crate) const FILE: &str = "mediary.db";

/// An open database. Shared by reference; dropping it gives it up.
#[derive(Debug)]
pub struct Database {
    opened: Opened,
    place: DatabasePlace,
}

#[derive(Debug)]
enum Opened {
    File(SqliteFile),
    Server(Server),
}

impl From<SqliteFile> for Opened {
    fn from(file: SqliteFile) -> Self {
        Self::File(file)
    }
}

impl From<Server> for Opened {
    fn from(server: Server) -> Self {
        Self::Server(server)
    }
}

impl Database {
    /// Opens the SQLite database in `folder`, which is made if it is not there, for this user alone; brings its schema up
    /// to what this program knows.
    ///
    /// # Errors
    /// When the folder or the file cannot be used, another process has it, or a newer program has written it.
    pub async fn open(folder: &Path) -> Result<Self, StoreFailed> {
        let file = SqliteFile::open(folder).await?;
        Ok(Self::of(file.into(), &DatabasePlace::Folder(folder.to_owned())))
    }

    fn of(opened: Opened, place: &DatabasePlace) -> Self {
        Self { opened, place: place.clone() }
    }

    /// Whether no other server works on it at the same time.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        match &self.opened {
            Opened::File(_) => true,
            Opened::Server(server) => server.holding == server::Holding::Alone,
        }
    }

    /// How often a subject was changed, by any program.
    pub(crate) async fn revision(&self, subject: &str) -> Result<i64, StoreFailed> {
        let statement = Statement::new("SELECT number FROM revisions WHERE subject = ?").with(subject);
        Ok(self.read(statement, |row| row.try_get(0)).await?.first().copied().unwrap_or(0))
    }

    /// Carries statements out, all or none; resolves when that is on the disk. Gives how many rows each of them changed.
    pub(crate) async fn write(&self, statements: Vec<Statement>) -> Result<Vec<u64>, StoreFailed> {
        let written = match &self.opened {
            Opened::File(file) => file.write(statements).await,
            Opened::Server(server) => server.write(statements).await,
        };
        written.map_err(|error| StoreFailed::of("write to", &self.place, error))
    }

    /// The rows that a statement selects, each made into a value.
    pub(crate) async fn read<T>(
        &self,
        statement: Statement,
        made: impl Fn(Row<'_>) -> sqlx::Result<T>,
    ) -> Result<Vec<T>, StoreFailed> {
        let made = match &self.opened {
            Opened::File(file) => {
                file.read(statement).await.and_then(|rows| rows.iter().map(|row| made(Row::File(row))).collect())
            }
            Opened::Server(server) => {
                server.read(statement).await.and_then(|rows| rows.iter().map(|row| made(Row::Server(row))).collect())
            }
        };
        made.map_err(|error| StoreFailed::of("read from", &self.place, error))
    }
}
