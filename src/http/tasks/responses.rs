//! OpenAI's Responses API: its routes and their documentation, and what of a request concerns those before it. How requests
//! and answers look is said by the protocol; carried out they are by the handler of all protocols.

use axum::extract::{Path, RawQuery, Request, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use mediary_store::KeptResponse;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::super::body::JsonBody;
use super::super::error::{ApiError, ErrorBody};
use super::super::guard::owner_of;
use super::super::request_id::RequestId;
use super::super::state::AppState;
use super::super::unpacked::json_body;
use super::background::{Background, in_background};
use super::kept::{Keeping, all, cannot_keep, completed_body, failed, found, seconds, unknown};
use super::whole::new_head;
use super::{Asked, Asker, bounds, carry_out, count, replayed};
use crate::gateway::{Bounds, blocking};
use crate::protocol::responses::{
    ItemPage, RESPONSES, Wanted, decode_compaction, decode_kept, given_up, input_of, item_list, removed,
};
use crate::protocol::{JsonProtocol as _, Sent};

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
        ("X-Mediary-Cache" = Option<String>, Header, description = "use: an answer that is kept; refresh: a new one, which is kept; off: neither"),
        ("X-Mediary-Web-Search" = Option<String>, Header, description = "true: the chat is given results of a search of the web; vendor: the target's own search where it has one (also X-Willaku-Web-Search)"),
        ("X-Mediary-Thread" = Option<String>, Header, description = "the thread that it goes on with, and is kept in"),
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
    let asker = Asker::of(&headers, &state.config.server);
    let body = json_body(request, &state).await?;
    let wanted = Wanted::of(&body)?;
    let JsonBody { text: body, parsed: held } = completed_body(&state, &asker.owner, &wanted, body).await?;
    let kept = state.responses.clone().filter(|_| wanted.is_kept());
    let kept = kept.and_then(|kept| kept.room_for(body.len()).map(|room| (kept, room)));
    if wanted.is_in_background() && bounds.thread.is_some() {
        let message = "What is answered in the background is kept in no thread; leave `background` or the header \
                       X-Mediary-Thread out.";
        return Err(ApiError::malformed(message).about("background"));
    }
    if wanted.is_in_background() && kept.is_none() {
        return Err(cannot_keep(&state));
    }
    let (id, bytes) = (new_head().id, body.len());
    let keeping = kept.map(|(kept, room)| {
        let in_background = wanted.is_in_background().then(|| id.clone());
        Keeping { kept, room, owner: asker.owner.clone(), created_at: seconds(), in_background }
    });
    let is_told = wanted.is_in_background() && wanted.is_stream();
    let decode = move || -> Result<_, ApiError> {
        let input = keeping.as_ref().map(|_| input_of(&body)).transpose()?.unwrap_or_default();
        let keep = keeping.as_ref().map(|keeping| keeping.told(input.clone()));
        let (decoded, begun) = decode_kept(&Sent::from(body), keep, is_told)?;
        Ok((decoded, begun, keeping.map(|keeping| (keeping.row(input), keeping))))
    };
    let (decoded, begun, keeping) = blocking::through(bytes, decode).await??;
    let asked = Asked::of(&RESPONSES, &state, decoded, bounds, asker.holding(held)).await?;
    let is_stream = wanted.is_stream();
    match keeping.filter(|(_, keeping)| keeping.in_background.is_some()) {
        Some((row, keeping)) => {
            in_background(&state, request_id, asked, Background { row, keeping, begun, id, is_stream }).await
        }
        None => carry_out(&RESPONSES, &state, request_id, asked).await,
    }
}

/// How many tokens a request has.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct InputTokens {
    /// Always `response.input_tokens`.
    object: &'static str,
    /// All of the request: what is said, tools, media.
    input_tokens: u64,
}

