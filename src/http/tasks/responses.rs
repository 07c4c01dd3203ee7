//! OpenAI's Responses API: its routes and their documentation, and what of a request concerns those before it. How requests
//! and answers look is said by the protocol; carried out they are by the handler of all protocols.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::{Path, RawQuery, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use bytes::Bytes;
use mediary_store::{Database, KeptResponse, StoreFailed};
use serde_json::Value;

use super::super::error::{ApiError, ErrorBody};
use super::super::guard::{client_of, owner_of};
use super::super::request_id::RequestId;
use super::super::state::AppState;
use super::super::unpacked::json_body;
use super::{Asked, bounds, carry_out, refused};
use crate::gateway::{Answered, KeptResponses, TaskRequest, blocking};
use crate::protocol::responses::{
    Begun, ItemPage, KeptBy, RESPONSES, Wanted, decode_kept, given_up, input_of, item_list, removed, response_id,
    with_history,
};
use crate::protocol::{AnswerHead, Decoded, Sent};

/// The responses in a database. Those that a process before has not brought to their end have failed.
///
/// # Errors
/// When it cannot be read or written.
pub async fn kept_responses(database: Arc<Database>) -> Result<Arc<KeptResponses>, StoreFailed> {
    let stopped = ApiError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "server_stopped",
        "The server was stopped while it answered; ask again.",
    );
    KeptResponses::start(database, seconds(), |response| given_up(response, Some(&stopped.fields()))).await
}

/// Answers a conversation, in the words of the Responses API.
#[utoipa::path(
    post,
    path = "/v1/responses",
    tag = "responses",
    params(
        ("X-Mediary-Tier" = Option<String>, Header, description = "a tier, where `model` is empty"),
        ("X-Mediary-Strict" = Option<bool>, Header, description = "true: parts go as they are or not at all"),
        ("X-Mediary-Privacy" = Option<String>, Header, description = "local: nothing leaves this machine"),
        ("X-Mediary-Cost" = Option<String>, Header, description = "free: only targets that are known to be free"),
        ("X-Mediary-Provider" = Option<String>, Header, description = "only these providers, by commas"),
    ),
    request_body(content = Object, description = "OpenAI's request: `input` (a text, or items: messages with input_text, \
        input_image, input_file and input_audio, function_call, function_call_output, custom_tool_call, reasoning), \
        `instructions`, `tools`, `text.format`, `reasoning`. `previous_response_id` goes on with a response that was kept; \
        `background` answers while the client looks at it from time to time"),
    responses(
        (status = 200, description = "The response, or its events", body = Object),
        (status = 400, description = "A field is wrong, the request is too long or refused, or it needs a tool that no \
            target runs", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "No such model, or no such response with this key", body = ErrorBody),
        (status = 413, description = "A limit was passed; the message names it", body = ErrorBody),
        (status = 422, description = "No target can be given a part, or honours a parameter", body = ErrorBody),
        (status = 429, description = "Every target's rate limit is reached (see Retry-After)", body = ErrorBody),
        (status = 503, description = "No target answered, or responses cannot be kept", body = ErrorBody),
    )
)]
pub(in super::super) async fn create(
    State(state): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    let bounds = bounds(request.headers())?;
    let headers = request.headers().clone();
    let (client, owner) = (client_of(&headers), owner_of(&headers, &state.config.server));
    let body = json_body(request, &state).await?;
    let (wanted, body) = continued(&state, &owner, body).await?;
    let kept = state.responses.clone().filter(|kept| wanted.is_kept() && kept.has_room_for(body.len()));
    let bytes = body.len();
    let id = uuid::Uuid::now_v7().simple().to_string();
    let in_background = wanted.is_in_background().then(|| id.clone());
    let kept = match in_background {
        Some(_) => Some(kept.ok_or_else(|| cannot_keep(&state))?),
        None => kept,
    };
    let keeping = kept.clone().map(|kept| Keeping { kept, owner, created_at: seconds(), in_background });
    let decode = move || -> Result<_, ApiError> {
        let input = keeping.as_ref().map(|_| input_of(&body)).transpose()?.unwrap_or_default();
        let row = keeping.as_ref().map(|keeping| keeping.row(input));
        let keep = keeping.zip(row.clone()).map(|(keeping, row)| keeping.by(row));
        let sent = Sent { body, ..Sent::default() };
        let (decoded, begun) = decode_kept(&sent, keep)?;
        Ok((decoded, begun, row))
    };
    let (decoded, begun, row) = blocking::through(bytes, decode).await??;
    let asked = Asked { decoded, bounds, client };
    match (wanted.is_in_background(), kept, row) {
        (true, Some(kept), Some(row)) => in_background_of(&state, request_id, asked, Background { kept, row, begun, id }),
        _ => carry_out(&RESPONSES, &state, request_id, asked).await,
    }
}

