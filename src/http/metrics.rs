//! `GET /metrics`: what was counted, as Prometheus reads it.
//!
//! Counts nothing; `telemetry::metrics` has the names, and each room counts its own work. What the gateway only knows at
//! the moment is asked of it here.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::state::AppState;
use crate::telemetry::metrics::{admission_in_use, queue_depth, worker_restarts};

/// Counters and timings in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "server", responses(
    (status = 200, description = "Metrics", body = String, content_type = "text/plain"),
))]
pub(super) async fn metrics(State(state): State<AppState>) -> Response {
    for (engine, jobs) in state.gateway.queue_depths() {
        queue_depth(engine, jobs);
    }
    let in_use = state.gateway.admission().in_use();
    admission_in_use("bytes", in_use.bytes);
    admission_in_use("pixels", in_use.pixels);
    admission_in_use("children", in_use.children);
    worker_restarts("pdf", state.gateway.workers_lost());
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], state.metrics.render()).into_response()
}
