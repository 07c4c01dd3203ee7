//! Responses that are kept, as streams: one that has ended is told once more, one that is answered in the background as
//! soon as it has ended. Used by the handlers of the Responses API.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use mediary_store::KeptResponse;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::super::error::ApiError;
use super::super::state::AppState;
use super::kept::found;
use crate::protocol::responses::Replay;

/// So often a response is looked at that has not ended.
const EVERY: Duration = Duration::from_millis(250);

/// What a client asks of a response by its query.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) is_stream: bool,
    /// The number of the last event that it has.
    starting_after: Option<u64>,
}

impl Asked {
    /// Reads a query.
    ///
    /// # Errors
    /// When a value is none it can have.
    pub(super) fn of(query: &str) -> Result<Self, ApiError> {
        let value = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let starting_after = match value("starting_after") {
            None => None,
            Some(number) => Some(number.parse().map_err(|_| {
                ApiError::malformed("`starting_after` is the number of an event").about("starting_after")
            })?),
        };
        Ok(Self { is_stream: value("stream") == Some("true"), starting_after })
    }
}

/// A stream that waits for its response.
struct Waiting {
    state: AppState,
    owner: Vec<u8>,
    id: String,
    replay: Replay,
    spoken: Instant,
}

/// The events of a response.
pub(super) fn replayed(state: &AppState, owner: Vec<u8>, kept: &Arc<KeptResponse>, asked: Asked) -> Response {
    let mut replay = Replay::after(asked.starting_after);
    let mut first = Vec::new();
    let response = read(&kept.response);
    let waiting = match kept.is_open {
        false => {
            replay.end(&response, &mut first);
            None
        }
        true => {
            replay.begin(&response, &mut first);
            Some(Waiting { state: state.clone(), owner, id: kept.id.clone(), replay, spoken: Instant::now() })
        }
    };
    let rest = stream::unfold(waiting, |waiting| async move {
        let mut waiting = waiting?;
        let (bytes, is_over) = waiting.next().await;
        Some((Ok::<_, Infallible>(bytes), (!is_over).then_some(waiting)))
    });
    let first = stream::iter([Ok::<_, Infallible>(Bytes::from(first))]);
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    (headers, Body::from_stream(futures_util::StreamExt::chain(first, rest))).into_response()
}

fn read(response: &str) -> Value {
    serde_json::from_str(response).unwrap_or_default()
}

impl Waiting {
    /// What is told next, and whether that was all.
    async fn next(&mut self) -> (Bytes, bool) {
        let silence = self.state.config.routing.silence;
        loop {
            // One that was removed in the meantime has no end to tell.
            let Ok(kept) = found(&self.state, &self.id, &self.owner).await else { return (Bytes::new(), true) };
            if !kept.is_open {
                let mut rest = Vec::new();
                self.replay.end(&read(&kept.response), &mut rest);
                return (rest.into(), true);
            }
            if self.spoken.elapsed() >= silence {
                self.spoken = Instant::now();
                return (Bytes::from_static(b": ping\n\n"), false);
            }
            sleep(EVERY.min(silence)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_asks_for_a_stream_and_where_it_begins() {
        let rows = [
            ("", Asked::default()),
            ("stream=true", Asked { is_stream: true, starting_after: None }),
            ("include=x&stream=true&starting_after=7", Asked { is_stream: true, starting_after: Some(7) }),
            ("stream=false", Asked::default()),
        ];
        for (query, expected) in rows {
            assert_eq!(Asked::of(query).unwrap(), expected, "{query}");
        }
        assert_eq!(Asked::of("starting_after=x").unwrap_err().param.as_deref(), Some("starting_after"));
    }
}
