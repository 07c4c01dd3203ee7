//! Anthropic's Messages API: its routes and their documentation. What requests and answers look like is said by the
//! protocol; carried out they are by the handler of all protocols.

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::ALLOW;
use axum::response::{IntoResponse, Response};

use super::super::error::{ApiError, MessagesErrorBody};
use super::super::request_id::RequestId;
use super::super::state::AppState;
use super::answer;
use crate::protocol::anthropic::MESSAGES;

/// Answers a conversation, in Anthropic's words.
#[utoipa::path(
    post,
    path = "/v1/messages",
    tag = "chat",
    params(
        ("X-Mediary-Tier" = Option<String>, Header, description = "a tier, where `model` is empty"),
        ("X-Mediary-Strict" = Option<bool>, Header, description = "true: parts go as they are or not at all"),
        ("X-Mediary-Privacy" = Option<String>, Header, description = "local: nothing leaves this machine"),
        ("X-Mediary-Cost" = Option<String>, Header, description = "free: only targets that are known to be free"),
        ("X-Mediary-Provider" = Option<String>, Header, description = "only these providers, by commas"),
    ),
    request_body(content = Object, description = "Anthropic's request: `messages` with text, image, document, \
        search_result, tool_use, tool_result and thinking blocks, `system`, `tools`. `model` may be a model, a tier, \
        `provider/model`, or a model of Anthropic's that is not set up here: then a tier stands in for it. Any target \
        answers; what only Anthropic has goes to Anthropic and is named in `X-Mediary-Dropped` elsewhere"),
    responses(
        (status = 200, description = "Anthropic's message, or its events", body = Object),
        (status = 400, description = "A field is wrong, the request is too long or refused, or it needs a tool that no \
            target runs", body = MessagesErrorBody),
        (status = 401, description = "A key is missing or wrong", body = MessagesErrorBody),
        (status = 404, description = "No such model; near names are suggested", body = MessagesErrorBody),
        (status = 413, description = "A limit was passed; the message names it", body = MessagesErrorBody),
        (status = 422, description = "No target can be given a block, or honours a parameter", body = MessagesErrorBody),
        (status = 429, description = "Every target's rate limit is reached (see Retry-After)", body = MessagesErrorBody),
        (status = 529, description = "No target answered, or no provider is set up", body = MessagesErrorBody),
    )
)]
pub(in super::super) async fn messages(
    State(state): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    answer(&MESSAGES, state, request_id, request).await
}

/// Answers clients that ask whether there is anything here.
pub(in super::super) async fn probe() -> Response {
    (StatusCode::OK, [(ALLOW, "POST, HEAD, OPTIONS")]).into_response()
}
