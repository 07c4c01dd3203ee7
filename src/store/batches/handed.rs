//! Lines that are handed over to batches of their provider's own: in which job each is, and what the job is called there.
//!
//! A job is written down with its lines before anything of it is sent. A line that comes back from one waits again, and goes
//! into no other.

use super::{Batches, WaitingLine};
use crate::database::{Row, Statement, StoreFailed};

/// A job of a provider's.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns are described in the schema")]
pub struct HandedJob {
    pub id: String,
    pub target: String,
    pub key_print: Option<String>,
    pub provider_id: Option<String>,
    pub total: i64,
    pub created_at: i64,
    pub is_ended: bool,
}

/// A line that is handed over, or could be: its number, its client's name for it, and what is asked.
pub use super::lines::BatchLine as HandedLine;

impl Batches {
    /// The next lines that wait and were in no job yet, behind a number; none where the batch is not in progress.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn waiting_anew(&self, id: &str, after: i64, limit: u32) -> Result<Vec<WaitingLine>, StoreFailed> {
        let sql = "SELECT l.number, CAST(octet_length(l.body) AS BIGINT) FROM batch_lines l \
                   JOIN batches b ON b.id = l.batch \
                   WHERE l.batch = ? AND l.state = 'waiting' AND l.job IS NULL AND l.number > ? \
                   AND b.state = 'in_progress' ORDER BY l.number LIMIT ?";
        self.0.read(Statement::new(sql).with(id).with(after).with(i64::from(limit)), super::lines::waiting_line).await
    }

    /// Notes that these lines are in a job, which is begun now. Gives whether it may be: the batch is in progress, and this
    /// process's.
    ///
    /// # Errors
    /// When it cannot be written; then nothing must be sent.
    pub async fn hand_over(&self, batch: &str, job: &HandedJob, lines: &[i64]) -> Result<bool, StoreFailed> {
        let HandedJob { id, target, key_print, provider_id: _, total, created_at, is_ended: _ } = job;
        let sql = "INSERT INTO handed_jobs (id, batch, target, key_print, total, created_at) SELECT ?, ?, ?, ?, ?, ? \
                   WHERE EXISTS (SELECT 1 FROM batches WHERE id = ? AND state = 'in_progress' AND claimed_by = ?)";
        let made = Statement::new(sql).with(id.as_str()).with(batch).with(target.as_str()).with(key_print.clone());
        let made = made.with(*total).with(*created_at).with(batch).with(self.1.as_ref());
        let sql = "UPDATE batch_lines SET state = 'handed', job = ? WHERE batch = ? AND number = ? AND state = 'waiting' \
                   AND EXISTS (SELECT 1 FROM handed_jobs WHERE id = ?)";
        let handed = lines
            .iter()
            .map(|number| Statement::new(sql).with(id.as_str()).with(batch).with(*number).with(id.as_str()));
        let rows = self.0.write(std::iter::once(made).chain(handed).collect()).await?;
        Ok(rows.first().is_some_and(|rows| *rows > 0))
    }

    /// The jobs of a batch that are not over.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn handed_jobs(&self, batch: &str) -> Result<Vec<HandedJob>, StoreFailed> {
        let sql = "SELECT id, target, key_print, provider_id, total, created_at, is_ended FROM handed_jobs \
                   WHERE batch = ? ORDER BY id";
        self.0.read(Statement::new(sql).with(batch), job).await
    }

    /// Notes what a job is called at its provider.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn has_begun(&self, job: &str, provider_id: &str) -> Result<(), StoreFailed> {
        let sql = "UPDATE handed_jobs SET provider_id = ? WHERE id = ?";
        self.change(Statement::new(sql).with(provider_id).with(job)).await.map(drop)
    }

    /// Notes that its provider was asked to end a job.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn is_to_end(&self, job: &str) -> Result<(), StoreFailed> {
        self.change(Statement::new("UPDATE handed_jobs SET is_ended = 1 WHERE id = ?").with(job)).await.map(drop)
    }

    /// A line that is in a job; `None`: what came of it is known already, or it waits again.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn handed_line(&self, batch: &str, job: &str, number: i64) -> Result<Option<HandedLine>, StoreFailed> {
        let sql = "SELECT number, custom_id, body FROM batch_lines \
                   WHERE batch = ? AND number = ? AND job = ? AND state = 'handed'";
        Ok(self.0.read(Statement::new(sql).with(batch).with(number).with(job), super::lines::line).await?.pop())
    }

    /// Notes that a line of a job was not answered in it, and waits again.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn comes_back(&self, batch: &str, number: i64) -> Result<bool, StoreFailed> {
        let sql = "UPDATE batch_lines SET state = 'waiting' WHERE batch = ? AND number = ? AND state = 'handed'";
        self.change(Statement::new(sql).with(batch).with(number)).await
    }

    /// Notes that a job is over: lines that were not answered in it wait again.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn job_is_over(&self, batch: &str, job: &str) -> Result<(), StoreFailed> {
        self.end_job(
            job,
            "UPDATE batch_lines SET state = 'waiting' WHERE batch = ? AND job = ? AND state = 'handed'",
            batch,
        )
        .await
    }

    /// Notes that a job was never begun: its lines wait again, as if they had been in none.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn job_never_was(&self, batch: &str, job: &str) -> Result<(), StoreFailed> {
        let sql =
            "UPDATE batch_lines SET state = 'waiting', job = NULL WHERE batch = ? AND job = ? AND state = 'handed'";
        self.end_job(job, sql, batch).await
    }

    async fn end_job(&self, job: &str, sql: &'static str, batch: &str) -> Result<(), StoreFailed> {
        let lines = Statement::new(sql).with(batch).with(job);
        let over = Statement::new("DELETE FROM handed_jobs WHERE id = ?").with(job);
        self.0.write(vec![lines, over]).await.map(drop)
    }
}

fn job(row: Row<'_>) -> sqlx::Result<HandedJob> {
    Ok(HandedJob {
        id: row.try_get("id")?,
        target: row.try_get("target")?,
        key_print: row.try_get("key_print")?,
        provider_id: row.try_get("provider_id")?,
        total: row.try_get("total")?,
        created_at: row.try_get("created_at")?,
        is_ended: row.try_get::<i64, _>("is_ended")? != 0,
    })
}
