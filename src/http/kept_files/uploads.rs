//! `/v1/uploads`: files that come in parts, one request each, until they are whole.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use super::super::error::{ApiError, ErrorBody};
use super::super::files::{SentForm, sent_form};
use super::super::guard::owner_of;
use super::super::state::AppState;
use super::super::unpacked::json_body;
use super::{files, is_form, no_file};
use crate::gateway::{NewUpload, NoFile, unix_seconds};
use crate::protocol::openai::{AnnouncedFile, part_ids, part_json, upload_json};

/// Begins a file that comes in parts.
#[utoipa::path(
    post,
    path = "/v1/uploads",
    tag = "files",
    request_body(content = Object, description = "`filename`, `bytes` (of the whole file), `purpose`, `mime_type`, `expires_after`"),
    responses(
        (status = 200, description = "The upload; its parts are taken for an hour", body = Object),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 503, description = "Files cannot be kept", body = ErrorBody),
        (status = 507, description = "All files together would be larger than they may be; remove some", body = ErrorBody),
    )
)]
pub(in super::super) async fn begin(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let owner = owner_of(request.headers(), &state.config.server);
    let body = json_body(request, &state).await?;
    let AnnouncedFile { name, mime, purpose, bytes, life } = AnnouncedFile::of_json(&body)?;
    let upload =
        files(&state)?.begin(NewUpload { owner, name, mime, purpose, bytes, life }).await.map_err(no_upload)?;
    Ok(Json(upload_json(&upload, None)).into_response())
}

/// Adds a part to a file.
#[utoipa::path(
    post,
    path = "/v1/uploads/{id}/parts",
    tag = "files",
    params(("id" = String, Path, description = "the upload's id")),
    request_body(content = Object, content_type = "multipart/form-data", description = "`data`: the bytes of the part"),
    responses(
        (status = 200, description = "The part; its id is wanted when the file is whole", body = Object),
        (status = 400, description = "There is no part, the upload is over, or has more bytes than were announced", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such upload with this key", body = ErrorBody),
        (status = 413, description = "The part is too large", body = ErrorBody),
        (status = 503, description = "Files cannot be kept", body = ErrorBody),
        (status = 507, description = "All files together are as large as they may be; remove some", body = ErrorBody),
    )
)]
pub(in super::super) async fn add_part(
    State(state): State<AppState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let owner = owner_of(request.headers(), &state.config.server);
    let kept = files(&state)?;
    let none = || ApiError::malformed("send a form (multipart/form-data) with the part as `data`").about("data");
    if !is_form(request.headers()) {
        return Err(none());
    }
    let SentForm { files, .. } = sent_form(&state, request).await?;
    let mut sent = files.into_iter();
    let (Some(part), None) = (sent.next(), sent.next()) else { return Err(none()) };
    if part.field != "data" || part.blob.len_bytes() == 0 {
        return Err(none());
    }
    let part = kept.add_part(&id, &owner, part.blob).await.map_err(no_upload)?;
    Ok(Json(part_json(&part, &id, unix_seconds())).into_response())
}

/// Makes a file of parts.
#[utoipa::path(
    post,
    path = "/v1/uploads/{id}/complete",
    tag = "files",
    params(("id" = String, Path, description = "the upload's id")),
    request_body(content = Object, description = "`part_ids`, in their order"),
    responses(
        (status = 200, description = "The upload, with its `file`", body = Object),
        (status = 400, description = "A part is none, the upload is over, or is not as long as was announced", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such upload with this key", body = ErrorBody),
        (status = 503, description = "Files cannot be kept", body = ErrorBody),
    )
)]
pub(in super::super) async fn complete(
    State(state): State<AppState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let owner = owner_of(request.headers(), &state.config.server);
    let body = json_body(request, &state).await?;
    let completed = files(&state)?.complete(&id, &owner, &part_ids(&body)?).await;
    let (upload, file) = completed.map_err(no_upload)?;
    Ok(Json(upload_json(&upload, Some(&file))).into_response())
}

/// Gives a file up that comes in parts.
#[utoipa::path(
    post,
    path = "/v1/uploads/{id}/cancel",
    tag = "files",
    params(("id" = String, Path, description = "the upload's id")),
    responses(
        (status = 200, description = "The upload, whose parts are removed", body = Object),
        (status = 400, description = "The upload is over", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such upload with this key", body = ErrorBody),
        (status = 503, description = "Files cannot be kept", body = ErrorBody),
    )
)]
pub(in super::super) async fn cancel(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let cancelled = files(&state)?.cancel(&id, &owner_of(&headers, &state.config.server)).await;
    Ok(Json(upload_json(&cancelled.map_err(no_upload)?, None)).into_response())
}

fn no_upload(why: NoFile) -> ApiError {
    match why {
        NoFile::Unknown => ApiError::not_found(
            "upload_not_found",
            "There is no such upload with this key: it was begun with another, or was over long ago. Begin one with POST \
             /v1/uploads.",
        ),
        why => no_file(why),
    }
}
