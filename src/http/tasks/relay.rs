//! A stream of chunks from the provider's frames, written as they come.
//!
//! What arrived together leaves together: a provider's pieces are often a word each, and to write each by itself costs
//! more than everything else that is done to it. A client that hears nothing for a while gets a comment, first of all in place
//! of headers that cannot be filled in yet; whatever goes wrong after that is an event of the stream. A client that
//! leaves drops the body, and with it the call to the provider.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::time::timeout;

use super::super::error::ApiError;
use super::super::request_id::RequestId;
use super::super::state::AppState;
use super::provider_name::{ProviderNames, is_last, name_last};
use super::{headers, refused, remembered, whole};
use crate::gateway::threads::{Recording, Remembering};
use crate::gateway::web::WebNote;
use crate::gateway::{Answered, CallError, Growing, TaskRequest};
use crate::protocol::{AnswerHead, Encode, Protocol, Spelling, StreamWriter};

/// What is ready is gathered up to this size before it is written.
const BATCH_BYTES: usize = 16 * 1024;
/// A few chunks, for which a buffer need not grow.
const USUAL_BYTES: usize = 2 * 1024;

/// What a client wants of its stream.
pub(super) struct Wish {
    pub(super) head: AnswerHead,
    pub(super) answer: Box<dyn Encode>,
    /// What no target is told of the request.
    pub(super) dropped: Vec<String>,
    pub(super) names: ProviderNames,
    /// What its client calls fields.
    pub(super) spelling: Spelling,
    pub(super) request_id: RequestId,
    /// What its chat was given of the web.
    pub(super) web: Option<WebNote>,
    /// The thread that it goes on with.
    pub(super) remembering: Option<Box<Remembering>>,
}

/// How an answer is streamed that is asked for in a way of its own.
pub(in crate::http) struct Streamed {
    pub(in crate::http) answer: Box<dyn Encode>,
    pub(in crate::http) dropped: Vec<String>,
    pub(in crate::http) spelling: Spelling,
    pub(in crate::http) request_id: RequestId,
}

/// Answers with a stream that is asked for in a way of its own.
///
/// # Errors
/// When no target answers, as long as nothing was sent.
pub(in crate::http) async fn streamed(
    protocol: &'static dyn Protocol,
    state: &AppState,
    asking: Asking,
    streamed: Streamed,
) -> Result<Response, ApiError> {
    let Streamed { answer, dropped, spelling, request_id } = streamed;
    let names = ProviderNames::default();
    let wish =
        Wish { head: whole::new_head(), answer, dropped, names, spelling, request_id, web: None, remembering: None };
    answer_of(protocol, state, asking, wish).await
}

/// A stream on its way to its client.
struct Relay {
    protocol: &'static dyn Protocol,
    state: State,
    silence: Silence,
}

/// So long a client hears nothing before it is told that it is still wanted, and how.
struct Silence {
    most: Duration,
    ping: Vec<u8>,
}

pub(in crate::http) type Asking = Pin<Box<dyn Future<Output = Result<Answered, CallError>> + Send>>;

/// What its client knows of a stream.
struct Seen {
    id: RequestId,
    /// Whether the headers said what it costs.
    is_priced: bool,
    /// What the provider is called, where that is to be told.
    provider: Option<String>,
    /// What is kept of it in its thread.
    recording: Option<Box<Recording>>,
}

/// Where a stream is.
enum State {
    Asking(Asking, Wish),
    Relaying(Box<Growing>, Box<dyn StreamWriter>, Seen),
    /// Everything was said.
    Closing(Box<Growing>),
    Ended,
}

/// Asks the gateway and answers with a stream.
///
/// # Errors
/// When no target answers, as long as nothing was sent.
pub(super) async fn answer(
    protocol: &'static dyn Protocol,
    state: &AppState,
    request: TaskRequest,
    wish: Wish,
) -> Result<Response, ApiError> {
    let gateway = state.gateway.clone();
    let asking = Box::pin(async move { gateway.answer(request).await });
    answer_of(protocol, state, asking, wish).await
}

/// The same of an answer that is asked for in another way.
///
/// # Errors
/// When there is none, as long as nothing was sent.
async fn answer_of(
    protocol: &'static dyn Protocol,
    state: &AppState,
    mut asking: Asking,
    wish: Wish,
) -> Result<Response, ApiError> {
    let silence = Silence { most: state.config.routing.silence, ping: wish.answer.ping(&wish.head) };
    let mut headers = stream_headers(wish.answer.stream_type());
    headers::tell_of_web(wish.web.as_ref(), &mut headers);
    remembered::tell(wish.remembering.as_deref(), &mut headers);
    let Ok(answered) = timeout(silence.most, &mut asking).await else {
        let first = stream::iter([Ok::<_, Infallible>(Bytes::from(silence.ping.clone()))]);
        let relay = Relay { protocol, state: State::Asking(asking, wish), silence };
        let rest = futures_util::StreamExt::chain(first, body(relay));
        return Ok((headers, Body::from_stream(rest)).into_response());
    };
    let answer = growing(answered.map_err(|error| refused(error).spelled(&wish.spelling))?)?;
    let mut route = answer.route().clone();
    wish.dropped.iter().for_each(|name| route.drops(name));
    headers::describe_as(&route, &wish.spelling, &mut headers);
    let is_priced = route.is_cost_known;
    let relay = Relay { protocol, state: relaying(protocol, answer, wish, is_priced)?, silence };
    Ok((headers, Body::from_stream(body(relay))).into_response())
}

