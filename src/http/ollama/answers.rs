//! Chats, prompts and vectors for Ollama's clients.

use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use mediary_core::Hold;
use mediary_core::task::{Chat, Message, Role, Task};

use super::super::error::ApiError;
use super::super::guard::{admitted, client_of, owner_of};
use super::super::request_id::RequestId;
use super::super::state::AppState;
use super::super::tasks::{Asked, bounds, carry_out, refused, sent};
use super::OllamaErrorBody;
use super::daemon::relayed;
use crate::gateway::{Bounds, CallError, TaskRequest, blocking};
use crate::protocol::ollama::{CHAT, EMBED, EMBED_ONE, GENERATE, loaded, model_of};
use crate::protocol::{Decoded, JsonProtocol, Sent};

/// A conversation, in Ollama's words.
#[utoipa::path(
    post,
    path = "/api/chat",
    tag = "ollama",
    request_body(content = Object, description = "Ollama's request: `model`, `messages` with `images`, `tools`, `format`, \
        `think`, `options`. `stream` is true unless it is said"),
    responses(
        (status = 200, description = "Lines of JSON, or one object", body = Object),
        (status = 400, description = "A field is wrong, or the request is too long or refused", body = OllamaErrorBody),
        (status = 401, description = "A key is missing or wrong", body = OllamaErrorBody),
        (status = 404, description = "No such model", body = OllamaErrorBody),
        (status = 413, description = "A limit was passed; the message names it", body = OllamaErrorBody),
        (status = 422, description = "No target can be given a part, or honours a parameter", body = OllamaErrorBody),
        (status = 429, description = "Every target's rate limit is reached (see Retry-After)", body = OllamaErrorBody),
        (status = 503, description = "No target answered, or no provider is set up", body = OllamaErrorBody),
    )
)]
pub(in crate::http) async fn chat(
    State(state): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    answer(&CHAT, "/chat", state, request_id, request).await
}

/// A prompt, in Ollama's words.
#[utoipa::path(
    post,
    path = "/api/generate",
    tag = "ollama",
    request_body(content = Object, description = "Ollama's request: `model`, `prompt`, `system`, `images`, `format`, \
        `think`, `options`. Only the Ollama on this machine knows `template`, `raw`, `suffix` and `context`"),
    responses(
        (status = 200, description = "Lines of JSON, or one object", body = Object),
        (status = 400, description = "A field is wrong, or the request is too long or refused", body = OllamaErrorBody),
        (status = 401, description = "A key is missing or wrong", body = OllamaErrorBody),
        (status = 404, description = "No such model", body = OllamaErrorBody),
        (status = 413, description = "A limit was passed; the message names it", body = OllamaErrorBody),
        (status = 422, description = "No target can be given a part, or honours a parameter", body = OllamaErrorBody),
        (status = 429, description = "Every target's rate limit is reached (see Retry-After)", body = OllamaErrorBody),
        (status = 503, description = "No target answered, or no provider is set up", body = OllamaErrorBody),
    )
)]
pub(in crate::http) async fn generate(
    State(state): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    answer(&GENERATE, "/generate", state, request_id, request).await
}

/// Vectors of texts, in Ollama's words.
#[utoipa::path(
    post,
    path = "/api/embed",
    tag = "ollama",
    request_body(content = Object, description = "`model`, `input` (a text or texts), `dimensions`. A text that is too \
        long is an error, with `truncate` too"),
    responses(
        (status = 200, description = "The vectors", body = Object),
        (status = 400, description = "A field is wrong, or a text is empty or too long", body = OllamaErrorBody),
        (status = 401, description = "A key is missing or wrong", body = OllamaErrorBody),
        (status = 404, description = "No such model", body = OllamaErrorBody),
        (status = 422, description = "No target gives vectors of so many dimensions", body = OllamaErrorBody),
        (status = 429, description = "Every target's rate limit is reached (see Retry-After)", body = OllamaErrorBody),
        (status = 503, description = "No target answered", body = OllamaErrorBody),
    )
)]
pub(in crate::http) async fn embed(
    State(state): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    answer(&EMBED, "/embed", state, request_id, request).await
}

/// The vector of one text, as it was asked for before `/api/embed`.
#[utoipa::path(
    post,
    path = "/api/embeddings",
    tag = "ollama",
    request_body(content = Object, description = "`model`, `prompt`"),
    responses(
        (status = 200, description = "The vector", body = Object),
        (status = 400, description = "A field is wrong, or the text is empty or too long", body = OllamaErrorBody),
        (status = 401, description = "A key is missing or wrong", body = OllamaErrorBody),
        (status = 404, description = "No such model", body = OllamaErrorBody),
        (status = 429, description = "Every target's rate limit is reached (see Retry-After)", body = OllamaErrorBody),
        (status = 503, description = "No target answered", body = OllamaErrorBody),
    )
)]
pub(in crate::http) async fn embeddings(
    State(state): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    answer(&EMBED_ONE, "/embeddings", state, request_id, request).await
}

async fn answer(
    protocol: &'static dyn JsonProtocol,
    path: &'static str,
    state: AppState,
    request_id: RequestId,
    request: Request,
) -> Result<Response, ApiError> {
    let bounds = bounds(request.headers())?;
    let (client, owner) = (client_of(request.headers()), owner_of(request.headers(), &state.config.server));
    let sent: Sent = sent(request, &state).await?;
    let model = model_of(&sent.body);
    // What a request may not do, and what a client with a key of its own may, is known to the router alone.
    if bounds == Bounds::default()
        && admitted().is_none()
        && let Some(answer) = relayed(&state, Method::POST, path, &model, sent.body.clone()).await
    {
        return Ok(answer);
    }
    if matches!(path, "/chat" | "/generate")
        && let Some(loaded) = loaded(&sent.body, path == "/chat", super::catalog::now())
    {
        there_is(&state, &model, bounds, client).await?;
        return Ok(Json(loaded).into_response());
    }
    let held = sent.parsed.clone();
    let decoded = blocking::through(sent.body.len(), move || protocol.decode(&sent)).await??;
    let decoded = Decoded { model: without_tag(&state, decoded.model), ..decoded };
    carry_out(protocol, &state, request_id, Asked { decoded, bounds, client, owner, held }).await
}

/// Whether a model could be loaded, were that needed.
///
/// # Errors
/// When no model is called so, or this client may not ask it.
async fn there_is(state: &AppState, model: &str, bounds: Bounds, client: Vec<u8>) -> Result<(), ApiError> {
    let task = Task::Chat(Chat { messages: vec![Message::text(Role::User, ".")], ..Chat::default() });
    let asked =
        TaskRequest { task, model: without_tag(state, model.to_owned()), bounds, client, held: Hold::default() };
    match Box::pin(state.gateway.explain(asked)).await {
        Err(error @ (CallError::UnknownModel { .. } | CallError::Failed(_) | CallError::NoProviders { .. })) => {
            Err(refused(error))
        }
        // It is there, though it may not chat, or rest for a while.
        Ok(_) | Err(CallError::Unplannable(_) | CallError::Exhausted(_)) => Ok(()),
    }
}

/// A model's name without the tag that Ollama's clients add to names without one.
pub(super) fn without_tag(state: &AppState, model: String) -> String {
    let Some(bare) = model.strip_suffix(":latest") else { return model };
    let known = state.gateway.router.known();
    let is_known = known.rows().iter().any(|row| row.target.model.as_str() == model || row.target.to_string() == model);
    if is_known { model } else { bare.to_owned() }
}
