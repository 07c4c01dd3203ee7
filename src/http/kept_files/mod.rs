//! `/v1/files`: files that clients put here ahead of their requests, as OpenAI has them; to clients that name a version of
//! Anthropic's API, as that has them.
//!
//! A file belongs to the key that made it; with any other it does not exist. Requests name it by its id (`named`), and it
//! is to them as if its bytes had been sent. Files in parts have their own room (`uploads`).

mod file;
mod named;
mod said;
mod uploads;

use axum::Json;
use axum::extract::{RawQuery, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use mediary_core::Claim;
use mediary_store::FileRow;

use super::error::{ApiError, ErrorBody};
use super::files::{SentForm, content_type, sent_form};
use super::guard::owner_of;
use super::state::AppState;
use crate::gateway::NewFile;
use crate::protocol::anthropic::files as anthropic;
use crate::protocol::openai::{self, FileFields, file_name};
pub(super) use file::{__path_content, __path_one, __path_remove, content, one, remove};
pub(super) use named::{brought, named};
use said::Says;
pub(super) use said::{files, no_file};
pub(super) use uploads::{
    __path_add_part, __path_begin, __path_cancel, __path_complete, add_part, begin, cancel, complete,
};

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
    let file = keep_sent(&state, &owner, request).await?;
    Ok(Json(says.file(&file)).into_response())
}

/// Keeps the file that a form brings.
///
/// # Errors
/// When it brings none, a field is wrong, or there is no room for it.
pub(super) async fn keep_sent(state: &AppState, owner: &[u8], request: Request) -> Result<FileRow, ApiError> {
    let kept = files(state)?;
    if !is_form(request.headers()) {
        return Err(ApiError::malformed("send a form (multipart/form-data) with the file as `file`").about("file"));
    }
    let SentForm { files, fields } = sent_form(state, request).await?;
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
    let new = NewFile { id: None, owner: owner.to_vec(), blob: file.blob, name, mime, purpose, life };
    kept.keep(new).await.map_err(no_file)
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

/// Whether a request is a form.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    content_type(headers) == "multipart/form-data"
}
