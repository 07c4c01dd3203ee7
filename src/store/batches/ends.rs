//! A batch goes from state to state, ends, and is removed.

use super::{BatchEnd, BatchState, Batches};
use crate::database::{Statement, StoreFailed};

impl Batches {
    /// Notes that a batch has come from one state into the next, with so many lines. Gives whether it was in that state.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn moved(
        &self,
        id: &str,
        (from, to): (BatchState, BatchState),
        times: &str,
        total: i64,
    ) -> Result<bool, StoreFailed> {
        let sql = "UPDATE batches SET state = ?, times = ?, total = ? WHERE id = ? AND state = ?";
        let statement = Statement::new(sql).with(to.name()).with(times).with(total).with(id).with(from.name());
        self.change(statement).await
    }

    /// Notes what a batch will have become, before that is written: its files have their names then.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn becomes(&self, id: &str, outcome: &str) -> Result<bool, StoreFailed> {
        let sql = "UPDATE batches SET outcome = ? WHERE id = ? AND ended_at IS NULL AND claimed_by = ?";
        self.change(Statement::new(sql).with(outcome).with(id).with(self.1.as_ref())).await
    }

    /// Ends a batch, and forgets its lines: what came of them is in its files. Gives whether it was still open, and this
    /// server's.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn ended(&self, id: &str, end: BatchEnd) -> Result<bool, StoreFailed> {
        let BatchEnd { state, at, times, outcome } = end;
        let sql = "UPDATE batches SET state = ?, ended_at = ?, times = ?, outcome = ? \
                   WHERE id = ? AND ended_at IS NULL AND claimed_by = ?";
        let ended = Statement::new(sql).with(state.name()).with(at).with(times).with(outcome).with(id);
        let ended = ended.with(self.1.as_ref());
        let sql =
            "DELETE FROM batch_lines WHERE batch IN (SELECT id FROM batches WHERE id = ? AND ended_at IS NOT NULL)";
        let lines = Statement::new(sql).with(id);
        let sql =
            "DELETE FROM handed_jobs WHERE batch IN (SELECT id FROM batches WHERE id = ? AND ended_at IS NOT NULL)";
        let jobs = Statement::new(sql).with(id);
        let rows = self.0.write(vec![ended, lines, jobs]).await?;
        Ok(rows.first().is_some_and(|rows| *rows > 0))
    }

    /// Removes a batch that is not made after all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn unmake(&self, id: &str) -> Result<bool, StoreFailed> {
        let sql = "DELETE FROM batches WHERE id = ? AND state = 'validating' AND claimed_by = ?";
        self.change(Statement::new(sql).with(id).with(self.1.as_ref())).await
    }

    /// Removes a batch of this owner's that has ended. Gives whether there was one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn remove(&self, id: &str, owner: &[u8]) -> Result<bool, StoreFailed> {
        let sql = "DELETE FROM batches WHERE id = ? AND owner = ? AND ended_at IS NOT NULL";
        self.change(Statement::new(sql).with(id).with(owner.to_vec())).await
    }

    /// Removes batches that ended before a time, in seconds since 1970.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn forget_before(&self, at: i64) -> Result<(), StoreFailed> {
        self.change(Statement::new("DELETE FROM batches WHERE ended_at < ?").with(at)).await.map(drop)
    }
}
