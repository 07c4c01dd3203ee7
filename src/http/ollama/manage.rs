//! Pulling, making, copying, removing and pushing models: the affair of the Ollama on this machine.

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;

use super::super::error::ApiError;
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

async fn managed(state: &AppState, method: Method, path: &str, request: Request) -> Result<Response, ApiError> {
    let body = json_body(request, state).await?;
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
