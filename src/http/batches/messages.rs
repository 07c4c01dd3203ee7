//! `/v1/messages/batches`: batches of messages, as Anthropic has them. Their requests come with them, and what came of them is
//! given out here.

use axum::Json;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use mediary_core::Blob;
use mediary_store::BatchKind;

use super::super::content::given;
use super::super::error::{ApiError, MessagesErrorBody};
use super::super::guard::owner_of;
use super::super::landing::base_url;
use super::super::state::AppState;
use super::super::unpacked::spooled_body;
use super::said::{asker, batches, no_batch};
use crate::gateway::batches::{BatchAsked, BatchLines, BatchWish, LineFault, SentLines};
use crate::protocol::anthropic::batches as anthropic;
use crate::protocol::process::BadField;

const KIND: BatchKind = BatchKind::Anthropic;
/// Where each of its requests goes.
const ENDPOINT: &str = "/v1/messages";

/// Makes a batch of messages, each answered when there is room beside other requests.
#[utoipa::path(
    post,
    path = "/v1/messages/batches",
    tag = "batches",
    params(
        ("X-Mediary-Handover" = Option<String>, Header, description = "allow: batches of providers' own may answer, which cost less and take up to a day; never: they may not"),
    ),
    request_body(content = Object, description = "`requests`: objects of `custom_id` and `params`, a request to /v1/messages"),
    responses(
        (status = 200, description = "The batch; look at it until its `processing_status` is ended", body = Object),
        (status = 400, description = "A field is wrong", body = MessagesErrorBody),
        (status = 401, description = "A key is missing or wrong", body = MessagesErrorBody),
        (status = 413, description = "There are too many requests for a batch, or too many bytes", body = MessagesErrorBody),
        (status = 429, description = "Too many batches of this key have not ended", body = MessagesErrorBody),
        (status = 529, description = "Batches cannot be kept", body = MessagesErrorBody),
    )
)]
pub(in crate::http) async fn create(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let headers = request.headers().clone();
    let (owner, client, bounding) = asker(&state, &headers)?;
    let kept = batches(&state)?;
    let body = spooled_body(request, &state, state.config.batches.bytes).await?;
    let lines = SentLines { bytes: body.len_bytes(), read: Box::new(move |take| read(&body, take)) };
    let asked = BatchAsked { endpoint: ENDPOINT.to_owned(), client, headers: bounding, ..BatchAsked::default() };
    let (seconds, lines) = (anthropic::BATCH_SECONDS, BatchLines::Sent(lines));
    let batch = kept.create(BatchWish { owner, kind: KIND, asked, seconds, lines }).await.map_err(no_batch)?;
    Ok(Json(anthropic::batch_json(&batch, &base_url(&state.config.server, &headers))).into_response())
}

/// Reads the requests of a body.
fn read(body: &Blob, take: &mut dyn FnMut(String, String) -> bool) -> Result<(), LineFault> {
    let gone = |_| LineFault::new("unreadable_body", "the requests cannot be read back; send them again");
    let source = body.source();
    let reader = source.open().map_err(gone)?;
    anthropic::batch_requests(reader, take).map_err(|BadField { field, message }| {
        let fault = LineFault::new("invalid_request", message);
        if field.is_empty() { fault } else { fault.about(&field) }
    })
}

/// Lists the batches of messages of this key, the newest first.
#[utoipa::path(
    get,
    path = "/v1/messages/batches",
    tag = "batches",
    params(
        ("limit" = Option<u32>, Query, description = "1 to 1000; 20 unless it is said"),
        ("after_id" = Option<String>, Query, description = "the id of the batch before: for the next page"),
        ("before_id" = Option<String>, Query, description = "the id of the batch after: for the page before"),
    ),
    responses(
        (status = 200, description = "The batches", body = Object),
        (status = 400, description = "A parameter is wrong", body = MessagesErrorBody),
        (status = 401, description = "A key is missing or wrong", body = MessagesErrorBody),
        (status = 529, description = "Batches cannot be kept", body = MessagesErrorBody),
    )
)]
pub(in crate::http) async fn list(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let list = anthropic::batch_list(&query.unwrap_or_default())?;
    let owner = owner_of(&headers, &state.config.server);
    let (found, has_more) = batches(&state)?.list(&owner, KIND, &list).await.map_err(no_batch)?;
    Ok(Json(anthropic::batches_json(&found, has_more, &base_url(&state.config.server, &headers))).into_response())
}

