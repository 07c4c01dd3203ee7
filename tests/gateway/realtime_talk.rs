//! Live conversations from both sides: a client that speaks OpenAI's realtime events, and providers that hold such
//! conversations, played by WebSocket servers on loopback.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest as _;
use tungstenite::handshake::HandshakeError;
use tungstenite::handshake::server::{ErrorResponse, Request as Handshake, Response};
use tungstenite::http::{HeaderName, HeaderValue, StatusCode};
use tungstenite::protocol::CloseFrame;
use tungstenite::{Error, Message, WebSocket, accept_hdr, client};

use super::audio_local::{by_ffmpeg, moonshine_clip};
use super::server::{PATIENCE, TestServer, wait_until};

/// A second of silence, as clients send it.
pub(crate) fn silence(seconds: usize) -> Vec<u8> {
    vec![0; 48_000 * seconds]
}

/// Turns that end only with a long silence: the speech here has pauses.
pub(crate) fn patient() -> Value {
    json!({ "type": "server_vad", "silence_duration_ms": 3_000 })
}

/// Ten seconds of speech, as clients send it: 24,000 samples a second.
pub(crate) fn speech() -> Vec<u8> {
    static SPEECH: OnceLock<Vec<u8>> = OnceLock::new();
    let into = ["-f", "s16le", "-ar", "24000", "-ac", "1"];
    SPEECH.get_or_init(|| by_ffmpeg(&moonshine_clip("beckett.wav"), &[], &into)).clone()
}

/// A client's side of a conversation.
pub(crate) struct Talk {
    socket: WebSocket<TcpStream>,
    /// Everything that was told so far.
    pub(crate) told: Vec<Value>,
    /// The protocol that the server chose.
    pub(crate) protocol: Option<String>,
}

impl Talk {
    /// Opens a conversation that is held.
    #[track_caller]
    pub(crate) fn open(server: &TestServer, query: &str) -> Self {
        Self::open_with(server, query, &[]).unwrap_or_else(|refusal| unreachable!("{refusal:?}"))
    }

    /// Opens one with headers; a refusal is its status and body.
    pub(crate) fn open_with(server: &TestServer, query: &str, headers: &[(&str, &str)]) -> Result<Self, (u16, String)> {
        Self::at(&server.address.to_string(), query, headers)
    }

    /// The same with a server that is another process.
    pub(crate) fn at(address: &str, query: &str, headers: &[(&str, &str)]) -> Result<Self, (u16, String)> {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("the time is not zero");
        let address = format!("ws://{address}/v1/realtime{query}");
        let mut request = address.into_client_request().expect("it is an address");
        for (name, value) in headers {
            let name: HeaderName = name.parse().expect("it is a name");
            request.headers_mut().insert(name, HeaderValue::from_str(value).expect("it is plain"));
        }
        match client(request, stream) {
            Ok((socket, answer)) => {
                let protocol = answer.headers().get("sec-websocket-protocol");
                let protocol = protocol.and_then(|value| value.to_str().ok()).map(str::to_owned);
                Ok(Self { socket, told: Vec::new(), protocol })
            }
            Err(HandshakeError::Failure(Error::Http(answer))) => {
                let body = answer.body().as_deref().unwrap_or_default();
                Err((answer.status().as_u16(), String::from_utf8_lossy(body).into_owned()))
            }
            Err(error) => unreachable!("{error}"),
        }
    }

    pub(crate) fn send(&mut self, event: &Value) {
        self.send_text(&event.to_string());
    }

