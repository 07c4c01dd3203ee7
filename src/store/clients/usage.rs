//! What clients have used, a row for each period.

use super::ClientKeys;
use crate::database::{Row, Statement, StoreFailed};

/// What was used in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientUsage {
    /// The client's id.
    pub client: String,
    /// A day such as `2026-11-30`, or a month such as `2026-11`.
    pub period: String,
    /// What was used, as JSON.
    pub used: String,
}

impl ClientKeys {
    /// Keeps what was used up to now, in seconds since 1970; on the disk when it resolves.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn keep_usage(&self, all: Vec<ClientUsage>, now: i64) -> Result<(), StoreFailed> {
        let statements = all.into_iter().map(|ClientUsage { client, period, used }| {
            let sql = "INSERT INTO client_usage (client, period, used, updated_at) VALUES (?, ?, ?, ?) \
                       ON CONFLICT (client, period) DO UPDATE SET used = excluded.used, updated_at = excluded.updated_at";
            Statement::new(sql).with(client).with(period).with(used).with(now)
        });
        self.0.write(statements.collect()).await.map(drop)
    }

    /// What was used in these periods.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn usage(&self, periods: [&str; 2]) -> Result<Vec<ClientUsage>, StoreFailed> {
        let sql = "SELECT client, period, used FROM client_usage WHERE period IN (?, ?)";
        let statement = Statement::new(sql).with(periods[0]).with(periods[1]);
        let made =
            |row: Row<'_>| Ok(ClientUsage { client: row.try_get(0)?, period: row.try_get(1)?, used: row.try_get(2)? });
        self.0.read(statement, made).await
    }
}
