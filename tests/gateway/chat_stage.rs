//! A scripted provider's connections: requests are read and remembered, acts are given in their order.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

use super::chat_words::answers;
use super::server::PATIENCE;
use super::upstream::{Act, Seen, Step};

/// What a provider is to do, and what it has seen.
#[derive(Debug, Default)]
pub(crate) struct Stage {
    /// The last comes first.
    acts: Mutex<Vec<Act>>,
    /// What to do when asked for a list of models; such calls are not counted.
    pub(crate) list: Mutex<Option<Act>>,
    seen: Mutex<Vec<Seen>>,
    /// When the other side left an answer that was silent, stalled or still being written.
    left: Mutex<Vec<Instant>>,
    pub(crate) ends: AtomicBool,
    /// Whether what is only asked for is one of the acts as well, as at other sites than providers.
    pub(crate) is_site: AtomicBool,
}

impl Stage {
    /// A stage for these acts, one per request, the last one from then on.
    pub(crate) fn of(acts: impl IntoIterator<Item = Act>) -> Self {
        let mut acts: Vec<Act> = acts.into_iter().collect();
        acts.reverse();
        Self { acts: Mutex::new(acts), ..Self::default() }
    }

    /// When the other side first left an answer before its end.
    pub(crate) fn left(&self) -> Option<Instant> {
        self.left.lock().expect("it is not poisoned").first().copied()
    }

    pub(crate) fn seen(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.seen.lock().expect("it is not poisoned")
    }

    fn is_left(&self) {
        self.left.lock().expect("it is not poisoned").push(Instant::now());
    }

    /// What to do with the next request.
    fn next(&self) -> Act {
        let mut acts = self.acts.lock().expect("it is not poisoned");
        let next = if acts.len() > 1 { acts.pop() } else { acts.last().cloned() };
        next.unwrap_or(Act::Close)
    }
}

/// Serves one connection until it is closed.
pub(crate) fn serve(stream: TcpStream, stage: &Stage) {
    // A connection that is neither used nor ended must not keep its thread.
    drop(stream.set_read_timeout(Some(PATIENCE)));
    drop(stream.set_nodelay(true));
    let Ok(mut out) = stream.try_clone() else { return };
    // Nothing is read ahead: what is left of a request when its connection is closed resets it.
    let mut input = BufReader::with_capacity(1, stream);
    while let Some(seen) = read(&mut input) {
        if seen.method == "GET" && !stage.is_site.load(Ordering::Relaxed) {
            let list = stage.list.lock().expect("no test panics while it holds it").clone();
            let listed = list.is_some_and(|act| play(act, &mut input, &mut out, stage));
            if !listed {
                drop(out.shutdown(Shutdown::Both));
                return;
            }
            continue;
        }
        stage.seen().push(seen.clone());
        let act = match stage.next() {
            Act::Read(reads) => answers(200, &reads.body(&seen)),
            act => act,
        };
        if matches!(act, Act::Reset) {
            return;
        }
        if !seen.body.is_empty() {
            drop(input.read_exact(&mut [0]));
        }
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
        Act::File { mime, bytes } => {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {mime}\r\ncontent-length: {}\r\n\r\n", bytes.len());
            out.write_all(&[head.as_bytes(), &bytes].concat()).is_ok()
        }
        Act::Half(body) => {
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length:";
            let half = &body[..body.len() / 2];
            drop(out.write_all(format!("{head} {}\r\n\r\n{half}", body.len()).as_bytes()));
            false
        }
        Act::Stream(steps) => stream(steps, input, out, stage),
        Act::Close | Act::Reset | Act::Read(_) => false,
        Act::Silence => {
            wait_for_leave(input, stage);
            false
        }
    }
}

fn stream(steps: Vec<Step>, input: &mut BufReader<TcpStream>, out: &mut TcpStream, stage: &Stage) -> bool {
    let is_sound = matches!(steps.first(), Some(Step::Bytes(_)));
    let mime = if is_sound { "audio/wav" } else { "text/event-stream" };
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {mime}\r\ntransfer-encoding: chunked\r\n\r\n");
    if out.write_all(head.as_bytes()).is_err() {
        stage.is_left();
        return false;
    }
    for step in steps {
        let bytes = match step {
            Step::Data(data) => format!("data: {data}\n\n").into_bytes(),
            Step::Raw(raw) => raw.as_bytes().to_vec(),
            Step::Bytes(bytes) => bytes,
            Step::Pause(pause) => {
                std::thread::park_timeout(pause);
                continue;
            }
            Step::Wait(gate) => {
                gate.wait();
                continue;
            }
            Step::Cut => return false,
            Step::Stall => {
                wait_for_leave(input, stage);
                return false;
            }
        };
        let length = format!("{:x}\r\n", bytes.len()).into_bytes();
        if out.write_all(&[length, bytes, b"\r\n".to_vec()].concat()).is_err() {
            stage.is_left();
            return false;
        }
    }
    out.write_all(b"0\r\n\r\n").is_ok()
}

fn wait_for_leave(input: &mut BufReader<TcpStream>, stage: &Stage) {
    let mut rest = [0; 64];
    // Nothing more is sent by a client that waits; what ends the wait is its leaving.
    while let Ok(1..) = input.read(&mut rest) {}
    stage.is_left();
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
    if method == "GET" || method == "DELETE" {
        return Some(Seen { method, path, headers, body: Vec::new() });
    }
    let mut body = vec![0; length.filter(|length| *length > 0)?];
    let last = body.len() - 1;
    input.read_exact(&mut body[..last]).ok()?;
    input.get_ref().peek(&mut body[last..]).ok()?;
    Some(Seen { method, path, headers, body })
}
