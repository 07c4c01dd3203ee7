//! `GET /v1/stats`: what the ledger knows of every target that was called since the start.

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::state::AppState;

/// How the targets have been doing.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Stats {
    /// Always `list`.
    object: &'static str,
    data: Vec<TargetStats>,
}

/// How one target has been doing since the start.
#[derive(Debug, Serialize, ToSchema)]
struct TargetStats {
    #[schema(example = "groq/openai/gpt-oss-20b")]
    target: String,
    /// Answers that were complete.
    successes: u64,
    /// Calls that failed.
    failures: u64,
    /// What the last failure was.
    last_failure: Option<String>,
    /// Seconds that its cooldown still lasts; null: it can be called.
    cooldown_seconds: Option<f64>,
    /// Milliseconds to its first token, smoothed.
    latency_ms: Option<f64>,
    /// The share that is left of its provider's rate limits, 0 to 1, as the last answer said; null: unknown.
    quota_left: Option<f32>,
    /// Tokens of requests.
    prompt_tokens: u64,
    /// Tokens of replies.
    completion_tokens: u64,
}

/// How every target that was called has been doing.
#[utoipa::path(get, path = "/v1/stats", tag = "models", responses((status = 200, body = Stats)))]
pub(in crate::http) async fn stats(State(state): State<AppState>) -> Json<Stats> {
    let gateway = &state.gateway;
    let health = gateway.router.health();
    let now = Instant::now();
    let records = gateway.router.records().into_iter().map(|(target, record)| {
        let row = gateway.router.known().index(&target);
        // All keys of a target may rest although the target itself does not.
        let cooldown = row.and_then(|row| health.of(row)?.cools_for()).max(record.cooldown(now));
        let quota_left = record.quota_left(now);
        TargetStats {
            target: target.to_string(),
            successes: record.successes,
            failures: record.failures,
            last_failure: record.last_failure,
            cooldown_seconds: cooldown.map(|left| left.as_secs_f64()),
            latency_ms: record.latency_ms,
            quota_left,
            prompt_tokens: record.prompt_tokens,
            completion_tokens: record.completion_tokens,
        }
    });
    Json(Stats { object: "list", data: records.collect() })
}
