//! Gemini's API: its route and what is documented of it. One path names the model and what is to be done with it; what
//! requests and answers look like is said by the protocol, carried out they are by the handler of all protocols.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::error::{ApiError, GeminiErrorBody};
use super::super::guard::client_of;
use super::super::request_id::RequestId;
use super::super::state::AppState;
use super::{answer, bounds, refused, sent};
use crate::gateway::{TaskRequest, blocking};
use crate::protocol::gemini::{Called, GENERATE, counted, protocol_of};
use crate::protocol::{Protocol as _, Spelling};

/// What can be done with a model.
const METHODS: &str = "generateContent, streamGenerateContent, countTokens, embedContent or batchEmbedContents";

/// Answers a conversation, counts or embeds it, in Google's words.
#[utoipa::path(
    post,
    path = "/v1beta/models/{id}",
    tag = "gemini",
    params(
        ("id" = String, Path, description = "The model, a colon and the method: `MODEL:generateContent`, \
            `MODEL:streamGenerateContent`, `MODEL:countTokens`, `MODEL:embedContent`, `MODEL:batchEmbedContents`. The model \
            may be a model, a tier or `provider/model`; its slashes may be sent as they are",
            example = "auto:generateContent"),
        ("alt" = Option<String>, Query, description = "`sse`: a stream comes as server-sent events, else as one array"),
        ("key" = Option<String>, Query, description = "a key of this server, where the client sends it here"),
        ("X-Mediary-Strict" = Option<bool>, Header, description = "true: parts go as they are or not at all"),
        ("X-Mediary-Privacy" = Option<String>, Header, description = "local: nothing leaves this machine"),
        ("X-Mediary-Cost" = Option<String>, Header, description = "free: only targets that are known to be free"),
        ("X-Mediary-Provider" = Option<String>, Header, description = "only these providers, by commas"),
        ("X-Mediary-Cache" = Option<String>, Header, description = "use: an answer that is kept; refresh: a new one, which is kept; off: neither"),
        ("X-Mediary-Web-Search" = Option<String>, Header, description = "true: the chat is given results of a search of the web; vendor: the target's own search where it has one (also X-Willaku-Web-Search)"),
        ("X-Mediary-Thread" = Option<String>, Header, description = "the thread that it goes on with, and is kept in"),
    ),
    request_body(content = Object, description = "Google's request: `contents` with text, inlineData, fileData (an address), \
        functionCall and functionResponse parts, `systemInstruction`, `tools`, `toolConfig`, `generationConfig`, \
        `safetySettings`. Any target answers; what only Gemini has goes to Gemini and is named in `X-Mediary-Dropped` \
        elsewhere. To embed: `content`, or `requests`, with `outputDimensionality`. To count: the same as to answer, or \
        `generateContentRequest`"),
    responses(
        (status = 200, description = "Google's answer, its chunks, the vectors, or the count, with `X-Mediary-Count: \
            estimated` where it was made here", body = Object),
        (status = 400, description = "A field is wrong, the request is too long or refused, or it needs a tool that no \
            target runs", body = GeminiErrorBody),
        (status = 401, description = "A key is missing or wrong", body = GeminiErrorBody),
        (status = 404, description = "No such model or method; near names are suggested", body = GeminiErrorBody),
        (status = 413, description = "A limit was passed; the message names it", body = GeminiErrorBody),
        (status = 422, description = "No target can be given a part, or honours a parameter", body = GeminiErrorBody),
        (status = 429, description = "Every target's rate limit is reached (see Retry-After)", body = GeminiErrorBody),
        (status = 503, description = "No target answered, or no provider is set up", body = GeminiErrorBody),
    )
)]
pub(in super::super) async fn call(
    State(state): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    let path = request.uri().path_and_query().map_or("", |path| path.as_str()).to_owned();
    if let Some(protocol) = protocol_of(&path) {
        return answer(protocol, state, request_id, request).await;
    }
    match Called::of(&path).map(|called| called.method) {
        Some(method) if method == "countTokens" => count(state, request).await,
        Some(method) => {
            let method: String = method.chars().take(60).collect();
            let message = format!("There is no method `{method}` here; use {METHODS}.");
            Err(ApiError::not_found("unknown_method", message))
        }
        None => {
            let message = format!("The path names no method; put it behind the model, with a colon: {METHODS}.");
            Err(ApiError::malformed(message))
        }
    }
}

/// How many tokens a conversation has.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct TokensCounted {
    /// All of the request: what is said, tools, media.
    total_tokens: u64,
}

async fn count(state: AppState, request: Request) -> Result<Response, ApiError> {
    let bounds = bounds(request.headers())?;
    let client = client_of(request.headers());
    let sent = sent(request, &state).await?;
    let held = sent.parsed.clone();
    let (task, model) = blocking::through(sent.body.len(), move || counted(&sent)).await??;
    let spelling = Spelling::of(GENERATE.names(), &task);
    let counted = state.gateway.count(TaskRequest { task, model, bounds, client, held }).await;
    let counted = counted.map_err(|error| refused(error).spelled(&spelling))?;
    let how = if counted.is_estimate { "estimated" } else { "exact" };
    Ok(([("x-mediary-count", how)], Json(TokensCounted { total_tokens: counted.tokens })).into_response())
}
