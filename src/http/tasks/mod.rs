//! The tasks over HTTP: one handler for all protocols. Decodes, asks the gateway, encodes.
//!
//! A stream's headers wait for its first event, so that a request that no target answers still gets its status; if that
//! takes long, the client is sent comments instead (see [`relay`]). Routes and their documentation stand here, what their
//! requests and answers look like is said by their [`JsonProtocol`].

mod background;
mod bounds;
mod carried;
pub(super) mod gemini;
mod headers;
pub(super) mod interpret;
mod kept;
pub(super) mod messages;
mod project;
pub(super) mod prompts;
mod provider_name;
pub(super) mod ranking;
mod refused;
mod relay;
mod remembered;
mod replayed;
pub(super) mod responses;
mod slashes;
mod spoken;
mod whole;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;

use super::body::JsonBody;
use super::error::{ApiError, ErrorBody};
use super::request_id::RequestId;
use super::state::AppState;
use super::unpacked::json_body;
use crate::gateway::blocking;
use crate::protocol::openai::{CHAT, EMBEDDINGS};
use crate::protocol::{JsonProtocol, Sent};

pub(super) use bounds::bounds;
use carried::count;
pub(super) use carried::{Asked, Asker, begin_as_told, carry_out, named_thread, refuse_thread, with_web};
pub(super) use headers::{describe, price, tell_of_project, tell_of_web};
pub use kept::kept_responses;
pub(super) use project::begin_with_project;
pub use refused::refused;
pub(super) use relay::{Streamed, streamed};
pub(super) use slashes::behind_slashes;
pub(super) use spoken::protocol_of;
pub(super) use whole::new_head;

/// Answers a conversation.
#[utoipa::path(
    post,
    path = "/v1/chat/completions",
    tag = "chat",
    params(
        ("X-Mediary-Tier" = Option<String>, Header, description = "a tier, where `model` is empty (also X-Willaku-Tier)"),
        ("X-Mediary-Strict" = Option<bool>, Header, description = "true: parts go as they are or not at all"),
        ("X-Mediary-Continue" = Option<bool>, Header, description = "true: a text that breaks off goes on at another target"),
        ("X-Mediary-Privacy" = Option<String>, Header, description = "local: nothing leaves this machine"),
        ("X-Mediary-Cost" = Option<String>, Header, description = "free: only targets that are known to be free; free_first: those before all others"),
        ("X-Mediary-Allow-Paid" = Option<bool>, Header, description = "true: it may cost, where routing.confirm_paid asks"),
        ("X-Mediary-Provider" = Option<String>, Header, description = "only these providers, by commas"),
        ("X-Mediary-Cache" = Option<String>, Header, description = "use: an answer that is kept; refresh: a new one, which is kept; off: neither"),
        ("X-Mediary-Web-Search" = Option<String>, Header, description = "true: the chat is given results of a search of the web; vendor: the target's own search where it has one (also X-Willaku-Web-Search)"),
        ("X-Mediary-Project" = Option<String>, Header, description = "a project: the chat begins with its instructions and is given passages of its files"),
        ("X-Mediary-Thread" = Option<String>, Header, description = "the thread that it goes on with, and is kept in"),
    ),
    request_body(content = Object, description = "OpenAI's request; `model` may be a model, a tier or `provider/model`. \
        Parts may be text, image_url, input_audio, video_url, document_url or file; `project_id` is the same as X-Mediary-Project"),
    responses(
        (status = 200, description = "OpenAI's answer, or its chunks as server-sent events. `X-Routed-Via` names the \
            target, `X-Fallback-Attempts` how many calls failed before, `X-Mediary-Treatments` what was done to parts, \
            `X-Mediary-Dropped` which parameters the target lacks, `X-Mediary-Cost-USD` and `X-Mediary-Cost-Items` what it \
            cost (in a stream a comment before its end)", body = Object),
        (status = 400, description = "A field is wrong, or the request is too long, or is refused", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "No such model; near names are suggested", body = ErrorBody),
        (status = 413, description = "A limit was passed; the message names it", body = ErrorBody),
        (status = 422, description = "No target can be given a part, or honours a parameter", body = ErrorBody),
        (status = 429, description = "Every target's rate limit is reached (see Retry-After)", body = ErrorBody),
        (status = 503, description = "No target answered, or no provider is set up; `tried` names the calls that failed \
            and why", body = ErrorBody),
    )
)]
pub(super) async fn completions(
    State(state): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    answer(&CHAT, state, request_id, request).await
}

/// Turns texts into vectors.
#[utoipa::path(
    post,
    path = "/v1/embeddings",
    tag = "embeddings",
    params(
        ("X-Mediary-Privacy" = Option<String>, Header, description = "local: nothing leaves this machine"),
        ("X-Mediary-Cost" = Option<String>, Header, description = "free: only targets that are known to be free; free_first: those before all others"),
        ("X-Mediary-Allow-Paid" = Option<bool>, Header, description = "true: it may cost, where routing.confirm_paid asks"),
        ("X-Mediary-Provider" = Option<String>, Header, description = "only these providers, by commas"),
        ("X-Mediary-Cache" = Option<String>, Header, description = "use: an answer that is kept; refresh: a new one, which is kept; off: neither"),
    ),
    request_body(content = Object, description = "OpenAI's request: `model`, `input` (a text, texts, tokens, or lists of \
        tokens), `encoding_format` (float or base64), `dimensions`"),
    responses(
        (status = 200, description = "OpenAI's answer; a request falls back only to targets whose vectors are of the same \
            family. `X-Routed-Via` names the target, `X-Mediary-Treatments` that tokens were decoded", body = Object),
        (status = 400, description = "A field is wrong, or an input is empty or too long", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "No such model; near names are suggested", body = ErrorBody),
        (status = 422, description = "No target gives vectors of so many dimensions", body = ErrorBody),
        (status = 429, description = "Every target's rate limit is reached (see Retry-After)", body = ErrorBody),
        (status = 503, description = "No target answered; `tried` names the calls that failed and why", body = ErrorBody),
    )
)]
pub(super) async fn embeddings(
    State(state): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    answer(&EMBEDDINGS, state, request_id, request).await
}

/// Answers a request in a protocol.
async fn answer(
    protocol: &'static dyn JsonProtocol,
    state: AppState,
    request_id: RequestId,
    request: Request,
) -> Result<Response, ApiError> {
    let bounds = bounds(request.headers())?;
    let asker = Asker::of(request.headers(), &state.config.server);
    let sent = sent(request, &state).await?;
    let held = sent.parsed.clone();
    let decoded = blocking::through(sent.body.len(), move || protocol.decode(&sent)).await??;
    let asked = Asked::of(protocol, &state, decoded, bounds, asker.holding(held)).await?;
    carry_out(protocol, &state, request_id, asked).await
}

/// A request with its body, once that has arrived.
pub(super) async fn sent(request: Request, state: &AppState) -> Result<Sent, ApiError> {
    let (headers, path) = (request.headers().clone(), request.uri().path().to_owned());
    let JsonBody { text: body, parsed } = json_body(request, state).await?;
    Ok(Sent { body, parsed, headers, path })
}
