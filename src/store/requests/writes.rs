//! Rows are written with what they add to the sums, and go by their age and number.

use std::collections::BTreeMap;

use super::sums::{CACHE, SUMMED};
use super::{LoggedRequest, QUARTER, Requests, SumsBy};
use crate::database::{Statement, StoreFailed};

impl Requests {
    /// Writes rows and adds them to the sums, all or none; on the disk when this resolves.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn write(&self, rows: Vec<LoggedRequest>) -> Result<(), StoreFailed> {
        let (mut sums, mut totals) = (BTreeMap::new(), BTreeMap::new());
        for row in &rows {
            add(sums.entry(place_of(row)).or_default(), row);
            for (kind, name) in names_of(row) {
                add(totals.entry((kind, row.ended_at.div_euclid(QUARTER), name)).or_default(), row);
            }
            if let Some(outcome) = row.cache {
                let name = format!("{outcome} {}", row.client);
                let saved = totals.entry((CACHE, row.ended_at.div_euclid(QUARTER), name)).or_default();
                add(saved, &of_cache(row));
            }
        }
        // Several servers add to the same sums: in the same order, so that none waits for one that waits for it.
        let to_sums = adding("request_sums", &["client", "quarter", "provider", "model", "task", "status"]);
        let to_totals = adding("request_totals", &["kind", "quarter", "name"]);
        let sums = sums.into_iter().map(|((client, quarter, provider, model, task, status), added)| {
            let place = to_sums.clone().with(client).with(quarter).with(provider).with(model);
            with(place.with(task).with(status), added)
        });
        let totals = totals
            .into_iter()
            .map(|((kind, quarter, name), added)| with(to_totals.clone().with(kind).with(quarter).with(name), added));
        let statements: Vec<Statement> = sums.chain(totals).collect();
        self.0.write(statements.into_iter().chain(inserting(rows)).collect()).await.map(drop)
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
        let totals = "DELETE FROM request_totals WHERE quarter < ?";
        let statements = vec![
            Statement::new(old).with(before).with(AT_ONCE),
            Statement::new(many).with(most_rows).with(AT_ONCE),
            Statement::new(sums).with(sums_before.div_euclid(QUARTER)),
            Statement::new(totals).with(sums_before.div_euclid(QUARTER)),
        ];
        let gone = self.0.write(statements).await?;
        Ok(gone.iter().take(2).sum())
    }
}

/// The columns of a row but for its number.
const COLUMNS: [&str; 21] = [
    "id",
    "began_at",
    "ended_at",
    "client",
    "endpoint",
    "task",
    "asked",
    "provider",
    "model",
    "status",
    "first_ms",
    "total_ms",
    "prompt_tokens",
    "cached_tokens",
    "completion_tokens",
    "pages",
    "milliseconds",
    "images",
    "cost",
    "unpriced",
    "details",
];
/// The most rows that one statement inserts.
const MOST_TOGETHER: usize = 64;

/// Statements that insert rows, many with each: the way to the database and back costs more than a row. Their numbers are
/// powers of two, so that there are few statements to be prepared.
fn inserting(rows: Vec<LoggedRequest>) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let together = (1 << rows.len().ilog2()).min(MOST_TOGETHER);
        statements.push(rows.by_ref().take(together).fold(insertion(together), row_with));
    }
    statements
}

fn insertion(rows: usize) -> Statement {
    let places = format!("({})", vec!["?"; COLUMNS.len()].join(", "));
    Statement::built(format!(
        "INSERT INTO requests ({}) VALUES {}",
        COLUMNS.join(", "),
        vec![places.as_str(); rows].join(", ")
    ))
}

fn row_with(statement: Statement, row: LoggedRequest) -> Statement {
    let statement = statement.with(row.id).with(row.began_at).with(row.ended_at).with(row.client);
    let statement = statement.with(row.endpoint).with(row.task).with(row.asked).with(row.provider).with(row.model);
    let statement = statement.with(row.status).with(row.first_ms).with(row.total_ms).with(row.prompt_tokens);
    let statement = statement.with(row.cached_tokens).with(row.completion_tokens).with(row.pages);
    statement.with(row.milliseconds).with(row.images).with(row.cost).with(row.unpriced).with(row.details)
}

/// A row as it is summed by what the cache had to do with it: its tokens and its cost are those that were saved.
fn of_cache(row: &LoggedRequest) -> LoggedRequest {
    let saved = row.saved.unwrap_or_default();
    LoggedRequest {
        status: row.status,
        total_ms: row.total_ms,
        prompt_tokens: saved.tokens,
        cost: saved.cost.unwrap_or_default(),
        unpriced: i64::from(row.saved.is_some_and(|saved| saved.cost.is_none())),
        ..LoggedRequest::default()
    }
}

/// Which of the sums by everything a row is added to.
fn place_of(row: &LoggedRequest) -> (&str, i64, &str, &str, &str, i64) {
    (&row.client, row.ended_at.div_euclid(QUARTER), &row.provider, &row.model, &row.task, row.status)
}

/// Which of the totals a row is added to, within its quarter.
fn names_of(row: &LoggedRequest) -> [(&'static str, String); 6] {
    [
        ("", String::new()),
        (SumsBy::Client.kind(), row.client.clone()),
        (SumsBy::Provider.kind(), row.provider.clone()),
        (SumsBy::Model.kind(), format!("{}/{}", row.provider, row.model)),
        (SumsBy::Task.kind(), row.task.clone()),
        (SumsBy::Status.kind(), row.status.to_string()),
    ]
}

/// What is added to sums, in the order of their columns.
type Added = [i64; SUMMED.len()];

fn add(sums: &mut Added, row: &LoggedRequest) {
    let failed = i64::from(row.status >= 400 && row.status != 499);
    let (tokens, kept) = ([row.prompt_tokens, row.cached_tokens, row.completion_tokens], [row.cost, row.unpriced]);
    let media = [row.pages, row.milliseconds, row.images];
    let its = [1, failed].into_iter().chain(tokens).chain(media).chain(kept).chain([row.total_ms]);
    for (sum, its) in sums.iter_mut().zip(its) {
        *sum = sum.saturating_add(its);
    }
}

/// Adds to the sums of a table, which are told apart by these columns.
fn adding(table: &str, keys: &[&str]) -> Statement {
    let columns = [keys, &SUMMED].concat();
    let places = vec!["?"; columns.len()].join(", ");
    let more = SUMMED.map(|column| format!("{column} = {table}.{column} + excluded.{column}")).join(", ");
    let (keys, columns) = (keys.join(", "), columns.join(", "));
    Statement::built(format!(
        "INSERT INTO {table} ({columns}) VALUES ({places}) ON CONFLICT ({keys}) DO UPDATE SET {more}"
    ))
}

fn with(statement: Statement, added: Added) -> Statement {
    added.into_iter().fold(statement, Statement::with)
}
