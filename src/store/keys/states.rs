//! How keys stood when last looked at, by their fingerprints, so that a restart does not forget that one was refused.
//!
//! What the text in a row means is the gateway's affair; here it is written and read.

use std::sync::Arc;

use crate::database::{Database, Row, Statement, StoreFailed};

/// How a key of a provider stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptKeyState {
    /// The provider.
    pub provider: String,
    /// A fingerprint of the key.
    pub key: String,
    /// How it stood, as JSON.
    pub state: String,
}

/// The states of keys in one database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct KeyStates(Arc<Database>);

impl KeyStates {
    /// The states in a database.
    #[must_use]
    pub fn of(database: Arc<Database>) -> Self {
        Self(database)
    }

    /// Keeps how keys stand now, in seconds since 1970.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn keep(&self, all: Vec<KeptKeyState>, now: i64) -> Result<(), StoreFailed> {
        let statements = all.into_iter().map(|KeptKeyState { provider, key, state }| {
            let sql = "INSERT INTO key_states (provider, key, state, updated_at) VALUES (?, ?, ?, ?) \
                       ON CONFLICT (provider, key) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at";
            Statement::new(sql).with(provider).with(key).with(state).with(now)
        });
        self.0.write(statements.collect()).await.map(drop)
    }

    /// All that are kept.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn all(&self) -> Result<Vec<KeptKeyState>, StoreFailed> {
        let made =
            |row: Row<'_>| Ok(KeptKeyState { provider: row.try_get(0)?, key: row.try_get(1)?, state: row.try_get(2)? });
        self.0.read(Statement::new("SELECT provider, key, state FROM key_states"), made).await
    }
}
