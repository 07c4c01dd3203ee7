//! Requests that this server makes to itself on behalf of a client that made a batch: let in as the client would be, by what
//! is known of it without its key.
//!
//! Who a request is made for is known to the task that makes it, and to no header.

use std::sync::Arc;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::client;
use super::key::Keys;
use crate::gateway::{Announced, Clients};
use crate::http::error::ApiError;

tokio::task_local! {
    static BEHALF: Arc<OnBehalf>;
}

/// For whom a request is made.
#[derive(Debug)]
pub(in crate::http) struct OnBehalf {
    /// What its client is known by where things belong to it.
    pub(in crate::http) owner: Vec<u8>,
    /// The client that it is charged to; `None`: none with a key of its own.
    pub(in crate::http) client: Option<String>,
    /// What is told before it may be billed.
    pub(in crate::http) announced: Arc<dyn Announced>,
}

/// For whom the request at hand is made; `None`: it came from outside.
pub(in crate::http) fn on_behalf() -> Option<Arc<OnBehalf>> {
    BEHALF.try_with(Arc::clone).ok()
}

impl OnBehalf {
    /// Makes a request for it.
    pub(in crate::http) async fn scope<T>(self, request: impl Future<Output = T>) -> T {
        BEHALF.scope(Arc::new(self), request).await
    }

    /// Lets its request in.
    pub(super) async fn serve(&self, (keys, clients): (&Keys, &Clients), request: Request, next: Next) -> Response {
        let Some(id) = &self.client else {
            return match keys.have_lost(&self.owner) {
                true => gone().into_response(),
                false => next.run(request).await,
            };
        };
        match clients.of(id) {
            // It was let in when its batch was made, and is counted among no requests: none goes anywhere now.
            Some(client) if let Some(call) = self.announced.deferred() => {
                client::serve_in_background(&client, call.is_answered(), request, next).await
            }
            Some(client) => client::serve(&client, request, next).await,
            None => gone().into_response(),
        }
    }
}

/// What a line is told whose key was taken back.
fn gone() -> ApiError {
    let message = "The API key that this batch was made with is not there any more; make it anew with another.";
    ApiError::unauthorised("invalid_api_key", message)
}