fn growing(answered: Answered) -> Result<Box<Growing>, ApiError> {
    match answered {
        Answered::Stream(answer) => Ok(answer),
        Answered::Whole(_) => Err(ApiError::broken("a whole answer where a stream was asked for")),
    }
}

fn relaying(protocol: &dyn Protocol, answer: Box<Growing>, wish: Wish, is_priced: bool) -> Result<State, ApiError> {
    let is_ours = answer.is_stream() && answer.route().wire_format == protocol.wire_format();
    let passes_raw = is_ours && wish.answer.passes_raw();
    let prompt_tokens = answer.usage().prompt_tokens;
    let (model, wire_format) = (answer.route().target.to_string(), answer.route().wire_format);
    let provider = wish.names.name(&answer.route().target);
    let head = AnswerHead { model, wire_format, prompt_tokens, ..wish.head };
    let writer = wish.answer.stream(head, passes_raw);
    let writer = writer.ok_or_else(|| ApiError::broken("a stream of answers that do not stream"))?;
    let recording = wish.remembering.map(|remembering| Box::new(Recording::of(*remembering)));
    Ok(State::Relaying(answer, writer, Seen { id: wish.request_id, is_priced, provider, recording }))
}

fn stream_headers(stream_type: &'static str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(stream_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // Proxies in front of us would otherwise gather chunks.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    headers
}

fn body(relay: Relay) -> impl futures_util::Stream<Item = Result<Bytes, Infallible>> {
    stream::unfold((relay, 0_u32), |(Relay { protocol, state, silence }, steps)| async move {
        if steps == 1 {
            // Bytes are written once no more are to be had at once. The first words are to be written by themselves.
            tokio::task::yield_now().await;
        }
        let (bytes, state) = step(protocol, state, &silence).await?;
        Some((Ok(bytes.into()), (Relay { protocol, state, silence }, steps.saturating_add(1))))
    })
}

/// The next bytes, and where the stream is then.
async fn step(protocol: &'static dyn Protocol, state: State, silence: &Silence) -> Option<(Vec<u8>, State)> {
    match state {
        State::Ended => None,
        State::Closing(mut answer) => {
            answer.close().await;
            None
        }
        State::Asking(mut asking, wish) => {
            let Ok(answered) = timeout(silence.most, &mut asking).await else {
                return Some((silence.ping.clone(), State::Asking(asking, wish)));
            };
            let id = wish.request_id.clone();
            let answered = answered.map_err(|error| refused(error).spelled(&wish.spelling));
            match answered.and_then(growing).and_then(|answer| relaying(protocol, answer, wish, false)) {
                Ok(state) => Box::pin(step(protocol, state, silence)).await,
                Err(error) => Some((told(protocol, error, &id), State::Ended)),
            }
        }
        State::Relaying(mut answer, mut writer, mut seen) => {
            let mut bytes = Vec::with_capacity(USUAL_BYTES);
            let Ok(mut next) = timeout(silence.most, answer.next()).await else {
                return Some((silence.ping.clone(), State::Relaying(answer, writer, seen)));
            };
            loop {
                match next {
                    Some(Ok(frame)) => {
                        if let Some(recording) = &mut seen.recording {
                            recording.hears(&frame, answer.route());
                        }
                        let from = bytes.len();
                        writer.frame(&frame, &mut bytes);
                        if let Some(name) = seen.provider.as_ref().filter(|_| is_last(&frame.events)) {
                            name_last(&mut bytes, from, name);
                        }
                    }
                    Some(Err(failure)) => {
                        let error = ApiError::from(failure);
                        error.log();
                        let fields = error.told(&seen.id);
                        if !writer.broke_off(&fields, &mut bytes) {
                            protocol.break_off(&fields, &mut bytes);
                        }
                        return Some((bytes, State::Ended));
                    }
                    None => {
                        if let Some(recording) = &mut seen.recording {
                            recording.ends();
                        }
                        let route = answer.route();
                        let is_told = seen.is_priced && route.is_cost_known;
                        if let Some((sum, items)) = headers::cost_of(&route.account).filter(|_| !is_told) {
                            writer.cost(&sum, &items, &mut bytes);
                        }
                        let from = bytes.len();
                        writer.end(answer.usage(), &mut bytes);
                        if let Some(name) = &seen.provider {
                            name_last(&mut bytes, from, name);
                        }
                        return Some((bytes, State::Closing(answer)));
                    }
                }
                if bytes.len() >= BATCH_BYTES {
                    break;
                }
                match answer.next_soon().await {
                    Some(ready) => next = Some(ready),
                    None if bytes.is_empty() => {
                        // Frames without a word, such as usage that was not asked for.
                        let Ok(after) = timeout(silence.most, answer.next()).await else {
                            return Some((silence.ping.clone(), State::Relaying(answer, writer, seen)));
                        };
                        next = after;
                    }
                    None => break,
                }
            }
            Some((bytes, State::Relaying(answer, writer, seen)))
        }
    }
}

/// A failure as an event.
fn told(protocol: &dyn Protocol, error: ApiError, id: &RequestId) -> Vec<u8> {
    error.log();
    let mut bytes = Vec::new();
    protocol.break_off(&error.told(id), &mut bytes);
    bytes
}
