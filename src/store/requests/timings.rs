//! How long requests took: rows taken at even distances, so that percentiles cost the same however many rows there are.

use super::Requests;
use crate::database::{Statement, StoreFailed};

/// How long one request took, and what it has in common with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    /// When it ended, in milliseconds since 1970.
    pub ended_at: i64,
    /// The id of the client's key.
    pub client: String,
    /// The provider of the target that answered.
    pub provider: String,
    /// Its model.
    pub model: String,
    /// What was to be done.
    pub task: String,
    /// The status of the answer.
    pub status: i64,
    /// Milliseconds to its end.
    pub total_ms: i64,
}

impl Requests {
    /// At most so many of the requests that ended from a time on and before another, all of them where there are no more.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn timings(&self, since: i64, until: i64, most: i64) -> Result<Vec<Timing>, StoreFailed> {
        let Some(first) = self.first_from(since).await? else { return Ok(Vec::new()) };
        let end = match self.first_from(until).await? {
            Some(end) => end,
            None => self.last().await?.map_or(first, |last| last + 1),
        };
        let step = (end - first + most - 1).div_euclid(most.max(1)).max(1);
        // Each row is found by its place, so the rows between are never read.
        let sql = "WITH RECURSIVE places (place) AS (SELECT CAST(? AS BIGINT) UNION ALL \
                   SELECT place + CAST(? AS BIGINT) FROM places WHERE place + CAST(? AS BIGINT) < CAST(? AS BIGINT)) \
                   SELECT ended_at, client, provider, model, task, status, total_ms FROM places \
                   JOIN requests ON requests.seq = places.place WHERE places.place < ?";
        let statement = Statement::new(sql).with(first).with(step).with(step).with(end).with(end);
        self.0
            .read(statement, |row| {
                Ok(Timing {
                    ended_at: row.try_get(0)?,
                    client: row.try_get(1)?,
                    provider: row.try_get(2)?,
                    model: row.try_get(3)?,
                    task: row.try_get(4)?,
                    status: row.try_get(5)?,
                    total_ms: row.try_get(6)?,
                })
            })
            .await
    }

    /// The place of the newest row.
    async fn last(&self) -> Result<Option<i64>, StoreFailed> {
        let sql = "SELECT max(seq) FROM requests";
        let found: Vec<Option<i64>> = self.0.read(Statement::new(sql), |row| row.try_get(0)).await?;
        Ok(found.first().copied().flatten())
    }
}