    pub(crate) fn send_text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).expect("the server takes it");
    }

    /// Sends sound, in pieces of a tenth of a second.
    pub(crate) fn speak(&mut self, samples: &[u8]) {
        for piece in samples.chunks(4_800) {
            self.send(&json!({ "type": "input_audio_buffer.append", "audio": STANDARD.encode(piece) }));
        }
    }

    /// Sends a person's text.
    pub(crate) fn write(&mut self, text: &str) {
        let content = json!([{ "type": "input_text", "text": text }]);
        let item = json!({ "type": "message", "role": "user", "content": content });
        self.send(&json!({ "type": "conversation.item.create", "item": item }));
    }

    /// What is told next; `None` at the end.
    pub(crate) fn next(&mut self) -> Option<Value> {
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) => {
                    let event: Value = serde_json::from_str(&text).expect("events are JSON");
                    self.told.push(event.clone());
                    return Some(event);
                }
                Ok(Message::Close(_)) => {}
                Ok(_) => {}
                Err(Error::ConnectionClosed | Error::AlreadyClosed) => return None,
                Err(error) => unreachable!("{error}; told so far: {:?}", self.kinds()),
            }
        }
    }

    /// Waits for an event of this type.
    #[track_caller]
    pub(crate) fn until(&mut self, kind: &str) -> Value {
        while let Some(event) = self.next() {
            if event["type"] == kind {
                return event;
            }
        }
        unreachable!("the conversation ended before {kind}: {:?}", self.kinds())
    }

    /// Why the server has closed.
    pub(crate) fn closed(&mut self) -> Option<(u16, String)> {
        loop {
            match self.socket.read() {
                Ok(Message::Close(frame)) => return frame.map(|frame| (frame.code.into(), frame.reason.to_string())),
                Ok(_) => {}
                Err(_) => return None,
            }
        }
    }

    /// The types of all events so far, repeated ones once.
    pub(crate) fn kinds(&self) -> Vec<&str> {
        let mut kinds: Vec<&str> = self.told.iter().filter_map(|event| event["type"].as_str()).collect();
        kinds.dedup();
        kinds
    }

    /// All events of a type so far.
    pub(crate) fn all(&self, kind: &str) -> Vec<&Value> {
        self.told.iter().filter(|event| event["type"] == kind).collect()
    }

    /// What the pieces of a type make together.
    pub(crate) fn joined(&self, kind: &str) -> String {
        self.all(kind).iter().filter_map(|event| event["delta"].as_str()).collect()
    }

    /// The sound that was told.
    pub(crate) fn sound(&self) -> Vec<u8> {
        let pieces = self.all("response.output_audio.delta");
        let pieces = pieces.iter().filter_map(|event| event["delta"].as_str());
        pieces.flat_map(|piece| STANDARD.decode(piece).expect("it is base64")).collect()
    }

    /// Goes without a word.
    pub(crate) fn vanish(self) {
        drop(self.socket);
    }
}

/// What a provider does.
#[derive(Debug, Clone)]
pub(crate) enum Does {
    Says(Value),
    Closes(u16, &'static str),
    /// Closes the connection without a word.
    Drops,
}

/// The address and the headers of a handshake.
type Asked = (String, Vec<(String, String)>);
type Habit = dyn Fn(&Value, usize) -> Vec<Does> + Send + Sync;

/// A provider that holds live conversations.
pub(crate) struct Vendor {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Value>>>,
    handshakes: Arc<Mutex<Vec<Asked>>>,
    /// How many conversations are open.
    open: Arc<AtomicUsize>,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// How a provider behaves.
#[derive(Clone)]
pub(crate) struct Manner {
    /// What it answers a handshake with instead of holding a conversation, and so often.
    pub(crate) refuses: Option<(u16, usize)>,
    /// What it says first.
    pub(crate) greets: Vec<Value>,
    /// What it does with a message; the number is how many it has seen in all.
    pub(crate) habit: Arc<Habit>,
    /// Whether it writes its messages as bytes, as Google does.
    pub(crate) in_bytes: bool,
}

impl Manner {
    pub(crate) fn of(habit: impl Fn(&Value, usize) -> Vec<Does> + Send + Sync + 'static) -> Self {
        Self { refuses: None, greets: Vec::new(), habit: Arc::new(habit), in_bytes: false }
    }
}

impl Vendor {
    pub(crate) fn of(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
        let address = listener.local_addr().expect("it has one");
        let (seen, handshakes) = (Arc::default(), Arc::default());
        let (open, ends) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let told = (Arc::clone(&seen), Arc::clone(&handshakes), open.clone(), ends.clone());
        let thread = std::thread::spawn(move || {
            let (seen, handshakes, open, ends) = told;
            let mut holders = Vec::new();
            let refused = Arc::new(AtomicUsize::new(0));
            for stream in listener.incoming().flatten() {
                if ends.load(Ordering::SeqCst) {
                    break;
                }
                let (manner, refused) = (manner.clone(), refused.clone());
                let told = (Arc::clone(&seen), Arc::clone(&handshakes), open.clone(), ends.clone());
                holders.push(std::thread::spawn(move || hold(stream, &manner, &refused, &told)));
            }
            holders.into_iter().for_each(|holder| drop(holder.join()));
        });
        Self { address, seen, handshakes, open, ends, thread: Some(thread) }
    }

