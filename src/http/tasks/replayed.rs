//! Responses that are kept, as streams: one that has ended is told once more; one that is answered in the background as it
//! grows, if it was to be told so, else as soon as it has ended. Used by the handlers of the Responses API.

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
use tokio::time::{Instant, sleep, timeout};

use super::super::error::ApiError;
use super::super::state::AppState;
use super::kept::found;
use crate::gateway::{Heard, Told};
use crate::protocol::responses::Replay;

/// So often a response is looked at that has not ended.
const EVERY: Duration = Duration::from_millis(250);
/// What a listener is sent that has waited for long.
const PING: &[u8] = b": ping\n\n";

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
    told: Telling,
    spoken: Instant,
}

/// What is told of it.
enum Telling {
    /// Each event as it comes, from this number on.
    Live(Arc<Told>, usize),
    /// The end alone, as the event of this number.
    End(u64),
    /// Everything, once it has ended.
    Whole(Replay),
}

/// The events of a response.
pub(super) fn replayed(state: &AppState, owner: Vec<u8>, kept: &Arc<KeptResponse>, asked: Asked) -> Response {
    let mut replay = Replay::after(asked.starting_after);
    let mut first = Vec::new();
    let live = state.responses.as_ref().and_then(|all| all.told(&kept.id));
    let from = asked.starting_after.map_or(0, |number| usize::try_from(number).unwrap_or(usize::MAX).saturating_add(1));
    let told = match (live, kept.is_open) {
        (Some(live), _) => Some(Telling::Live(live, from)),
        (None, true) => {
            replay.begin(&read(&kept.response), &mut first);
            Some(Telling::Whole(replay))
        }
        (None, false) => {
            replay.end(&read(&kept.response), &mut first);
            None
        }
    };
    let waiting = told.map(|told| {
        let (state, id) = (state.clone(), kept.id.clone());
        Waiting { state, owner, id, told, spoken: Instant::now() }
    });
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
        while let Telling::Live(told, from) = &mut self.told {
            match timeout(silence, told.from(*from)).await {
                Err(_) => return (Bytes::from_static(PING), false),
                Ok(Heard::Events(events, next)) => {
                    *from = next;
                    return (events, false);
                }
                Ok(Heard::End) => return (Bytes::new(), true),
                Ok(Heard::CutOff) => self.told = Telling::End(*from as u64),
            }
        }
        loop {
            // One that was removed in the meantime has no end to tell.
            let Ok(kept) = found(&self.state, &self.id, &self.owner).await else { return (Bytes::new(), true) };
            if !kept.is_open {
                let mut rest = Vec::new();
                let response = read(&kept.response);
                match &mut self.told {
                    Telling::Whole(replay) => replay.end(&response, &mut rest),
                    Telling::End(number) => Replay::rest(*number, &response, &mut rest),
                    Telling::Live(..) => {}
                }
                return (rest.into(), true);
            }
            if self.spoken.elapsed() >= silence {
                self.spoken = Instant::now();
                return (Bytes::from_static(PING), false);
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
