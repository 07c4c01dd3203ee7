//! Calls to one provider: a dialect joined with the connections.
//!
//! One call is one request: nothing is retried, no other key is tried, nothing cools down here; what follows from a
//! failure is the gateway's affair. Dropping a call or its reply ends the connection at once, since HTTP/1.1 knows no
//! other way to end an answer early.

mod clock;
mod lists;
mod provider;
mod reply;
mod request;
#[cfg(test)]
pub(crate) mod tests;
mod trouble;

pub use reply::Reply;

use std::sync::{Arc, Mutex};

use http::Uri;
use http::header::HeaderMap;
use mediary_core::Failure;
use mediary_core::provider::Call;

use clock::Clock;

use crate::client::{Client, ProviderClient};
use crate::frames::Cutter;
use crate::handover::HandedOver;
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
    /// Files the provider has been given beforehand.
    pub(crate) handed_over: HandedOver,
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
            handed_over: HandedOver::default(),
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

    /// Sends a task; resolves when the head of a good answer is here.
    ///
    /// # Errors
    /// When the task cannot be written in the dialect, the provider cannot be reached or does not begin in time, or it
    /// refuses.
    pub(crate) async fn send_task(&self, call: &Call<'_>) -> Result<Reply, Failure> {
        let written = self.dialect.encode(call, &self.endpoint.quirks)?;
        let request = self.carrying(written, call.key)?;
        let clock = Clock::start(call.timeouts);
        let answer = self.send(request, &clock, call.key).await?;
        let framing = request::framing(&answer);
        let cutter = match framing {
            Some(framing) => Cutter::stream(framing),
            None => Cutter::whole(answer.content_length()),
        };
        Ok(Reply::new(answer, cutter, self.dialect.reader(call.task, framing.is_some()), clock, call.key))
    }
}
