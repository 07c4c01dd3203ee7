//! Conversations over WebSockets, on the relay's own connections: the same look-up, proxies and trust as any other call.
//!
//! What is said and what it means is the dialect's ([`Talk`]). Dropping the reply ends the connection.

use std::fmt;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::stream::{Stream, unfold};
use futures_util::{SinkExt as _, StreamExt as _};
use http::header::{DATE, HOST};
use http::uri::Scheme;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use hyper_util::rt::TokioIo;
use mediary_core::provider::ReplyStream;
use mediary_core::task::{ReplyEvent, ReplyFrame};
use mediary_core::{Failure, FailureKind};
use rustls::crypto::ring;
use tokio::time::timeout_at;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::clock::Clock;
use super::{Remote, trouble};
use crate::blame;
use crate::client::Stream as Connection;
use crate::talk::{Opening, Said, Talk, Turn};

/// No message is larger: a piece of a sound is a hundredth of it.
const MOST_MESSAGE_BYTES: usize = 1 << 20;
/// What a server answers whose clock is another, where what is signed holds the time.
const FORBIDDEN: u16 = 403;

pub(super) type Socket = WebSocketStream<TokioIo<Connection>>;

/// Why a conversation did not begin.
pub(super) enum Unopened {
    /// The server refused, at this time of its own.
    Refused(Failure, Option<SystemTime>),
    Failed(Failure),
}

impl Remote {
    /// Begins a task that is carried out over WebSockets; resolves when the first conversation has begun.
    ///
    /// # Errors
    /// When the provider cannot be reached or does not begin in time, or it refuses.
    pub(super) async fn converse(&self, mut talk: Box<dyn Talk>, clock: Clock) -> Result<Conversing, Failure> {
        let left_out = talk.left_out();
        let Some(socket) = self.begin(talk.as_mut(), &clock).await? else {
            return Err(Failure::malformed("there is nothing to say in this text"));
        };
        let conversation = Conversation { remote: self.clone(), talk, socket, clock };
        let frames = unfold(Some(conversation), |conversation| async { conversation?.next().await });
        Ok(Conversing { frames: Box::pin(frames), left_out })
    }

    /// The next conversation; `None`: there is none left. One that is refused because of the time is begun once more, by
    /// the server's clock.
    async fn begin(&self, talk: &mut dyn Talk, clock: &Clock) -> Result<Option<Socket>, Failure> {
        for is_last in [false, true] {
            let Some(opening) = talk.opening(self.now(), chance()?) else { return Ok(None) };
            let opened = timeout_at(clock.deadline(), self.open(opening)).await.map_err(|_| clock.timed_out())?;
            match opened {
                Ok(socket) => return Ok(Some(socket)),
                Err(Unopened::Refused(_, Some(theirs))) if !is_last => self.set_clock(theirs),
                Err(Unopened::Refused(failure, _) | Unopened::Failed(failure)) => return Err(failure),
            }
        }
        Ok(None)
    }

    async fn open(&self, Opening { path, headers, messages }: Opening) -> Result<Socket, Unopened> {
        let address = self.address(&path).map_err(Unopened::Failed)?;
        let mut own = HeaderMap::new();
        for (name, text) in &headers {
            let value = HeaderValue::from_str(text).map_err(|_| Unopened::Failed(unaskable(name)))?;
            own.insert(HeaderName::from_static(name), value);
        }
        let mut socket = self.upgraded(address, own, MOST_MESSAGE_BYTES).await?;
        for message in messages {
            socket.send(Message::text(message)).await.map_err(|error| Unopened::Failed(broke_off(&error)))?;
        }
        Ok(socket)
    }

    /// A WebSocket to an address, whose messages are of so many bytes at most. `own` goes with the provider's headers.
    pub(super) async fn upgraded(&self, address: Uri, own: HeaderMap, most_bytes: usize) -> Result<Socket, Unopened> {
        let mut request = socket_address(&address).and_then(|address| address.into_client_request().ok());
        let request = request.as_mut().ok_or_else(|| Unopened::Failed(unaskable("its address is none")))?;
        let others = self.headers.clone().map_err(Unopened::Failed)?;
        request.headers_mut().extend(others.into_iter().filter(|(name, _)| name.as_ref() != Some(&HOST)));
        request.headers_mut().extend(own);
        let unreachable = |error| Unopened::Failed(trouble::unreachable(&error));
        let connection = self.client.connection(address).await.map_err(unreachable)?;
        let limits = WebSocketConfig::default().max_message_size(Some(most_bytes)).max_frame_size(Some(most_bytes));
        let opened = client_async_with_config(request.clone(), TokioIo::new(connection), Some(limits)).await;
        match opened {
            Ok((socket, _)) => Ok(socket),
            Err(Error::Http(answer)) => Err(self.refused(&answer)),
            Err(error) => Err(Unopened::Failed(broke_off(&error))),
        }
    }

