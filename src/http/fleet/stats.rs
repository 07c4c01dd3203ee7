//! `GET /v1/stats`: what the ledger knows of every target that was called since the start.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::extract::State;
use mediary_core::capability::Usd;
use mediary_core::plan::Health;
use mediary_core::quota::Standing;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::state::AppState;
use crate::gateway::{KeyStats, Pace};

/// How the targets have been doing.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Stats {
    /// Always `list`.
    object: &'static str,
    data: Vec<TargetStats>,
    /// US dollars that all calls cost since the start, as far as that is known.
    cost_usd: f64,
    /// Calls of which it is not known.
    unpriced_calls: u64,
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
    /// The same as it was spread over the newest answers.
    latency_percentiles_ms: Option<Percentiles>,
    /// The share that is left of the limit of which least is left, 0 to 1: by what was counted here and what the last
    /// answer said; null: unknown.
    quota_left: Option<f32>,
    /// Tokens of requests.
    prompt_tokens: u64,
    /// Tokens of replies.
    completion_tokens: u64,
    /// US dollars that its calls cost, as far as that is known.
    cost_usd: f64,
    /// Calls of which it is not known.
    unpriced_calls: u64,
    /// Each of its provider's keys.
    keys: Vec<KeyBody>,
}

/// Milliseconds within which so many of a hundred answers began.
#[derive(Debug, Serialize, ToSchema)]
struct Percentiles {
    p50: u32,
    p95: u32,
    p99: u32,
}

/// How one key of a target stands.
#[derive(Debug, Serialize, ToSchema)]
struct KeyBody {
    /// Its end, which tells it from others; empty where the provider is called without one.
    #[schema(example = "…cdef")]
    key: String,
    /// Answers that were complete.
    successes: u64,
    /// Calls that failed.
    failures: u64,
    /// What the last failure was.
    last_failure: Option<&'static str>,
    /// Seconds that it still rests after a refusal; null: it does not.
    cooldown_seconds: Option<f64>,
    /// Milliseconds to the first token with it, smoothed.
    latency_ms: Option<f64>,
    /// The same as it was spread over the newest answers.
    latency_percentiles_ms: Option<Percentiles>,
    /// How its free limits stand.
    quotas: Vec<QuotaBody>,
}

/// How one limit stands.
#[derive(Debug, Serialize, ToSchema)]
struct QuotaBody {
    /// `model`, or `provider` where all models share it.
    of: &'static str,
    /// What it counts, and within which time.
    #[schema(example = "requests_per_day")]
    limit: &'static str,
    /// What is allowed.
    allowed: u64,
    /// What of it is left.
    left: u64,
    /// Seconds until all of it is there again; null: it is.
    whole_in_seconds: Option<u64>,
}

/// How every target that was called has been doing.
#[utoipa::path(get, path = "/v1/stats", tag = "models", responses((status = 200, body = Stats)))]
pub(in crate::http) async fn stats(State(state): State<AppState>) -> Json<Stats> {
    let gateway = &state.gateway;
    let health = gateway.router.health();
    let now = Instant::now();
    let records = gateway.router.records();
    let cost: Usd = records.iter().map(|(_, record)| record.cost).sum();
    let unpriced_calls = records.iter().map(|(_, record)| record.unpriced).sum();
    let data = records.into_iter().map(|(target, record)| {
        let row = gateway.router.known().index(&target);
        let health = row.and_then(|row| health.of(row));
        // All keys of a target may rest although the target itself does not.
        let cooldown = health.and_then(Health::cools_for).max(record.cooldown(now));
        TargetStats {
            successes: record.successes,
            failures: record.failures,
            cooldown_seconds: cooldown.map(|left| left.as_secs_f64()),
            latency_ms: record.pace.mean_ms(),
            latency_percentiles_ms: Percentiles::of(&record.pace),
            quota_left: health.map_or_else(|| record.quota_left(now), |health| health.quota_left),
            prompt_tokens: record.prompt_tokens,
            completion_tokens: record.completion_tokens,
            cost_usd: record.cost.number(),
            unpriced_calls: record.unpriced,
            last_failure: record.last_failure,
            keys: gateway.router.keys_of(&target).into_iter().map(KeyBody::of).collect(),
            target: target.to_string(),
        }
    });
    Json(Stats { object: "list", data: data.collect(), cost_usd: cost.number(), unpriced_calls })
}

impl Percentiles {
    fn of(pace: &Pace) -> Option<Self> {
        let percentile = |percent| pace.percentile_ms(percent);
        Some(Self { p50: percentile(50)?, p95: percentile(95)?, p99: percentile(99)? })
    }
}

impl KeyBody {
    fn of(key: KeyStats) -> Self {
        let KeyStats { masked, record, rests_for, of_provider, of_model } = key;
        let provider = of_provider.into_iter().map(|standing| QuotaBody::of("provider", standing));
        let model = of_model.into_iter().map(|standing| QuotaBody::of("model", standing));
        Self {
            key: masked,
            successes: record.successes,
            failures: record.failures,
            last_failure: record.last_failure,
            cooldown_seconds: rests_for.map(|left| left.as_secs_f64()),
            latency_ms: record.pace.mean_ms(),
            latency_percentiles_ms: Percentiles::of(&record.pace),
            quotas: provider.chain(model).collect(),
        }
    }
}

impl QuotaBody {
    fn of(of: &'static str, standing: Standing) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let whole_in_seconds = standing.whole_at.map(|at| (at / 1_000).saturating_sub(now));
        Self { of, limit: standing.axis.name(), allowed: standing.limit, left: standing.left, whole_in_seconds }
    }
}
