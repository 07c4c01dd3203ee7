//! `/v1/files`: files that clients put here ahead of their requests, as OpenAI has them; to clients that name a version of
//! Anthropic's API, as that has them.
//!
//! A file belongs to the key that made it; with any other it does not exist. Requests name it by its id (`named`), and it
//! is to them as if its bytes had been sent. Files in parts have their own room (`uploads`).

mod named;
mod uploads;

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::header::CONTENT_DISPOSITION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use mediary_core::Claim;
use mediary_store::FileRow;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::content::{given, set};
use super::error::{ApiError, ErrorBody};
use super::files::{SentForm, content_type, sent_form};
use super::guard::owner_of;
use super::state::AppState;
use crate::gateway::{KeptFiles, NewFile, NoFile};
use crate::protocol::anthropic::files as anthropic;
use crate::protocol::openai::{self, FileFields, file_name};
pub(super) use named::{brought, named};
pub(super) use uploads::{
    __path_add_part, __path_begin, __path_cancel, __path_complete, add_part, begin, cancel, complete,
};

/// The header by which Anthropic's clients are known.
const ANTHROPIC_VERSION: &str = "anthropic-version";

/// Keeps a file.
#[utoipa::path(
    post,
    path = "/v1/files",
    tag = "files",
    request_body(content = Object, content_type = "multipart/form-data", description = "`file`; `purpose` (user_data unless it \
        is said); `expires_after[anchor]` (created_at) and `expires_after[seconds]`"),
    responses(
        (status = 200, description = "The file, as OpenAI writes it; with an `anthropic-version` as Anthropic does", body = Object),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 413, description = "The file is too large", body = ErrorBody),
        (status = 503, description = "Files cannot be kept", body = ErrorBody),
        (status = 507, description = "All files together are as large as they may be; remove some", body = ErrorBody),
    )
)]
pub(super) async fn create(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let owner = owner_of(request.headers(), &state.config.server);
    let says = Says::to(request.headers());
    let kept = files(&state)?;
    if !is_form(request.headers()) {
        return Err(ApiError::malformed("send a form (multipart/form-data) with the file as `file`").about("file"));
    }
    let SentForm { files, fields } = sent_form(&state, request).await?;
    let FileFields { purpose, life } = FileFields::of(fields)?;
    let mut sent = files.into_iter();
    let file = match (sent.next(), sent.next()) {
        (Some(file), None) if file.field == "file" => file,
        (Some(_), Some(_)) => return Err(ApiError::malformed("send files one by one").about("file")),
        _ => return Err(ApiError::malformed("there is no file; send it as the field `file`").about("file")),
    };
    let name = file_name(file.name.as_deref().unwrap_or_default());
    // What it is shows in its bytes; where it does not, its client's word is kept.
    let claim = Claim { mime: file.mime.as_deref(), file_name: Some(name.as_str()).filter(|name| !name.is_empty()) };
    let mime = match mediary_core::classify(file.blob.clone(), claim) {
        Ok(media) => media.format.mime().to_owned(),
        Err(_) => file.mime.unwrap_or_default(),
    };
    let new = NewFile { owner, blob: file.blob, name, mime, purpose, life };
    let file = kept.keep(new).await.map_err(no_file)?;
    Ok(Json(says.file(&file)).into_response())
}

/// Lists the files of this key, the newest first.
#[utoipa::path(
    get,
    path = "/v1/files",
    tag = "files",
    params(
        ("purpose" = Option<String>, Query, description = "only those for this"),
        ("limit" = Option<u32>, Query, description = "most of them; 10,000 unless it is said, or 20 as Anthropic has it"),
        ("order" = Option<String>, Query, description = "desc or asc"),
        ("after" = Option<String>, Query, description = "the id of the file before: for the next page"),
        ("after_id" = Option<String>, Query, description = "the same in Anthropic's words"),
        ("before_id" = Option<String>, Query, description = "the id of the file after: for the page before"),
    ),
    responses(
        (status = 200, description = "The files", body = Object),
        (status = 400, description = "A parameter is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 503, description = "Files cannot be kept", body = ErrorBody),
    )
)]
pub(super) async fn list(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (query, says) = (query.unwrap_or_default(), Says::to(&headers));
    let list = match says {
        Says::OpenAi => openai::file_list(&query)?,
        Says::Anthropic => anthropic::file_list(&query)?,
    };
    let listed = files(&state)?.list(&owner_of(&headers, &state.config.server), &list).await;
    let (found, has_more) = listed.map_err(no_file)?;
    Ok(Json(match says {
        Says::OpenAi => openai::files_json(&found, has_more),
        Says::Anthropic => anthropic::files_json(&found, has_more),
    })
    .into_response())
}

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
pub(super) async fn one(
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
pub(super) async fn content(
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
pub(super) async fn remove(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    files(&state)?.remove(&id, &owner_of(&headers, &state.config.server)).await.map_err(no_file)?;
    Ok(Json(match Says::to(&headers) {
        Says::OpenAi => openai::file_removed(&id),
        Says::Anthropic => anthropic::file_removed(&id),
    })
    .into_response())
}

/// In whose words a client is answered.
#[derive(Debug, Clone, Copy)]
enum Says {
    OpenAi,
    Anthropic,
}

impl Says {
    fn to(headers: &HeaderMap) -> Self {
        if headers.contains_key(ANTHROPIC_VERSION) { Self::Anthropic } else { Self::OpenAi }
    }

    fn file(self, file: &FileRow) -> Value {
        match self {
            Self::OpenAi => openai::file_json(file),
            Self::Anthropic => anthropic::file_json(file),
        }
    }
}

/// The files of this server.
fn files(state: &AppState) -> Result<&Arc<KeptFiles>, ApiError> {
    state.files.as_ref().ok_or_else(|| {
        let message = "This server keeps no files: the folder of its database or of [content] is not to be had, or another \
                       server uses it; the log of its start says which. Name folders of its own as [store] dir and [content] \
                       dir and start it again, or send the bytes with the request.";
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "files_not_kept", message)
    })
}

/// Why there is no file, for a client.
fn no_file(why: NoFile) -> ApiError {
    match why {
        NoFile::Unknown => ApiError::not_found(
            "file_not_found",
            "There is no such file with this key: it was removed, its time is over, or another key made it. GET /v1/files lists \
             yours.",
        ),
        NoFile::Full { most_bytes } => {
            let message = format!(
                "All files that are kept here may have {most_bytes} bytes together. Remove some (DELETE /v1/files/…), or raise \
                 `bytes` in [files]."
            );
            ApiError::new(StatusCode::INSUFFICIENT_STORAGE, "files_full", message)
        }
        NoFile::Unfit(message) => ApiError::malformed(message),
        NoFile::Failed(failure) => failure.into(),
        NoFile::Store(error) => ApiError::broken(error.to_string()),
    }
}

/// Whether a request is a form.
fn is_form(headers: &HeaderMap) -> bool {
    content_type(headers) == "multipart/form-data"
}
