//! Live conversations, on the relay's own connections: what is said goes out while what comes back is heard.
//!
//! A task of its own reads and writes the socket, so that neither side waits for the other; both ways are short, so that one
//! that does not keep up is noticed. Dropping the conversation ends the connection.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use http::HeaderMap;
use mediary_core::live::{LiveHeard, LiveSaid, LiveSettings, LiveSetup, LiveTalk, LiveToken};
use mediary_core::provider::{BoxFuture, Timeouts};
use mediary_core::{Failure, FailureKind};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinSet;
use tokio::time::{timeout, timeout_at};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::clock::Clock;
use super::jobs::whole;
use super::request::parsed;
use super::socket::{Socket, Unopened, broke_off};
use super::{Remote, request};
use crate::{LiveDialect, LiveWire, Payload, TokenCall, blame};

/// No message is larger: OpenAI's are of 15 MiB at most.
const MOST_MESSAGE_BYTES: usize = 16 << 20;
/// Messages on their way, in each direction.
const ROOM: usize = 64;
/// So long a provider may take to take a message.
const PATIENCE: Duration = Duration::from_secs(10);

impl Remote {
    /// How it holds live conversations; `None`: it holds none.
    pub(super) fn holds_live(&self) -> Option<&'static dyn LiveDialect> {
        self.dialect.live().filter(|_| !self.endpoint.quirks.realtime.is_empty())
    }

    fn live_dialect(&self) -> Result<&'static dyn LiveDialect, Failure> {
        self.holds_live().ok_or_else(|| Failure::broken("this provider holds no live conversations"))
    }

    /// Begins a conversation; resolves when the provider is ready for what is said.
    ///
    /// # Errors
    /// When the provider cannot be reached or does not begin in time, or it refuses.
    pub(super) async fn talk_live(
        &self,
        setup: LiveSetup,
        key: Option<&str>,
        timeouts: Timeouts,
    ) -> Result<Box<dyn LiveTalk>, Failure> {
        let dialect = self.live_dialect()?;
        let clock = Clock::start(timeouts);
        let address = parsed(&dialect.address(&self.endpoint.base_url, &setup.model))?;
        let mut headers = HeaderMap::new();
        if let Some(key) = key {
            self.sign(&mut headers, key)?;
        }
        let opened = timeout_at(clock.deadline(), self.upgraded(address, headers, MOST_MESSAGE_BYTES)).await;
        let socket = match opened.map_err(|_| clock.timed_out())? {
            Ok(socket) => socket,
            Err(Unopened::Refused(failure, _) | Unopened::Failed(failure)) => {
                return Err(blame::without_key(failure, key));
            }
        };
        let mut talking = Talking::over(socket, dialect.wire(setup));
        for message in talking.wire.opening() {
            talking.send(message).await?;
        }
        while !talking.wire.is_ready() {
            let heard = timeout_at(clock.deadline(), talking.read()).await.map_err(|_| clock.timed_out())?;
            if !heard.map_err(|failure| blame::without_key(failure, key))? {
                return Err(ended());
            }
        }
        Ok(Box::new(talking))
    }

    /// Asks for a token.
    ///
    /// # Errors
    /// As any call.
    pub(super) async fn ask_for_token(
        &self,
        model: &str,
        settings: &LiveSettings,
        until: (u64, u64),
        key: Option<&str>,
    ) -> Result<LiveToken, Failure> {
        let dialect = self.live_dialect()?;
        let base_url = &self.endpoint.base_url;
        let TokenCall { method, address, body } = dialect.token(base_url, model, settings, until);
        let mut request = self.request(method, "", &[("content-type", "application/json".to_owned())], key)?;
        *request.uri_mut() = parsed(&address)?;
        *request.body_mut() = Payload::from(body);
        let clock = Clock::start(Timeouts { first_byte: PATIENCE, stall: PATIENCE });
        let answer = self.send(request, &clock, key, &[]).await.map_err(|request::Refusal { failure, .. }| failure)?;
        let body = whole(answer, clock).await?;
        dialect.token_of(&body, base_url, model, until)
    }
}