/// What a request wants, and its body with the conversation before it.
async fn continued(state: &AppState, owner: &[u8], body: Bytes) -> Result<(Wanted, Bytes), ApiError> {
    let wanted = Wanted::of(&body)?;
    let Some(id) = wanted.previous_response_id.as_deref() else { return Ok((wanted, body)) };
    let before = found(state, id, owner).await.map_err(|error| error.about("previous_response_id"))?;
    if before.is_open {
        let message = format!("The response `{id}` is not complete yet; wait until its status says so.");
        return Err(ApiError::malformed(message).about("previous_response_id"));
    }
    let bytes = body.len() + before.input.len() + before.response.len();
    let lay = move || -> Result<Bytes, ApiError> {
        let response: Value = serde_json::from_str(&before.response).unwrap_or_default();
        Ok(with_history(&body, (&before.input, &response["output"].to_string()))?)
    };
    Ok((wanted, blocking::through(bytes, lay).await??))
}

/// For whom a response is kept.
struct Keeping {
    kept: Arc<KeptResponses>,
    owner: Vec<u8>,
    created_at: i64,
    /// The response's own part of its id, where it is answered in the background.
    in_background: Option<String>,
}

impl Keeping {
    fn row(&self, input: String) -> KeptResponse {
        let (owner, created_at) = (self.owner.clone(), self.created_at);
        let is_open = self.in_background.is_some();
        let id = self.in_background.as_deref().map(response_id).unwrap_or_default();
        KeptResponse { id, owner, created_at, is_open, input, response: String::new() }
    }

    /// Keeps the response once it has ended; one in the background only if nobody has given it up.
    fn by(self, row: KeptResponse) -> KeptBy {
        KeptBy(Arc::new(move |response| {
            let id = response["id"].as_str().unwrap_or_default().to_owned();
            if self.in_background.is_none() || self.kept.is_answering(&id) {
                let response = response.to_string();
                self.kept.keep(KeptResponse { id, is_open: false, response, ..row.clone() });
            }
        }))
    }
}

/// A response that is answered in the background.
struct Background {
    kept: Arc<KeptResponses>,
    row: KeptResponse,
    begun: Begun,
    id: String,
}

fn in_background_of(
    state: &AppState,
    request_id: RequestId,
    asked: Asked,
    background: Background,
) -> Result<Response, ApiError> {
    let Asked { decoded: Decoded { task, model, answer, .. }, bounds, client } = asked;
    let Background { kept, row, begun, id } = background;
    let created = u64::try_from(row.created_at).unwrap_or_default();
    let row = KeptResponse { response: begun.told(&id, created, "in_progress").to_string(), ..row };
    let gateway = state.gateway.clone();
    let request = TaskRequest { task, model, bounds, client };
    let (keeps, open, its) = (kept.clone(), row.clone(), id.clone());
    let answering = async move {
        let error = match Box::pin(gateway.answer(request)).await {
            Ok(Answered::Whole(whole)) => {
                let (model, wire_format) = (whole.route.target.to_string(), whole.route.wire_format);
                let head = AnswerHead { id: its, created, model, wire_format, prompt_tokens: 0 };
                // Kept as it is written.
                drop(answer.whole(head, &whole.reply));
                return;
            }
            Ok(Answered::Stream(_)) => ApiError::broken("a stream where a whole answer was asked for"),
            Err(error) => refused(error),
        };
        error.log();
        if keeps.is_answering(&open.id) {
            let response = given_up(&open.response, Some(&error.told(&request_id)));
            keeps.keep(KeptResponse { is_open: false, response, ..open });
        }
    };
    let row_id = row.id.clone();
    kept.keep(row);
    if !kept.answer(row_id.clone(), answering) {
        kept.forget(&row_id);
        let message = "Too many responses are being answered in the background; wait for one of them, or leave `background` out.";
        return Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_in_background", message));
    }
    Ok(Json(begun.told(&id, created, "queued")).into_response())
}

/// A response that was kept.
#[utoipa::path(
    get,
    path = "/v1/responses/{id}",
    tag = "responses",
    params(("id" = String, Path, description = "the response's id")),
    responses(
        (status = 200, description = "The response as it stands", body = Object),
        (status = 400, description = "A stream of it was asked for", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such response with this key", body = ErrorBody),
        (status = 503, description = "Responses cannot be kept", body = ErrorBody),
    )
)]
pub(in super::super) async fn one(
    State(state): State<AppState>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if query.unwrap_or_default().split('&').any(|pair| pair == "stream=true") {
        let message = "What was kept is not streamed again; leave `stream` out.";
        return Err(ApiError::malformed(message).about("stream"));
    }
    let kept = found(&state, &id, &owner_of(&headers, &state.config.server)).await?;
    Ok(json(kept.response))
}

