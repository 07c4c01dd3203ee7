//! Clients with keys of their own: let in, told how their limits stand, and known to whatever handles their request.
//!
//! Whom a request was admitted for is known to the task that handles it, from its first byte on; a body that is sent later
//! keeps the place among those at once until it has ended.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::gateway::{Admitted, Client, LimitStanding, Refused};
use crate::http::error::{ApiError, whole_seconds};

tokio::task_local! {
    static ADMITTED: Arc<Admitted>;
}

/// Whom the request at hand was admitted for; `None`: no client with a key of its own.
pub(in crate::http) fn admitted() -> Option<Arc<Admitted>> {
    ADMITTED.try_with(Arc::clone).ok()
}

/// Lets a client's request in, and tells with its answer how the client's limits stand.
pub(super) async fn serve(client: &Arc<Client>, request: Request, next: Next) -> Response {
    let admitted = match client.let_in(request.uri().path()).await {
        Ok(admitted) => Arc::new(admitted),
        Err(refused) => {
            let mut response = refusal(client, refused).into_response();
            tell(&client.standings().await, response.headers_mut());
            response.extensions_mut().insert(client.clone());
            return response;
        }
    };
    let mut response = ADMITTED.scope(admitted.clone(), next.run(request)).await;
    tell(&admitted.standings().await, response.headers_mut());
    response.extensions_mut().insert(client.clone());
    response.map(|body| Body::new(Held::new(body, admitted)))
}

fn refusal(client: &Client, refused: Refused) -> ApiError {
    let ends = |ends_in: Duration| format!("it ends in {} s", whole_seconds(ends_in));
    let (error, ends_in) = match refused {
        Refused::Key(why) => {
            let message = format!("The API key {} {why}; ask for another one.", named(client));
            return ApiError::unauthorised("invalid_api_key", message);
        }
        Refused::Route(path) => {
            return ApiError::forbidden("not_allowed", format!("The API key {} may not call {path}.", named(client)));
        }
        Refused::Rate { limit, ends_in } => {
            let message = format!("The API key {} may make {limit}; {}.", named(client), ends(ends_in));
            (ApiError::new(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded", message), ends_in)
        }
        Refused::Budget { limit, ends_in } => {
            let message =
                format!("The budget of the API key {}, {limit}, is used up; {}.", named(client), ends(ends_in));
            (ApiError::new(StatusCode::PAYMENT_REQUIRED, "budget_exceeded", message), ends_in)
        }
    };
    ApiError { retry_after: Some(ends_in), ..error }
}

fn named(client: &Client) -> String {
    if client.name.is_empty() { client.id.clone() } else { format!("`{}`", client.name) }
}

/// Writes down how limits stand.
fn tell(standings: &[LimitStanding], headers: &mut HeaderMap) {
    for LimitStanding { name, limit, left, resets_in } in standings {
        let mut insert = |what: &str, value: &str| {
            let name = HeaderName::try_from(format!("x-ratelimit-{what}-{name}"));
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
                headers.insert(name, value);
            }
        };
        insert("limit", limit);
        insert("remaining", left);
        insert("reset", &format!("{resets_in}s"));
    }
}

/// A body that keeps something of its request's, such as its place, until it has ended.
pub(in crate::http) struct Held<T> {
    body: Body,
    _kept: T,
}

impl<T> Held<T> {
    pub(in crate::http) fn new(body: Body, kept: T) -> Self {
        Self { body, _kept: kept }
    }
}

impl<T: Unpin> HttpBody for Held<T> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}
