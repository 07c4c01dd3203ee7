//! The request log: rows in the order in which requests ended, and their sums by quarters of an hour.
//!
//! A row and what it adds to the sums are written in one transaction, so that sums are always those of the rows that were
//! ever written. What the details of a row mean is the gateway's affair.

mod latencies;
mod reads;
mod sums;
#[cfg(test)]
mod tests;
mod writes;

pub use latencies::Latency;
pub use reads::{RequestFilter, RequestPage, StatusFilter};
pub use sums::{CacheSums, Sums, SumsBy, SumsOf};

use std::sync::Arc;

use crate::database::Database;

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
    /// What the cache had to do with it, on its way into the sums; it is read among the details.
    pub cache: Option<&'static str>,
    /// What was saved by that, likewise.
    pub saved: Option<Saved>,
}

/// What an answer would have cost for which no call was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Saved {
    /// Tokens.
    pub tokens: i64,
    /// In parts of 10⁻¹² of a dollar; `None`: it is not known.
    pub cost: Option<i64>,
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
}
