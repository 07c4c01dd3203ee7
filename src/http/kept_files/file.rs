//! One file: what is known of it, its bytes, and its end.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_DISPOSITION;
use axum::response::{IntoResponse, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::super::content::{given, set};
use super::super::error::{ApiError, ErrorBody};
use super::super::guard::owner_of;
use super::super::state::AppState;
use super::{Says, files, no_file};
use crate::protocol::anthropic::files as anthropic;
use crate::protocol::openai;

/// A file.
#[utoipa::path(
    get,
    path = "/v1/files/{id}",
    tag = "files",
    params(("id" = String, Path, description = "the file's id")),
    responses(
        (status = 200, description = "The file", body = Object),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such file with this key", body = ErrorBody),
        (status = 503, description = "Files cannot be kept", body = ErrorBody),
    )
)]
pub(in super::super) async fn one(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let owner = owner_of(&headers, &state.config.server);
    let file = files(&state)?.get(&id, &owner).await.map_err(no_file)?;
    Ok(Json(Says::to(&headers).file(&file)).into_response())
}

/// The bytes of a file.
#[utoipa::path(
    get,
    path = "/v1/files/{id}/content",
    tag = "files",
    params(
        ("id" = String, Path, description = "the file's id"),
        ("Range" = Option<String>, Header, description = "one range of bytes"),
    ),
    responses(
        (status = 200, description = "The bytes, as they were sent", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, description = "The range of them that was asked for", body = Vec<u8>,
            content_type = "application/octet-stream"),
        (status = 304, description = "The client has them already"),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such file with this key", body = ErrorBody),
        (status = 416, description = "The file has no such bytes", body = ErrorBody),
        (status = 503, description = "Files cannot be kept", body = ErrorBody),
    )
)]
pub(in super::super) async fn content(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let owner = owner_of(&headers, &state.config.server);
    let (file, found) = files(&state)?.open(&id, &owner).await.map_err(no_file)?;
    let mut response = given(found, &headers);
    let name = utf8_percent_encode(&file.name, NON_ALPHANUMERIC);
    set(response.headers_mut(), CONTENT_DISPOSITION, &format!("attachment; filename*=UTF-8''{name}"));
    Ok(response)
}

/// Removes a file.
#[utoipa::path(
    delete,
    path = "/v1/files/{id}",
    tag = "files",
    params(("id" = String, Path, description = "the file's id")),
    responses(
        (status = 200, description = "It is removed", body = Object),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such file with this key", body = ErrorBody),
        (status = 503, description = "Files cannot be kept", body = ErrorBody),
    )
)]
pub(in super::super) async fn remove(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let removed = files(&state)?.remove(&id, &owner_of(&headers, &state.config.server)).await.map_err(no_file)?;
    if let Some(content) = removed {
        state.gateway.router.forget_given(&content).await;
    }
    Ok(Json(match Says::to(&headers) {
        Says::OpenAi => openai::file_removed(&id),
        Says::Anthropic => anthropic::file_removed(&id),
    })
    .into_response())
}
