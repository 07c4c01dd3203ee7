//! What there is, in Ollama's words: the models of the Ollama on this machine as it tells of them, then tiers and the
//! models of all providers. Lists and details are made from the same entries as `GET /v1/models`.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use mediary_core::{ContentHash, MediaKind};
use serde_json::{Value, json};

use super::super::error::ApiError;
use super::super::models::{self, Model};
use super::super::state::AppState;
use super::super::unpacked::json_body;
use super::OllamaErrorBody;
use super::answers::without_tag;
use super::daemon::{passed, relayed};
use crate::protocol::ollama::{model_of, rfc3339};

/// What is told of a context whose length is not known, since clients take a missing one for a very short one.
const USUAL_CONTEXT_TOKENS: u32 = 32_768;

/// The version of Ollama whose interface this is.
#[utoipa::path(get, path = "/api/version", tag = "ollama", responses((status = 200, description = "`version`", body = Object)))]
pub(in crate::http) async fn version(State(state): State<AppState>) -> Json<Value> {
    Json(json!({ "version": state.config.server.ollama_version }))
}

/// The models there are, for Ollama's clients.
#[utoipa::path(get, path = "/api/tags", tag = "ollama", responses(
    (status = 200, description = "The models of the Ollama on this machine first, then tiers and the models of providers", body = Object),
))]
pub(in crate::http) async fn tags(State(state): State<AppState>) -> Json<Value> {
    let daemons = async {
        match state.gateway.daemon() {
            Some(daemon) => daemon.models().await.to_vec(),
            None => Vec::new(),
        }
    };
    let (mut listed, others) = tokio::join!(daemons, others(&state));
    listed.extend(others.iter().map(tag));
    Json(json!({ "models": listed }))
}

/// The models that are loaded, as far as that is known: those of the Ollama on this machine.
#[utoipa::path(get, path = "/api/ps", tag = "ollama", responses((status = 200, description = "`models`", body = Object)))]
pub(in crate::http) async fn ps(State(state): State<AppState>) -> Response {
    let answer = match state.gateway.daemon() {
        Some(daemon) if daemon.is_there().await => passed(daemon, Method::GET, "/ps", Bytes::new()).await,
        Some(_) | None => None,
    };
    answer.unwrap_or_else(|| Json(json!({ "models": [] })).into_response())
}

/// What is known of a model, for Ollama's clients.
#[utoipa::path(
    post,
    path = "/api/show",
    tag = "ollama",
    request_body(content = Object, description = "`model`"),
    responses(
        (status = 200, description = "Details, `model_info` with the length of the context, `capabilities`", body = Object),
        (status = 400, description = "No model is named", body = OllamaErrorBody),
        (status = 404, description = "No such model", body = OllamaErrorBody),
    )
)]
pub(in crate::http) async fn show(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let body = json_body(request, &state).await?;
    let name = model_of(&body);
    if name.is_empty() {
        return Err(ApiError::malformed("`model` is missing; name one that GET /api/tags lists").about("model"));
    }
    if let Some(answer) = relayed(&state, Method::POST, "/show", &name, body.text.clone()).await {
        return Ok(answer);
    }
    let bare = without_tag(&state, name.clone());
    let all = others(&state).await;
    let is_it = |model: &&Model| model.id == bare || model.id.split_once('/').is_some_and(|(_, model)| model == bare);
    let found = all.iter().find(|model| model.id == bare).or_else(|| all.iter().find(is_it));
    let found = found.ok_or_else(|| {
        let name: String = name.chars().take(100).collect();
        ApiError::not_found("model_not_found", format!("model '{name}' not found; GET /api/tags lists all there are"))
    })?;
    Ok(Json(shown(found)).into_response())
}

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// What chats or embeds and is not the daemon's.
async fn others(state: &AppState) -> Vec<Model> {
    state.gateway.router.discover().await;
    let daemon = state.gateway.daemon().map(|daemon| daemon.provider.as_str());
    let mut all = models::all(state);
    all.retain(|model| {
        daemon != Some(model.owned_by.as_str()) && model.tasks.iter().any(|task| matches!(*task, "chat" | "embedding"))
    });
    all
}

fn tag(model: &Model) -> Value {
    json!({
        "name": model.id,
        "model": model.id,
        "modified_at": rfc3339(model.created),
        "size": 0,
        "digest": ContentHash::of(model.id.as_bytes()).to_string(),
        "details": details(model),
        "capabilities": capabilities(model),
    })
}

fn shown(model: &Model) -> Value {
    let architecture = architecture(model);
    let mut info = json!({ "general.architecture": architecture, "general.basename": model.id });
    info[format!("{architecture}.context_length")] = context_tokens(model).into();
    json!({
        "details": details(model),
        "model_info": info,
        "capabilities": capabilities(model),
        "modified_at": rfc3339(model.created),
        "template": "{{ .Prompt }}",
    })
}

fn details(model: &Model) -> Value {
    let architecture = architecture(model);
    json!({
        "format": "api",
        "family": architecture,
        "families": [architecture],
        "parameter_size": "unknown",
        "quantization_level": "unknown",
        "context_length": context_tokens(model),
    })
}

/// Whose model it is, as a word that a key can begin with.
fn architecture(model: &Model) -> String {
    model.owned_by.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_', "-")
}

fn context_tokens(model: &Model) -> u32 {
    model.context_tokens.unwrap_or(USUAL_CONTEXT_TOKENS)
}

fn capabilities(model: &Model) -> Vec<&'static str> {
    let chats = model.tasks.contains(&"chat");
    let takes = |kind| chats && model.accepts.contains(&kind);
    let has = |ability| chats && model.abilities.contains(&ability);
    // Something in a tier calls functions; a picture goes to a target that sees, or becomes text.
    let is_tier = model.owned_by == "mediary";
    let known = [
        ("completion", chats),
        ("embedding", model.tasks.contains(&"embedding")),
        ("tools", has("tools") || is_tier),
        ("thinking", has("reasoning")),
        ("vision", takes(MediaKind::Image) || is_tier),
        ("audio", takes(MediaKind::Audio)),
    ];
    known.into_iter().filter_map(|(name, is_so)| is_so.then_some(name)).collect()
}