/// Counts the tokens of a request, in the words of the Responses API.
#[utoipa::path(
    post,
    path = "/v1/responses/input_tokens",
    tag = "responses",
    request_body(content = Object, description = "A request of /v1/responses"),
    responses(
        (status = 200, description = "The count of the target that would answer, where it counts; else one made here, \
            with `X-Mediary-Count: estimated`", body = InputTokens),
        (status = 400, description = "A field is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "No such model, or no such response with this key", body = ErrorBody),
        (status = 413, description = "A limit was passed; the message names it", body = ErrorBody),
    )
)]
pub(in super::super) async fn input_tokens(
    State(state): State<AppState>,
    request: Request,
) -> Result<Response, ApiError> {
    let bounds = bounds(request.headers())?;
    let headers = request.headers().clone();
    let asker = Asker::of(&headers, &state.config.server);
    let body = json_body(request, &state).await?;
    let wanted = Wanted::of(&body)?;
    let JsonBody { text: body, parsed: held } = completed_body(&state, &asker.owner, &wanted, body).await?;
    let decoded = blocking::through(body.len(), move || RESPONSES.decode(&Sent::from(body))).await??;
    let asked = Asked::of(&RESPONSES, &state, decoded, bounds, asker.holding(held)).await?;
    let (input_tokens, how) = count(&RESPONSES, &state, asked).await?;
    let body = InputTokens { object: "response.input_tokens", input_tokens };
    Ok(([("x-mediary-count", how)], Json(body)).into_response())
}

/// Makes a conversation shorter: a model sums it up.
#[utoipa::path(
    post,
    path = "/v1/responses/compact",
    tag = "responses",
    request_body(content = Object, description = "OpenAI's request: `model`, `input`, `instructions`, `previous_response_id`"),
    responses(
        (status = 200, description = "`output`: what the user said, and an item of type `compaction`, to be sent as `input` with what \
            comes next. Where no whole summary came, the conversation as it was", body = Object),
        (status = 400, description = "A field is wrong, or the request is too long or refused", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "No such model, or no such response with this key", body = ErrorBody),
        (status = 413, description = "A limit was passed; the message names it", body = ErrorBody),
        (status = 429, description = "Every target's rate limit is reached (see Retry-After)", body = ErrorBody),
        (status = 503, description = "No target answered", body = ErrorBody),
    )
)]
pub(in super::super) async fn compact(
    State(state): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    let bounds = bounds(request.headers())?;
    let headers = request.headers().clone();
    let asker = Asker::of(&headers, &state.config.server);
    let body = json_body(request, &state).await?;
    let wanted = Wanted::of(&body)?;
    let JsonBody { text: body, parsed: held } = completed_body(&state, &asker.owner, &wanted, body).await?;
    // A summary is nothing that was said.
    let bounds = Bounds { thread: None, ..bounds };
    let decoded = blocking::through(body.len(), move || decode_compaction(&Sent::from(body))).await??;
    let asked = Asked::of(&RESPONSES, &state, decoded, bounds, asker.holding(held)).await?;
    carry_out(&RESPONSES, &state, request_id, asked).await
}

/// A response that was kept.
#[utoipa::path(
    get,
    path = "/v1/responses/{id}",
    tag = "responses",
    params(
        ("id" = String, Path, description = "the response's id"),
        ("stream" = Option<bool>, Query, description = "true: its events, as they come where it is answered in the background"),
        ("starting_after" = Option<u64>, Query, description = "the number of the last event that the client has"),
    ),
    responses(
        (status = 200, description = "The response as it stands, or its events", body = Object),
        (status = 400, description = "A parameter is wrong", body = ErrorBody),
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
    let asked = replayed::Asked::of(&query.unwrap_or_default())?;
    let owner = owner_of(&headers, &state.config.server);
    let kept = found(&state, &id, &owner).await?;
    Ok(match asked.is_stream {
        true => replayed::replayed(&state, owner, &kept, asked),
        false => json(kept.response.clone()),
    })
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