    fn refused(&self, answer: &http::Response<Option<Vec<u8>>>) -> Unopened {
        let (status, headers) = (answer.status().as_u16(), answer.headers());
        let body = answer.body().as_deref().unwrap_or_default();
        let page = blame::page(status, headers, body).filter(|_| status != FORBIDDEN);
        let failure = page.unwrap_or_else(|| self.dialect.failure(status, headers, body));
        let date = headers.get(DATE).and_then(|date| date.to_str().ok());
        let theirs = date.and_then(|date| httpdate::parse_http_date(date).ok()).filter(|_| status == FORBIDDEN);
        Unopened::Refused(failure, theirs)
    }

    /// The time by the provider's clock, as far as that is known.
    fn now(&self) -> SystemTime {
        let skew = self.skew_seconds.load(Ordering::Relaxed);
        let (now, by) = (SystemTime::now(), Duration::from_secs(skew.unsigned_abs()));
        let moved = if skew < 0 { now.checked_sub(by) } else { now.checked_add(by) };
        moved.unwrap_or(now)
    }

    fn set_clock(&self, theirs: SystemTime) {
        let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let skew = i64::try_from(seconds(theirs)).unwrap_or(0) - i64::try_from(seconds(SystemTime::now())).unwrap_or(0);
        self.skew_seconds.store(skew, Ordering::Relaxed);
    }
}

/// The same address with the scheme of WebSockets.
fn socket_address(address: &Uri) -> Option<Uri> {
    let scheme = if address.scheme() == Some(&Scheme::HTTPS) { "wss" } else { "ws" };
    let mut parts = address.clone().into_parts();
    parts.scheme = Some(scheme.parse().ok()?);
    Uri::from_parts(parts).ok()
}

/// Three numbers that cannot be guessed.
fn chance() -> Result<[u128; 3], Failure> {
    let mut bytes = [0; 48];
    let filled = ring::default_provider().secure_random.fill(&mut bytes);
    filled.map_err(|_| Failure::broken("this machine gives no random numbers"))?;
    let number = |from: usize| u128::from_le_bytes(std::array::from_fn(|at| bytes[from + at]));
    Ok([number(0), number(16), number(32)])
}

fn unaskable(what: &str) -> Failure {
    Failure::broken(format!("a WebSocket cannot be asked for: {what}"))
}

pub(super) fn broke_off(_error: &Error) -> Failure {
    Failure::new(FailureKind::Garbled, "the provider's conversation broke off")
}

/// A conversation that goes on.
struct Conversation {
    remote: Remote,
    talk: Box<dyn Talk>,
    socket: Socket,
    clock: Clock,
}

impl Conversation {
    /// The next frame and what follows it; nothing follows a failure.
    async fn next(mut self) -> Option<(Result<ReplyFrame, Failure>, Option<Self>)> {
        match self.frame().await {
            Ok((frame, true)) => Some((Ok(frame), Some(self))),
            Ok((frame, false)) => Some((Ok(frame), None)),
            Err(failure) => Some((Err(failure), None)),
        }
    }

    /// The next frame that says something, and whether more is to come.
    async fn frame(&mut self) -> Result<(ReplyFrame, bool), Failure> {
        let mut frame = ReplyFrame::default();
        loop {
            let said = timeout_at(self.clock.deadline(), self.socket.next()).await;
            let message = match said.map_err(|_| self.clock.timed_out())? {
                Some(Ok(message)) => message,
                Some(Err(error)) => return Err(broke_off(&error)),
                None => return Err(broke_off(&Error::ConnectionClosed)),
            };
            let turn = match &message {
                Message::Text(text) => self.talk.hear(Said::Text(text), &mut frame)?,
                Message::Binary(bytes) => self.talk.hear(Said::Bytes(bytes), &mut frame)?,
                Message::Close(_) => return Err(broke_off(&Error::ConnectionClosed)),
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => continue,
            };
            if frame.events.iter().any(ReplyEvent::is_content) {
                self.clock.frame();
            }
            if turn == Turn::Over {
                match self.remote.begin(self.talk.as_mut(), &self.clock).await? {
                    Some(socket) => self.socket = socket,
                    None => return Ok((frame, false)),
                }
            }
            if !frame.events.is_empty() {
                return Ok((frame, true));
            }
        }
    }
}

/// A reply that comes out of conversations.
pub(super) struct Conversing {
    frames: Pin<Box<dyn Stream<Item = Result<ReplyFrame, Failure>> + Send>>,
    left_out: Vec<String>,
}

impl ReplyStream for Conversing {
    fn poll_frame(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<ReplyFrame, Failure>>> {
        self.frames.as_mut().poll_next(context)
    }

    fn is_stream(&self) -> bool {
        true
    }

    fn left_out(&self) -> &[String] {
        &self.left_out
    }
}

impl fmt::Debug for Conversing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Conversing").field("left_out", &self.left_out).finish_non_exhaustive()
    }
}
