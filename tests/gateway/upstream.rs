//! A provider in this process that does as it is told: answers, breaks off, says nothing, and remembers what it was sent.
//!
//! It listens on a port of the system's choosing and gives its acts in order, the last one again and again. What it says
//! is in `chat_words`, how it is configured in `chat_talk`.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::chat_stage::{Stage, serve};
use super::server::wait_until;

/// What makes the body of an answer of a request.
pub(crate) type Reads = Arc<dyn ReadsRequest>;

/// See [`Act::Read`].
pub(crate) trait ReadsRequest: Send + Sync {
    fn body(&self, seen: &Seen) -> Value;
}

impl<F: Fn(&Seen) -> Value + Send + Sync> ReadsRequest for F {
    fn body(&self, seen: &Seen) -> Value {
        self(seen)
    }
}

impl std::fmt::Debug for dyn ReadsRequest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("ReadsRequest")
    }
}

/// What a provider does with one request.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Answers with a status, headers and a body.
    Answer { status: u16, headers: Vec<(&'static str, String)>, body: String },
    /// Answers with the body that is made of the request.
    Read(Reads),
    /// Answers with the bytes of a file.
    File { mime: &'static str, bytes: Vec<u8> },
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
    /// The same, of any kind.
    Bytes(Vec<u8>),
    /// Closes the connection in the middle of the body.
    Cut,
    /// Says nothing more until the other side leaves.
    Stall,
    /// Waits a little, for what has to arrive apart.
    Pause(Duration),
    /// Waits until a gate is opened.
    Wait(Gate),
}

/// What a provider waits at until a test has seen enough.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    pub(crate) fn open(&self) {
        *self.0.0.lock().expect("no test panics while it holds it") = true;
        self.0.1.notify_all();
    }

    pub(crate) fn wait(&self) {
        let is_open = self.0.0.lock().expect("no test panics while it holds it");
        drop(self.0.1.wait_while(is_open, |is_open| !*is_open).expect("no test panics while it holds it"));
    }
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

/// A provider.
pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    stage: Arc<Stage>,
    thread: Option<JoinHandle<()>>,
}

impl Upstream {
    /// A provider that does these things, one per request, the last one from then on.
    pub(crate) fn doing(acts: impl IntoIterator<Item = Act>) -> Self {
        Self::on(Stage::of(acts))
    }

    /// Another site than a provider: what is only asked for is one of its acts as well.
    pub(crate) fn site(acts: impl IntoIterator<Item = Act>) -> Self {
        let stage = Stage::of(acts);
        stage.is_site.store(true, Ordering::Relaxed);
        Self::on(stage)
    }

    /// The same, and this when it is asked for its models.
    pub(crate) fn listing(list: Act, acts: impl IntoIterator<Item = Act>) -> Self {
        let up = Self::on(Stage::of(acts));
        up.lists(list);
        up
    }

    /// What it does from now on when it is asked for its models.
    pub(crate) fn lists(&self, list: Act) {
        *self.stage.list.lock().expect("no test panics while it holds it") = Some(list);
    }

    fn on(stage: Stage) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let stage = Arc::new(stage);
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

    /// When the other side left an answer before its end.
    pub(crate) fn was_left(&self) -> Instant {
        wait_until("the call is given up", || self.stage.left().is_some());
        self.stage.left().expect("it was waited for")
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
