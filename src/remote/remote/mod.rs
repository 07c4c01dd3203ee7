//! Calls to one provider: a dialect joined with the HTTP client.
//!
//! One call is one request: nothing is retried, no other key is tried, nothing rests here; what follows from a failure
//! is the gateway's affair. Dropping a call or its reply ends the connection at once, since HTTP/1.1 knows no other way
//! to say that nobody listens any more.

mod clock;
mod json;
mod reply;
mod request;
#[cfg(test)]
mod tests;
mod transcribe;
mod trouble;

pub use reply::Reply;

use std::sync::{Arc, Mutex};

use http::header::HeaderMap;
use http::{Method, Uri};
use mediary_core::Failure;

use clock::Clock;

use crate::client::{Client, ProviderClient};
use crate::frames::Cutter;
use crate::handover::HandedOver;
use crate::{Call, Dialect, Endpoint, HttpCall, Timeouts};

/// A provider: where it is and how it speaks. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Remote {
    client: Client,
    dialect: Arc<dyn Dialect>,
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
    pub fn new(client: &ProviderClient, dialect: Arc<dyn Dialect>, endpoint: Endpoint) -> Self {
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
    pub fn dialect(&self) -> &Arc<dyn Dialect> {
        &self.dialect
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

    /// Sends a chat; resolves when the head of a good answer is here.
    ///
    /// # Errors
    /// When the chat cannot be written in the dialect, the provider cannot be reached or does not begin in time, or it
    /// refuses.
    pub async fn chat(&self, call: &Call<'_>, key: Option<&str>, timeouts: Timeouts) -> Result<Reply, Failure> {
        let HttpCall { path, headers, body } = self.dialect.encode(call)?;
        let request = self.request(Method::POST, &path, &headers, Some(body), key)?;
        let clock = Clock::start(timeouts);
        let response = self.send(request, &clock, key).await?;
        let framing = request::framing(&response);
        let cutter = match framing {
            Some(framing) => Cutter::stream(framing),
            None => Cutter::whole(response.content_length()),
        };
        Ok(Reply::new(response, cutter, self.dialect.reader(framing.is_some()), clock, key))
    }
}
