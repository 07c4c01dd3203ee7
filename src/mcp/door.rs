//! What a tool asks: this server's own routes, wherever they are.

use std::fmt;
use std::pin::Pin;

use axum::http::{HeaderMap, Method};
use bytes::Bytes;
use futures_util::Stream;
use mediary_core::provider::BoxFuture;

/// A request to one of the routes.
#[derive(Debug)]
pub struct Call {
    /// Its method.
    pub method: Method,
    /// Its path, with its query.
    pub path: String,
    /// What it says beside its body: the key of its client, wishes.
    pub headers: HeaderMap,
    /// Its body and its media type, if it has one.
    pub body: Option<(String, Vec<u8>)>,
}

/// What a route answers.
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body as it comes; an error says why it broke off.
    pub body: Pin<Box<dyn Stream<Item = Result<Bytes, String>> + Send>>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}

/// Where requests of tools go. A future that is dropped ends its request.
pub trait Door: fmt::Debug + Send + Sync {
    /// Asks for something; an error says why there is no answer at all.
    fn ask(&self, call: Call) -> BoxFuture<'_, Result<Answer, String>>;
}
