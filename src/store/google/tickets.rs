//! What is good once and for a short time. It is known by the hash of a text of chance, which is kept nowhere: what reads the
//! database cannot use it, and the time that a look-up takes tells nothing of the text.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::database::{Database, Statement, StoreFailed};
use crate::keys::{KeyFailed, ProviderKeys};

/// The tickets of one database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Tickets {
    database: Arc<Database>,
    keys: ProviderKeys,
}

/// A ticket that was taken.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Whose it is.
    pub owner: Vec<u8>,
    /// What it is good for.
    pub holds: String,
}

impl std::fmt::Debug for Ticket {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Ticket")
    }
}

fn digest(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}

fn place_of(kind: &str, digest: &[u8]) -> String {
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("google_tickets\n{kind}\n{digits}")
}

impl Tickets {
    /// The tickets of a database, sealed by the master key of its keys.
    #[must_use]
    pub fn of(database: Arc<Database>, keys: ProviderKeys) -> Self {
        Self { database, keys }
    }

    /// Keeps a ticket, and removes those whose time is over. Gives whether it was kept: an owner has so many of a kind at most.
    ///
    /// # Errors
    /// When it cannot be sealed or written.
    pub async fn issue(
        &self,
        (kind, text): (&str, &str),
        ticket: &Ticket,
        (now, expires_at): (i64, i64),
        most: i64,
    ) -> Result<bool, KeyFailed> {
        let ended = Statement::new("DELETE FROM google_tickets WHERE expires_at <= ?").with(now);
        self.database.write(vec![ended]).await?;
        let count = Statement::new("SELECT count(*) FROM google_tickets WHERE owner = ? AND kind = ?");
        let count = self.database.read(count.with(ticket.owner.clone()).with(kind), |row| row.try_get::<i64, _>(0));
        if count.await?.first().is_some_and(|count| *count >= most) {
            return Ok(false);
        }
        let digest = digest(text);
        let sealed = self.keys.seal(&ticket.holds, &place_of(kind, &digest)).await?;
        let sql = "INSERT INTO google_tickets (digest, kind, owner, sealed, expires_at) VALUES (?, ?, ?, ?, ?)";
        let row = Statement::new(sql).with(digest).with(kind).with(ticket.owner.clone()).with(sealed).with(expires_at);
        self.database.write(vec![row]).await?;
        Ok(true)
    }

    /// Takes a ticket, which then is none any more; `None`: it is none, was taken before, or its time is over.
    ///
    /// # Errors
    /// When the database or the place of the master key cannot be read, or it cannot be written that it was taken.
    pub async fn take(&self, (kind, text): (&str, &str), now: i64) -> Result<Option<Ticket>, KeyFailed> {
        let digest = digest(text);
        let sql = "SELECT owner, sealed, expires_at FROM google_tickets WHERE digest = ? AND kind = ?";
        let found = self.database.read(Statement::new(sql).with(digest.clone()).with(kind), |row| {
            Ok((row.try_get::<Vec<u8>, _>(0)?, row.try_get::<Vec<u8>, _>(1)?, row.try_get::<i64, _>(2)?))
        });
        let Some((owner, sealed, expires_at)) = found.await?.pop() else { return Ok(None) };
        let taken = Statement::new("DELETE FROM google_tickets WHERE digest = ?").with(digest.clone());
        let taken = self.database.write(vec![taken]).await?;
        // Of two that take it at once, one has.
        if taken.first().is_none_or(|rows| *rows == 0) || expires_at <= now {
            return Ok(None);
        }
        let holds = self.keys.open(&sealed, &place_of(kind, &digest))?;
        Ok(holds.map(|holds| Ticket { owner, holds }))
    }

    /// Removes all of an owner's.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn forget(&self, owner: &[u8]) -> Result<(), StoreFailed> {
        let all = Statement::new("DELETE FROM google_tickets WHERE owner = ?").with(owner.to_vec());
        self.database.write(vec![all]).await.map(drop)
    }
}
