//! What was used of free limits, as it is kept.
//!
//! What the text in a row means is the gateway's affair; here it is written and read.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::ForeignDatabase;
use crate::database::{Database, DatabasePlace, FILE, Row, Statement, StoreFailed};

/// What was used with a key of a provider, of one model or of all together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UsedQuota {
    /// The provider.
    pub provider: String,
    /// A fingerprint of the key; empty where there is none.
    pub key: String,
    /// The model; `None`: all of them together.
    pub model: Option<String>,
    /// What was used, as JSON.
    pub used: String,
}

/// The used quotas of one database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Quotas(Arc<Database>);

impl Quotas {
    /// The used quotas of a database.
    #[must_use]
    pub fn of(database: Arc<Database>) -> Self {
        Self(database)
    }

    /// All that is kept in a place, which a server may have at the same time; nothing where there is no database yet. It
    /// blocks, and is not for a task.
    ///
    /// # Errors
    /// When there is one that cannot be read.
    pub fn peek(place: &DatabasePlace) -> Result<Vec<UsedQuota>, StoreFailed> {
        match place {
            DatabasePlace::Folder(_) if !place.is_there() => Ok(Vec::new()),
            DatabasePlace::Folder(folder) => {
                let rows = ForeignDatabase::rows(&folder.join(FILE), ALL)?;
                Ok(rows.into_iter().filter_map(|row| <[String; 4]>::try_from(row).ok()).map(of_texts).collect())
            }
            DatabasePlace::Server(_) => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                let runtime = runtime.map_err(|error| StoreFailed::of("open", place, error.into()))?;
                runtime.block_on(async { place.open_beside().await?.read(Statement::new(ALL), read).await })
            }
        }
    }

    /// Keeps what was used up to now, in seconds since 1970; on the disk when it resolves.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn keep(&self, all: Vec<UsedQuota>, now: i64) -> Result<(), StoreFailed> {
        let statements = all.into_iter().map(|UsedQuota { provider, key, model, used }| {
            let sql = "INSERT INTO quotas (provider, key, model, used, updated_at) VALUES (?, ?, ?, ?, ?) \
                       ON CONFLICT (provider, key, model) DO UPDATE SET \
                       used = excluded.used, updated_at = excluded.updated_at";
            let statement = Statement::new(sql).with(provider).with(key).with(model.unwrap_or_default());
            statement.with(used).with(now)
        });
        self.0.write(statements.collect()).await.map(drop)
    }

    /// All that is kept, after what was last used before a time has been removed.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub async fn since(&self, time: i64) -> Result<Vec<UsedQuota>, StoreFailed> {
        self.0.write(vec![Statement::new("DELETE FROM quotas WHERE updated_at < ?").with(time)]).await?;
        self.0.read(Statement::new(ALL), read).await
    }
}

const ALL: &str = "SELECT provider, key, model, used FROM quotas";

fn read(row: Row<'_>) -> sqlx::Result<UsedQuota> {
    Ok(of_texts([row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?]))
}

fn of_texts([provider, key, model, used]: [String; 4]) -> UsedQuota {
    UsedQuota { provider, key, model: Some(model).filter(|model| !model.is_empty()), used }
}
