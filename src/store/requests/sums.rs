//! Sums of the request log, by time or by what requests have in common.

use super::Requests;
use crate::database::{Statement, StoreFailed};

/// What sums are apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SumsBy {
    /// Hours of the viewer's time zone.
    Hour,
    /// Days of it.
    Day,
    /// The client's key.
    Client,
    /// The provider that answered.
    Provider,
    /// The target that answered.
    Model,
    /// The task.
    Task,
    /// The status.
    Status,
}

/// Which sums are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SumsOf {
    /// What they are apart by.
    pub by: SumsBy,
    /// From this time on, in milliseconds since 1970, …
    pub since: i64,
    /// … and before this one.
    pub until: i64,
    /// How far the viewer's clock is ahead of UTC, in minutes.
    pub offset_minutes: i64,
    /// Those of one client's key only.
    pub client: Option<String>,
}

/// Sums of what falls into one group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sums {
    /// The group: a name, a status, or when it begins, in milliseconds since 1970.
    pub group: String,
    /// Requests.
    pub requests: i64,
    /// Of these, those that failed: a status of 400 or more.
    pub failed: i64,
    /// Tokens of requests.
    pub prompt_tokens: i64,
    /// Of these, cached ones.
    pub cached_tokens: i64,
    /// Tokens of replies.
    pub completion_tokens: i64,
    /// Pages.
    pub pages: i64,
    /// Milliseconds of recordings and videos.
    pub milliseconds: i64,
    /// Pictures.
    pub images: i64,
    /// Cost, in parts of 10⁻¹² of a dollar.
    pub cost: i64,
    /// Calls of which it is not known.
    pub unpriced: i64,
    /// Milliseconds that all of them took together.
    pub total_ms: i64,
}

const MINUTE: i64 = 60_000;

/// What is summed, in the order in which it is read.
const SUMMED: [&str; 11] = [
    "requests",
    "CASE WHEN status >= 400 THEN requests ELSE 0 END",
    "prompt_tokens",
    "cached_tokens",
    "completion_tokens",
    "pages",
    "milliseconds",
    "images",
    "cost",
    "unpriced",
    "total_ms",
];

impl Requests {
    /// Sums, group by group.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn sums(&self, of: &SumsOf) -> Result<Vec<Sums>, StoreFailed> {
        // Quarters of an hour are parts of hours and days in every time zone there is.
        let ahead = of.offset_minutes.div_euclid(15);
        let (group, each) = match of.by {
            SumsBy::Hour => (format!("(quarter + {ahead}) / 4"), Some(60 * MINUTE)),
            SumsBy::Day => (format!("(quarter + {ahead}) / 96"), Some(24 * 60 * MINUTE)),
            SumsBy::Client => ("client".to_owned(), None),
            SumsBy::Provider => ("provider".to_owned(), None),
            SumsBy::Model => ("provider || '/' || model".to_owned(), None),
            SumsBy::Task => ("task".to_owned(), None),
            SumsBy::Status => ("status".to_owned(), None),
        };
        let client = if of.client.is_some() { " AND client = ?" } else { "" };
        let sums = SUMMED.map(|column| format!("CAST(sum({column}) AS BIGINT)")).join(", ");
        let sql = format!(
            "SELECT CAST({group} AS TEXT), {sums} FROM request_sums WHERE quarter >= ? AND quarter < ?{client} \
             GROUP BY {group} ORDER BY {group}"
        );
        let quarters = |time: i64| time.div_euclid(super::QUARTER);
        let statement = Statement::built(sql).with(quarters(of.since)).with(quarters(of.until + super::QUARTER - 1));
        let statement = match &of.client {
            Some(client) => statement.with(client.as_str()),
            None => statement,
        };
        let shift = ahead * super::QUARTER;
        self.0
            .read(statement, |row| {
                let group: String = row.try_get(0)?;
                let begins = each.zip(group.parse::<i64>().ok()).map(|(each, number)| number * each - shift);
                Ok(Sums {
                    group: begins.map_or(group, |begins| begins.to_string()),
                    requests: row.try_get(1)?,
                    failed: row.try_get(2)?,
                    prompt_tokens: row.try_get(3)?,
                    cached_tokens: row.try_get(4)?,
                    completion_tokens: row.try_get(5)?,
                    pages: row.try_get(6)?,
                    milliseconds: row.try_get(7)?,
                    images: row.try_get(8)?,
                    cost: row.try_get(9)?,
                    unpriced: row.try_get(10)?,
                    total_ms: row.try_get(11)?,
                })
            })
            .await
    }
}
