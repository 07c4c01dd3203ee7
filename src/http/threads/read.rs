//! What was said in a thread: in pages, all of it in one file, and its media.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::super::content::given;
use super::super::error::{ApiError, ErrorBody};
use super::super::guard::owner_of;
use super::super::state::AppState;
use super::Query;
use super::said::{as_json, list_json, message_json, no_thread, threads};
use crate::gateway::blocking;
use crate::gateway::threads::as_markdown;

/// The messages of a thread, the first one first.
#[utoipa::path(
    get,
    path = "/v1/threads/{id}/messages",
    tag = "threads",
    params(
        ("id" = String, Path, description = "the thread's id"),
        ("limit" = Option<u32>, Query, description = "1 to 100; 20 unless it is said"),
        ("after" = Option<String>, Query, description = "the id of the message before: for the next page"),
        ("order" = Option<String>, Query, description = "asc or desc"),
    ),
    responses(
        (status = 200, description = "The messages; an answer that broke off has the status `incomplete`", body = Object),
        (status = 400, description = "A parameter is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such thread with this key", body = ErrorBody),
        (status = 503, description = "Threads are not kept", body = ErrorBody),
    )
)]
pub(in crate::http) async fn messages(
    State(state): State<AppState>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let query = Query::of(query.as_deref(), &["limit", "after", "order"])?;
    let owner = owner_of(&headers, &state.config.server);
    let after = query.get("after").map(|after| {
        let seq = after.strip_prefix("msg_").and_then(|seq| seq.parse::<i64>().ok());
        seq.ok_or_else(|| ApiError::malformed("`after` must be the id of a message").about("after"))
    });
    let (after, is_ascending, limit) = (after.transpose()?, query.is_ascending(true)?, query.limit()?);
    let listed = threads(&state)?.messages((&id, &owner), after, is_ascending, limit).await;
    let (found, has_more) = listed.map_err(no_thread)?;
    let data: Vec<_> = found.iter().map(|message| message_json(message, &id)).collect();
    Ok(Json(list_json(&data, has_more)).into_response())
}

/// The whole of a thread in one file.
#[utoipa::path(
    get,
    path = "/v1/threads/{id}/export",
    tag = "threads",
    params(
        ("id" = String, Path, description = "the thread's id"),
        ("format" = Option<String>, Query, description = "markdown (default) or json"),
    ),
    responses(
        (status = 200, description = "The thread", body = Object),
        (status = 400, description = "A parameter is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such thread with this key", body = ErrorBody),
        (status = 503, description = "Threads are not kept", body = ErrorBody),
    )
)]
pub(in crate::http) async fn export(
    State(state): State<AppState>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let query = Query::of(query.as_deref(), &["format"])?;
    let is_markdown = match query.get("format") {
        None | Some("markdown") => true,
        Some("json") => false,
        Some(_) => return Err(ApiError::malformed("`format` must be markdown or json").about("format")),
    };
    let whole = threads(&state)?.whole(&id, &owner_of(&headers, &state.config.server)).await;
    let (thread, all) = whole.map_err(no_thread)?;
    let bytes = all.iter().map(|message| message.body.len()).sum();
    let (kind, ending) = match is_markdown {
        true => ("text/markdown; charset=utf-8", "md"),
        false => ("application/json", "json"),
    };
    let disposition = format!("attachment; filename=\"{}.{ending}\"", thread.id.replace(':', "_"));
    let write = move || match is_markdown {
        true => as_markdown(&thread, &all),
        false => as_json(&thread, &all).to_string(),
    };
    let written = blocking::through(bytes, write).await?;
    Ok(([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, disposition)], written).into_response())
}

/// The bytes of a medium in a thread.
#[utoipa::path(
    get,
    path = "/v1/threads/{id}/media/{hash}",
    tag = "threads",
    params(
        ("id" = String, Path, description = "the thread's id"),
        ("hash" = String, Path, description = "the medium's hash, as messages name it"),
        ("Range" = Option<String>, Header, description = "one range of bytes"),
    ),
    responses(
        (status = 200, description = "The bytes", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, description = "The range of them that was asked for", body = Vec<u8>,
            content_type = "application/octet-stream"),
        (status = 304, description = "The client has them already"),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such medium in a thread of this key", body = ErrorBody),
        (status = 416, description = "It has no such bytes", body = ErrorBody),
        (status = 503, description = "Threads are not kept", body = ErrorBody),
    )
)]
pub(in crate::http) async fn media(
    State(state): State<AppState>,
    Path((id, hash)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let owner = owner_of(&headers, &state.config.server);
    let found = threads(&state)?.medium(&id, &owner, &hash).await.map_err(no_thread)?;
    Ok(given(found, &headers))
}
