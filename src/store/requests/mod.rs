//! The request log: rows in the order in which requests ended, and their sums by quarters of an hour.
//!
//! A row and what it adds to the sums are written in one transaction, so that sums are always those of the rows that were
//! ever written. What the details of a row mean is the gateway's affair.

mod latencies;
mod reads;
mod sums;
#[cfg(test)]
mod tests;

pub use latencies::Latency;
pub use reads::{RequestFilter, RequestPage};
pub use sums::{Sums, SumsBy, SumsOf};

use std::sync::Arc;

use crate::database::{Database, Statement, StoreFailed};

/// A request as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LoggedRequest {
    /// Its place in the order; 0 before it is written.
    pub seq: i64,
    /// Its id in answers and logs.
    pub id: String,
    /// Milliseconds since 1970.
    pub began_at: i64,
    /// Likewise.
    pub ended_at: i64,
    /// The id of the client's key; empty where there is none of its own.
    pub client: String,
    /// The route.
    pub endpoint: String,
    /// What was to be done.
    pub task: String,
    /// The tier or target that was asked for.
    pub asked: String,
    /// The provider of the target that answered; empty where none did.
    pub provider: String,
    /// Its model.
    pub model: String,
    /// The status of the answer.
    pub status: i64,
    /// Milliseconds to the first byte of the answer.
    pub first_ms: Option<i64>,
    /// Milliseconds to its end.
    pub total_ms: i64,
    /// Tokens of all calls' requests.
    pub prompt_tokens: i64,
    /// Of these, those that providers had cached.
    pub cached_tokens: i64,
    /// Tokens of their replies.
    pub completion_tokens: i64,
    /// Pages.
    pub pages: i64,
    /// Milliseconds of recordings and videos.
    pub milliseconds: i64,
    /// Pictures.
    pub images: i64,
    /// What it cost, in parts of 10⁻¹² of a dollar, as far as that is known.
    pub cost: i64,
    /// Calls of which it is not known.
    pub unpriced: i64,
    /// Attempts, treatments, media and charges, as JSON.
    pub details: String,
}

/// The request log of one database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Requests(Arc<Database>);

/// Milliseconds in a quarter of an hour.
const QUARTER: i64 = 900_000;

impl Requests {
    /// The request log of a database.
    #[must_use]
    pub fn of(database: Arc<Database>) -> Self {
        Self(database)
    }

    /// Writes rows and adds them to the sums, all or none; on the disk when this resolves.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn write(&self, rows: Vec<LoggedRequest>) -> Result<(), StoreFailed> {
        // Several servers add to the same sums: in the same order, so that none waits for one that waits for it.
        let mut sums: Vec<&LoggedRequest> = rows.iter().collect();
        sums.sort_unstable_by(|one, other| place_of(one).cmp(&place_of(other)));
        let sums: Vec<Statement> = sums.into_iter().map(added).collect();
        self.0.write(sums.into_iter().chain(rows.into_iter().map(inserted)).collect()).await.map(drop)
    }

    /// Removes rows that ended before a time, and the oldest beyond so many; sums stay, but for those before another time.
    /// Gives how many rows went. So many at once and no more, since others wait meanwhile.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn prune(&self, before: i64, most_rows: i64, sums_before: i64) -> Result<u64, StoreFailed> {
        const AT_ONCE: i64 = 5_000;
        let old =
            "DELETE FROM requests WHERE seq IN (SELECT seq FROM requests WHERE ended_at < ? ORDER BY ended_at LIMIT ?)";
        let many = "DELETE FROM requests WHERE seq IN \
                    (SELECT seq FROM requests WHERE seq <= (SELECT max(seq) FROM requests) - ? ORDER BY seq LIMIT ?)";
        let sums = "DELETE FROM request_sums WHERE quarter < ?";
        let statements = vec![
            Statement::new(old).with(before).with(AT_ONCE),
            Statement::new(many).with(most_rows).with(AT_ONCE),
            Statement::new(sums).with(sums_before.div_euclid(QUARTER)),
        ];
        self.0.write(statements).await.map(|gone| gone.iter().take(2).sum())
    }
}

fn inserted(row: LoggedRequest) -> Statement {
    let sql = "INSERT INTO requests (id, began_at, ended_at, client, endpoint, task, asked, provider, model, status, first_ms, \
               total_ms, prompt_tokens, cached_tokens, completion_tokens, pages, milliseconds, images, cost, unpriced, details) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let statement = Statement::new(sql).with(row.id).with(row.began_at).with(row.ended_at).with(row.client);
    let statement = statement.with(row.endpoint).with(row.task).with(row.asked).with(row.provider).with(row.model);
    let statement = statement.with(row.status).with(row.first_ms).with(row.total_ms).with(row.prompt_tokens);
    let statement = statement.with(row.cached_tokens).with(row.completion_tokens).with(row.pages);
    statement.with(row.milliseconds).with(row.images).with(row.cost).with(row.unpriced).with(row.details)
}

/// Which of the sums a row is added to.
fn place_of(row: &LoggedRequest) -> (i64, &str, &str, &str, &str, i64) {
    (row.ended_at.div_euclid(QUARTER), &row.client, &row.provider, &row.model, &row.task, row.status)
}

fn added(row: &LoggedRequest) -> Statement {
    let sql = "INSERT INTO request_sums (quarter, client, provider, model, task, status, requests, prompt_tokens, \
               cached_tokens, completion_tokens, pages, milliseconds, images, cost, unpriced, total_ms) \
               VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
               ON CONFLICT (quarter, client, provider, model, task, status) DO UPDATE SET \
               requests = request_sums.requests + 1, \
               prompt_tokens = request_sums.prompt_tokens + excluded.prompt_tokens, \
               cached_tokens = request_sums.cached_tokens + excluded.cached_tokens, \
               completion_tokens = request_sums.completion_tokens + excluded.completion_tokens, \
               pages = request_sums.pages + excluded.pages, \
               milliseconds = request_sums.milliseconds + excluded.milliseconds, \
               images = request_sums.images + excluded.images, cost = request_sums.cost + excluded.cost, \
               unpriced = request_sums.unpriced + excluded.unpriced, total_ms = request_sums.total_ms + excluded.total_ms";
    let statement = Statement::new(sql).with(row.ended_at.div_euclid(QUARTER)).with(row.client.as_str());
    let statement = statement.with(row.provider.as_str()).with(row.model.as_str()).with(row.task.as_str());
    let statement = statement.with(row.status).with(row.prompt_tokens).with(row.cached_tokens);
    let statement = statement.with(row.completion_tokens).with(row.pages).with(row.milliseconds).with(row.images);
    statement.with(row.cost).with(row.unpriced).with(row.total_ms)
}
