//! One request from the door to its answer: its id, its span, its one line in the log, its numbers.
//!
//! Neither queries nor bodies nor header values other than the id are recorded. The router puts this layer outermost, so
//! that refusals and panics are seen as well.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use super::error::{ApiError, CLIENT_CLOSED_REQUEST, errors_of, id_header_of, overload_of};
use super::request_id::{RequestId, X_REQUEST_ID};
use super::tasks::price;
use crate::gateway::Account;
use crate::telemetry::metrics;

tokio::task_local! {
    static SPENT: Arc<OnceLock<Account>>;
}

/// Keeps the account of the request at hand in sight, so that an error says as well what was billed before it.
pub(super) fn spends(account: &Account) {
    // Outside of a request, as in tests, there is nothing to tell.
    let _outside = SPENT.try_with(|spent| spent.set(account.clone()));
}

/// Accompanies a request: names it, lets the inner layers answer, then records how it went.
pub(super) async fn accompany(mut request: Request, next: Next) -> Response {
    let id = RequestId::of(request.headers());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let path = path(route.as_ref());
    let method = name(request.method());
    let span = tracing::info_span!("request", request.id = %id, http.method = method, http.path = path);
    // Where there is no route, what it would be below tells whose client asks.
    let below = route.as_ref().map_or_else(|| request.uri().path().to_owned(), |route| route.as_str().to_owned());
    let (errors, overloaded, id_header) =
        (errors_of(request.method(), &below), overload_of(&below), id_header_of(&below));
    request.extensions_mut().insert(id.clone());
    async move {
        let visit = Visit::begin(route, method);
        let spent = Arc::new(OnceLock::new());
        let mut response = SPENT.scope(spent.clone(), next.run(request)).await;
        if let Some(error) = response.extensions_mut().remove::<ApiError>() {
            let error = error.overloaded_as(overloaded);
            error.log();
            *response.status_mut() = error.status;
            *response.body_mut() = errors.error(&error.told(&id)).to_string().into();
            if let Some(account) = spent.get() {
                price(account, response.headers_mut());
            }
        }
        response.headers_mut().insert(X_REQUEST_ID, id.to_header());
        if let Some(name) = id_header {
            response.headers_mut().insert(name, id.to_header());
        }
        visit.answered(response.status());
        response
    }
    .instrument(span)
    .await
}

/// The route as a label, which is not what the client wrote.
fn path(route: Option<&MatchedPath>) -> &str {
    route.map_or("unmatched", MatchedPath::as_str)
}

/// The method as a label. Clients can invent methods, so those that no route answers share one name.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Notices that the request was dropped before its answer, which is how a client's going away looks from inside.
struct Visit {
    route: Option<MatchedPath>,
    method: &'static str,
    begun: Instant,
    status: u16,
}

impl Visit {
    fn begin(route: Option<MatchedPath>, method: &'static str) -> Self {
        metrics::request_began();
        Self { route, method, begun: Instant::now(), status: CLIENT_CLOSED_REQUEST }
    }

    fn answered(mut self, status: StatusCode) {
        self.status = status.as_u16();
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let took = self.begun.elapsed();
        metrics::request_ended(path(self.route.as_ref()), self.method, self.status, took);
        let message = if self.status == CLIENT_CLOSED_REQUEST { "client went away" } else { "answered" };
        let duration_ms = took.as_secs_f64() * 1000.0;
        tracing::info!(http.status = self.status, duration_ms, "{message}");
    }
}
