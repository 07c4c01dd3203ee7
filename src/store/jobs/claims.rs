//! Which server works on a job, where several share a database: each says so for a while, and again while it lives.
//!
//! A job whose server was killed is taken up by another one when that time is over. Clocks of servers may differ by a few
//! seconds.

use super::row::COLUMNS_OF_OPEN;
use super::{Jobs, OpenJob};
use crate::database::{Statement, StoreFailed};

/// How long a claim holds, in seconds.
const HOLDS: i64 = 60;

impl Jobs {
    /// Until when a claim holds that is made now.
    pub(super) fn claimed_until(now: i64) -> i64 {
        now + HOLDS
    }

    /// Ends all claims, of processes before this one: no other server works on these jobs.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn take_all(&self, now: i64) -> Result<Vec<OpenJob>, StoreFailed> {
        let sql =
            "UPDATE jobs SET claimed_by = NULL, claimed_until = 0 WHERE state IN ('queued', 'submitting', 'running')";
        self.0.write(vec![Statement::new(sql)]).await?;
        self.take_left(now).await
    }

    /// Takes jobs whose server has not said for a while that it works on them, and says so of this server's own.
    ///
    /// # Errors
    /// When the database cannot be read or written; what was not taken may be later.
    pub async fn take_left(&self, now: i64) -> Result<Vec<OpenJob>, StoreFailed> {
        let renewed = "UPDATE jobs SET claimed_until = ? WHERE claimed_by = ? \
                       AND state IN ('queued', 'submitting', 'running')";
        let until = Self::claimed_until(now);
        self.change(Statement::new(renewed).with(until).with(self.1.as_ref())).await?;
        let mut taken = Vec::new();
        for open in self.0.read(Statement::new(COLUMNS_OF_OPEN), OpenJob::of).await? {
            let take = "UPDATE jobs SET claimed_by = ?, claimed_until = ? WHERE id = ? AND claimed_until < ? \
                        AND state IN ('queued', 'submitting', 'running')";
            let take = Statement::new(take).with(self.1.as_ref()).with(until).with(open.id.as_str()).with(now);
            if self.change(take).await? {
                taken.push(open);
            }
        }
        Ok(taken)
    }

    /// Lets another server, or the next start, go on with this one's jobs at once.
    ///
    /// # Errors
    /// When it cannot be written; they are taken up when the claims are over.
    pub async fn leave_all(&self) -> Result<(), StoreFailed> {
        let sql = "UPDATE jobs SET claimed_by = NULL, claimed_until = 0 WHERE claimed_by = ?";
        self.change(Statement::new(sql).with(self.1.as_ref())).await.map(drop)
    }
}
