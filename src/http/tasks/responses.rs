//! OpenAI's Responses API: its routes and their documentation, and what of a request concerns those before it. How requests
//! and answers look is said by the protocol; carried out they are by the handler of all protocols.

use axum::extract::{Path, RawQuery, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use mediary_store::KeptResponse;
use serde_json::Value;
use tracing::Instrument as _;

use super::super::error::{ApiError, ErrorBody};
use super::super::guard::{client_of, owner_of};
use super::super::request_id::RequestId;
use super::super::state::AppState;
use super::super::unpacked::json_body;
use super::headers::name_dropped;
use super::kept::{Keeping, all, cannot_keep, completed_body, failed, found, seconds, unknown};
use super::whole::new_head;
use super::{Asked, bounds, carry_out, refused};
use crate::gateway::{Answered, TaskRequest, blocking};
use crate::protocol::responses::{
    Begun, ItemPage, RESPONSES, Wanted, decode_kept, given_up, input_of, item_list, removed,
};
use crate::protocol::{AnswerHead, Decoded, Sent};

/// Answers a conversation, in the words of the Responses API.
#[utoipa::path(
    post,
    path = "/v1/responses",
    tag = "responses",
    params(
        ("X-Mediary-Tier" = Option<String>, Header, description = "a tier, where `model` is empty"),
        ("X-Mediary-Strict" = Option<bool>, Header, description = "true: parts go as they are or not at all"),
        ("X-Mediary-Privacy" = Option<String>, Header, description = "local: nothing leaves this machine"),
        ("X-Mediary-Cost" = Option<String>, Header, description = "free: only targets that are known to be free; free_first: those before all others"),
        ("X-Mediary-Allow-Paid" = Option<bool>, Header, description = "true: it may cost, where routing.confirm_paid asks"),
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
    let wanted = Wanted::of(&body)?;
    let body = completed_body(&state, &owner, &wanted, body).await?;
    let kept = state.responses.clone().filter(|_| wanted.is_kept());
    let kept = kept.and_then(|kept| kept.room_for(body.len()).map(|room| (kept, room)));
    if wanted.is_in_background() && kept.is_none() {
        return Err(cannot_keep(&state));
    }
    let (id, bytes) = (new_head().id, body.len());
    let keeping = kept.map(|(kept, room)| {
        let in_background = wanted.is_in_background().then(|| id.clone());
        Keeping { kept, room, owner, created_at: seconds(), in_background }
    });
    let decode = move || -> Result<_, ApiError> {
        let input = keeping.as_ref().map(|_| input_of(&body)).transpose()?.unwrap_or_default();
        let keep = keeping.as_ref().map(|keeping| keeping.told(input.clone()));
        let (decoded, begun) = decode_kept(&Sent::from(body), keep)?;
        Ok((decoded, begun, keeping.map(|keeping| (keeping.row(input), keeping))))
    };
    let (decoded, begun, keeping) = blocking::through(bytes, decode).await??;
    let asked = Asked { decoded, bounds, client };
    match keeping.filter(|(_, keeping)| keeping.in_background.is_some()) {
        Some((row, keeping)) => in_background(&state, request_id, asked, Background { row, keeping, begun, id }),
        None => carry_out(&RESPONSES, &state, request_id, asked).await,
    }
}

/// A response that is answered in the background.
struct Background {
    row: KeptResponse,
    keeping: Keeping,
    begun: Begun,
    id: String,
}

fn in_background(
    state: &AppState,
    request_id: RequestId,
    asked: Asked,
    background: Background,
) -> Result<Response, ApiError> {
    let Asked { decoded: Decoded { task, model, answer, dropped }, bounds, client } = asked;
    let Background { row, keeping: Keeping { kept, room, .. }, begun, id } = background;
    let created = u64::try_from(row.created_at).unwrap_or_default();
    let open = KeptResponse { response: begun.told(&id, created, "in_progress").to_string(), ..row };
    let queued = begun.told(&id, created, "queued");
    let gateway = state.gateway.clone();
    let request = TaskRequest { task, model, bounds, client };
    let (keeps, its, its_room) = (kept.clone(), open.clone(), room.clone());
    let answering = async move {
        let error = match Box::pin(gateway.answer(request)).await {
            Ok(Answered::Whole(whole)) => {
                let (model, wire_format) = (whole.route.target.to_string(), whole.route.wire_format);
                let head = AnswerHead { id, created, model, wire_format, prompt_tokens: 0 };
                // Kept as it is written.
                drop(answer.whole(head, &whole.reply));
                return;
            }
            Ok(Answered::Stream(_)) => ApiError::broken("a stream where a whole answer was asked for"),
            Err(error) => refused(error),
        };
        error.log();
        let response = given_up(&its.response, Some(&error.told(&request_id)));
        keeps.keep_answered(KeptResponse { is_open: false, response, ..its }, its_room);
    };
    if !kept.answer(open, room, answering.in_current_span()) {
        let message = "Too many responses are being answered in the background; wait for one of them, or leave \
                       `background` out.";
        return Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_in_background", message));
    }
    let mut headers = HeaderMap::new();
    name_dropped(&dropped, &mut headers);
    Ok((headers, Json(queued)).into_response())
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
    Ok(json(kept.response.clone()))
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
    let was_there =
        all(&state)?.remove(&id, &owner_of(&headers, &state.config.server)).await.map_err(|error| failed(&error))?;
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
    let bytes = kept.input.len();
    let list = move || item_list(&id, &kept.input, &page);
    let listed = blocking::through(bytes, list).await??;
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
        return Err(
            ApiError::malformed("Only a response that was asked for with `background` can be cancelled.").about("id")
        );
    }
    // It may have ended since it was looked at.
    let is_over = !kept.is_open || !all(&state)?.stop(&id);
    if is_over {
        return Ok(json(found(&state, &id, &owner).await?.response.clone()));
    }
    let response = given_up(&kept.response, None);
    let cancelled = KeptResponse { is_open: false, response: response.clone(), ..KeptResponse::clone(&kept) };
    let room = all(&state)?.room_for(kept.input.len() + response.len()).ok_or_else(|| cannot_keep(&state))?;
    all(&state)?.keep(cancelled, room);
    Ok(json(response))
}

fn json(body: String) -> Response {
    ([(CONTENT_TYPE, "application/json")], body).into_response()
}
