//! `POST /v1/audio/speech`: a text in, a sound out, as OpenAI has it; `POST /v1/tts` is the predecessors' name for it.
//!
//! The sound leaves as it is made. One that breaks off after its first bytes ends its connection, so that no client takes
//! it for whole.

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use mediary_core::Failure;
use utoipa::ToSchema;

use super::super::body::JsonBody;
use super::super::error::ApiError;
use super::super::guard::client_of;
use super::super::request_id::RequestId;
use super::super::state::AppState;
use super::super::tasks::{bounds, describe, refused};
use super::super::unpacked::json_body;
use super::statuses::Refused;
use crate::gateway::{Speaking, TaskRequest};
use crate::protocol::Protocol as _;
use crate::protocol::openai::{SPEECH, SpeechRequest, last_event, media_type, sound_event};

/// What is to be spoken, and how.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what `SpeechRequest` understands")]
pub(in super::super) struct SpeechFields {
    /// The text; it has to be there, under this name or the other.
    input: Option<String>,
    /// Another name of `input`.
    text: Option<String>,
    /// A target, or auto.
    model: Option<String>,
    /// A voice by its name, of the target or of OpenAI.
    voice: Option<String>,
    /// What the text is in: a code or an English name; found out if left out.
    language: Option<String>,
    /// How it is to sound, for targets that heed that.
    instructions: Option<String>,
    /// How fast, 0.25 to 4.
    speed: Option<f64>,
    /// mp3 (if left out), opus, aac, flac, wav or pcm.
    response_format: Option<String>,
    /// audio, or sse for events that carry it.
    stream_format: Option<String>,
}

/// Speaks a text.
#[utoipa::path(
    post,
    path = "/v1/audio/speech",
    tag = "audio",
    params(
        ("X-Mediary-Privacy" = Option<String>, Header, description = "local: nothing leaves this machine"),
        ("X-Mediary-Cost" = Option<String>, Header, description = "free: only targets that are known to be free; free_first: those before all others"),
        ("X-Mediary-Allow-Paid" = Option<bool>, Header, description = "true: it may cost, where routing.confirm_paid asks"),
        ("X-Mediary-Provider" = Option<String>, Header, description = "only these providers, by commas"),
    ),
    request_body(content = SpeechFields, description = "OpenAI's request, with a `language` if it is not to be found out"),
    responses(
        (status = 200, description = "The sound as it is made, in the form that was asked for. `X-Routed-Via` names the \
            target, `X-Mediary-Treatments` a voice that stands in for the one that was named", content(
            (Vec<u8> = "audio/mpeg"), (Vec<u8> = "audio/ogg"), (Vec<u8> = "audio/aac"), (Vec<u8> = "audio/flac"),
            (Vec<u8> = "audio/wav"), (Vec<u8> = "audio/pcm"), (String = "text/event-stream"))),
        Refused,
    )
)]
pub(in super::super) async fn speech(
    State(state): State<AppState>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    let bounds = bounds(request.headers())?;
    let client = client_of(request.headers());
    let JsonBody { text, parsed: held } = json_body(request, &state).await?;
    let SpeechRequest { task, model, as_events } = SpeechRequest::decode(&text)?;
    drop(text);
    let request = TaskRequest { task, model, bounds, client, held };
    let speaking = Box::pin(state.gateway.speak(request)).await.map_err(refused)?;
    let mut headers = HeaderMap::new();
    let media_type = if as_events { "text/event-stream" } else { media_type(speaking.form) };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    describe(&speaking.route, &mut headers);
    let body = match as_events {
        true => events(speaking, request_id),
        false => bytes(speaking),
    };
    Ok((headers, body).into_response())
}

/// The predecessors' name for it.
#[utoipa::path(
    post,
    path = "/v1/tts",
    tag = "audio",
    request_body(content = SpeechFields, description = "As for /v1/audio/speech"),
    responses(
        (status = 200, description = "The sound as it is made, in the form that was asked for", content(
            (Vec<u8> = "audio/mpeg"), (Vec<u8> = "audio/ogg"), (Vec<u8> = "audio/aac"), (Vec<u8> = "audio/flac"),
            (Vec<u8> = "audio/wav"), (Vec<u8> = "audio/pcm"), (String = "text/event-stream"))),
        Refused,
    )
)]
pub(in super::super) async fn tts(
    state: State<AppState>,
    request_id: Extension<RequestId>,
    request: Request,
) -> Result<Response, ApiError> {
    speech(state, request_id, request).await
}

/// The bare bytes. A failure ends the connection.
fn bytes(speaking: Speaking) -> Body {
    let pieces = stream::unfold(Some(speaking), |speaking| async move {
        let mut speaking = speaking?;
        match speaking.next().await {
            Some(Ok(bytes)) => Some((Ok(bytes), Some(speaking))),
            Some(Err(failure)) => {
                told(&failure);
                Some((Err(std::io::Error::other("the sound broke off")), None))
            }
            None => {
                speaking.close().await;
                None
            }
        }
    });
    Body::from_stream(pieces)
}

/// The same as events. A failure is one, and the last.
fn events(speaking: Speaking, request_id: RequestId) -> Body {
    let pieces = stream::unfold(Some((speaking, request_id)), |state| async move {
        let (mut speaking, request_id) = state?;
        let mut out = Vec::new();
        match speaking.next().await {
            Some(Ok(bytes)) => {
                sound_event(&bytes, &mut out);
                Some((Ok::<_, std::convert::Infallible>(Bytes::from(out)), Some((speaking, request_id))))
            }
            Some(Err(failure)) => {
                told(&failure);
                let error = ApiError::from(failure).told(&request_id);
                SPEECH.break_off(&error, &mut out);
                Some((Ok(out.into()), None))
            }
            None => {
                last_event(speaking.usage(), &mut out);
                speaking.close().await;
                Some((Ok(out.into()), None))
            }
        }
    });
    Body::from_stream(pieces)
}

fn told(failure: &Failure) {
    tracing::warn!(failure.kind = failure.kind.name(), "a sound broke off");
}
