//! Videos over HTTP, as OpenAI has them: jobs that are made, looked at, listed, remixed and removed. The predecessors' single
//! call waits for the video.
//!
//! A job belongs to the key that made it; with any other it does not exist. What it made is given out by `content`.

mod content;
mod jobs;
mod sent;

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use mediary_core::FailureKind;
use serde_json::Value;

use super::content::address;
use super::error::{ApiError, ErrorBody};
use super::guard::owner_of;
use super::state::AppState;
use super::tasks::refused;
use crate::gateway::{CallError, NoJob, VideoJob, VideoJobs};
use crate::protocol::openai::video_json;
pub(super) use content::{__path_content, content};
pub(super) use jobs::{__path_list, __path_one, __path_remix, __path_remove, list, one, remix, remove};
use sent::sent;

/// Asks for a video. The answer is a job; look at it until it is completed.
#[utoipa::path(
    post,
    path = "/v1/videos",
    tag = "videos",
    params(
        ("X-Mediary-Strict" = Option<bool>, Header, description = "true: exactly the length and size that are asked for"),
        ("X-Mediary-Cost" = Option<String>, Header, description = "free: only targets that are known to be free; free_first: those before all others"),
        ("X-Mediary-Allow-Paid" = Option<bool>, Header, description = "true: it may cost, where routing.confirm_paid asks"),
        ("X-Mediary-Provider" = Option<String>, Header, description = "only these providers, by commas"),
    ),
    request_body(content = Object, description = "OpenAI's request, as JSON or as a form: `prompt`, `model` (a target, or auto), \
        `seconds`, `size` (1280x720) or `aspect_ratio` (16:9) and `resolution` (720p), `audio`, `input_reference` (a picture to \
        start from: a file, a data URL, an address or `{\"image_url\": …}`); and `webhook_url`, which is called once, signed, \
        when the job has ended"),
    responses(
        (status = 200, description = "The job. `mediary.changed` names what the target makes otherwise than it was asked for, \
            `mediary.tried` the targets that failed", body = Object),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "No such model; near names are suggested", body = ErrorBody),
        (status = 413, description = "A limit was passed; the message names it", body = ErrorBody),
        (status = 415, description = "The file is no picture; the message names what it is", body = ErrorBody),
        (status = 422, description = "No target starts from a picture, or gives exactly what is asked for", body = ErrorBody),
        (status = 503, description = "No provider is set up that makes videos, or jobs cannot be kept", body = ErrorBody),
    )
)]
pub(super) async fn create(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let headers = request.headers().clone();
    let (new, _) = sent(&state, request).await?;
    let job = Box::pin(jobs(&state)?.create(new)).await.map_err(no_job)?;
    Ok(Json(written(&state, &headers, &job)).into_response())
}

/// Asks for a video and waits for it, up to a limit: then the answer is the job as it is, to be looked at later.
#[utoipa::path(
    post,
    path = "/v1/videos/generations",
    tag = "videos",
    request_body(content = Object, description = "As for /v1/videos; and `wait_seconds`, no longer than the server is configured \
        to wait"),
    responses(
        (status = 200, description = "The job, which is completed or has failed; `url` is where the video can be fetched", body = Object),
        (status = 202, description = "The job, which is still under way", body = Object),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "No such model; near names are suggested", body = ErrorBody),
        (status = 413, description = "A limit was passed; the message names it", body = ErrorBody),
        (status = 415, description = "The file is no picture; the message names what it is", body = ErrorBody),
        (status = 422, description = "No target starts from a picture, or gives exactly what is asked for", body = ErrorBody),
        (status = 503, description = "No provider is set up that makes videos, or jobs cannot be kept", body = ErrorBody),
    )
)]
pub(super) async fn generations(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let headers = request.headers().clone();
    let (new, wait) = sent(&state, request).await?;
    let most = state.config.jobs.wait;
    let wait = wait.map_or(most, |seconds| Duration::from_secs(seconds.into()).min(most));
    let jobs = jobs(&state)?;
    let owner = new.owner.clone();
    let job = Box::pin(jobs.create(new)).await.map_err(no_job)?;
    let job = jobs.wait(&job.id, &owner, wait).await.map_err(no_job)?;
    let status = if job.is_over() { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, Json(written(&state, &headers, &job))).into_response())
}

/// The jobs of this server.
fn jobs(state: &AppState) -> Result<&Arc<VideoJobs>, ApiError> {
    state.jobs.as_ref().ok_or_else(|| {
        let message = "This server keeps no jobs: the folder of its database is not to be had, or another server uses it; the log of \
                       its start says which. Name a folder of its own as [store] dir and start it again.";
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "no_store", message)
    })
}

/// Whose jobs a request is about.
fn owner(state: &AppState, headers: &HeaderMap) -> Vec<u8> {
    owner_of(headers, &state.config.server)
}

/// A job as it is sent.
fn written(state: &AppState, headers: &HeaderMap, job: &VideoJob) -> Value {
    video_json(job, |token| address(&state.config.server, headers, token))
}

fn no_job(why: NoJob) -> ApiError {
    match why {
        NoJob::Unknown => ApiError::not_found(
            "no_such_video",
            "There is no such video: it was removed, is long past, or was asked for with another key. GET /v1/videos lists yours.",
        ),
        NoJob::Unfit(failure) | NoJob::Refused(CallError::Failed(failure))
            if failure.kind == FailureKind::Unacceptable =>
        {
            let place = failure.place.map(|place| place.to_string());
            let error = ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "unsupported_parameter", failure.detail);
            place.map_or(error.clone(), |place| error.about(place))
        }
        NoJob::Unfit(failure) => failure.into(),
        NoJob::Refused(error) => refused(error),
        NoJob::Failed(error) => ApiError::broken(error.to_string()),
    }
}
