//! `POST /v1/chat/completions`: any medium to any model, in OpenAI's format.
//!
//! Decodes, asks the gateway, encodes. A stream's headers wait for its first event, so that a request that nobody
//! answers still gets its status; if that takes long, the client is kept company instead (see [`relay`]).

mod bounds;
mod headers;
mod refused;
mod relay;

use std::time::{SystemTime, UNIX_EPOCH};

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::error::{ApiError, ErrorBody};
use super::guard::client_of;
use super::ocr::whole_body;
use super::request_id::RequestId;
use super::state::AppState;
use crate::gateway::{Answered, ChatRequest, WholeAnswer, blocking};
use crate::protocol::openai::{AnswerHead, ChatForm, completion};

pub(super) use bounds::bounds;
pub use refused::refused;

/// The dialect whose frames are in this protocol's format already.
const SAME_FORMAT: &str = "openai";

/// Answers a conversation.
#[utoipa::path(
    post,
    path = "/v1/chat/completions",
    tag = "chat",
    params(
        ("X-Mediary-Tier" = Option<String>, Header, description = "a tier, where `model` is empty (also X-Willaku-Tier)"),
        ("X-Mediary-Strict" = Option<bool>, Header, description = "true: parts go as they are or not at all"),
        ("X-Mediary-Privacy" = Option<String>, Header, description = "local: nothing leaves this machine"),
        ("X-Mediary-Cost" = Option<String>, Header, description = "free: only targets that are known to be free"),
        ("X-Mediary-Provider" = Option<String>, Header, description = "only these providers, by commas"),
    ),
    request_body(content = Object, description = "OpenAI's request; `model` may be a model, a tier or `provider/model`. \
        Parts may be text, image_url, input_audio, video_url, document_url or file"),
    responses(
        (status = 200, description = "OpenAI's answer, or its chunks as server-sent events. `X-Routed-Via` names who \
            answers, `X-Fallback-Attempts` how many failed before, `X-Mediary-Treatments` what was done to parts, \
            `X-Mediary-Dropped` which parameters the target lacks", body = Object),
        (status = 400, description = "A field is wrong, or the request is too long, or is refused", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "No such model; near names are suggested", body = ErrorBody),
        (status = 413, description = "A limit was passed; the message names it", body = ErrorBody),
        (status = 422, description = "No target can be given a part, or honours a parameter", body = ErrorBody),
        (status = 429, description = "Every target's rate limit is reached (see Retry-After)", body = ErrorBody),
        (status = 503, description = "Nobody answered, or no provider is set up; `tried` names who failed and why",
            body = ErrorBody),
    )
)]
pub(super) async fn completions(
    State(state): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    let bounds = bounds(request.headers())?;
    let client = client_of(request.headers());
    let ChatForm { model, chat, include_usage } = form(request, &state).await?;
    let wants_stream = chat.stream;
    let request = ChatRequest { chat, model, bounds, client };
    if wants_stream {
        return relay::answer(state, request, relay::Wish { head: new_head(), include_usage, request_id }).await;
    }
    // Boxed, since a future of this size would be copied from layer to layer.
    match Box::pin(state.gateway.chat(request)).await.map_err(refused)? {
        Answered::Whole(whole) => Ok(one_piece(*whole)),
        Answered::Stream(_) => Err(ApiError::broken("a stream where a whole answer was asked for")),
    }
}

/// The chat of a request.
pub(super) async fn form(request: Request, state: &AppState) -> Result<ChatForm, ApiError> {
    let body = Bytes::from(whole_body(request, &state.config.limits).await?);
    Ok(blocking::through(body.len(), move || ChatForm::decode(&body)).await??)
}

fn one_piece(answer: WholeAnswer) -> Response {
    let WholeAnswer { route, reply, raw } = answer;
    let raw = raw.filter(|_| route.dialect == SAME_FORMAT);
    let body = raw.unwrap_or_else(|| {
        let head = AnswerHead { model: route.target.to_string(), ..new_head() };
        completion(&head, &reply).to_string().into()
    });
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers::describe(&route, &mut headers);
    (headers, body).into_response()
}

fn new_head() -> AnswerHead {
    let created = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    AnswerHead { id: format!("chatcmpl-{}", uuid::Uuid::now_v7().simple()), created, model: String::new() }
}
