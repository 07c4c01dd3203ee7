//! What a server has learned and would learn again in time, until it is no longer true: kept so that a restart begins
//! where the last one ended.
//!
//! What names and texts mean is the gateway's affair; here they are written and read.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::database::{Database, Row, Statement, StoreFailed};

/// Something that is true for a while.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// What it is about.
    pub name: String,
    /// What is so.
    pub said: String,
    /// Until when, in milliseconds since 1970.
    pub ends_at: i64,
}

/// The notes of one database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Notes(Arc<Database>);

impl Notes {
    /// The notes of a database.
    #[must_use]
    pub fn of(database: Arc<Database>) -> Self {
        Self(database)
    }

    /// Writes notes down in the place of those of the same names, takes others away by name, and forgets what has ended by
    /// `now`, in milliseconds since 1970.
    ///
    /// # Errors
    /// When they cannot be written.
    pub async fn keep(&self, notes: Vec<Note>, away: Vec<String>, now: i64) -> Result<(), StoreFailed> {
        let ended = Statement::new("DELETE FROM notes WHERE ends_at <= ?").with(now);
        let away = away.into_iter().map(|name| Statement::new("DELETE FROM notes WHERE name = ?").with(name));
        let written = notes.into_iter().map(|Note { name, said, ends_at }| {
            let sql = "INSERT INTO notes (name, said, ends_at) VALUES (?, ?, ?) \
                       ON CONFLICT (name) DO UPDATE SET said = excluded.said, ends_at = excluded.ends_at";
            Statement::new(sql).with(name).with(said).with(ends_at)
        });
        self.0.write([ended].into_iter().chain(away).chain(written).collect()).await.map(drop)
    }

    /// All that is still so.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn all(&self, now: i64) -> Result<Vec<Note>, StoreFailed> {
        let note = |row: Row<'_>| Ok(Note { name: row.try_get(0)?, said: row.try_get(1)?, ends_at: row.try_get(2)? });
        self.0.read(Statement::new("SELECT name, said, ends_at FROM notes WHERE ends_at > ?").with(now), note).await
    }
}