/// A batch of messages as it stands.
#[utoipa::path(
    get,
    path = "/v1/messages/batches/{id}",
    tag = "batches",
    params(("id" = String, Path, description = "the batch's id")),
    responses(
        (status = 200, description = "The batch, with the address of its results when it has ended", body = Object),
        (status = 401, description = "A key is missing or wrong", body = MessagesErrorBody),
        (status = 404, description = "There is no such batch with this key", body = MessagesErrorBody),
        (status = 529, description = "Batches cannot be kept", body = MessagesErrorBody),
    )
)]
pub(in crate::http) async fn one(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let owner = owner_of(&headers, &state.config.server);
    let batch = batches(&state)?.get(&id, &owner, KIND).await.map_err(no_batch)?;
    Ok(Json(anthropic::batch_json(&batch, &base_url(&state.config.server, &headers))).into_response())
}

/// Ends a batch of messages: no more of its requests are sent.
#[utoipa::path(
    post,
    path = "/v1/messages/batches/{id}/cancel",
    tag = "batches",
    params(("id" = String, Path, description = "the batch's id")),
    responses(
        (status = 200, description = "The batch, which is canceling until what was under way is answered", body = Object),
        (status = 400, description = "The batch has ended", body = MessagesErrorBody),
        (status = 401, description = "A key is missing or wrong", body = MessagesErrorBody),
        (status = 404, description = "There is no such batch with this key", body = MessagesErrorBody),
        (status = 529, description = "Batches cannot be kept", body = MessagesErrorBody),
    )
)]
pub(in crate::http) async fn cancel(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let owner = owner_of(&headers, &state.config.server);
    let batch = batches(&state)?.cancel(&id, &owner, KIND).await.map_err(no_batch)?;
    Ok(Json(anthropic::batch_json(&batch, &base_url(&state.config.server, &headers))).into_response())
}

/// What came of the requests of a batch, a line each.
#[utoipa::path(
    get,
    path = "/v1/messages/batches/{id}/results",
    tag = "batches",
    params(("id" = String, Path, description = "the batch's id")),
    responses(
        (status = 200, description = "A JSON object in each line: `custom_id` and `result`, which is succeeded, errored, canceled \
            or expired", body = String, content_type = "application/jsonl"),
        (status = 400, description = "The batch has not ended", body = MessagesErrorBody),
        (status = 401, description = "A key is missing or wrong", body = MessagesErrorBody),
        (status = 404, description = "There is no such batch with this key, or its results are not kept any more",
            body = MessagesErrorBody),
        (status = 529, description = "Batches cannot be kept", body = MessagesErrorBody),
    )
)]
pub(in crate::http) async fn results(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let owner = owner_of(&headers, &state.config.server);
    Ok(given(batches(&state)?.results(&id, &owner).await.map_err(no_batch)?, &headers))
}

/// Removes a batch of messages that has ended, and its results.
#[utoipa::path(
    delete,
    path = "/v1/messages/batches/{id}",
    tag = "batches",
    params(("id" = String, Path, description = "the batch's id")),
    responses(
        (status = 200, description = "It is removed", body = Object),
        (status = 400, description = "The batch has not ended", body = MessagesErrorBody),
        (status = 401, description = "A key is missing or wrong", body = MessagesErrorBody),
        (status = 404, description = "There is no such batch with this key", body = MessagesErrorBody),
        (status = 529, description = "Batches cannot be kept", body = MessagesErrorBody),
    )
)]
pub(in crate::http) async fn remove(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let owner = owner_of(&headers, &state.config.server);
    batches(&state)?.remove(&id, &owner, KIND).await.map_err(no_batch)?;
    Ok(Json(anthropic::batch_removed(&id)).into_response())
}