/// Forgets a response; one that is being answered in the background ends.
#[utoipa::path(
    delete,
    path = "/v1/responses/{id}",
    tag = "responses",
    params(("id" = String, Path, description = "the response's id")),
    responses(
        (status = 200, description = "It is removed", body = Object),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such response with this key", body = ErrorBody),
        (status = 503, description = "Responses cannot be kept", body = ErrorBody),
    )
)]
pub(in super::super) async fn remove(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let kept = state.responses.as_ref().ok_or_else(|| cannot_keep(&state))?;
    let was_there = kept.remove(&id, &owner_of(&headers, &state.config.server)).await.map_err(failed)?;
    if was_there { Ok(Json(removed(&id)).into_response()) } else { Err(unknown(&id)) }
}

/// The items of the conversation that a response answers.
#[utoipa::path(
    get,
    path = "/v1/responses/{id}/input_items",
    tag = "responses",
    params(
        ("id" = String, Path, description = "the response's id"),
        ("limit" = Option<u32>, Query, description = "1 to 100; 20 unless it is said"),
        ("after" = Option<String>, Query, description = "the id of the item before: for the next page"),
        ("order" = Option<String>, Query, description = "desc or asc"),
    ),
    responses(
        (status = 200, description = "The items, the last of them first unless `order` is asc", body = Object),
        (status = 400, description = "A parameter is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such response with this key", body = ErrorBody),
        (status = 503, description = "Responses cannot be kept", body = ErrorBody),
    )
)]
pub(in super::super) async fn input_items(
    State(state): State<AppState>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let page = ItemPage::of_query(&query.unwrap_or_default())?;
    let kept = found(&state, &id, &owner_of(&headers, &state.config.server)).await?;
    let listed = blocking::through(kept.input.len(), move || item_list(&id, &kept.input, &page)).await??;
    Ok(Json(listed).into_response())
}

/// Gives up a response that is answered in the background.
#[utoipa::path(
    post,
    path = "/v1/responses/{id}/cancel",
    tag = "responses",
    params(("id" = String, Path, description = "the response's id")),
    responses(
        (status = 200, description = "The response: cancelled, or as it had ended before", body = Object),
        (status = 400, description = "It is not answered in the background", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such response with this key", body = ErrorBody),
        (status = 503, description = "Responses cannot be kept", body = ErrorBody),
    )
)]
pub(in super::super) async fn cancel(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let owner = owner_of(&headers, &state.config.server);
    let kept = found(&state, &id, &owner).await?;
    let response: Value = serde_json::from_str(&kept.response).unwrap_or_default();
    if response["background"] != true {
        return Err(ApiError::malformed("Only a response that was asked for with `background` can be cancelled.").about("id"));
    }
    let Some(all) = state.responses.as_ref().filter(|all| kept.is_open && all.stop(&id)) else {
        // It may have ended since it was looked at.
        return Ok(json(found(&state, &id, &owner).await?.response));
    };
    let response = given_up(&kept.response, None);
    all.keep(KeptResponse { is_open: false, response: response.clone(), ..kept });
    Ok(json(response))
}

async fn found(state: &AppState, id: &str, owner: &[u8]) -> Result<KeptResponse, ApiError> {
    let kept = state.responses.as_ref().ok_or_else(|| cannot_keep(state))?;
    kept.get(id, owner).await.map_err(failed)?.ok_or_else(|| unknown(id))
}

fn json(body: String) -> Response {
    ([(CONTENT_TYPE, "application/json")], body).into_response()
}

fn unknown(id: &str) -> ApiError {
    let id: String = id.chars().take(100).collect();
    let message = format!("There is no response `{id}` with this key: it was not kept (`store`), was removed, or is too old.");
    ApiError::not_found("response_not_found", message)
}

fn failed(error: StoreFailed) -> ApiError {
    ApiError::broken(error.to_string())
}

fn cannot_keep(state: &AppState) -> ApiError {
    let message = match state.responses {
        Some(_) => {
            "This conversation is too large to be kept, or too many wait for the disk; leave `background` out, and send the \
             whole conversation as `input`."
        }
        None => {
            "This server keeps no responses: the folder of its database is not to be had, or another server uses it. Name a \
             folder of its own as [store] dir and start it again, or send the whole conversation as `input`."
        }
    };
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "responses_not_kept", message)
}

fn seconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
