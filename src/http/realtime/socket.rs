//! A client's socket: its events go to the session, and what the session tells comes back.
//!
//! One task does both, so a client that does not read holds up its own session and nothing else; a write that makes no
//! progress ends the connection (`watched`), and with it the session and whatever stands behind it.

use std::time::Duration;

use axum::body::Bytes;
use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
use mediary_core::Failure;
use mediary_core::live::{LiveError, LiveSettings};
use serde_json::{Map, Value};
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::time::{Instant, interval_at, sleep};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::super::takeover::Upgraded;
use super::super::watched::Watched;
use crate::gateway::blocking;
use crate::gateway::realtime::Session;
use crate::protocol::realtime::{Asked, SessionFacts, event_type, first_updates, prompted, read, write};

/// How often it is looked whether the client is still there.
const PING: Duration = Duration::from_secs(20);
/// A client of which nothing was heard for so long has gone.
const GONE: Duration = Duration::from_secs(60);

/// An event of so many bytes is read where it arrives.
const SHORT_BYTES: usize = 64 << 10;

/// How often it is looked, while something is waited for, whether the client has hung up.
const LOOK: Duration = Duration::from_millis(250);
/// Why a conversation ends.
type End = (CloseCode, &'static str);
const STOPS: End = (CloseCode::Restart, "the server stops");

type Socket = WebSocketStream<Watched<TcpStream>>;

/// A session that is to be held on a socket.
pub(super) struct Held {
    pub(super) session: Session,
    /// What the key's conversations begin with.
    pub(super) prompt: Option<String>,
    /// How the session was asked for beforehand.
    pub(super) written: Map<String, Value>,
    pub(super) most_bytes: usize,
}

/// Holds a session on a connection until either ends.
pub(super) async fn held(upgraded: Upgraded, held: Held) {
    let Upgraded { stream, read, stop } = upgraded;
    let Held { mut session, prompt, written, most_bytes } = held;
    let limits = WebSocketConfig::default().max_message_size(Some(most_bytes)).max_frame_size(Some(most_bytes));
    let mut socket = WebSocketStream::from_partially_read(stream, read.to_vec(), Role::Server, Some(limits)).await;
    if session.takes_as_written() {
        for update in first_updates(&written, prompt.as_deref()) {
            session.pass(update, None, None).await;
        }
    }
    let mut pings = interval_at(Instant::now() + PING, PING);
    let mut heard = Instant::now();
    let ended = loop {
        if let Err(error) = told(&mut session, &mut socket).await {
            break Err(error);
        }
        if session.is_over() {
            break Ok((CloseCode::Away, "the session is over"));
        }
        tokio::select! {
            message = socket.next() => {
                heard = Instant::now();
                match message {
                    Some(Ok(Message::Text(text))) => {
                        let work = take(&mut session, text.as_str(), prompt.as_deref());
                        if let Err(end) = while_there(work, socket.get_ref(), &stop).await {
                            break Ok(end);
                        }
                    }
                    Some(Ok(Message::Binary(_))) => session.refuse(no_text()),
                    Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                    Some(Ok(Message::Close(_))) | None => break Ok((CloseCode::Normal, "")),
                    Some(Err(Error::Capacity(_))) => break Ok((CloseCode::Size, "an event is too long (realtime.message_bytes)")),
                    Some(Err(error)) => break Err(error),
                }
            }
            step = session.wait() => {
                if let Err(end) = while_there(session.handle(step), socket.get_ref(), &stop).await {
                    break Ok(end);
                }
            }
            _ = pings.tick() => {
                if heard.elapsed() > GONE {
                    break Ok((CloseCode::Away, "nothing was heard for a minute"));
                }
                if let Err(error) = socket.send(Message::Ping(Bytes::new())).await {
                    break Err(error);
                }
            }
            () = stop.cancelled() => break Ok(STOPS),
        }
    };
    // What it holds is given back before the goodbye, which a client may never read.
    let id = session.id().to_owned();
    let has_left = matches!(ended, Err(_) | Ok((CloseCode::Normal | CloseCode::Size, _))) || heard.elapsed() > GONE;
    session.end(has_left);
    drop(session);
    match ended {
        Ok((code, reason)) => {
            let frame = CloseFrame { code, reason: reason.into() };
            // A client that has left needs no goodbye.
            let _left = tokio::time::timeout(Duration::from_secs(1), socket.close(Some(frame))).await;
            tracing::info!(session.id = %id, "a live conversation ended");
        }
        Err(error) => {
            tracing::info!(session.id = %id, error.detail = %error, "a live conversation broke off");
        }
    }
}

/// Works as long as the client is there and the server goes on: a provider may be waited for longer than either.
async fn while_there(
    work: impl Future<Output = ()>,
    stream: &Watched<TcpStream>,
    stop: &CancellationToken,
) -> Result<(), End> {
    let hung_up = async {
        loop {
            sleep(LOOK).await;
            // What was sent before is not read here, and the end is seen behind it.
            let ready = stream.get_ref().ready(Interest::READABLE).now_or_never();
            if ready.is_some_and(|ready| ready.is_ok_and(|ready| ready.is_read_closed())) {
                break;
            }
        }
    };
    tokio::select! {
        biased;
        () = work => Ok(()),
        () = hung_up => Err((CloseCode::Normal, "")),
        () = stop.cancelled() => Err(STOPS),
    }
}

/// Tells the client whatever there is to tell.
async fn told(session: &mut Session, socket: &mut Socket) -> Result<(), Error> {
    let mut is_told = false;
    while let Some(event) = session.pop() {
        let facts = SessionFacts { id: session.id(), settings: session.settings(), expires_at: session.expires_at() };
        let id = format!("event_{}", Uuid::now_v7().simple());
        socket.feed(Message::text(write(&event, &id, &facts))).await?;
        is_told = true;
    }
    if is_told { socket.flush().await } else { Ok(()) }
}

/// Takes an event of the client's.
async fn take(session: &mut Session, text: &str, prompt: Option<&str>) {
    if session.takes_as_written() {
        let kind = event_type(text);
        // What another target needs to go on, should this one fail.
        let is_kept =
            matches!(kind.as_deref(), Some("session.update" | "conversation.item.create" | "conversation.item.delete"));
        let understood = match is_kept {
            // What cannot be understood here is refused by the target.
            true => understood(text, session.settings()).await.ok().and_then(Result::ok).map(|asked| asked.event),
            false => None,
        };
        // What cannot be told apart may hold instructions.
        let may_instruct = matches!(kind.as_deref(), None | Some("session.update" | "response.create"));
        let event = match prompt.filter(|_| may_instruct) {
            Some(prompt) => prompted(text, prompt),
            None => Ok(text.to_owned()),
        };
        return match event {
            Ok(event) => session.pass(event, kind.as_deref(), understood).await,
            Err(error) => session.refuse(error),
        };
    }
    match understood(text, session.settings()).await {
        Ok(Ok(Asked { id, event })) => session.take(event, id).await,
        Ok(Err(error)) => session.refuse(error),
        Err(failure) => session.refuse(LiveError {
            family: "server_error",
            code: "internal_error".to_owned(),
            message: failure.detail,
            param: None,
            event: None,
        }),
    }
}

/// What an event asks; a long one is read where it holds nothing up.
async fn understood(text: &str, settings: &LiveSettings) -> Result<Result<Asked, LiveError>, Failure> {
    if text.len() <= SHORT_BYTES {
        return Ok(read(text, settings));
    }
    let (owned, settings) = (text.to_owned(), settings.clone());
    blocking::through(text.len(), move || read(&owned, &settings)).await
}

fn no_text() -> LiveError {
    LiveError {
        family: "invalid_request_error",
        code: "invalid_value".to_owned(),
        message: "An event is JSON in a text message; sound goes inside of input_audio_buffer.append, as base64."
            .to_owned(),
        param: None,
        event: None,
    }
}
