//! A provider in this process that does as it is told: answers, breaks off, says nothing, and remembers what it was sent.
//!
//! It listens on a port of the system's choosing and gives its acts in order, the last one again and again. Dropping it
//! ends its threads.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use mediary::config::{Config, Environment, Overrides};
use serde_json::{Value, json};

use super::server::{PATIENCE, wait_until};

/// What a provider does with one request.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Answers with a status, headers and a body.
    Answer { status: u16, headers: Vec<(&'static str, String)>, body: String },
    /// Streams these events and ends as a stream should, as far as the connection goes.
    Stream(Vec<Step>),
    /// Closes the connection without a word.
    Reset,
    /// Reads the request and says nothing until the other side leaves.
    Silence,
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
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("providers are sent JSON")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Debug, Default)]
struct Stage {
    acts: Mutex<Vec<Act>>,
    seen: Mutex<Vec<Seen>>,
    /// When the other side left a silent or stalled stream.
    left: Mutex<Vec<Instant>>,
    ends: AtomicBool,
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
        self.stage.seen.lock().expect("nobody panics with it").clone()
    }

    /// How often it was asked.
    pub(crate) fn calls(&self) -> usize {
        self.seen().len()
    }

    /// The last request.
    pub(crate) fn last(&self) -> Seen {
        self.seen().pop().expect("it was asked")
    }

    /// When the other side left a stream that said nothing more.
    pub(crate) fn was_left(&self) -> Instant {
        let left = || self.stage.left.lock().expect("nobody panics with it").first().copied();
        wait_until("the call is given up", || left().is_some());
        left().expect("it was waited for")
    }

    /// Its entry in the configuration, as a provider of this id with these models.
    pub(crate) fn provider(&self, id: &str, dialect: &str, base: &str, models: &Value) -> Value {
        json!({
            "id": id, "dialect": dialect, "base_url": format!("http://{}{base}", self.address),
            "api_keys": ["test-key-1"], "models": models,
        })
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
    let mut input = BufReader::new(stream);
    while let Some(seen) = read(&mut input) {
        let act = {
            let mut acts = stage.acts.lock().expect("nobody panics with it");
            if acts.len() > 1 { acts.pop() } else { acts.last().cloned() }
        };
        stage.seen.lock().expect("nobody panics with it").push(seen);
        match act.unwrap_or(Act::Reset) {
            Act::Answer { status, headers, body } => {
                let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
                for (name, value) in headers {
                    head.push_str(&format!("{name}: {value}\r\n"));
                }
                if out.write_all(format!("{head}\r\n{body}").as_bytes()).is_err() {
                    return;
                }
            }
            Act::Stream(steps) => {
                let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
                if out.write_all(head.as_bytes()).is_err() {
                    return;
                }
                for step in steps {
                    let bytes = match step {
                        Step::Data(data) => format!("data: {data}\n\n"),
                        Step::Raw(raw) => raw.to_owned(),
                        Step::Pause(pause) => {
                            std::thread::park_timeout(pause);
                            continue;
                        }
                        Step::Cut => {
                            drop(out.shutdown(Shutdown::Both));
                            return;
                        }
                        Step::Stall => return wait_for_leave(&mut input, stage),
                    };
                    if out.write_all(format!("{:x}\r\n{bytes}\r\n", bytes.len()).as_bytes()).is_err() {
                        return;
                    }
                }
                if out.write_all(b"0\r\n\r\n").is_err() {
                    return;
                }
            }
            Act::Reset => {
                drop(out.shutdown(Shutdown::Both));
                return;
            }
            Act::Silence => return wait_for_leave(&mut input, stage),
        }
    }
}

fn wait_for_leave(input: &mut BufReader<TcpStream>, stage: &Stage) {
    let mut rest = [0; 64];
    // Nothing more is sent by a client that waits; what ends the wait is its leaving.
    while let Ok(1..) = input.read(&mut rest) {}
    stage.left.lock().expect("nobody panics with it").push(Instant::now());
}

fn read(input: &mut BufReader<TcpStream>) -> Option<Seen> {
    let mut line = String::new();
    input.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = Vec::new();
    loop {
        line.clear();
        input.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    input.read_exact(&mut body).ok()?;
    Some(Seen { path, headers, body })
}

/// An answer in OpenAI's format that says `text`.
pub(crate) fn says(text: &str) -> Act {
    let body = json!({
        "id": "chatcmpl-up", "object": "chat.completion", "created": 1_790_000_000, "model": "upstream-model",
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": text, "refusal": null },
            "logprobs": null, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11 },
    });
    Act::Answer { status: 200, headers: vec![("content-type", "application/json".into())], body: body.to_string() }
}

/// An error in OpenAI's format.
pub(crate) fn fails(status: u16, message: &str, code: Option<&str>) -> Act {
    let body = json!({ "error": { "message": message, "type": "x", "param": null, "code": code } }).to_string();
    Act::Answer { status, headers: vec![("content-type", "application/json".into())], body }
}

/// A chunk in OpenAI's format.
pub(crate) fn chunk(delta: Value, finish: Option<&str>) -> Step {
    let body = json!({
        "id": "chatcmpl-up", "object": "chat.completion.chunk", "created": 1_790_000_000, "model": "upstream-model",
        "choices": [{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish }],
    });
    Step::Data(body.to_string())
}

/// A whole stream in OpenAI's format that says these words.
pub(crate) fn streams(words: &[&str]) -> Act {
    let mut steps = vec![chunk(json!({ "role": "assistant", "content": "" }), None)];
    steps.extend(words.iter().map(|word| chunk(json!({ "content": word }), None)));
    steps.push(chunk(json!({}), Some("stop")));
    steps.push(Step::Data("[DONE]".into()));
    Act::Stream(steps)
}

/// Puts providers into a configuration, read as if they had been written into its file.
pub(crate) fn configure(config: &mut Config, providers: &[Value]) {
    use std::fmt::Write as _;
    let mut text = String::new();
    for provider in providers {
        let table: toml::Table = serde_json::from_value(provider.clone()).expect("it has a TOML form");
        let _ = write!(text, "[[providers]]\n{table}\n");
    }
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    std::fs::write(folder.path().join("mediary.toml"), &text).expect("it can be written");
    let loaded = Config::load(&Overrides::default(), &Environment::default(), folder.path());
    config.providers = loaded.unwrap_or_else(|error| unreachable!("{error}\n{text}")).config.providers;
}
