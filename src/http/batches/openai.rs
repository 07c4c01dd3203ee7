//! `/v1/batches`: batches as OpenAI has them. Their lines are in a file, and so is what came of them.

use axum::Json;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use mediary_store::BatchKind;

use super::super::error::{ApiError, ErrorBody};
use super::super::guard::owner_of;
use super::super::state::AppState;
use super::super::unpacked::json_body;
use super::said::{asker, batches, no_batch};
use crate::gateway::batches::{BatchAsked, BatchLines, BatchWish};
use crate::protocol::openai::batches as openai;

const KIND: BatchKind = BatchKind::OpenAi;

/// Makes a batch of the lines of a file, each a request that is answered when there is room beside others.
#[utoipa::path(
    post,
    path = "/v1/batches",
    tag = "batches",
    params(
        ("X-Mediary-Handover" = Option<String>, Header, description = "allow: batches of providers' own may answer, which cost less and take up to a day; never: they may not"),
        ("X-Mediary-Privacy" = Option<String>, Header, description = "local: nothing leaves this machine; as all headers that bound a request, it holds for each line"),
    ),
    request_body(content = Object, description = "`input_file_id`: a file of /v1/files whose lines are objects of `custom_id`, \
        `method` (POST), `url` (the endpoint) and `body`; `endpoint`; `completion_window` (24h, or 1h to 168h); `metadata`; \
        `output_expires_after`"),
    responses(
        (status = 200, description = "The batch; look at it until its status is completed", body = Object),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such file with this key", body = ErrorBody),
        (status = 413, description = "The file is too large for a batch", body = ErrorBody),
        (status = 429, description = "Too many batches of this key have not ended", body = ErrorBody),
        (status = 503, description = "Batches cannot be kept", body = ErrorBody),
    )
)]
pub(in crate::http) async fn create(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (owner, client, headers) = asker(&state, request.headers())?;
    let kept = batches(&state)?;
    let (asked, seconds) = openai::batch_asked(&json_body(request, &state).await?)?;
    let asked = BatchAsked { client, headers, ..asked };
    let wish = BatchWish { owner, kind: KIND, asked, seconds, lines: BatchLines::InFile };
    let batch = kept.create(wish).await.map_err(no_batch)?;
    Ok(Json(openai::batch_json(&batch)).into_response())
}

/// Lists the batches of this key, the newest first.
#[utoipa::path(
    get,
    path = "/v1/batches",
    tag = "batches",
    params(
        ("limit" = Option<u32>, Query, description = "1 to 100; 20 unless it is said"),
        ("after" = Option<String>, Query, description = "the id of the batch before: for the next page"),
    ),
    responses(
        (status = 200, description = "The batches", body = Object),
        (status = 400, description = "A parameter is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 503, description = "Batches cannot be kept", body = ErrorBody),
    )
)]
pub(in crate::http) async fn list(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let list = openai::batch_list(&query.unwrap_or_default())?;
    let owner = owner_of(&headers, &state.config.server);
    let (found, has_more) = batches(&state)?.list(&owner, KIND, &list).await.map_err(no_batch)?;
    Ok(Json(openai::batches_json(&found, has_more)).into_response())
}

/// A batch as it stands.
#[utoipa::path(
    get,
    path = "/v1/batches/{id}",
    tag = "batches",
    params(("id" = String, Path, description = "the batch's id")),
    responses(
        (status = 200, description = "The batch: its status, how many of its lines are answered, and when it has ended its files", body = Object),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such batch with this key", body = ErrorBody),
        (status = 503, description = "Batches cannot be kept", body = ErrorBody),
    )
)]
pub(in crate::http) async fn one(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let owner = owner_of(&headers, &state.config.server);
    let batch = batches(&state)?.get(&id, &owner, KIND).await.map_err(no_batch)?;
    Ok(Json(openai::batch_json(&batch)).into_response())
}

/// Ends a batch: no more of its lines are sent. What was answered so far is in its files.
#[utoipa::path(
    post,
    path = "/v1/batches/{id}/cancel",
    tag = "batches",
    params(("id" = String, Path, description = "the batch's id")),
    responses(
        (status = 200, description = "The batch, which is cancelling until what was under way is answered", body = Object),
        (status = 400, description = "The batch has ended", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such batch with this key", body = ErrorBody),
        (status = 503, description = "Batches cannot be kept", body = ErrorBody),
    )
)]
pub(in crate::http) async fn cancel(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let owner = owner_of(&headers, &state.config.server);
    let batch = batches(&state)?.cancel(&id, &owner, KIND).await.map_err(no_batch)?;
    Ok(Json(openai::batch_json(&batch)).into_response())
}

/// Removes a batch that has ended. Its files stay until they are removed, or their time is over.
#[utoipa::path(
    delete,
    path = "/v1/batches/{id}",
    tag = "batches",
    params(("id" = String, Path, description = "the batch's id")),
    responses(
        (status = 200, description = "It is removed", body = Object),
        (status = 400, description = "The batch has not ended", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such batch with this key", body = ErrorBody),
        (status = 503, description = "Batches cannot be kept", body = ErrorBody),
    )
)]
pub(in crate::http) async fn remove(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let owner = owner_of(&headers, &state.config.server);
    batches(&state)?.remove(&id, &owner, KIND).await.map_err(no_batch)?;
    Ok(Json(openai::batch_removed(&id)).into_response())
}
