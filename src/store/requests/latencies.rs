//! How long requests took: percentiles of rows taken at even distances, so that they cost the same however many there are.

use super::{Requests, SumsBy, SumsOf};
use crate::database::{Statement, StoreFailed};

/// How long the requests of a group took, in milliseconds to their end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latency {
    /// The group, as [`super::Sums`] has it.
    pub group: String,
    /// The least time that half of them did not pass, …
    pub p50: i64,
    /// … 95 of a hundred, …
    pub p95: i64,
    /// … and 99 of a hundred.
    pub p99: i64,
    /// By so many requests, evenly taken.
    pub of: i64,
}

impl Requests {
    /// Percentiles, group by group, of at most so many requests of all groups together; of all of them where there are no
    /// more. Requests that failed count only where statuses are told apart.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn latencies(&self, of: &SumsOf, most: i64) -> Result<Vec<Latency>, StoreFailed> {
        let Some(first) = self.first_from(of.since).await? else { return Ok(Vec::new()) };
        let end = match self.first_from(of.until).await? {
            Some(end) => end,
            None => self.last().await?.map_or(first, |last| last + 1),
        };
        let step = (end - first + most - 1).div_euclid(most.max(1)).max(1);
        let group = of.group();
        let answered = if of.by == SumsBy::Status { "" } else { " AND status < 400" };
        let client = if of.client.is_some() { " AND client = ?" } else { "" };
        let (sql, quarter) = (&group.sql, super::QUARTER);
        // Each row is found by its place, so the rows between are never read. What is counted is counted where it lies: to
        // hand thousands of rows on takes longer than to find them.
        let sql = format!(
            "WITH RECURSIVE places (place) AS (SELECT CAST(? AS BIGINT) UNION ALL \
             SELECT place + CAST(? AS BIGINT) FROM places WHERE place + CAST(? AS BIGINT) < CAST(? AS BIGINT)), \
             taken AS (SELECT ended_at / {quarter} AS quarter, client, provider, model, task, status, total_ms \
             FROM places JOIN requests ON requests.seq = places.place WHERE places.place < ?{answered}{client}), \
             grouped AS (SELECT CAST({sql} AS TEXT) AS part, total_ms FROM taken), \
             ranked AS (SELECT part, total_ms, row_number() OVER (PARTITION BY part ORDER BY total_ms) AS place, \
             count(*) OVER (PARTITION BY part) AS many FROM grouped) \
             SELECT part, min(CASE WHEN place * 100 >= many * 50 THEN total_ms END), \
             min(CASE WHEN place * 100 >= many * 95 THEN total_ms END), \
             min(CASE WHEN place * 100 >= many * 99 THEN total_ms END), max(many) FROM ranked GROUP BY part ORDER BY part"
        );
        let statement = Statement::built(sql).with(first).with(step).with(step).with(end).with(end);
        let statement = match &of.client {
            Some(client) => statement.with(client.as_str()),
            None => statement,
        };
        self.0
            .read(statement, |row| {
                let group = group.name(row.try_get(0)?);
                Ok(Latency {
                    group,
                    p50: row.try_get(1)?,
                    p95: row.try_get(2)?,
                    p99: row.try_get(3)?,
                    of: row.try_get(4)?,
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
