//! `GET /v1/videos/{id}/content`: what a job made, for the key that made it.

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_DISPOSITION;
use axum::response::Response;
use mediary_core::MediaFormat;

use super::super::content::{given, missing, set};
use super::super::error::{ApiError, ErrorBody};
use super::super::state::AppState;
use super::{jobs, no_job, owner};
use crate::gateway::VideoProgress;
use crate::protocol::openai::video_file_name;

/// The video that a job made.
#[utoipa::path(
    get,
    path = "/v1/videos/{id}/content",
    tag = "videos",
    params(
        ("id" = String, Path, description = "the job's id"),
        ("variant" = Option<String>, Query, description = "video, which is all there is"),
        ("Range" = Option<String>, Header, description = "one range of bytes"),
    ),
    responses(
        (status = 200, description = "The video", body = Vec<u8>, content_type = "video/mp4"),
        (status = 206, description = "The range of it that was asked for", body = Vec<u8>, content_type = "video/mp4"),
        (status = 304, description = "The client has it already"),
        (status = 400, description = "The job is not completed, or the variant is none", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such job with this key", body = ErrorBody),
        (status = 410, description = "The video had to make way for others, or its time is over", body = ErrorBody),
        (status = 416, description = "The video has no such bytes", body = ErrorBody),
        (status = 503, description = "Jobs cannot be kept", body = ErrorBody),
    )
)]
pub(in super::super) async fn content(
    State(state): State<AppState>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let query = query.unwrap_or_default();
    let variant = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "variant");
    if variant.is_some_and(|(_, variant)| variant != "video") {
        let message = "`variant` is video: thumbnails and sprite sheets are not kept";
        return Err(ApiError::malformed(message).about("variant"));
    }
    let job = jobs(&state)?.get(&id, &owner(&state, &headers)).await.map_err(no_job)?;
    let VideoProgress::Completed(file) = &job.progress else {
        return Err(ApiError::malformed("The video is not there (yet); GET /v1/videos/{id} says how the job stands."));
    };
    let found = state.gateway.content.find(&file.token).await.map_err(missing)?;
    let name = video_file_name(&job.id, found.format.unwrap_or(MediaFormat::Mp4));
    let mut response = given(found, &headers);
    set(response.headers_mut(), CONTENT_DISPOSITION, &format!("inline; filename=\"{name}\""));
    Ok(response)
}
