//! Jobs as they are kept: what was asked, how far it is, what came of it, and which webhooks are still to be told.
//!
//! What the texts in a row mean is the gateway's affair. Each change says in which states it may be made, so that a job
//! that was removed or has ended meanwhile stays so.

mod claims;
mod reads;
mod row;
#[cfg(test)]
mod tests;
mod webhooks;

pub use row::{Ended, JobRow, JobState, NewJob, OpenJob};
pub use webhooks::DueWebhook;

use std::sync::Arc;

use crate::database::{Database, Statement, StoreFailed};

/// The jobs of one database, as one process sees them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Jobs(Arc<Database>, Arc<str>);

impl Jobs {
    /// The jobs of a database, for a process that has this name and no other has.
    #[must_use]
    pub fn of(database: Arc<Database>, process: &str) -> Self {
        Self(database, process.into())
    }

    /// Keeps a new job; on the disk when it resolves.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn create(&self, job: NewJob) -> Result<(), StoreFailed> {
        let NewJob { id, owner, kind, created_at, request, input, webhook } = job;
        let sql = "INSERT INTO jobs (id, owner, kind, state, created_at, request, input, claimed_by, claimed_until) \
                   VALUES (?, ?, ?, 'queued', ?, ?, ?, ?, ?)";
        let insert = Statement::new(sql).with(id.as_str()).with(owner).with(kind).with(created_at);
        let insert = insert.with(request).with(input).with(self.1.as_ref()).with(Self::claimed_until(created_at));
        let mut statements = vec![insert];
        if let Some((message, url)) = webhook {
            let sql = "INSERT INTO webhooks (id, job, url) VALUES (?, ?, ?)";
            statements.push(Statement::new(sql).with(message).with(id).with(url));
        }
        self.0.write(statements).await.map(drop)
    }

    /// Notes where a job is about to be sent; on the disk when it resolves. Gives whether there still is such a job, and no
    /// other server has taken it.
    ///
    /// # Errors
    /// When it cannot be written; then it must not be sent.
    pub async fn submitting(&self, id: &str, ticket: &str) -> Result<bool, StoreFailed> {
        let sql = "UPDATE jobs SET state = 'submitting', ticket = ? WHERE id = ? AND claimed_by = ? \
                   AND state IN ('queued', 'submitting')";
        self.change(Statement::new(sql).with(ticket).with(id).with(self.1.as_ref())).await
    }

    /// Notes that what was sent last failed for certain: it may be sent to another target.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn queued_again(&self, id: &str, tried: &str) -> Result<bool, StoreFailed> {
        let sql = "UPDATE jobs SET state = 'queued', ticket = NULL, progress = 0, tried = ? \
                   WHERE id = ? AND state IN ('queued', 'submitting', 'running')";
        self.change(Statement::new(sql).with(tried).with(id)).await
    }

    /// Notes that a provider has accepted a job, and which failed before it. Gives whether there still is such a job.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn running(&self, id: &str, ticket: &str, tried: &str) -> Result<bool, StoreFailed> {
        let sql = "UPDATE jobs SET state = 'running', ticket = ?, tried = ? WHERE id = ? AND state = 'submitting'";
        self.change(Statement::new(sql).with(ticket).with(tried).with(id)).await
    }

    /// Notes how far a job is, in percent.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn progressed(&self, id: &str, percent: u8) -> Result<bool, StoreFailed> {
        let sql = "UPDATE jobs SET progress = ? WHERE id = ? AND state = 'running'";
        self.change(Statement::new(sql).with(i64::from(percent)).with(id)).await
    }

    /// Notes how a job ended, and what its webhook is to be told. Gives whether it was still open.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn ended(&self, id: &str, ended: Ended) -> Result<bool, StoreFailed> {
        let Ended { at, ticket, tried, result, error, told } = ended;
        let (code, message) = error.unzip();
        let state = if code.is_none() { JobState::Completed } else { JobState::Failed };
        let least_percent = if code.is_none() { 100_i64 } else { 0 };
        let sql = "UPDATE jobs SET state = ?, completed_at = ?, progress = CASE WHEN progress < ? THEN ? ELSE progress END, ticket = coalesce(?, ticket), \
                   tried = coalesce(?, tried), result = ?, error_code = ?, error_message = ?, input = NULL \
                   WHERE id = ? AND state IN ('queued', 'submitting', 'running')";
        let end = Statement::new(sql)
            .with(state.name())
            .with(at)
            .with(least_percent)
            .with(least_percent)
            .with(ticket)
            .with(tried);
        let end = end.with(result).with(code).with(message).with(id);
        let tell = "UPDATE webhooks SET body = ?, next_at = ? WHERE job = ? AND body IS NULL";
        let tell = Statement::new(tell).with(told).with(at).with(id);
        let changed = self.0.write(vec![end, tell]).await?;
        Ok(changed.first().is_some_and(|rows| *rows > 0))
    }

    /// Removes a job of this owner's with all that belongs to it. Gives whether there was one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn remove(&self, id: &str, owner: &[u8]) -> Result<bool, StoreFailed> {
        let sql = "DELETE FROM jobs WHERE id = ? AND owner = ?";
        self.change(Statement::new(sql).with(id).with(owner.to_vec())).await
    }

    /// Removes jobs that ended before a time, in seconds since 1970.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn forget_before(&self, at: i64) -> Result<(), StoreFailed> {
        self.change(Statement::new("DELETE FROM jobs WHERE completed_at < ?").with(at)).await.map(drop)
    }

    async fn change(&self, statement: Statement) -> Result<bool, StoreFailed> {
        let rows = self.0.write(vec![statement]).await?;
        Ok(rows.first().is_some_and(|rows| *rows > 0))
    }
}
