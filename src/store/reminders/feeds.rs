//! The addresses at which calendars find the reminders of a client: one of each, known by the hash of what is in it.

use sha2::{Digest, Sha256};

use super::Reminders;
use crate::database::{Statement, StoreFailed};

fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

impl Reminders {
    /// Has reminders of an owner found by a token, and by no other any more.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn set_feed(&self, owner: &[u8], token: &str, now: i64) -> Result<(), StoreFailed> {
        let sql = "INSERT INTO reminder_feeds (owner, digest, created_at) VALUES (?, ?, ?) \
                   ON CONFLICT (owner) DO UPDATE SET digest = excluded.digest, created_at = excluded.created_at";
        let row = Statement::new(sql).with(owner.to_vec()).with(digest(token)).with(now);
        self.0.write(vec![row]).await.map(drop)
    }

    /// Since when there is a token, if there is one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn feed_since(&self, owner: &[u8]) -> Result<Option<i64>, StoreFailed> {
        let statement = Statement::new("SELECT created_at FROM reminder_feeds WHERE owner = ?").with(owner.to_vec());
        Ok(self.0.read(statement, |row| row.try_get(0)).await?.pop())
    }

    /// Has reminders of an owner found by no token any more. Gives whether there was one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn end_feed(&self, owner: &[u8]) -> Result<bool, StoreFailed> {
        self.change(Statement::new("DELETE FROM reminder_feeds WHERE owner = ?").with(owner.to_vec())).await
    }

    /// Whose reminders a token finds.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn feed_of(&self, token: &str) -> Result<Option<Vec<u8>>, StoreFailed> {
        // What is compared is a hash: the time that takes tells nothing of the token.
        let statement = Statement::new("SELECT owner FROM reminder_feeds WHERE digest = ?").with(digest(token));
        Ok(self.0.read(statement, |row| row.try_get(0)).await?.pop())
    }
}
