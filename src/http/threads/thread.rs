//! Threads themselves: made, listed and searched, renamed and removed.

use axum::Json;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use mediary_store::ThreadList;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::super::error::{ApiError, ErrorBody};
use super::super::guard::owner_of;
use super::super::projects::{no_project, projects};
use super::super::state::AppState;
use super::super::unpacked::json_body;
use super::said::{found_json, list_json, no_thread, thread_json, threads};
use super::{Query, thread_id};
use crate::gateway::threads::{MOST_FOUND, NewThread, SearchMode, ThreadChange};
use crate::protocol::from_json;

/// The longest title.
const MOST_TITLE_CHARS: usize = 300;
/// The longest name of a project.
const MOST_PROJECT_CHARS: usize = 128;
/// The most of a client's own that is kept with a thread.
const MOST_METADATA_BYTES: usize = 16 * 1024;
/// The longest question.
const MOST_SEARCH_CHARS: usize = 2_000;

/// A thread that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ThreadRequest {
    /// Its id; a new one unless it is said.
    #[serde(default)]
    id: Option<String>,
    /// Its title; one is made of its first words unless it is said.
    #[serde(default)]
    title: Option<String>,
    /// The client's own, up to 16 KiB.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
    /// Which project it belongs to.
    #[serde(default)]
    project_id: Option<String>,
}

/// What is to be changed. What is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ThreadChangeRequest {
    /// Its title, which is no longer made by itself then.
    #[serde(default)]
    title: Option<String>,
    /// The client's own, in place of what was there.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
    /// Which project it belongs to; null: to none.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    project_id: Option<Option<String>>,
}

/// Tells null from what is left out.
fn said<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Makes a thread. A chat that names an id makes one as well.
#[utoipa::path(
    post,
    path = "/v1/threads",
    tag = "threads",
    request_body = ThreadRequest,
    responses(
        (status = 201, description = "The thread", body = Object),
        (status = 200, description = "There is one of this id already, as it stands", body = Object),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 503, description = "Threads are not kept", body = ErrorBody),
        (status = 507, description = "There is no room for more; remove some", body = ErrorBody),
    )
)]
pub(in crate::http) async fn create(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let owner = owner_of(request.headers(), &state.config.server);
    let body = json_body(request, &state).await?;
    let asked: ThreadRequest = match body.trim_ascii().is_empty() {
        true => from_json(b"{}", "a thread")?,
        false => from_json(&body, "a thread")?,
    };
    let id = asked.id.as_deref().map(|id| thread_id(id, "id")).transpose()?;
    let change = changed(asked.title, asked.metadata, asked.project_id.map(Some))?;
    has_project(&state, &owner, &change).await?;
    let (thread, is_new) = threads(&state)?.make(&owner, NewThread { id, change }).await.map_err(no_thread)?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(thread_json(&thread))).into_response())
}

/// Lists the threads of this key, those first in which something was said last; or searches them, the best first.
#[utoipa::path(
    get,
    path = "/v1/threads",
    tag = "threads",
    params(
        ("limit" = Option<u32>, Query, description = "1 to 100; 20 unless it is said"),
        ("after" = Option<String>, Query, description = "the id of the thread before: for the next page of a list"),
        ("order" = Option<String>, Query, description = "desc or asc, of a list"),
        ("project_id" = Option<String>, Query, description = "only those of this project, of a list"),
        ("query" = Option<String>, Query, description = "what is searched for, in titles and in what was said"),
        ("mode" = Option<String>, Query, description = "of a search: text, meaning, or both (default)"),
    ),
    responses(
        (status = 200, description = "The threads; of a search each with `snippet` and `similarity`", body = Object),
        (status = 400, description = "A parameter is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 503, description = "Threads are not kept, or no meanings are known here", body = ErrorBody),
    )
)]
pub(in crate::http) async fn list(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let query = Query::of(query.as_deref(), &["limit", "after", "order", "project_id", "query", "mode"])?;
    let owner = owner_of(&headers, &state.config.server);
    let limit = query.limit()?;
    if let Some(question) = query.get("query").map(str::trim).filter(|question| !question.is_empty()) {
        if let Some(name) = ["after", "order", "project_id"].into_iter().find(|name| query.get(name).is_some()) {
            let message = format!("`{name}` is of lists; a search gives the best {MOST_FOUND} at most, and no pages");
            return Err(ApiError::malformed(message).about(name));
        }
        if question.chars().count() > MOST_SEARCH_CHARS {
            return Err(
                ApiError::malformed(format!("`query` has more than {MOST_SEARCH_CHARS} characters")).about("query")
            );
        }
        let mode = match query.get("mode") {
            None => SearchMode::default(),
            Some(name) => SearchMode::ALL
                .into_iter()
                .find(|mode| mode.name() == name)
                .ok_or_else(|| ApiError::malformed("`mode` must be text, meaning or both").about("mode"))?,
        };
        let found = Box::pin(threads(&state)?.search(&owner, question, mode, limit)).await.map_err(no_thread)?;
        return Ok(Json(list_json(&found.iter().map(found_json).collect::<Vec<_>>(), false)).into_response());
    }
    if query.get("mode").is_some() {
        return Err(ApiError::malformed("`mode` is of searches; send `query` as well").about("mode"));
    }
    let list = ThreadList {
        project: query.get("project_id").map(str::to_owned),
        after: query.get("after").map(str::to_owned),
        is_ascending: query.is_ascending(false)?,
        limit,
    };
    let (found, has_more) = threads(&state)?.list(&owner, &list).await.map_err(no_thread)?;
    Ok(Json(list_json(&found.iter().map(thread_json).collect::<Vec<_>>(), has_more)).into_response())
}

