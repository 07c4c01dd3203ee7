//! `GET /metrics`: what was counted, as Prometheus reads it.
//!
//! Counts nothing; `telemetry::metrics` has the names and whoever does the work counts it.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::state::AppState;

/// Counters and timings in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "server", responses(
    (status = 200, description = "Metrics", body = String, content_type = "text/plain"),
))]
pub(super) async fn metrics(State(state): State<AppState>) -> Response {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], state.metrics.render()).into_response()
}
