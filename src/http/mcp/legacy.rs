//! `/sse` and `/sse/messages`: the protocol over HTTP as it was in 2024. A client opens a stream of events, is told where its
//! messages go, and gets its answers in the stream.
//!
//! A session lives as long as its stream, on the key that opened it; what it has asked for ends with it.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt as _, stream};
use rmcp::ServiceExt as _;
use rmcp::transport::async_rw::AsyncRwTransport;
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, split};
use tokio::task::JoinSet;
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use super::super::body::JsonBody;
use super::super::error::{ApiError, ErrorBody};
use super::super::guard::client_of;
use super::super::unpacked::json_body;
use super::Speaking;

/// A silent connection is told so often that it is still wanted.
const PING: Duration = Duration::from_secs(15);
/// Streams that are open at once.
const MOST_SESSIONS: usize = 1_000;
/// So much waits between the two sides.
const BUFFER: usize = 64 * 1024;
const MESSAGES: &str = "/sse/messages";

/// Sessions, by their names.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<HashMap<String, Session>>);

#[derive(Debug, Clone)]
struct Session {
    /// Which client opened it.
    owner: Vec<u8>,
    /// Where its messages go.
    to: Arc<tokio::sync::Mutex<tokio::io::WriteHalf<DuplexStream>>>,
}

/// Keeps a session among the others.
struct Open {
    sessions: Arc<Sessions>,
    name: String,
    _ended: DropGuard,
}

impl Sessions {
    fn all(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.sessions.all().remove(&self.name);
    }
}

/// Whose message it is.
#[derive(Debug, Deserialize)]
pub(in super::super) struct Named {
    #[serde(rename = "sessionId")]
    session: String,
}

/// Opens a stream of the Model Context Protocol as it was in 2024.
#[utoipa::path(
    get,
    path = "/sse",
    tag = "mcp",
    responses(
        (status = 200, description = "`endpoint` says where messages go, `message` events answer them", body = String,
            content_type = "text/event-stream"),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 503, description = "Too many streams are open", body = ErrorBody),
    )
)]
pub(in super::super) async fn open(State(speaking): State<Speaking>, headers: HeaderMap) -> Result<Response, ApiError> {
    let name = Uuid::now_v7().simple().to_string();
    let (ours, theirs) = tokio::io::duplex(BUFFER);
    let (from, to) = split(ours);
    let session = Session { owner: client_of(&headers), to: Arc::new(tokio::sync::Mutex::new(to)) };
    let ended = CancellationToken::new();
    {
        let mut sessions = speaking.sessions.all();
        if sessions.len() >= MOST_SESSIONS {
            let message = format!("{MOST_SESSIONS} streams of /sse are open already; use /mcp, or try again later.");
            return Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_streams", message));
        }
        sessions.insert(name.clone(), session);
    }
    let open = Open { sessions: speaking.sessions.clone(), name: name.clone(), _ended: ended.clone().drop_guard() };
    let server = speaking.server.clone().for_one(&headers);
    let mut at_work = JoinSet::new();
    at_work.spawn(async move {
        // It ends with its stream, whose client is told nothing more.
        let (from_client, to_client) = split(theirs);
        // How long a message may be was judged where it was posted; one that is longer than usual would be dropped without a word.
        let way = AsyncRwTransport::new_server(from_client, to_client).with_max_line_length(usize::MAX);
        if let Ok(running) = server.serve_with_ct(way, ended).await {
            let _ended = running.waiting().await;
        }
    });
    let endpoint = Event::default().event("endpoint").data(format!("{MESSAGES}?sessionId={name}"));
    let lines = BufReader::new(from).lines();
    let answers = stream::unfold((lines, open, at_work), |(mut lines, open, at_work)| async move {
        let line = lines.next_line().await.ok()??;
        Some((Event::default().event("message").data(line), (lines, open, at_work)))
    });
    let events = stream::iter([endpoint]).chain(answers).map(Ok::<_, Infallible>);
    let events = Sse::new(events).keep_alive(KeepAlive::new().interval(PING));
    Ok(([("x-accel-buffering", "no")], events).into_response())
}

/// Takes a message of such a stream.
#[utoipa::path(
    post,
    path = "/sse/messages",
    tag = "mcp",
    params(("sessionId" = String, Query, description = "the stream's, as its first event names it")),
    request_body(content = Object, description = "A message of JSON-RPC"),
    responses(
        (status = 202, description = "It is answered in the stream"),
        (status = 400, description = "It is no message", body = ErrorBody),
        (status = 401, description = "A key is missing or wrong", body = ErrorBody),
        (status = 404, description = "There is no such stream with this key", body = ErrorBody),
    )
)]
pub(in super::super) async fn message(
    State(speaking): State<Speaking>,
    named: Result<Query<Named>, axum::extract::rejection::QueryRejection>,
    request: Request,
) -> Result<Response, ApiError> {
    let gone =
        || ApiError::not_found("unknown_stream", "There is no such stream with this key; open one with GET /sse.");
    let Query(Named { session }) = named.map_err(|_| gone())?;
    let owner = client_of(request.headers());
    let session =
        speaking.sessions.all().get(&session).filter(|session| session.owner == owner).cloned().ok_or_else(gone)?;
    let JsonBody { text, parsed: _held } = json_body(request, &speaking.state).await?;
    if serde_json::from_slice::<serde::de::IgnoredAny>(&text).is_err() {
        return Err(ApiError::malformed("the message is not JSON"));
    }
    // A line each, and in JSON no text has a line break inside.
    let mut line: Vec<u8> = text.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }).collect();
    line.push(b'\n');
    session.to.lock().await.write_all(&line).await.map_err(|_| gone())?;
    Ok(StatusCode::ACCEPTED.into_response())
}
