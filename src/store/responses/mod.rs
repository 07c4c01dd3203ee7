//! Responses as they are kept: the conversation before each, and the object that its client reads.
//!
//! What the texts in a row mean is the gateway's affair. How many of them are kept is said by the caller; the oldest go first.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::database::{Database, Row, Statement, StoreFailed};

/// A response in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptResponse {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub owner: Vec<u8>,
    /// When it was asked for, in seconds since 1970.
    pub created_at: i64,
    /// Whether it is still being answered.
    pub is_open: bool,
    /// The items of the conversation before it, as JSON.
    pub input: String,
    /// The object, as JSON.
    pub response: String,
}

/// The responses of one database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Responses(Arc<Database>);

impl Responses {
    /// The responses of a database.
    #[must_use]
    pub fn of(database: Arc<Database>) -> Self {
        Self(database)
    }

    /// Keeps responses, all or none; on the disk when it resolves. One that has ended stays as it is.
    ///
    /// # Errors
    /// When they cannot be written.
    pub async fn keep(&self, all: Vec<KeptResponse>) -> Result<(), StoreFailed> {
        let statements = all.into_iter().map(|kept| {
            let KeptResponse { id, owner, created_at, is_open, input, response } = kept;
            let bytes = i64::try_from(input.len() + response.len()).unwrap_or(i64::MAX);
            let sql = "INSERT INTO responses (id, owner, created_at, is_open, bytes, input, response) \
                       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET \
                       is_open = excluded.is_open, bytes = excluded.bytes, response = excluded.response \
                       WHERE responses.is_open = 1";
            let statement = Statement::new(sql).with(id).with(owner).with(created_at).with(i64::from(is_open));
            statement.with(bytes).with(input).with(response)
        });
        self.0.write(statements.collect()).await.map(drop)
    }

    /// How many bytes all of them have together.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn bytes(&self) -> Result<u64, StoreFailed> {
        let sum = Statement::new("SELECT CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM responses");
        let found = self.0.read(sum, |row| row.try_get::<i64, _>(0)).await?;
        Ok(found.first().and_then(|bytes| u64::try_from(*bytes).ok()).unwrap_or(0))
    }

    /// Removes those that were asked for before a time, in seconds since 1970, and the oldest of the others until no more
    /// than so many bytes are left.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn forget(&self, before: i64, most_bytes: u64) -> Result<(), StoreFailed> {
        let old = Statement::new("DELETE FROM responses WHERE created_at < ?").with(before);
        let sql = "DELETE FROM responses WHERE id IN (SELECT id FROM \
                   (SELECT id, sum(bytes) OVER (ORDER BY created_at DESC, id DESC) AS total FROM responses) AS newest \
                   WHERE total > ?)";
        let too_many = Statement::new(sql).with(i64::try_from(most_bytes).unwrap_or(i64::MAX));
        self.0.write(vec![old, too_many]).await.map(drop)
    }

    /// A response of this owner's.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn get(&self, id: &str, owner: &[u8]) -> Result<Option<KeptResponse>, StoreFailed> {
        let sql = "SELECT id, owner, created_at, is_open, input, response FROM responses WHERE id = ? AND owner = ?";
        let statement = Statement::new(sql).with(id).with(owner.to_vec());
        Ok(self.0.read(statement, read).await?.pop())
    }

    /// Those that are being answered, of all owners.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open(&self) -> Result<Vec<KeptResponse>, StoreFailed> {
        let sql = "SELECT id, owner, created_at, is_open, input, response FROM responses WHERE is_open = 1";
        self.0.read(Statement::new(sql), read).await
    }

    /// Removes a response of this owner's. Gives whether there was one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn remove(&self, id: &str, owner: &[u8]) -> Result<bool, StoreFailed> {
        let sql = "DELETE FROM responses WHERE id = ? AND owner = ?";
        let rows = self.0.write(vec![Statement::new(sql).with(id).with(owner.to_vec())]).await?;
        Ok(rows.first().is_some_and(|rows| *rows > 0))
    }
}

fn read(row: Row<'_>) -> sqlx::Result<KeptResponse> {
    Ok(KeptResponse {
        id: row.try_get(0)?,
        owner: row.try_get(1)?,
        created_at: row.try_get(2)?,
        is_open: row.is_set(3)?,
        input: row.try_get(4)?,
        response: row.try_get(5)?,
    })
}
