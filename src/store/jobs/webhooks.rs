//! The messages that tell clients how their jobs ended, kept until they are heard or given up.

use super::Jobs;
use crate::database::{Row, Statement, StoreFailed};

/// A message that is to be sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueWebhook {
    /// Its id, the same each time it is sent.
    pub id: String,
    /// Where to.
    pub url: String,
    /// What it says.
    pub body: String,
    /// How often it was sent before.
    pub attempts: i64,
    /// Since when it is due.
    pub next_at: i64,
}

impl Jobs {
    /// Messages whose time has come, the longest waiting first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn due_webhooks(&self, now: i64, limit: u32) -> Result<Vec<DueWebhook>, StoreFailed> {
        let sql = "SELECT id, url, body, attempts, next_at FROM webhooks WHERE body IS NOT NULL AND next_at <= ? \
                   ORDER BY next_at LIMIT ?";
        let statement = Statement::new(sql).with(now).with(i64::from(limit));
        let made = |row: Row<'_>| {
            Ok(DueWebhook {
                id: row.try_get("id")?,
                url: row.try_get("url")?,
                body: row.try_get("body")?,
                attempts: row.try_get("attempts")?,
                next_at: row.try_get("next_at")?,
            })
        };
        self.0.read(statement, made).await
    }

    /// When the next message is to be sent, if any is.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn next_webhook_at(&self) -> Result<Option<i64>, StoreFailed> {
        let sql = "SELECT min(next_at) FROM webhooks WHERE body IS NOT NULL";
        let times = self.0.read(Statement::new(sql), |row| row.try_get::<Option<i64>, _>(0)).await?;
        Ok(times.into_iter().flatten().next())
    }

    /// Keeps other servers from sending a message until a time. Gives whether none of them was quicker.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn takes_webhook(&self, webhook: &DueWebhook, until: i64) -> Result<bool, StoreFailed> {
        let sql = "UPDATE webhooks SET next_at = ? WHERE id = ? AND next_at = ?";
        self.change(Statement::new(sql).with(until).with(webhook.id.as_str()).with(webhook.next_at)).await
    }

    /// A message was heard, or is given up.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn webhook_is_done(&self, id: &str) -> Result<(), StoreFailed> {
        self.change(Statement::new("DELETE FROM webhooks WHERE id = ?").with(id)).await.map(drop)
    }

    /// A message was not heard; it is sent again at `next_at`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn webhook_again(&self, id: &str, next_at: i64) -> Result<(), StoreFailed> {
        let sql = "UPDATE webhooks SET attempts = attempts + 1, next_at = ? WHERE id = ?";
        self.change(Statement::new(sql).with(next_at).with(id)).await.map(drop)
    }
}
