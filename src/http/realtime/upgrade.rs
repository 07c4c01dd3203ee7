//! `GET /v1/realtime`: a request becomes a socket, and the session on it begins.
//!
//! The session is begun before the answer, so that a request that nothing can hold gets a status that says why.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use mediary_core::live::LiveSettings;
use mediary_core::plan::Privacy;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tracing::Instrument as _;

use super::super::error::{ApiError, ErrorBody};
use super::super::guard::{admitted, client_of, secret_of};
use super::super::logged::Witnesses;
use super::super::request_id::RequestId;
use super::super::state::AppState;
use super::super::takeover::TakeOver;
use super::super::tasks::{bounds, refused};
use super::door::Witness;
use super::socket::{Held, held};
use crate::gateway::realtime::{Grant, Opening};
use crate::gateway::{Account, Bounds};

/// The protocol that clients in browsers name beside their key.
const PROTOCOL: &str = "realtime";

/// Holds a live conversation over a WebSocket.
#[utoipa::path(
    get,
    path = "/v1/realtime",
    tag = "realtime",
    params(
        ("model" = Option<String>, Query, description = "a model that holds live conversations, or one that chats; auto \
            unless it is said"),
        ("intent" = Option<String>, Query, description = "transcription: what is said is only written down"),
        ("Sec-WebSocket-Protocol" = Option<String>, Header, description = "in browsers: realtime, and the key as \
            openai-insecure-api-key.KEY, best a client secret"),
        ("X-Mediary-Privacy" = Option<String>, Header, description = "local: nothing leaves this machine"),
        ("X-Mediary-Cost" = Option<String>, Header, description = "free: only targets that are known to be free"),
        ("X-Mediary-Provider" = Option<String>, Header, description = "only these providers, by commas"),
    ),
    responses(
        (status = 101, description = "The connection goes on as a WebSocket, on which OpenAI's realtime events pass both \
            ways as texts; `mediary.target_changed` tells that another target goes on"),
        (status = 400, description = "A header or a parameter is wrong", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong, or a client secret was used or has ended", body = ErrorBody),
        (status = 403, description = "The page of another site asks, or nothing may hold this conversation", body = ErrorBody),
        (status = 404, description = "No such model; near names are suggested", body = ErrorBody),
        (status = 426, description = "It is asked for without a WebSocket", body = ErrorBody),
        (status = 503, description = "Too many conversations are held, or no target can hold one", body = ErrorBody),
    )
)]
pub(in super::super) async fn socket(
    State(state): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    let accept = accept_key(request.headers())?;
    let grant = match request.extensions().get::<Grant>().cloned() {
        Some(grant) => Some(grant),
        None => match secret_of(request.headers()) {
            Some(secret) => Some(state.gateway.realtime.secrets.take(secret).ok_or_else(used_up)?),
            None => None,
        },
    };
    let (settings, bounds, client) = match grant {
        Some(grant) => {
            let account = Account::of(admitted());
            let is_local = account.admitted().is_some_and(|admitted| admitted.client().rules.local_only);
            let privacy = if is_local { Privacy::Local } else { grant.bounds.privacy };
            let bounds = Bounds { account, privacy, ..grant.bounds };
            (grant.settings, bounds, grant.known_by)
        }
        None => (LiveSettings::default(), bounds(request.headers())?, client_of(request.headers())),
    };
    let settings = asked_for(settings, request.uri().query().unwrap_or_default())?;
    let prompt = bounds.account.admitted().and_then(|admitted| admitted.client().rules.system_prompt.clone());
    let door = Arc::new(Witness { witnesses: Witnesses::of(&state), request_id });
    let written = settings.written.clone();
    let opening = Opening { settings, bounds, client, door };
    let session = Box::pin(state.gateway.converse(opening)).await.map_err(refused)?;
    let most_bytes = state.gateway.realtime.message_bytes();
    let conversation = Held { session, prompt, written, most_bytes };
    let span = tracing::Span::current();
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    if protocols(request.headers()).any(|name| name == PROTOCOL) {
        headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
    }
    let over = TakeOver::by(move |upgraded| held(upgraded, conversation).instrument(span));
    response.extensions_mut().insert(over);
    Ok(response)
}

/// Live conversations by WebRTC, which there are none of here.
#[utoipa::path(
    post,
    path = "/v1/realtime/calls",
    tag = "realtime",
    responses((status = 501, description = "WebRTC is not spoken here; use the WebSocket at /v1/realtime", body = ErrorBody))
)]
pub(in super::super) async fn calls() -> ApiError {
    let message = "WebRTC is not spoken here. Hold the conversation over a WebSocket: GET /v1/realtime, from a browser with a \
                   client secret of POST /v1/realtime/client_secrets as its key.";
    ApiError::new(StatusCode::NOT_IMPLEMENTED, "webrtc_not_supported", message)
}

/// What the address asks for, over what was asked for beforehand.
fn asked_for(mut settings: LiveSettings, query: &str) -> Result<LiveSettings, ApiError> {
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match (&*name, &*value) {
            // What a client secret was made for stands.
            ("model", model) if settings.model.is_empty() => model.clone_into(&mut settings.model),
            ("model", _) => {}
            ("intent", "transcription") => settings.only_transcribes = true,
            ("intent", "conversation") => {}
            ("intent", _) => {
                return Err(ApiError::malformed("`intent` is conversation or transcription").about("intent"));
            }
            ("call_id", _) => {
                let message = "`call_id` is of calls by WebRTC, which there are none of here; leave it out.";
                return Err(ApiError::malformed(message).about("call_id"));
            }
            _ => {}
        }
    }
    Ok(settings)
}

/// The answer to a client's challenge (RFC 6455, section 4.2).
fn accept_key(headers: &HeaderMap) -> Result<HeaderValue, ApiError> {
    let says = |name, word: &str| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|value| value.trim().eq_ignore_ascii_case(word))
    };
    let key = headers.get(SEC_WEBSOCKET_KEY).filter(|_| says(UPGRADE, "websocket") && says(CONNECTION, "upgrade"));
    let Some(key) = key else {
        let message = "This is a WebSocket: connect to it with a client of OpenAI's realtime interface, as \
                       ws://HOST/v1/realtime?model=MODEL.";
        return Err(ApiError::new(StatusCode::UPGRADE_REQUIRED, "websocket_required", message));
    };
    if !says(SEC_WEBSOCKET_VERSION, "13") {
        return Err(ApiError::malformed("only version 13 of WebSockets is spoken here").about("Sec-WebSocket-Version"));
    }
    HeaderValue::try_from(derive_accept_key(key.as_bytes()))
        .map_err(|_| ApiError::malformed("this is no key of a WebSocket").about("Sec-WebSocket-Key"))
}

fn protocols(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

pub(in super::super) fn used_up() -> ApiError {
    let message = "This client secret is not known here: each opens one conversation, and ends after a while. Ask for another \
                   one with POST /v1/realtime/client_secrets.";
    ApiError::unauthorised("invalid_client_secret", message)
}
