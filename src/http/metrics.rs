//! `GET /metrics`: what was counted, as Prometheus reads it.
//!
//! Counts nothing; `telemetry::metrics` has the names and whoever does the work counts it. What the gateway only knows at
//! the moment is asked of it here.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::state::AppState;
use crate::telemetry::metrics::{queue_depth, worker_restarts};

/// Counters and timings in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "server", responses(
    (status = 200, description = "Metrics", body = String, content_type = "text/plain"),
))]
pub(super) async fn metrics(State(state): State<AppState>) -> Response {
    queue_depth("paddleocr", state.gateway.ocr_depth());
    worker_restarts("pdf", state.gateway.workers_lost());
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], state.metrics.render()).into_response()
}
