//! Rows of the request log: a page of them, the newest first, or one.
//!
//! Every filter is an index that ends with the order of rows, and times become places in that order first, so that a page
//! is read from its rows alone however many there are.

use super::{LoggedRequest, Requests};
use crate::database::{Row, Statement, StoreFailed};

/// Which rows are wanted; what is not said is not filtered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestFilter {
    /// Those of a client's key.
    pub client: Option<String>,
    /// Those that a provider's target answered.
    pub provider: Option<String>,
    /// Those that a model answered.
    pub model: Option<String>,
    /// Those of a task.
    pub task: Option<String>,
    /// Those of a route.
    pub endpoint: Option<String>,
    /// Those with such a status.
    pub status: Option<StatusFilter>,
    /// Those that ended from this time on, in milliseconds since 1970, …
    pub since: Option<i64>,
    /// … and before this one.
    pub until: Option<i64>,
    /// Those before a place in the order: the last one of the page before.
    pub before: Option<i64>,
}

/// Which statuses are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusFilter {
    /// This one.
    Is(i64),
    /// Those below 400.
    Ok,
    /// Those from 400 on but for 499, where the client went away: what sums count as failed.
    Failed,
}

impl StatusFilter {
    /// It in SQL. A plus keeps a range of statuses from being the index: the rows would have to be sorted.
    fn sql(self) -> String {
        match self {
            Self::Is(status) => format!("status = {status}"),
            Self::Ok => "+status < 400".to_owned(),
            Self::Failed => "+status >= 400 AND +status <> 499".to_owned(),
        }
    }
}

/// A page of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestPage {
    /// The rows, the newest first.
    pub rows: Vec<LoggedRequest>,
    /// Whether there are more.
    pub has_more: bool,
}

const COLUMNS: &str = "seq, id, began_at, ended_at, client, endpoint, task, asked, provider, model, status, first_ms, \
                       total_ms, prompt_tokens, cached_tokens, completion_tokens, pages, milliseconds, images, cost, \
                       unpriced, details";

impl Requests {
    /// A page of at most so many rows.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn page(&self, filter: &RequestFilter, most: u32) -> Result<RequestPage, StoreFailed> {
        let (mut from, mut before) = (None, filter.before);
        if let Some(since) = filter.since {
            match self.first_from(since).await? {
                Some(seq) => from = Some(seq),
                None => return Ok(RequestPage { rows: Vec::new(), has_more: false }),
            }
        }
        if let Some(until) = filter.until
            && let Some(seq) = self.first_from(until).await?
        {
            before = Some(before.map_or(seq, |before| before.min(seq)));
        }
        let mut sql = format!("SELECT {COLUMNS} FROM requests WHERE seq > 0");
        let mut texts = Vec::new();
        for (column, value) in [
            ("client", &filter.client),
            ("provider", &filter.provider),
            ("model", &filter.model),
            ("task", &filter.task),
            ("endpoint", &filter.endpoint),
        ] {
            if let Some(value) = value {
                sql.push_str(&format!(" AND {column} = ?"));
                texts.push(value.clone());
            }
        }
        if let Some(status) = filter.status {
            sql.push_str(&format!(" AND {}", status.sql()));
        }
        let mut numbers = Vec::new();
        for (condition, value) in [("seq >= ?", from), ("seq < ?", before)] {
            if let Some(value) = value {
                sql.push_str(&format!(" AND {condition}"));
                numbers.push(value);
            }
        }
        sql.push_str(" ORDER BY seq DESC LIMIT ?");
        let statement = texts.into_iter().fold(Statement::built(sql), Statement::with);
        let statement = numbers.into_iter().fold(statement, Statement::with);
        let mut rows = self.0.read(statement.with(i64::from(most) + 1), read).await?;
        let has_more = rows.len() > most as usize;
        rows.truncate(most as usize);
        Ok(RequestPage { rows, has_more })
    }

    /// The place of the first row that ended from a time on.
    pub(super) async fn first_from(&self, time: i64) -> Result<Option<i64>, StoreFailed> {
        let sql = "SELECT seq FROM requests WHERE ended_at >= ? ORDER BY ended_at, seq LIMIT 1";
        let found = self.0.read(Statement::new(sql).with(time), |row| row.try_get(0)).await?;
        Ok(found.first().copied())
    }

    /// The newest request of an id.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find(&self, id: &str) -> Result<Option<LoggedRequest>, StoreFailed> {
        let sql = format!("SELECT {COLUMNS} FROM requests WHERE id = ? ORDER BY seq DESC LIMIT 1");
        Ok(self.0.read(Statement::built(sql).with(id), read).await?.pop())
    }
}

fn read(row: Row<'_>) -> sqlx::Result<LoggedRequest> {
    Ok(LoggedRequest {
        seq: row.try_get(0)?,
        id: row.try_get(1)?,
        began_at: row.try_get(2)?,
        ended_at: row.try_get(3)?,
        client: row.try_get(4)?,
        endpoint: row.try_get(5)?,
        task: row.try_get(6)?,
        asked: row.try_get(7)?,
        provider: row.try_get(8)?,
        model: row.try_get(9)?,
        status: row.try_get(10)?,
        first_ms: row.try_get(11)?,
        total_ms: row.try_get(12)?,
        prompt_tokens: row.try_get(13)?,
        cached_tokens: row.try_get(14)?,
        completion_tokens: row.try_get(15)?,
        pages: row.try_get(16)?,
        milliseconds: row.try_get(17)?,
        images: row.try_get(18)?,
        cost: row.try_get(19)?,
        unpriced: row.try_get(20)?,
        details: row.try_get(21)?,
        cache: None,
        saved: None,
    })
}
