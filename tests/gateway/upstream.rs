//! A provider in this process that does as it is told: answers, breaks off, says nothing, and remembers what it was sent.
//!
//! It listens on a port of the system's choosing and gives its acts in order, the last one again and again. What it says
//! is in `chat_words`, how it is configured in `chat_talk`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::server::{PATIENCE, wait_until};

/// What a provider does with one request.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Answers with a status, headers and a body.
    Answer { status: u16, headers: Vec<(&'static str, String)>, body: String },
    /// Answers with the first half of a body and closes the connection.
    Half(String),
    /// Streams these steps and ends as a stream should, as far as the connection goes.
    Stream(Vec<Step>),
    /// Closes the connection without a word.
    Close,
    /// The same, as a process that dies does it: the connection is reset.
    Reset,
    /// Reads the request and says nothing until the other side leaves.
    Silence,
}

impl Act {
    /// The same with a header more.
    pub(crate) fn header(self, name: &'static str, value: &str) -> Self {
        match self {
            Self::Answer { status, mut headers, body } => {
                headers.push((name, value.to_owned()));
                Self::Answer { status, headers, body }
            }
            other => unreachable!("only answers have headers, not {other:?}"),
        }
    }
}

/// A step of a stream.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// An event's data.
    Data(String),
    /// Bytes as they are.
    Raw(&'static str),
    /// Closes the connection in the middle of the body.
    Cut,
    /// Says nothing more until the other side leaves.
    Stall,
    /// Waits a little, for what has to arrive apart.
    Pause(Duration),
}

/// A request as the provider got it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("providers are sent JSON")
    }

    /// The first header of this name, which is in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The key it came with.
    pub(crate) fn key(&self) -> &str {
        self.header("authorization").and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default()
    }
}

#[derive(Debug, Default)]
struct Stage {
    /// The last comes first.
    acts: Mutex<Vec<Act>>,
    seen: Mutex<Vec<Seen>>,
    /// When the other side left a silent or stalled answer.
    left: Mutex<Vec<Instant>>,
    ends: AtomicBool,
}

impl Stage {
    fn seen(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.seen.lock().expect("nobody panics with it")
    }

    /// What to do with the next request.
    fn next(&self) -> Act {
        let mut acts = self.acts.lock().expect("nobody panics with it");
        let next = if acts.len() > 1 { acts.pop() } else { acts.last().cloned() };
        next.unwrap_or(Act::Close)
    }
}

/// A provider.
pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    stage: Arc<Stage>,
    thread: Option<JoinHandle<()>>,
}

impl Upstream {
    /// A provider that does these things, one per request, the last one from then on.
    pub(crate) fn doing(acts: impl IntoIterator<Item = Act>) -> Self {
        let mut acts: Vec<Act> = acts.into_iter().collect();
        acts.reverse();
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let stage = Arc::new(Stage { acts: Mutex::new(acts), ..Stage::default() });
        let thread = std::thread::spawn({
            let stage = stage.clone();
            move || {
                for stream in listener.incoming() {
                    if stage.ends.load(Ordering::Relaxed) {
                        return;
                    }
                    let Ok(stream) = stream else { continue };
                    let stage = stage.clone();
                    std::thread::spawn(move || serve(stream, &stage));
                }
            }
        });
        Self { address, stage, thread: Some(thread) }
    }

    /// Everything that was asked so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.stage.seen().clone()
    }

    /// How often it was asked.
    pub(crate) fn calls(&self) -> usize {
        self.stage.seen().len()
    }

    /// The last request.
    pub(crate) fn last(&self) -> Seen {
        self.stage.seen().last().cloned().expect("it was asked")
    }

    /// The keys it was asked with, in order.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.stage.seen().iter().map(|seen| seen.key().to_owned()).collect()
    }

    /// When the other side left an answer that went no further.
    pub(crate) fn was_left(&self) -> Instant {
        let left = || self.stage.left.lock().expect("nobody panics with it").first().copied();
        wait_until("the call is given up", || left().is_some());
        left().expect("it was waited for")
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.stage.ends.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// Serves one connection until it is closed.
fn serve(stream: TcpStream, stage: &Stage) {
    // A connection that nobody uses or ends must not keep its thread.
    drop(stream.set_read_timeout(Some(PATIENCE)));
    drop(stream.set_nodelay(true));
    let Ok(mut out) = stream.try_clone() else { return };
    // Nothing is read ahead: what is left of a request when its connection is closed resets it.
    let mut input = BufReader::with_capacity(1, stream);
    while let Some(seen) = read(&mut input) {
        stage.seen().push(seen);
        let act = stage.next();
        if matches!(act, Act::Reset) {
            return;
        }
        drop(input.read_exact(&mut [0]));
        if !play(act, &mut input, &mut out, stage) {
            drop(out.shutdown(Shutdown::Both));
            return;
        }
    }
}

/// Does one thing; `false`: the connection is of no further use.
fn play(act: Act, input: &mut BufReader<TcpStream>, out: &mut TcpStream, stage: &Stage) -> bool {
    match act {
        Act::Answer { status, headers, body } => {
            let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
            for (name, value) in headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            out.write_all(format!("{head}\r\n{body}").as_bytes()).is_ok()
        }
        Act::Half(body) => {
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length:";
            let half = &body[..body.len() / 2];
            drop(out.write_all(format!("{head} {}\r\n\r\n{half}", body.len()).as_bytes()));
            false
        }
        Act::Stream(steps) => stream(steps, input, out, stage),
        Act::Close | Act::Reset => false,
        Act::Silence => {
            wait_for_leave(input, stage);
            false
        }
    }
}

fn stream(steps: Vec<Step>, input: &mut BufReader<TcpStream>, out: &mut TcpStream, stage: &Stage) -> bool {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    if out.write_all(head.as_bytes()).is_err() {
        return false;
    }
    for step in steps {
        let bytes = match step {
            Step::Data(data) => format!("data: {data}\n\n"),
            Step::Raw(raw) => raw.to_owned(),
            Step::Pause(pause) => {
                std::thread::park_timeout(pause);
                continue;
            }
            Step::Cut => return false,
            Step::Stall => {
                wait_for_leave(input, stage);
                return false;
            }
        };
        if out.write_all(format!("{:x}\r\n{bytes}\r\n", bytes.len()).as_bytes()).is_err() {
            return false;
        }
    }
    out.write_all(b"0\r\n\r\n").is_ok()
}

fn wait_for_leave(input: &mut BufReader<TcpStream>, stage: &Stage) {
    let mut rest = [0; 64];
    // Nothing more is sent by a client that waits; what ends the wait is its leaving.
    while let Ok(1..) = input.read(&mut rest) {}
    stage.left.lock().expect("nobody panics with it").push(Instant::now());
}

/// A request. Its last byte is looked at, but stays where it is.
fn read(input: &mut BufReader<TcpStream>) -> Option<Seen> {
    let mut line = String::new();
    input.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split(' ').map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        line.clear();
        input.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    let mut body = vec![0; length.filter(|length| *length > 0)?];
    let last = body.len() - 1;
    input.read_exact(&mut body[..last]).ok()?;
    input.get_ref().peek(&mut body[last..]).ok()?;
    Some(Seen { method, path, headers, body })
}
