//! The request log and its sums, page by page.

use axum::Json;
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use mediary_store::{LoggedRequest, RequestFilter, StatusFilter};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

use super::super::error::{ApiError, ErrorBody};
use super::super::state::AppState;
use super::{failed, guard};
use crate::gateway::{Bodies, RequestLog};

const MOST_ROWS: u32 = 500;

/// Which requests are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct RequestQuery {
    /// How many, at most 500.
    #[serde(default = "usual_rows")]
    limit: u32,
    /// Those before this one: the `next` of the page before.
    before: Option<i64>,
    /// Those of a client's key, by its id.
    client: Option<String>,
    /// Those that a provider answered.
    provider: Option<String>,
    /// Those that a model answered.
    model: Option<String>,
    /// Those of a task, such as `chat`.
    task: Option<String>,
    /// Those of a route.
    endpoint: Option<String>,
    /// A status such as 429, or `ok` or `failed`.
    status: Option<String>,
    /// Those that ended from this time on, in milliseconds since 1970.
    since: Option<i64>,
    /// Those that ended before this time.
    until: Option<i64>,
    /// `json`, or `jsonl` or `csv` to take them elsewhere.
    #[serde(default)]
    #[param(inline)]
    format: Form,
}

fn usual_rows() -> u32 {
    50
}

/// In which form rows come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Form {
    #[default]
    Json,
    Jsonl,
    Csv,
}

/// A page of requests, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct RequestList {
    /// Always `list`.
    object: &'static str,
    data: Vec<RequestRow>,
    has_more: bool,
    /// What is sent as `before` to have the page that follows.
    next: Option<i64>,
}

/// A request, without its contents.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct RequestRow {
    /// Its place in the order in which requests ended.
    seq: i64,
    /// Its `X-Request-Id`.
    id: String,
    /// Milliseconds since 1970.
    began_at: i64,
    ended_at: i64,
    /// The id of the client's key; empty where there is none of its own.
    client: String,
    endpoint: String,
    task: String,
    /// The tier or target that was asked for.
    asked: String,
    /// The target that answered; empty where none did.
    target: String,
    /// 499: the client left.
    status: i64,
    first_ms: Option<i64>,
    total_ms: i64,
    prompt_tokens: i64,
    cached_tokens: i64,
    completion_tokens: i64,
    pages: i64,
    seconds: f64,
    images: i64,
    /// US dollars, as far as they are known.
    cost_usd: f64,
    /// Calls of which it is not known.
    unpriced_calls: i64,
    /// What the same tokens would have cost at the reference price of `[log]`.
    reference_usd: f64,
    /// Media, attempts, treatments and charges, where one request is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    details: Option<Value>,
    /// What was said, where that is kept (`log.bodies`), for administrators alone: `request` and `response`, each with
    /// `media_type`, `bytes`, `text` and `is_cut`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    bodies: Option<Bodies>,
}

/// Requests, the newest first.
#[utoipa::path(get, path = "/api/admin/requests", tag = "admin", params(RequestQuery), responses(
    (status = 200, description = "A page; as JSON, JSON lines or CSV", body = RequestList),
    (status = 400, description = "A filter is wrong", body = ErrorBody),
    (status = 401, description = "No administrator's request", body = ErrorBody),
    (status = 503, description = "Requests are not logged", body = ErrorBody),
))]
pub(in crate::http) async fn requests(
    State(state): State<AppState>,
    query: Result<Query<RequestQuery>, axum::extract::rejection::QueryRejection>,
    request: Request,
) -> Result<Response, ApiError> {
    guard::may_look(&state, request.headers()).await?;
    let Query(query) = query.map_err(|error| ApiError::malformed(error.body_text()))?;
    let (form, most) = (query.format, query.limit);
    if !(1..=MOST_ROWS).contains(&most) {
        return Err(ApiError::malformed("`limit` must be a number from 1 to 500").about("limit"));
    }
    let page = log(&state)?.requests.page(&filter(query)?, most).await.map_err(failed)?;
    let (has_more, reference) = (page.has_more, state.config.log.reference_usd);
    let data: Vec<RequestRow> = page.rows.into_iter().map(|row| RequestRow::of(row, reference, false)).collect();
    let next = data.last().map(|row| row.seq).filter(|_| has_more);
    Ok(match form {
        Form::Json => Json(RequestList { object: "list", data, has_more, next }).into_response(),
        Form::Jsonl => ([(CONTENT_TYPE, "application/x-ndjson")], lines(&data)?).into_response(),
        Form::Csv => ([(CONTENT_TYPE, "text/csv; charset=utf-8")], table(&data)?).into_response(),
    })
}

