//! Pulling, making, copying, removing and pushing models: the affair of the Ollama on this machine.

use axum::body::Bytes;
use axum::extract::{Path, Request, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;

use super::super::body;
use super::super::error::ApiError;
use super::super::guard::admitted;
use super::super::state::AppState;
use super::super::unpacked::json_body;
use super::OllamaErrorBody;
use super::daemon::passed;

/// Has the daemon fetch a model.
#[utoipa::path(
    post,
    path = "/api/pull",
    tag = "ollama",
    request_body(content = Object, description = "`model`, as Ollama has it"),
    responses(
        (status = 200, description = "What the Ollama on this machine answers: the lines of its progress", body = Object),
        (status = 401, description = "A key is missing or wrong", body = OllamaErrorBody),
        (status = 501, description = "There is no Ollama on this machine, or it does not answer", body = OllamaErrorBody),
    )
)]
pub(in crate::http) async fn pull(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    managed(&state, Method::POST, "/pull", request).await
}

/// Has the daemon make a model.
#[utoipa::path(
    post,
    path = "/api/create",
    tag = "ollama",
    request_body(content = Object, description = "`model`, `from` and what is to be different, as Ollama has it"),
    responses(
        (status = 200, description = "What the Ollama on this machine answers: the lines of its progress", body = Object),
        (status = 401, description = "A key is missing or wrong", body = OllamaErrorBody),
        (status = 501, description = "There is no Ollama on this machine, or it does not answer", body = OllamaErrorBody),
    )
)]
pub(in crate::http) async fn create(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    managed(&state, Method::POST, "/create", request).await
}

/// Has the daemon copy a model.
#[utoipa::path(
    post,
    path = "/api/copy",
    tag = "ollama",
    request_body(content = Object, description = "`source`, `destination`, as Ollama has it"),
    responses(
        (status = 200, description = "What the Ollama on this machine answers: it is copied", body = Object),
        (status = 401, description = "A key is missing or wrong", body = OllamaErrorBody),
        (status = 501, description = "There is no Ollama on this machine, or it does not answer", body = OllamaErrorBody),
    )
)]
pub(in crate::http) async fn copy(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    managed(&state, Method::POST, "/copy", request).await
}

/// Has the daemon remove a model.
#[utoipa::path(
    delete,
    path = "/api/delete",
    tag = "ollama",
    request_body(content = Object, description = "`model`, as Ollama has it"),
    responses(
        (status = 200, description = "What the Ollama on this machine answers: it is removed", body = Object),
        (status = 401, description = "A key is missing or wrong", body = OllamaErrorBody),
        (status = 501, description = "There is no Ollama on this machine, or it does not answer", body = OllamaErrorBody),
    )
)]
pub(in crate::http) async fn delete(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    managed(&state, Method::DELETE, "/delete", request).await
}

/// Has the daemon publish a model.
#[utoipa::path(
    post,
    path = "/api/push",
    tag = "ollama",
    request_body(content = Object, description = "`model`, as Ollama has it"),
    responses(
        (status = 200, description = "What the Ollama on this machine answers: the lines of its progress", body = Object),
        (status = 401, description = "A key is missing or wrong", body = OllamaErrorBody),
        (status = 501, description = "There is no Ollama on this machine, or it does not answer", body = OllamaErrorBody),
    )
)]
pub(in crate::http) async fn push(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    managed(&state, Method::POST, "/push", request).await
}

/// Hands the daemon a file that a model is to be made of.
#[utoipa::path(
    post,
    path = "/api/blobs/{digest}",
    tag = "ollama",
    params(("digest" = String, Path, description = "`sha256:` and the digest of the file in hexadecimal digits")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file"),
    responses(
        (status = 201, description = "What the Ollama on this machine answers: it has the file"),
        (status = 400, description = "It is no digest", body = OllamaErrorBody),
        (status = 401, description = "A key is missing or wrong", body = OllamaErrorBody),
        (status = 413, description = "The file is larger than the limit of uploads; the message names it", body = OllamaErrorBody),
        (status = 501, description = "There is no Ollama on this machine, or it does not answer", body = OllamaErrorBody),
    )
)]
pub(in crate::http) async fn push_blob(
    State(state): State<AppState>,
    Path(digest): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let path = blob(&digest)?;
    let body = body::packed(request, &state).await?.finish();
    carried(&state, Method::POST, &path, body).await
}

/// Asks whether the daemon has a file.
pub(in crate::http) async fn has_blob(
    State(state): State<AppState>,
    Path(digest): Path<String>,
) -> Result<Response, ApiError> {
    carried(&state, Method::HEAD, &blob(&digest)?, Bytes::new()).await
}

/// The path of a file there. A digest is nothing else, so that none leads out of the folder.
fn blob(digest: &str) -> Result<String, ApiError> {
    let digits = digest.strip_prefix("sha256:").or_else(|| digest.strip_prefix("sha256-")).unwrap_or_default();
    match digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        true => Ok(format!("/blobs/sha256:{digits}")),
        false => Err(ApiError::malformed("a file is named by `sha256:` and 64 hexadecimal digits").about("digest")),
    }
}

async fn managed(state: &AppState, method: Method, path: &str, request: Request) -> Result<Response, ApiError> {
    let body = json_body(request, state).await?;
    carried(state, method, path, body.text).await
}

async fn carried(state: &AppState, method: Method, path: &str, body: Bytes) -> Result<Response, ApiError> {
    if admitted().is_some_and(|admitted| !admitted.is_admin()) {
        let message = "Models are managed by administrators: ask for a key made with `mediary clients create --admin`.";
        return Err(ApiError::forbidden("not_allowed", message));
    }
    let answer = match state.gateway.daemon() {
        Some(daemon) if daemon.is_there().await => {
            daemon.changes().await;
            passed(daemon, method, path, body).await
        }
        Some(_) | None => None,
    };
    answer.ok_or_else(|| {
        let message = "Models are managed by an Ollama on this machine, and there is none, or it does not answer. Start it, \
                       and set OLLAMA_HOST for this server; models of other providers need no management.";
        ApiError::new(StatusCode::NOT_IMPLEMENTED, "no_daemon", message)
    })
}
