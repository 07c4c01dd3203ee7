//! Keys of clients, as digests, and what was used of their budgets.
//!
//! What rules and used amounts mean is the gateway's affair; here they are written and read.

#[cfg(test)]
mod tests;
mod usage;

pub use usage::ClientUsage;

use std::sync::Arc;

use crate::database::{Database, Statement, StoreFailed};

/// A client key as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientKey {
    /// What it is known by.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// SHA-256 of the key.
    pub digest: Vec<u8>,
    /// That of the key before it, and until when that is taken, in seconds since 1970.
    pub previous: Option<(Vec<u8>, i64)>,
    /// Its last four characters.
    pub tail: String,
    /// Its rules, as JSON.
    pub rules: String,
    /// Whether it may administer the server.
    pub is_admin: bool,
    /// Whether it is not taken for now.
    pub is_disabled: bool,
    /// Seconds since 1970.
    pub created_at: i64,
    /// When it ends, likewise.
    pub expires_at: Option<i64>,
}

/// The client keys of one database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ClientKeys(Arc<Database>);

/// Said with every change, so that a server that runs takes it up.
const CHANGED: &str = "UPDATE revisions SET number = number + 1 WHERE subject = 'client_keys'";

impl ClientKeys {
    /// The client keys of a database.
    #[must_use]
    pub fn of(database: Arc<Database>) -> Self {
        Self(database)
    }

    /// How often keys were changed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn revision(&self) -> Result<i64, StoreFailed> {
        self.0.revision("client_keys").await
    }

    /// Keeps a new key; it is on the disk when this resolves.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn add(&self, key: ClientKey) -> Result<(), StoreFailed> {
        let sql = "INSERT INTO client_keys (id, name, digest, tail, rules, is_admin, is_disabled, created_at, expires_at) \
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let row = Statement::new(sql).with(key.id).with(key.name).with(key.digest).with(key.tail).with(key.rules);
        let row = row.with(i64::from(key.is_admin)).with(i64::from(key.is_disabled)).with(key.created_at);
        self.0.write(vec![row.with(key.expires_at), Statement::new(CHANGED)]).await.map(drop)
    }

    /// Every key, the newest last.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn all(&self) -> Result<Vec<ClientKey>, StoreFailed> {
        let all = Statement::new(
            "SELECT id, name, digest, previous, previous_until, tail, rules, is_admin, is_disabled, created_at, expires_at \
             FROM client_keys ORDER BY created_at, id",
        );
        self.0
            .read(all, |row| {
                let previous: Option<Vec<u8>> = row.try_get(3)?;
                let until: Option<i64> = row.try_get(4)?;
                Ok(ClientKey {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    digest: row.try_get(2)?,
                    previous: previous.zip(until),
                    tail: row.try_get(5)?,
                    rules: row.try_get(6)?,
                    is_admin: row.is_set(7)?,
                    is_disabled: row.is_set(8)?,
                    created_at: row.try_get(9)?,
                    expires_at: row.try_get(10)?,
                })
            })
            .await
    }

    /// Changes what is said of a key: its name, rules, end and whether it is taken. Gives whether there is one of this id.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn change(&self, key: &ClientKey) -> Result<bool, StoreFailed> {
        let sql = "UPDATE client_keys SET name = ?, rules = ?, is_disabled = ?, expires_at = ? WHERE id = ?";
        let row = Statement::new(sql).with(key.name.as_str()).with(key.rules.as_str());
        self.changed(row.with(i64::from(key.is_disabled)).with(key.expires_at).with(key.id.as_str())).await
    }

    /// Puts another key in the place of one, which is taken for a while longer: its id, rules and history stay.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn rotate(&self, id: &str, digest: Vec<u8>, tail: &str, until: i64) -> Result<bool, StoreFailed> {
        let sql = "UPDATE client_keys SET previous = digest, previous_until = ?, digest = ?, tail = ? WHERE id = ?";
        self.changed(Statement::new(sql).with(until).with(digest).with(tail).with(id)).await
    }

    /// Forgets a key; what was used with it stays known.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn remove(&self, id: &str) -> Result<bool, StoreFailed> {
        self.changed(Statement::new("DELETE FROM client_keys WHERE id = ?").with(id)).await
    }

    async fn changed(&self, statement: Statement) -> Result<bool, StoreFailed> {
        let changed = self.0.write(vec![statement, Statement::new(CHANGED)]).await?;
        Ok(changed.first().is_some_and(|rows| *rows > 0))
    }
}
