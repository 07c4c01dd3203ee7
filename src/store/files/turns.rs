//! Turns at bytes: while it is seen to whether a file still has them, and they are removed, no server that shares the database
//! says that another file has them.

use super::Files;
use crate::database::{Statement, StoreFailed};

/// So long a turn is held at most, in milliseconds: a server may have been killed with it.
const HELD: i64 = 120_000;

/// What a turn is written down as.
fn name(hash: &str) -> String {
    format!("turn at bytes {hash}")
}

impl Files {
    /// Takes the turn at these bytes. Gives whether it is this holder's now; `now` is in milliseconds since 1970.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn take_turn(&self, hash: &str, holder: &str, now: i64) -> Result<bool, StoreFailed> {
        let sql = "INSERT INTO notes (name, said, ends_at) VALUES (?, ?, ?) \
                   ON CONFLICT (name) DO UPDATE SET said = excluded.said, ends_at = excluded.ends_at \
                   WHERE notes.ends_at <= ?";
        let taken = Statement::new(sql).with(name(hash)).with(holder).with(now.saturating_add(HELD)).with(now);
        let rows = self.0.write(vec![taken]).await?;
        Ok(rows.first().is_some_and(|rows| *rows > 0))
    }

    /// Gives it back.
    ///
    /// # Errors
    /// When it cannot be written; then it is over by itself.
    pub async fn give_turn(&self, hash: &str, holder: &str) -> Result<(), StoreFailed> {
        let given = Statement::new("DELETE FROM notes WHERE name = ? AND said = ?").with(name(hash)).with(holder);
        self.0.write(vec![given]).await.map(drop)
    }
}