/// A conversation that goes on.
#[derive(Debug)]
struct Talking {
    wire: Box<dyn LiveWire>,
    into: Sender<Message>,
    from: Receiver<Result<Message, Failure>>,
    heard: VecDeque<LiveHeard>,
    /// What reads and writes; it ends with this.
    _pump: JoinSet<()>,
}

impl Talking {
    fn over(socket: Socket, wire: Box<dyn LiveWire>) -> Self {
        let (into, taken) = channel(ROOM);
        let (told, from) = channel(ROOM);
        let mut pump = JoinSet::new();
        pump.spawn(pumped(socket, taken, told));
        Self { wire, into, from, heard: VecDeque::new(), _pump: pump }
    }

    async fn send(&mut self, message: String) -> Result<(), Failure> {
        match timeout(PATIENCE, self.into.send(Message::text(message))).await {
            Ok(Ok(())) => Ok(()),
            // Why it has ended is told to whatever listens.
            Ok(Err(_)) => Err(ended()),
            Err(_) => Err(Failure::new(FailureKind::TimedOut, "the provider stopped listening")),
        }
    }

    /// Reads a message; `false` at the end.
    async fn read(&mut self) -> Result<bool, Failure> {
        let Some(message) = self.from.recv().await.transpose()? else { return Ok(false) };
        match message {
            Message::Text(text) => self.wire.hear(&text, &mut self.heard)?,
            Message::Binary(bytes) => {
                let text = std::str::from_utf8(&bytes).map_err(|_| blame::garbled("it is not JSON"))?;
                self.wire.hear(text, &mut self.heard)?;
            }
            Message::Close(frame) => return closed(frame).map_or(Ok(false), Err),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
        }
        Ok(true)
    }
}

impl LiveTalk for Talking {
    fn say(&mut self, said: LiveSaid) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async move {
            for message in self.wire.say(said) {
                self.send(message).await?;
            }
            Ok(())
        })
    }

    fn hear(&mut self) -> BoxFuture<'_, Option<Result<LiveHeard, Failure>>> {
        Box::pin(async move {
            loop {
                if let Some(heard) = self.heard.pop_front() {
                    return Some(Ok(heard));
                }
                match self.read().await {
                    Ok(true) => {}
                    Ok(false) => return None,
                    Err(failure) => return Some(Err(failure)),
                }
            }
        })
    }
}

/// Carries messages between a socket and its conversation until either ends.
async fn pumped(socket: Socket, mut taken: Receiver<Message>, told: Sender<Result<Message, Failure>>) {
    let (mut out, mut back) = socket.split();
    let write = async {
        while let Some(message) = taken.recv().await {
            out.send(message).await?;
        }
        Ok::<_, Error>(())
    };
    let read = async {
        while let Some(message) = back.next().await {
            let is_last = matches!(message, Ok(Message::Close(_)) | Err(_));
            let message = message.map_err(|error| broke_off(&error));
            if told.send(message).await.is_err() || is_last {
                return;
            }
        }
    };
    tokio::pin!(write, read);
    // A provider that refuses says why before it is gone, so what it said last is read to its end.
    if let futures_util::future::Either::Left((Err(_), rest)) = futures_util::future::select(write, read).await {
        let _late = timeout(PATIENCE, rest).await;
    }
}

/// Why a provider has closed, unless nothing is wrong.
fn closed(frame: Option<CloseFrame>) -> Option<Failure> {
    let frame = frame?;
    let reason = blame::shown(&frame.reason);
    let words = frame.reason.to_lowercase();
    let kind = match frame.code {
        CloseCode::Normal | CloseCode::Away | CloseCode::Status => return None,
        _ if words.contains("quota") || words.contains("rate limit") => FailureKind::RateLimited { retry_after: None },
        _ if words.contains("api key") || words.contains("unauthenticated") => FailureKind::BadKey,
        _ if words.contains("not found") => FailureKind::ModelGone,
        CloseCode::Policy | CloseCode::Invalid | CloseCode::Unsupported => FailureKind::Unacceptable,
        CloseCode::Size => FailureKind::TooLarge,
        _ => FailureKind::Overloaded { retry_after: None },
    };
    Some(Failure::new(kind, format!("the provider ended the conversation: {reason}")))
}

fn ended() -> Failure {
    Failure::new(FailureKind::Lost, "the provider ended the conversation")
}
