//! `POST /v1/interpret`: a picture in, what it shows out. A chat like any other once its protocol has read it.

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;

use super::super::error::{ApiError, ErrorBody};
use super::super::request_id::RequestId;
use super::super::state::AppState;
use super::answer;
use crate::protocol::openai::INTERPRET;

/// Describes a picture.
#[utoipa::path(
    post,
    path = "/v1/interpret",
    tag = "chat",
    params(
        ("X-Mediary-Privacy" = Option<String>, Header, description = "local: nothing leaves this machine"),
        ("X-Mediary-Cost" = Option<String>, Header, description = "free: only targets that are known to be free; free_first: those before all others"),
        ("X-Mediary-Allow-Paid" = Option<bool>, Header, description = "true: it may cost, where routing.confirm_paid asks"),
        ("X-Mediary-Provider" = Option<String>, Header, description = "only these providers, by commas"),
    ),
    request_body(content = Object, description = "`image_data` (base64, a data URL or an address), `model` (else the tier \
        vision), `prompt` (else a description is asked for)"),
    responses(
        (status = 200, description = "`{description, model}`. `X-Routed-Via` names the target", body = Object),
        (status = 400, description = "A field is wrong, or these bytes are no picture", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "No such model; near names are suggested", body = ErrorBody),
        (status = 413, description = "A limit was passed; the message names it", body = ErrorBody),
        (status = 422, description = "No target can be given the picture", body = ErrorBody),
        (status = 429, description = "Every target's rate limit is reached (see Retry-After)", body = ErrorBody),
        (status = 503, description = "No target answered; `tried` names the calls that failed and why", body = ErrorBody),
    )
)]
pub(in super::super) async fn interpret(
    State(state): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    answer(&INTERPRET, state, request_id, request).await
}
