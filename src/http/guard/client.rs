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

use crate::gateway::{Admitted, Client, LimitNumber, LimitStanding, Refused};
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

/// The same for a request that is not counted among those a minute or at once. A key that is not in force may still read what
/// was answered for it.
pub(super) async fn serve_in_background(
    client: &Arc<Client>,
    is_answered: bool,
    request: Request,
    next: Next,
) -> Response {
    if let (false, Err(refused)) = (is_answered, client.may_call(request.uri().path())) {
        return refusal(client, refused).into_response();
    }
    let admitted = Arc::new(client.in_background());
    let mut response = ADMITTED.scope(admitted.clone(), next.run(request)).await;
    response.extensions_mut().insert(client.clone());
    response.map(|body| Body::new(Held::new(body, admitted)))
}

/// Whether a client's key is in force.
pub(super) fn in_force(client: &Client) -> Result<(), ApiError> {
    client.in_force().map_err(|refused| refusal(client, refused))
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

/// The headers in which a limit is told: what is allowed, what of it is left, and when all of it is there again. They go with
/// each answer, so that they are not put together anew for it.
static HEADERS: [(&str, [HeaderName; 3]); 11] = {
    macro_rules! headers {
        ($($name:literal),*) => {[$((
            $name,
            [
                HeaderName::from_static(concat!("x-ratelimit-limit-", $name)),
                HeaderName::from_static(concat!("x-ratelimit-remaining-", $name)),
                HeaderName::from_static(concat!("x-ratelimit-reset-", $name)),
            ],
        )),*]};
    }
    headers![
        "requests",
        "tokens",
        "concurrent",
        "usd-day",
        "pages-day",
        "seconds-day",
        "images-day",
        "usd-month",
        "pages-month",
        "seconds-month",
        "images-month"
    ]
};

/// Writes down how limits stand.
fn tell(standings: &[LimitStanding], headers: &mut HeaderMap) {
    headers.reserve(standings.len() * 3);
    for LimitStanding { name, limit, left, resets_in } in standings {
        let Some((_, [of_limit, of_left, of_reset])) = HEADERS.iter().find(|(known, _)| known == name) else {
            tracing::error!(limit.name = name, "a limit has no headers");
            continue;
        };
        headers.insert(of_limit, value(*limit));
        headers.insert(of_left, value(*left));
        if let Ok(reset) = HeaderValue::try_from(format!("{resets_in}s")) {
            headers.insert(of_reset, reset);
        }
    }
}

fn value(number: LimitNumber) -> HeaderValue {
    match number {
        LimitNumber::Count(count) => count.into(),
        // Digits and a point always are one.
        LimitNumber::Dollars(usd) => HeaderValue::try_from(usd.to_string()).unwrap_or(HeaderValue::from_static("0")),
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

#[cfg(test)]
mod tests {
    use mediary_store::ClientKey;

    use super::*;
    use crate::gateway::Clients;

    #[tokio::test]
    async fn every_limit_that_a_client_can_have_is_told_in_headers() {
        let budget = r#"{"usd": 0.5, "pages": 7, "seconds": 60, "images": 3}"#;
        let rules = format!(
            r#"{{"requests_per_minute": 2, "tokens_per_minute": 100, "requests_at_once": 4, "day": {budget}, "month": {budget}}}"#
        );
        let clients = Clients::default();
        clients.renew(vec![ClientKey {
            id: "ck_1".to_owned(),
            name: String::new(),
            digest: vec![0; 32],
            previous: None,
            tail: String::new(),
            rules,
            is_admin: false,
            is_disabled: false,
            created_at: 0,
            expires_at: None,
        }]);
        let client = clients.of("ck_1").unwrap();
        let mut headers = HeaderMap::new();
        tell(&client.standings().await, &mut headers);
        assert_eq!(headers.len(), 3 * HEADERS.len());
        assert_eq!(headers["x-ratelimit-limit-usd-month"], "0.5");
        assert_eq!(headers["x-ratelimit-remaining-seconds-day"], "60");
        assert!(headers["x-ratelimit-reset-pages-day"].to_str().unwrap().ends_with('s'));
    }
}
