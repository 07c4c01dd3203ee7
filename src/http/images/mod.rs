//! Pictures over HTTP, as OpenAI has them: made from words, from other pictures and words, or as variations of one.
//!
//! Requests come as JSON or as forms, whose files are spooled as they arrive. An answer's pictures go from their files to
//! the client piece by piece, so that many at once take little memory.

mod answer;
mod sent;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;

use super::error::{ApiError, ErrorBody};
use super::guard::client_of;
use super::request_id::RequestId;
use super::state::AppState;
use super::tasks::{bounds, refused};
use crate::gateway::TaskRequest;
use crate::protocol::openai::MOST_SOURCES;
use sent::Sent;
pub(super) use sent::{named as named_pictures, understood};

/// Makes pictures from words.
#[utoipa::path(
    post,
    path = "/v1/images/generations",
    tag = "images",
    params(
        ("X-Mediary-Strict" = Option<bool>, Header, description = "true: the size that was asked for is made, not made to fit"),
        ("X-Mediary-Privacy" = Option<String>, Header, description = "local: nothing leaves this machine"),
        ("X-Mediary-Cost" = Option<String>, Header, description = "free: only targets that are known to be free; free_first: those before all others"),
        ("X-Mediary-Allow-Paid" = Option<bool>, Header, description = "true: it may cost, where routing.confirm_paid asks"),
        ("X-Mediary-Provider" = Option<String>, Header, description = "only these providers, by commas"),
    ),
    request_body(content = Object, description = "OpenAI's request, as JSON or as a form: `prompt`, `model` (a target, or auto), \
        `n` (1 to 10), `size` (1024x1024, or auto), `aspect_ratio` (16:9), `quality`, `style`, `background`, `output_format` \
        (png, jpeg, webp), `output_compression`, `response_format` (b64_json or url), `seed`, `stream`, `partial_images`, \
        `user`"),
    responses(
        (status = 200, description = "OpenAI's answer, or its events. `X-Routed-Via` names the target, \
            `X-Mediary-Treatments` a size or a format that was made to fit, `X-Mediary-Dropped` what the target lacks",
            body = Object),
        (status = 400, description = "A field is wrong, or the content is refused", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "No such model; near names are suggested", body = ErrorBody),
        (status = 413, description = "A limit was passed; the message names it", body = ErrorBody),
        (status = 415, description = "A file of the form is no picture; the message names what it is", body = ErrorBody),
        (status = 422, description = "No target honours a parameter", body = ErrorBody),
        (status = 429, description = "Every target's rate limit is reached (see Retry-After)", body = ErrorBody),
        (status = 503, description = "No target made one; `tried` names the calls that failed and why", body = ErrorBody),
    )
)]
pub(super) async fn generations(
    State(state): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    made(state, request_id, request, Kind::Generation).await
}

/// Changes pictures as words say.
#[utoipa::path(
    post,
    path = "/v1/images/edits",
    tag = "images",
    request_body(content = Object, content_type = "multipart/form-data", description = "OpenAI's form: `image` (also \
        `image[]`, or several), `mask` (transparent, or white on black, where the picture is to be changed), `prompt` and the \
        fields of /v1/images/generations; or the same as JSON with `images: [{\"image_url\": …}]` and `mask`"),
    responses(
        (status = 200, description = "OpenAI's answer, or its events", body = Object),
        (status = 400, description = "A field is wrong, or the content is refused", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "No such model; near names are suggested", body = ErrorBody),
        (status = 413, description = "A limit was passed; the message names it", body = ErrorBody),
        (status = 415, description = "A file is no picture; the message names what it is", body = ErrorBody),
        (status = 422, description = "A picture cannot be read, or no target can be asked", body = ErrorBody),
        (status = 429, description = "Every target's rate limit is reached (see Retry-After)", body = ErrorBody),
        (status = 503, description = "No target made one; `tried` names the calls that failed and why", body = ErrorBody),
    )
)]
pub(super) async fn edits(
    State(state): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    made(state, request_id, request, Kind::Edit).await
}

/// Makes variations of a picture.
#[utoipa::path(
    post,
    path = "/v1/images/variations",
    tag = "images",
    request_body(content = Object, content_type = "multipart/form-data", description = "OpenAI's form: `image`, `model`, `n`, \
        `size`, `response_format`; any target that edits pictures makes variations"),
    responses(
        (status = 200, description = "OpenAI's answer", body = Object),
        (status = 400, description = "A field is wrong, or the content is refused", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "No such model; near names are suggested", body = ErrorBody),
        (status = 413, description = "A limit was passed; the message names it", body = ErrorBody),
        (status = 415, description = "The file is no picture; the message names what it is", body = ErrorBody),
        (status = 422, description = "The picture cannot be read, or no target can be asked", body = ErrorBody),
        (status = 429, description = "Every target's rate limit is reached (see Retry-After)", body = ErrorBody),
        (status = 503, description = "No target made one; `tried` names the calls that failed and why", body = ErrorBody),
    )
)]
pub(super) async fn variations(
    State(state): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    made(state, request_id, request, Kind::Variation).await
}

/// From what pictures are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Generation,
    Edit,
    Variation,
}

impl Kind {
    /// How many pictures it may begin with.
    fn most_sources(self) -> usize {
        if self == Self::Variation { 1 } else { MOST_SOURCES }
    }
}

async fn made(state: AppState, request_id: RequestId, request: Request, kind: Kind) -> Result<Response, ApiError> {
    let headers = request.headers().clone();
    let bounds = bounds(&headers)?;
    let client = client_of(&headers);
    let Sent { task, model, wishes, held } = Box::pin(sent::sent(&state, request, kind)).await?;
    let request = TaskRequest { task, model, bounds, client, held };
    let drawing = Box::pin(state.gateway.draw(request)).await.map_err(refused)?;
    let told = answer::Teller { state, headers, wishes };
    if told.wishes.streams() { Ok(told.events(drawing, request_id)) } else { told.whole(drawing).await }
}
