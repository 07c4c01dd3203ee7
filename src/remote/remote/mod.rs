//! Calls to one provider: a dialect joined with the connections.
//!
//! One call is one request, but for a refusal that names a parameter which can be left out: no other key is tried,
//! nothing cools down here; what follows from a failure is decided by the gateway. Dropping a call or its reply ends the connection at once, since HTTP/1.1 knows no
//! other way to end an answer early.

mod batches;
mod clock;
mod counts;
mod details;
mod gathered;
mod jobs;
mod learned;
mod lists;
mod live;
mod passage;
mod pending;
mod provider;
mod reply;
mod request;
mod sending;
mod socket;
#[cfg(test)]
pub(crate) mod tests;
mod trouble;

pub use passage::Passage;
pub use reply::Reply;

use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex};

use http::Uri;
use http::header::HeaderMap;
use mediary_core::Failure;

use details::Details;
use learned::Learned;

use crate::client::{Client, ProviderClient};
use crate::{Dialect, Endpoint};

/// A provider: where it is and how it speaks. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Remote {
    client: Client,
    dialect: &'static dyn Dialect,
    endpoint: Arc<Endpoint>,
    /// The endpoint's headers; a failure if it has one that cannot be sent.
    headers: Result<HeaderMap, Failure>,
    /// The path that was called last, and its address.
    address: Arc<Mutex<Option<(String, Uri)>>>,
    /// What its models were found to refuse.
    learned: Learned,
    /// What single models were asked for that its list leaves open.
    details: Details,
    /// By how many seconds its clock is ahead of ours, where that was found to matter.
    skew_seconds: Arc<AtomicI64>,
}

impl Remote {
    /// A provider that is called with `client`.
    #[must_use]
    pub fn new(client: &ProviderClient, dialect: &'static dyn Dialect, endpoint: Endpoint) -> Self {
        let headers = request::headers(&endpoint);
        Self {
            client: client.0.clone(),
            dialect,
            endpoint: Arc::new(endpoint),
            headers,
            address: Arc::default(),
            learned: Learned::default(),
            details: Details::default(),
            skew_seconds: Arc::default(),
        }
    }

    /// How it speaks.
    #[must_use]
    pub fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    /// Where it is.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The HTTP client.
    pub(crate) fn client(&self) -> ProviderClient {
        ProviderClient(self.client.clone())
    }
}
