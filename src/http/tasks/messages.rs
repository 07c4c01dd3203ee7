//! Anthropic's Messages API: its routes and their documentation. What requests and answers look like is said by the
//! protocol; carried out they are by the handler of all protocols.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::ALLOW;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};

use serde::Serialize;
use utoipa::ToSchema;

use super::super::error::{ApiError, MessagesErrorBody};
use super::super::request_id::RequestId;
use super::super::state::AppState;
use super::{Asked, Asker, answer, bounds, count, sent};
use crate::gateway::blocking;
use crate::protocol::JsonProtocol as _;
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
        ("X-Mediary-Cost" = Option<String>, Header, description = "free: only targets that are known to be free; free_first: those before all others"),
        ("X-Mediary-Allow-Paid" = Option<bool>, Header, description = "true: it may cost, where routing.confirm_paid asks"),
        ("X-Mediary-Provider" = Option<String>, Header, description = "only these providers, by commas"),
        ("X-Mediary-Cache" = Option<String>, Header, description = "use: an answer that is kept; refresh: a new one, which is kept; off: neither"),
        ("X-Mediary-Web-Search" = Option<String>, Header, description = "true: the chat is given results of a search of the web; vendor: the target's own search where it has one (also X-Willaku-Web-Search)"),
        ("X-Mediary-Thread" = Option<String>, Header, description = "the thread that it goes on with, and is kept in"),
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

/// How many tokens a conversation has.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct TokenCount {
    /// All of the request: what is said, tools, media.
    input_tokens: u64,
}

/// Counts the tokens of a conversation, in Anthropic's words.
#[utoipa::path(
    post,
    path = "/v1/messages/count_tokens",
    tag = "chat",
    request_body(content = Object, description = "A request of /v1/messages; `max_tokens` may be missing"),
    responses(
        (status = 200, description = "The count of the target that would answer, where it counts; else one made here, \
            with `X-Mediary-Count: estimated`", body = TokenCount),
        (status = 400, description = "A field is wrong", body = MessagesErrorBody),
        (status = 401, description = "A key is missing or wrong", body = MessagesErrorBody),
        (status = 404, description = "No such model; near names are suggested", body = MessagesErrorBody),
        (status = 413, description = "A limit was passed; the message names it", body = MessagesErrorBody),
    )
)]
pub(in super::super) async fn count_tokens(
    State(state): State<AppState>,
    request: Request,
) -> Result<Response, ApiError> {
    let bounds = bounds(request.headers())?;
    let asker = Asker::of(request.headers(), &state.config.server);
    let sent = sent(request, &state).await?;
    let held = sent.parsed.clone();
    let decoded = blocking::through(sent.body.len(), move || MESSAGES.decode(&sent)).await??;
    let asked = Asked::of(&MESSAGES, &state, decoded, bounds, asker.holding(held)).await?;
    let (input_tokens, how) = count(&MESSAGES, &state, asked).await?;
    Ok(([("x-mediary-count", how)], Json(TokenCount { input_tokens })).into_response())
}

/// Answers clients that ask whether there is anything here.
pub(in super::super) async fn probe() -> Response {
    (StatusCode::OK, [(ALLOW, "POST, HEAD, OPTIONS")]).into_response()
}

/// Takes what a coding agent tells its vendor of itself, and keeps nothing of it.
#[utoipa::path(
    post,
    path = "/api/event_logging/batch",
    tag = "chat",
    request_body(content = Object, description = "whatever the agent tells"),
    responses((status = 204, description = "Nothing was kept"))
)]
pub(in super::super) async fn events() -> StatusCode {
    StatusCode::NO_CONTENT
}
