//! Sums of the request log, by time or by what requests have in common.

use super::Requests;
use crate::database::{Row, Statement, StoreFailed};

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

impl SumsBy {
    /// Of which kind the totals are that such sums are made of.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Hour | Self::Day => "",
            Self::Client => "client",
            Self::Provider => "provider",
            Self::Model => "model",
            Self::Task => "task",
            Self::Status => "status",
        }
    }
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
    /// Of these, those that failed: a status of 400 or more, but for 499, where the client went away.
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

/// What became of requests in the cache of answers, and what that saved.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CacheSums {
    /// `miss`, `refresh`, `hit`, `alike` or `shared`.
    pub outcome: String,
    /// Requests.
    pub requests: i64,
    /// Tokens of answers that no call was made for.
    pub saved_tokens: i64,
    /// What they would have cost, in parts of 10⁻¹² of a dollar, as far as that is known.
    pub saved_cost: i64,
    /// Answers of which it is not known.
    pub unpriced: i64,
}

/// The kind of totals by outcomes of the cache, each with the client behind a space.
pub(super) const CACHE: &str = "cache";

const MINUTE: i64 = 60_000;

/// What is summed: columns of both tables of sums.
pub(super) const SUMMED: [&str; 11] = [
    "requests",
    "failed",
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

/// What a group of requests is in SQL, and how it is called.
pub(super) struct Group {
    /// Of a row with `quarter`, `client`, `provider`, `model`, `task` and `status`.
    pub(super) sql: String,
    /// How long each lasts, and how far its clock is ahead, where groups are times.
    lasts: Option<(i64, i64)>,
}

impl Group {
    fn is_time(&self) -> bool {
        self.lasts.is_some()
    }

    /// The name of a group, by what its SQL gave.
    pub(super) fn name(&self, part: String) -> String {
        let begins = self.lasts.zip(part.parse::<i64>().ok()).map(|((each, ahead), number)| number * each - ahead);
        begins.map_or(part, |begins| begins.to_string())
    }
}

impl SumsOf {
    /// How requests are put together.
    pub(super) fn group(&self) -> Group {
        // Quarters of an hour are parts of hours and days in every time zone there is.
        let ahead = self.offset_minutes.div_euclid(15);
        let time = |quarters: i64| Group {
            sql: format!("(quarter + {ahead}) / {quarters}"),
            lasts: Some((quarters * 15 * MINUTE, ahead * super::QUARTER)),
        };
        let name = |sql: &str| Group { sql: sql.to_owned(), lasts: None };
        match self.by {
            SumsBy::Hour => time(4),
            SumsBy::Day => time(96),
            SumsBy::Client => name("client"),
            SumsBy::Provider => name("provider"),
            SumsBy::Model => name("provider || '/' || model"),
            SumsBy::Task => name("task"),
            SumsBy::Status => name("status"),
        }
    }
}

impl Requests {
    /// What became of requests in the cache of answers, outcome by outcome, within the times and for the client of `of`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn cache_sums(&self, of: &SumsOf) -> Result<Vec<CacheSums>, StoreFailed> {
        let columns = ["requests", "prompt_tokens", "cost", "unpriced"];
        let sums = columns.map(|column| format!("CAST(sum({column}) AS BIGINT)")).join(", ");
        let sql = format!(
            "SELECT name, {sums} FROM request_totals WHERE kind = ? AND quarter >= ? AND quarter < ? GROUP BY name \
             ORDER BY name"
        );
        let quarters = |time: i64| time.div_euclid(super::QUARTER);
        let statement = Statement::built(sql).with(CACHE).with(quarters(of.since));
        let statement = statement.with(quarters(of.until + super::QUARTER - 1));
        let read = |row: Row<'_>| {
            let sums = CacheSums {
                outcome: row.try_get(0)?,
                requests: row.try_get(1)?,
                saved_tokens: row.try_get(2)?,
                saved_cost: row.try_get(3)?,
                unpriced: row.try_get(4)?,
            };
            Ok(sums)
        };
        let mut all: Vec<CacheSums> = Vec::new();
        for sums in self.0.read(statement, read).await? {
            let (outcome, client) = sums.outcome.split_once(' ').unwrap_or((&sums.outcome, ""));
            if of.client.as_deref().is_some_and(|wanted| wanted != client) {
                continue;
            }
            match all.iter_mut().find(|known| known.outcome == outcome) {
                Some(known) => {
                    known.requests += sums.requests;
                    known.saved_tokens += sums.saved_tokens;
                    known.saved_cost += sums.saved_cost;
                    known.unpriced += sums.unpriced;
                }
                None => all.push(CacheSums { outcome: outcome.to_owned(), ..sums }),
            }
        }
        Ok(all)
    }

    /// Sums, group by group.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn sums(&self, of: &SumsOf) -> Result<Vec<Sums>, StoreFailed> {
        let group = of.group();
        // Sums by everything are read for one client alone: of all there are as many as there were requests, nearly.
        let (table, part, whose) = match (&of.client, group.is_time()) {
            (Some(_), _) => ("request_sums", group.sql.as_str(), "client = ?"),
            (None, true) => ("request_totals", group.sql.as_str(), "kind = ?"),
            (None, false) => ("request_totals", "name", "kind = ?"),
        };
        let sums = SUMMED.map(|column| format!("CAST(sum({column}) AS BIGINT)")).join(", ");
        let sql = format!(
            "SELECT CAST({part} AS TEXT), {sums} FROM {table} WHERE {whose} AND quarter >= ? AND quarter < ? \
             GROUP BY {part} ORDER BY {part}"
        );
        let quarters = |time: i64| time.div_euclid(super::QUARTER);
        let statement = Statement::built(sql).with(of.client.as_deref().unwrap_or(of.by.kind()));
        let statement = statement.with(quarters(of.since)).with(quarters(of.until + super::QUARTER - 1));
        self.0
            .read(statement, |row| {
                Ok(Sums {
                    group: group.name(row.try_get(0)?),
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