/// A thread, without its messages.
#[utoipa::path(
    get,
    path = "/v1/threads/{id}",
    tag = "threads",
    params(("id" = String, Path, description = "the thread's id")),
    responses(
        (status = 200, description = "The thread", body = Object),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such thread with this key", body = ErrorBody),
        (status = 503, description = "Threads are not kept", body = ErrorBody),
    )
)]
pub(in crate::http) async fn one(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let thread = threads(&state)?.get(&id, &owner_of(&headers, &state.config.server)).await.map_err(no_thread)?;
    Ok(Json(thread_json(&thread)).into_response())
}

/// Renames a thread, or changes its metadata or project.
#[utoipa::path(
    patch,
    path = "/v1/threads/{id}",
    tag = "threads",
    params(("id" = String, Path, description = "the thread's id")),
    request_body = ThreadChangeRequest,
    responses(
        (status = 200, description = "The thread as it stands then", body = Object),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such thread with this key", body = ErrorBody),
        (status = 503, description = "Threads are not kept", body = ErrorBody),
    )
)]
pub(in crate::http) async fn change(
    State(state): State<AppState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let owner = owner_of(request.headers(), &state.config.server);
    let body = json_body(request, &state).await?;
    let asked: ThreadChangeRequest = from_json(&body, "a change of a thread")?;
    let change = changed(asked.title, asked.metadata, asked.project_id)?;
    has_project(&state, &owner, &change).await?;
    let thread = threads(&state)?.change(&id, &owner, &change).await.map_err(no_thread)?;
    Ok(Json(thread_json(&thread)).into_response())
}

/// The same, as OpenAI's clients do it.
#[utoipa::path(
    post,
    path = "/v1/threads/{id}",
    tag = "threads",
    params(("id" = String, Path, description = "the thread's id")),
    request_body = ThreadChangeRequest,
    responses(
        (status = 200, description = "The thread as it stands then", body = Object),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such thread with this key", body = ErrorBody),
        (status = 503, description = "Threads are not kept", body = ErrorBody),
    )
)]
pub(in crate::http) async fn rename(
    state: State<AppState>,
    id: Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    change(state, id, request).await
}

/// Removes a thread with everything that was said in it.
#[utoipa::path(
    delete,
    path = "/v1/threads/{id}",
    tag = "threads",
    params(("id" = String, Path, description = "the thread's id")),
    responses(
        (status = 200, description = "It is removed", body = Object),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such thread with this key", body = ErrorBody),
        (status = 503, description = "Threads are not kept", body = ErrorBody),
    )
)]
pub(in crate::http) async fn remove(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    threads(&state)?.remove(&id, &owner_of(&headers, &state.config.server)).await.map_err(no_thread)?;
    Ok(Json(json!({ "id": id, "object": "thread.deleted", "deleted": true })).into_response())
}

/// What is changed, if it can be.
fn changed(
    title: Option<String>,
    metadata: Option<Map<String, Value>>,
    project: Option<Option<String>>,
) -> Result<ThreadChange, ApiError> {
    let title = title.map(|title| title.split_whitespace().collect::<Vec<_>>().join(" "));
    if title.as_deref().is_some_and(|title| title.is_empty() || title.chars().count() > MOST_TITLE_CHARS) {
        return Err(ApiError::malformed(format!("`title` must have 1 to {MOST_TITLE_CHARS} characters")).about("title"));
    }
    let metadata = metadata.map(|metadata| Value::Object(metadata).to_string());
    if metadata.as_deref().is_some_and(|metadata| metadata.len() > MOST_METADATA_BYTES) {
        return Err(
            ApiError::malformed(format!("`metadata` has more than {MOST_METADATA_BYTES} bytes")).about("metadata")
        );
    }
    let is_long = |project: &String| project.is_empty() || project.chars().count() > MOST_PROJECT_CHARS;
    if project.as_ref().and_then(Option::as_ref).is_some_and(is_long) {
        let message = format!("`project_id` must have 1 to {MOST_PROJECT_CHARS} characters");
        return Err(ApiError::malformed(message).about("project_id"));
    }
    Ok(ThreadChange { title, metadata, project })
}

/// Whether the project that a thread is to belong to is there.
///
/// # Errors
/// When it is not.
async fn has_project(state: &AppState, owner: &[u8], change: &ThreadChange) -> Result<(), ApiError> {
    let Some(Some(id)) = &change.project else { return Ok(()) };
    match projects(state)?.get(id, owner).await {
        Ok(_) => Ok(()),
        Err(why) => Err(no_project(why).about("project_id")),
    }
}
