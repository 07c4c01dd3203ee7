//! Sums of the request log, and how long requests took.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Query, Request, State};
use mediary_store::{CacheSums, Latency, Sums, SumsBy, SumsOf};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::error::{ApiError, ErrorBody};
use super::super::state::AppState;
use super::requests::{log, reference};
use super::{failed, guard};
use crate::gateway::unix_seconds;

const DAY_MS: i64 = 86_400_000;

/// Which sums are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct UsageQuery {
    /// `hour`, `day`, `client`, `provider`, `model`, `task` or `status`.
    #[serde(default = "usual_group")]
    by: String,
    /// From this time on, in milliseconds since 1970; else for 30 days.
    since: Option<i64>,
    /// Before this time; else until now.
    until: Option<i64>,
    /// How many minutes the viewer's clock is ahead of UTC.
    #[serde(default)]
    offset_minutes: i64,
    /// Those of one client's key only, by its id.
    client: Option<String>,
}

fn usual_group() -> String {
    "day".to_owned()
}

/// Sums of requests.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct UsageList {
    /// Always `list`.
    object: &'static str,
    data: Vec<UsageRow>,
    /// What the cache of answers had to do with them; what it saved is not among the costs.
    cache: Vec<CacheRow>,
    /// Rows of the log that were lost since the start, because the disk did not keep up.
    rows_dropped: u64,
}

/// What became of requests in the cache of answers.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct CacheRow {
    /// `hit`: given again; `alike`: given again to other words that mean the same; `shared`: from a call that was made for
    /// another; `miss` and `refresh`: a target was called.
    outcome: String,
    requests: i64,
    saved_tokens: i64,
    /// What the calls would have cost that were not made, as far as that is known.
    saved_usd: f64,
    /// Of how many of them it is not known.
    unpriced: i64,
}

impl From<CacheSums> for CacheRow {
    fn from(CacheSums { outcome, requests, saved_tokens, saved_cost, unpriced }: CacheSums) -> Self {
        Self { outcome, requests, saved_tokens, saved_usd: saved_cost as f64 / 1e12, unpriced }
    }
}

/// Sums of the requests of one group.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct UsageRow {
    /// A name, a status, or when an hour or a day begins, in milliseconds since 1970.
    group: String,
    requests: i64,
    /// Of these, those that failed.
    failed: i64,
    prompt_tokens: i64,
    cached_tokens: i64,
    completion_tokens: i64,
    pages: i64,
    seconds: f64,
    images: i64,
    cost_usd: f64,
    unpriced_calls: i64,
    /// What the same tokens would have cost at the reference price of `[log]`.
    reference_usd: f64,
    mean_ms: Option<f64>,
    /// How long those that were answered took; null: none of them was looked at.
    latency_ms: Option<RequestPercentiles>,
}

/// So many rows are looked at, of all groups together: the error of a median is then about a percent of the rows.
const MOST_TIMED: i64 = 10_000;

/// How long answers took, in milliseconds to their end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::http) struct RequestPercentiles {
    p50: i64,
    p95: i64,
    p99: i64,
    /// By so many requests, evenly taken.
    of: i64,
}

impl From<Latency> for RequestPercentiles {
    fn from(Latency { p50, p95, p99, of, .. }: Latency) -> Self {
        Self { p50, p95, p99, of }
    }
}

/// Sums of requests, by hours, days, keys, providers, models, tasks or statuses.
#[utoipa::path(get, path = "/api/admin/usage", tag = "admin", params(UsageQuery), responses(
    (status = 200, body = UsageList),
    (status = 400, description = "There is no such grouping", body = ErrorBody),
    (status = 401, description = "No administrator's request", body = ErrorBody),
    (status = 503, description = "Requests are not logged", body = ErrorBody),
))]
pub(in crate::http) async fn usage(
    State(state): State<AppState>,
    query: Result<Query<UsageQuery>, axum::extract::rejection::QueryRejection>,
    request: Request,
) -> Result<Json<UsageList>, ApiError> {
    guard::may_look(&state, request.headers()).await?;
    let Query(query) = query.map_err(|error| ApiError::malformed(error.body_text()))?;
    let log = log(&state)?;
    let until = query.until.unwrap_or_else(|| unix_seconds() * 1_000 + 1_000);
    let of = SumsOf {
        by: group(&query.by)?,
        since: query.since.unwrap_or(until - 30 * DAY_MS),
        until,
        offset_minutes: query.offset_minutes,
        client: query.client,
    };
    let (requests, timed) = (&log.requests, MOST_TIMED);
    let all = tokio::try_join!(requests.sums(&of), requests.latencies(&of, timed), requests.cache_sums(&of));
    let (sums, latencies, cache) = all.map_err(failed)?;
    let price = state.config.log.reference_usd;
    let mut latencies: HashMap<String, RequestPercentiles> =
        latencies.into_iter().map(|latency| (latency.group.clone(), latency.into())).collect();
    let row = |sums: Sums| UsageRow { latency_ms: latencies.remove(&sums.group), ..UsageRow::of(sums, price) };
    let data = sums.into_iter().map(row).collect();
    let cache = cache.into_iter().map(CacheRow::from).collect();
    Ok(Json(UsageList { object: "list", data, cache, rows_dropped: log.dropped() }))
}

/// What sums are apart by, by its name.
fn group(name: &str) -> Result<SumsBy, ApiError> {
    Ok(match name {
        "hour" => SumsBy::Hour,
        "day" => SumsBy::Day,
        "client" => SumsBy::Client,
        "provider" => SumsBy::Provider,
        "model" => SumsBy::Model,
        "task" => SumsBy::Task,
        "status" => SumsBy::Status,
        _ => {
            let message = "`by` must be hour, day, client, provider, model, task or status";
            return Err(ApiError::malformed(message).about("by"));
        }
    })
}

impl UsageRow {
    fn of(sums: Sums, price: (f64, f64)) -> Self {
        Self {
            reference_usd: reference(sums.prompt_tokens, sums.completion_tokens, price),
            latency_ms: None,
            mean_ms: (sums.requests > 0).then(|| sums.total_ms as f64 / sums.requests as f64),
            seconds: sums.milliseconds as f64 / 1e3,
            cost_usd: sums.cost as f64 / 1e12,
            group: sums.group,
            requests: sums.requests,
            failed: sums.failed,
            prompt_tokens: sums.prompt_tokens,
            cached_tokens: sums.cached_tokens,
            completion_tokens: sums.completion_tokens,
            pages: sums.pages,
            images: sums.images,
            unpriced_calls: sums.unpriced,
        }
    }
}
