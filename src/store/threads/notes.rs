//! Which threads were written as notes into a vault, and how they stood then.

use super::Threads;
use crate::database::{Row, Statement, StoreFailed};

/// A thread that was written as a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadNote {
    /// Which.
    pub thread: i64,
    /// Into which vault.
    pub vault: String,
    /// How often the thread had been changed by then.
    pub changes: i64,
}

impl Threads {
    /// The threads of an owner that were written as notes.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn notes(&self, owner: &[u8]) -> Result<Vec<ThreadNote>, StoreFailed> {
        let sql = "SELECT thread, vault, thread_notes.changes FROM thread_notes JOIN threads \
                   ON threads.seq = thread_notes.thread WHERE owner = ?";
        let note =
            |row: Row<'_>| Ok(ThreadNote { thread: row.try_get(0)?, vault: row.try_get(1)?, changes: row.try_get(2)? });
        self.0.read(Statement::new(sql).with(owner.to_vec()), note).await
    }

    /// Whether a thread of any owner was written into a vault.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn has_notes(&self, vault: &str) -> Result<bool, StoreFailed> {
        let sql = "SELECT thread FROM thread_notes WHERE vault = ? LIMIT 1";
        let found = self.0.read(Statement::new(sql).with(vault), |row| row.try_get::<i64, _>(0)).await?;
        Ok(!found.is_empty())
    }

    /// Keeps that threads were written. Those that have gone meanwhile are left out.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn noted(&self, notes: Vec<ThreadNote>) -> Result<(), StoreFailed> {
        let statements = notes.into_iter().map(|ThreadNote { thread, vault, changes }| {
            let sql = "INSERT INTO thread_notes (thread, vault, changes) SELECT seq, ?, ? FROM threads WHERE seq = ? \
                       ON CONFLICT (thread) DO UPDATE SET vault = excluded.vault, changes = excluded.changes";
            Statement::new(sql).with(vault).with(changes).with(thread)
        });
        self.0.write(statements.collect()).await.map(drop)
    }
}
