//! A stream of chunks from the provider's frames, written as they come.
//!
//! What arrived together leaves together: a provider's pieces are often a word each, and to write each by itself costs
//! more than everything else that is done to it. A client that hears nothing for a while gets a comment, first of all in place
//! of headers that nobody can fill in yet; whatever goes wrong after that is an event of the stream. A client that
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
use super::{SAME_FORMAT, headers, refused};
use crate::gateway::{Answer, Answered, ChatError, ChatRequest};
use crate::protocol::openai::{AnswerHead, ChunkWriter};

const PING: &[u8] = b": ping\n\n";
/// What is ready is gathered up to this size before it is written.
const BATCH_BYTES: usize = 16 * 1024;
/// A few chunks, for which a buffer need not grow.
const USUAL_BYTES: usize = 2 * 1024;

/// What a client wants of its stream.
pub(super) struct Wish {
    pub(super) head: AnswerHead,
    pub(super) include_usage: bool,
    pub(super) request_id: RequestId,
}

/// A stream on its way to its client.
struct Relay {
    state: State,
    /// So long a client hears nothing before it is told that it is still wanted.
    silence: Duration,
}

type Asking = Pin<Box<dyn Future<Output = Result<Answered, ChatError>> + Send>>;

/// Where a stream is.
enum State {
    Asking(Asking, Wish),
    Relaying(Box<Answer>, ChunkWriter, RequestId),
    /// Everything was said.
    Closing(Box<Answer>),
    Ended,
}

/// Asks the gateway and answers with a stream.
///
/// # Errors
/// When nobody answers, as long as nothing was sent.
pub(super) async fn answer(state: AppState, request: ChatRequest, wish: Wish) -> Result<Response, ApiError> {
    let gateway = state.gateway.clone();
    let silence = state.config.routing.silence;
    let mut asking: Asking = Box::pin(async move { gateway.chat(request).await });
    let Ok(answered) = timeout(silence, &mut asking).await else {
        let first = stream::iter([Ok::<_, Infallible>(Bytes::from_static(PING))]);
        let relay = Relay { state: State::Asking(asking, wish), silence };
        let rest = futures_util::StreamExt::chain(first, body(relay));
        return Ok((stream_headers(), Body::from_stream(rest)).into_response());
    };
    let answer = growing(answered.map_err(refused)?)?;
    let mut headers = stream_headers();
    headers::describe(&answer.route, &mut headers);
    let relay = Relay { state: relaying(answer, wish), silence };
    Ok((headers, Body::from_stream(body(relay))).into_response())
}

fn growing(answered: Answered) -> Result<Box<Answer>, ApiError> {
    match answered {
        Answered::Stream(answer) => Ok(answer),
        Answered::Whole(_) => Err(ApiError::broken("a whole answer where a stream was asked for")),
    }
}

fn relaying(answer: Box<Answer>, wish: Wish) -> State {
    let passes_raw = answer.is_stream && answer.route.dialect == SAME_FORMAT;
    let head = AnswerHead { model: answer.route.target.to_string(), ..wish.head };
    State::Relaying(answer, ChunkWriter::new(head, wish.include_usage, passes_raw), wish.request_id)
}

fn stream_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // Proxies in front of us would otherwise gather chunks.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    headers
}

fn body(relay: Relay) -> impl futures_util::Stream<Item = Result<Bytes, Infallible>> {
    stream::unfold((relay, 0_u32), |(Relay { state, silence }, steps)| async move {
        if steps == 1 {
            // Bytes are written once no more are to be had at once. The first words are to be written by themselves.
            tokio::task::yield_now().await;
        }
        let (bytes, state) = step(state, silence).await?;
        Some((Ok(bytes.into()), (Relay { state, silence }, steps.saturating_add(1))))
    })
}

/// The next bytes, and where the stream is then.
async fn step(state: State, silence: Duration) -> Option<(Vec<u8>, State)> {
    match state {
        State::Ended => None,
        State::Closing(mut answer) => {
            answer.close().await;
            None
        }
        State::Asking(mut asking, wish) => {
            let Ok(answered) = timeout(silence, &mut asking).await else {
                return Some((PING.to_vec(), State::Asking(asking, wish)));
            };
            match answered.map_err(refused).and_then(growing) {
                Ok(answer) => Box::pin(step(relaying(answer, wish), silence)).await,
                Err(error) => Some((told(error, &wish.request_id), State::Ended)),
            }
        }
        State::Relaying(mut answer, mut writer, id) => {
            let mut bytes = Vec::with_capacity(USUAL_BYTES);
            let Ok(mut next) = timeout(silence, answer.next()).await else {
                return Some((PING.to_vec(), State::Relaying(answer, writer, id)));
            };
            loop {
                match next {
                    Some(Ok(frame)) => writer.frame(&frame, &mut bytes),
                    Some(Err(failure)) => {
                        bytes.extend(told(failure.into(), &id));
                        return Some((bytes, State::Ended));
                    }
                    None => {
                        writer.end(answer.usage(), &mut bytes);
                        return Some((bytes, State::Closing(answer)));
                    }
                }
                if bytes.len() >= BATCH_BYTES {
                    break;
                }
                match answer.next_soon().await {
                    Some(ready) => next = Some(ready),
                    None if bytes.is_empty() => {
                        // Frames without a word, such as usage that nobody asked for.
                        let Ok(after) = timeout(silence, answer.next()).await else {
                            return Some((PING.to_vec(), State::Relaying(answer, writer, id)));
                        };
                        next = after;
                    }
                    None => break,
                }
            }
            Some((bytes, State::Relaying(answer, writer, id)))
        }
    }
}

/// A failure as an event.
fn told(error: ApiError, id: &RequestId) -> Vec<u8> {
    error.log();
    let mut bytes = Vec::new();
    ChunkWriter::error(&error.naming(id).body(), &mut bytes);
    bytes
}
