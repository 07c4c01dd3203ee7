//! Looking at jobs, one or all of them; remixing and removing them.

use axum::Json;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use mediary_core::Hold;
use mediary_core::task::GenerateVideo;

use super::super::error::{ApiError, ErrorBody};
use super::super::state::AppState;
use super::super::tasks::bounds;
use super::super::unpacked::json_body;
use super::{jobs, no_job, owner, written};
use crate::gateway::NewVideo;
use crate::protocol::openai::{VideoPage, remix_prompt, video_list, video_removed};

/// Lists the jobs of this key, the newest first.
#[utoipa::path(
    get,
    path = "/v1/videos",
    tag = "videos",
    params(
        ("limit" = Option<u32>, Query, description = "1 to 100; 20 unless it is said"),
        ("after" = Option<String>, Query, description = "the id of the job before: for the next page"),
        ("order" = Option<String>, Query, description = "desc or asc"),
    ),
    responses(
        (status = 200, description = "The jobs, as OpenAI lists them", body = Object),
        (status = 400, description = "A parameter is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 503, description = "Jobs cannot be kept", body = ErrorBody),
    )
)]
pub(in super::super) async fn list(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let VideoPage { limit, after, newest_first } = VideoPage::of_query(&query.unwrap_or_default())?;
    let owner = owner(&state, &headers);
    let listed = jobs(&state)?.list(&owner, after.as_deref(), limit, newest_first).await;
    let (found, has_more) = listed.map_err(no_job)?;
    let found: Vec<_> = found.iter().map(|job| written(&state, &headers, job)).collect();
    Ok(Json(video_list(&found, has_more)).into_response())
}

/// A job as it stands.
#[utoipa::path(
    get,
    path = "/v1/videos/{id}",
    tag = "videos",
    params(("id" = String, Path, description = "the job's id")),
    responses(
        (status = 200, description = "The job, with its status (queued, in_progress, completed, failed) and progress", body = Object),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such job with this key", body = ErrorBody),
        (status = 503, description = "Jobs cannot be kept", body = ErrorBody),
    )
)]
pub(in super::super) async fn one(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let job = jobs(&state)?.get(&id, &owner(&state, &headers)).await.map_err(no_job)?;
    Ok(Json(written(&state, &headers, &job)).into_response())
}

/// Ends a job where its provider can, and forgets it.
#[utoipa::path(
    delete,
    path = "/v1/videos/{id}",
    tag = "videos",
    params(("id" = String, Path, description = "the job's id")),
    responses(
        (status = 200, description = "It is removed", body = Object),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such job with this key", body = ErrorBody),
        (status = 503, description = "Jobs cannot be kept", body = ErrorBody),
    )
)]
pub(in super::super) async fn remove(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    jobs(&state)?.remove(&id, &owner(&state, &headers)).await.map_err(no_job)?;
    Ok(Json(video_removed(&id)).into_response())
}

/// Makes a new video of a completed one, where the target that made it can.
#[utoipa::path(
    post,
    path = "/v1/videos/{id}/remix",
    tag = "videos",
    params(("id" = String, Path, description = "the id of a completed job")),
    request_body(content = Object, description = "`prompt`: what is to be different"),
    responses(
        (status = 200, description = "The new job", body = Object),
        (status = 400, description = "A field is wrong, or the job is not completed", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such job with this key", body = ErrorBody),
        (status = 413, description = "A limit was passed; the message names it", body = ErrorBody),
        (status = 422, description = "The target that made the video cannot remix it", body = ErrorBody),
        (status = 503, description = "Jobs cannot be kept", body = ErrorBody),
    )
)]
pub(in super::super) async fn remix(
    State(state): State<AppState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let headers = request.headers().clone();
    let bounds = bounds(&headers)?;
    let prompt = remix_prompt(&json_body(request, &state).await?)?;
    let owner = owner(&state, &headers);
    let new = NewVideo {
        video: GenerateVideo::default(),
        model: String::new(),
        bounds,
        owner,
        webhook_url: None,
        held: Hold::default(),
    };
    let job = Box::pin(jobs(&state)?.remix(&id, prompt, new)).await.map_err(no_job)?;
    Ok(Json(written(&state, &headers, &job)).into_response())
}
