//! Rows are written with what they add to the sums, and go by their age and number.

use super::{LoggedRequest, QUARTER, Requests};
use crate::database::{Statement, StoreFailed};

impl Requests {
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
        let gone = self.0.write(statements).await?;
        Ok(gone.iter().take(2).sum())
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
