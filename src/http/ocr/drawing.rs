//! `GET /v1/ocr/images/{id}/{page}`: a page of an earlier answer, with what was read outlined or as it was sent.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::super::error::{ApiError, ErrorBody};
use super::super::guard::owner_of;
use super::super::state::AppState;

/// A page of a reading: with what was read outlined as PNG, or as it was sent as JPEG.
#[utoipa::path(
    get,
    path = "/v1/ocr/images/{id}/{page}",
    tag = "ocr",
    params(
        ("id" = String, Path, description = "the id of an answer to `POST /v1/ocr/process` with output=image \
            or pictures=true"),
        ("page" = usize, Path, description = "place in the document, from 0"),
    ),
    responses(
        (status = 200, description = "The picture", content(
            (Vec<u8> = "image/png"),
            (Vec<u8> = "image/jpeg"),
        )),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such picture, or none any more", body = ErrorBody),
    )
)]
pub(in super::super) async fn drawing(
    State(state): State<AppState>,
    Path((id, page)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let page = page.trim_end_matches(".png").parse().ok();
    let picture = match page {
        Some(index) => {
            let client = owner_of(&headers, &state.config.server);
            state.gateway.reader.drawing(client, id, index).await
        }
        None => None,
    };
    let picture = picture.ok_or_else(|| {
        let message = "There is no such picture, or it is gone: pictures are kept for an hour. Ask for it again with \
                       output=image or pictures=true.";
        ApiError::not_found("no_such_image", message)
    })?;
    // Drawings are PNG, and pages as they were sent are JPEG.
    let mime = if picture.starts_with(&[0xff, 0xd8]) { "image/jpeg" } else { "image/png" };
    Ok(([(CONTENT_TYPE, mime), (CACHE_CONTROL, "private, no-store")], picture).into_response())
}