    /// The messages that it was sent.
    pub(crate) fn seen(&self) -> Vec<Value> {
        self.seen.lock().expect("no test panics while it holds it").clone()
    }

    /// Waits for a message of which this is true.
    pub(crate) fn sees(&self, what: &str, is_it: impl Fn(&Value) -> bool) {
        wait_until(what, || self.seen().iter().any(&is_it));
    }

    /// The addresses and headers that it was asked with.
    pub(crate) fn handshakes(&self) -> Vec<Asked> {
        self.handshakes.lock().expect("no test panics while it holds it").clone()
    }

    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    /// Its entry in the configuration.
    pub(crate) fn entry(&self, id: &str, dialect: &str, model: &str) -> Value {
        let path = if dialect == "gemini" { "/v1beta" } else { "/v1" };
        let auth = if dialect == "gemini" { json!({ "header": "x-goog-api-key" }) } else { json!("bearer") };
        json!({
            "id": id, "dialect": dialect, "base_url": format!("http://0.0.0.0:{}{path}", self.address.port()),
            "auth": auth, "api_keys": ["vendor-key-1"], "discovers": false, "quirks": { "realtime": [model] },
            "models": [{ "id": "e", "tasks": ["embedding"] }],
        })
    }
}

impl Drop for Vendor {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

type Told = (Arc<Mutex<Vec<Value>>>, Arc<Mutex<Vec<Asked>>>, Arc<AtomicUsize>, Arc<AtomicBool>);

fn hold(stream: TcpStream, manner: &Manner, refused: &AtomicUsize, (seen, handshakes, open, ends): &Told) {
    drop(stream.set_read_timeout(Some(PATIENCE)));
    let mut handshake = (String::new(), Vec::new());
    #[expect(clippy::result_large_err, reason = "the other crate's own shape")]
    let judge = |request: &Handshake, response: Response| {
        let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers = request.headers().iter().map(|(name, value)| (name.to_string(), text(value)));
        handshake = (request.uri().to_string(), headers.collect());
        match manner.refuses {
            Some((status, times)) if refused.fetch_add(1, Ordering::SeqCst) < times => {
                let body = json!({ "error": { "message": "refused", "type": "x", "code": null } }).to_string();
                let mut refusal = ErrorResponse::new(Some(body));
                *refusal.status_mut() = StatusCode::from_u16(status).expect("it is a status");
                Err(refusal)
            }
            _ => Ok(response),
        }
    };
    let socket = accept_hdr(stream, judge).ok();
    handshakes.lock().expect("no test panics while it holds it").push(handshake);
    let Some(mut socket) = socket else { return };
    open.fetch_add(1, Ordering::SeqCst);
    drop(socket.get_ref().set_read_timeout(Some(Duration::from_millis(20))));
    let say = |socket: &mut WebSocket<TcpStream>, value: &Value| {
        let text = value.to_string();
        let message = if manner.in_bytes { Message::binary(text.into_bytes()) } else { Message::text(text) };
        socket.send(message)
    };
    let mut is_held = manner.greets.iter().all(|greeting| say(&mut socket, greeting).is_ok());
    while is_held {
        let message = match socket.read() {
            Ok(Message::Text(text)) => serde_json::from_str(&text).expect("it is sent JSON"),
            Ok(Message::Close(_)) => break,
            Ok(_) => continue,
            Err(Error::Io(error))
                if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) =>
            {
                if ends.load(Ordering::SeqCst) {
                    break;
                }
                continue;
            }
            Err(_) => break,
        };
        let count = {
            let mut seen = seen.lock().expect("no test panics while it holds it");
            seen.push(message);
            seen.len()
        };
        let message = seen.lock().expect("no test panics while it holds it")[count - 1].clone();
        for does in (manner.habit)(&message, count) {
            is_held &= match does {
                Does::Says(value) => say(&mut socket, &value).is_ok(),
                Does::Closes(code, reason) => {
                    drop(socket.close(Some(CloseFrame { code: code.into(), reason: reason.into() })));
                    drop(socket.flush());
                    false
                }
                Does::Drops => false,
            };
        }
    }
    open.fetch_sub(1, Ordering::SeqCst);
}