/// One request, with what was done for it.
#[utoipa::path(get, path = "/api/admin/requests/{key}", tag = "admin", responses(
    (status = 200, body = RequestRow),
    (status = 401, description = "No administrator's request", body = ErrorBody),
    (status = 404, description = "It is not in the log", body = ErrorBody),
    (status = 503, description = "Requests are not logged", body = ErrorBody),
))]
pub(in crate::http) async fn request(
    State(state): State<AppState>,
    Path(key): Path<String>,
    request: Request,
) -> Result<Json<RequestRow>, ApiError> {
    guard::may_look(&state, request.headers()).await?;
    let found = log(&state)?.requests.find(&key).await.map_err(failed)?;
    let none = || ApiError::not_found("no_such_request", "No request of this id is in the log.");
    let row = RequestRow::of(found.ok_or_else(none)?, state.config.log.reference_usd, true);
    let kept = state.body_log.as_ref().filter(|_| guard::is_administrators(&state, request.headers()));
    let bodies = match kept {
        Some(bodies) => bodies.find(&row.id).await.map_err(failed)?,
        None => None,
    };
    Ok(Json(RequestRow { bodies, ..row }))
}

pub(super) fn log(state: &AppState) -> Result<&Arc<RequestLog>, ApiError> {
    state.request_log.as_ref().ok_or_else(|| {
        let message = "Requests are not logged here; `requests = true` in [log] turns that on.";
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "not_logged", message)
    })
}

fn filter(query: RequestQuery) -> Result<RequestFilter, ApiError> {
    let status = match query.status.as_deref() {
        None => None,
        Some("ok") => Some(StatusFilter::Ok),
        Some("failed") => Some(StatusFilter::Failed),
        Some(status) => {
            let wrong =
                || ApiError::malformed("`status` must be a status such as 429, or ok or failed").about("status");
            Some(StatusFilter::Is(status.parse().map_err(|_| wrong())?))
        }
    };
    let RequestQuery { before, client, provider, model, task, endpoint, since, until, .. } = query;
    Ok(RequestFilter { client, provider, model, task, endpoint, status, since, until, before })
}

fn lines(rows: &[RequestRow]) -> Result<String, ApiError> {
    let mut text = String::new();
    for row in rows {
        text.push_str(&serde_json::to_string(row).map_err(failed)?);
        text.push('\n');
    }
    Ok(text)
}

/// A table as RFC 4180 has it. A field that a spreadsheet would take for a formula is quoted with an apostrophe.
fn table(rows: &[RequestRow]) -> Result<String, ApiError> {
    let mut text = String::new();
    for row in rows {
        let Value::Object(fields) = serde_json::to_value(row).map_err(failed)? else { continue };
        if text.is_empty() {
            text.push_str(&fields.keys().cloned().collect::<Vec<_>>().join(","));
            text.push_str("\r\n");
        }
        let field = |value: &Value| match value {
            Value::Null => String::new(),
            Value::String(text) => {
                let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
                format!("\"{guard}{}\"", text.replace('"', "\"\""))
            }
            other => other.to_string(),
        };
        text.push_str(&fields.values().map(field).collect::<Vec<_>>().join(","));
        text.push_str("\r\n");
    }
    Ok(text)
}

pub(super) fn reference(prompt: i64, completion: i64, (input, output): (f64, f64)) -> f64 {
    (prompt as f64 * input + completion as f64 * output) / 1e6
}

impl RequestRow {
    fn of(row: LoggedRequest, price: (f64, f64), in_full: bool) -> Self {
        let target = if row.provider.is_empty() { String::new() } else { format!("{}/{}", row.provider, row.model) };
        Self {
            target,
            seconds: row.milliseconds as f64 / 1e3,
            cost_usd: row.cost as f64 / 1e12,
            unpriced_calls: row.unpriced,
            reference_usd: reference(row.prompt_tokens, row.completion_tokens, price),
            details: in_full.then(|| serde_json::from_str(&row.details).unwrap_or(Value::Null)),
            bodies: None,
            seq: row.seq,
            id: row.id,
            began_at: row.began_at,
            ended_at: row.ended_at,
            client: row.client,
            endpoint: row.endpoint,
            task: row.task,
            asked: row.asked,
            status: row.status,
            first_ms: row.first_ms,
            total_ms: row.total_ms,
            prompt_tokens: row.prompt_tokens,
            cached_tokens: row.cached_tokens,
            completion_tokens: row.completion_tokens,
            pages: row.pages,
            images: row.images,
        }
    }
}
