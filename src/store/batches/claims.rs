//! Which server works on a batch, where several share a database: as with jobs, each says so for a while, and again while it
//! lives.

use super::rows::{COLUMNS, read};
use super::{BatchRow, Batches};
use crate::database::{Statement, StoreFailed};

/// How long a claim holds, in seconds.
const HOLDS: i64 = 60;

impl Batches {
    /// Until when a claim holds that is made now.
    pub(super) fn claimed_until(now: i64) -> i64 {
        now + HOLDS
    }

    /// Ends all claims, of processes before this one: no other server works on these batches.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn end_claims(&self) -> Result<(), StoreFailed> {
        let sql = "UPDATE batches SET claimed_by = NULL, claimed_until = 0 WHERE ended_at IS NULL AND claimed_by <> ?";
        self.change(Statement::new(sql).with(self.1.as_ref())).await.map(drop)
    }

    /// The open batches that are this server's: its own, and those whose server has not said for a while that it works on
    /// them. It says so of all of them.
    ///
    /// # Errors
    /// When the database cannot be read or written; what was not taken may be later.
    pub async fn take(&self, now: i64) -> Result<Vec<BatchRow>, StoreFailed> {
        let sql = "UPDATE batches SET claimed_by = ?, claimed_until = ? \
                   WHERE ended_at IS NULL AND (claimed_by = ? OR claimed_until < ?)";
        let claim = Statement::new(sql).with(self.1.as_ref()).with(Self::claimed_until(now)).with(self.1.as_ref());
        self.change(claim.with(now)).await?;
        let sql = format!("SELECT {COLUMNS} FROM batches WHERE ended_at IS NULL AND claimed_by = ? ORDER BY id");
        self.0.read(Statement::built(sql).with(self.1.as_ref()), read).await
    }

    /// Whether a batch is still this server's: another one takes it over whose claim is not renewed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn is_ours(&self, id: &str) -> Result<bool, StoreFailed> {
        let sql = "SELECT created_at FROM batches WHERE id = ? AND ended_at IS NULL AND claimed_by = ?";
        let found =
            self.0.read(Statement::new(sql).with(id).with(self.1.as_ref()), |row| row.try_get::<i64, _>(0)).await?;
        Ok(!found.is_empty())
    }

    /// Lets another server, or the next start, go on with this one's batches at once.
    ///
    /// # Errors
    /// When it cannot be written; they are taken up when the claims are over.
    pub async fn leave_all(&self) -> Result<(), StoreFailed> {
        let sql = "UPDATE batches SET claimed_by = NULL, claimed_until = 0 WHERE claimed_by = ?";
        self.change(Statement::new(sql).with(self.1.as_ref())).await.map(drop)
    }
}
