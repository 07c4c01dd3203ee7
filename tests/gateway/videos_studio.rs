//! A provider of videos in this process: each request is answered by what a test says, and remembered.
//!
//! Beside it, what tests of videos share: their settings, a video that is one by its first bytes, and waiting for a job.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use mediary::config::Config;
use mediary_remote::AllowList;
use serde_json::{Value, json};

use super::chat_talk::{over, serving};
use super::client::{Answer, Request};
use super::server::{PATIENCE, TestServer, wait_until};
use super::upstream::Seen;

/// What is answered.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    Json(u16, Value),
    File(&'static str, Vec<u8>),
    /// A status with headers and bytes.
    With(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// A redirect to this address.
    Moved(String),
    /// A place to upload to, as Google names one.
    UploadTo(String),
    /// The connection is closed without a word.
    Close,
    /// Nothing is said until the other side leaves, or the studio ends.
    Hang,
}

type Answering = dyn Fn(&Seen, usize) -> Reply + Send + Sync;

/// A provider.
pub(crate) struct Studio {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Studio {
    /// A provider that answers so; it is told how many requests of the same method and path came before.
    pub(crate) fn new(answer: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let (seen, ends) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let answer: Arc<Answering> = Arc::new(answer);
        let (noted, stop) = (seen.clone(), ends.clone());
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let (Ok(stream), noted, answer) = (stream, noted.clone(), answer.clone()) else { continue };
                std::thread::spawn(move || serve(stream, &noted, &*answer));
            }
        });
        Self { address, seen, ends, thread: Some(thread) }
    }

    /// One that makes its video at once: a submission, and from then on it is done.
    pub(crate) fn quick() -> Self {
        Self::new(|seen, _| match (seen.method.as_str(), seen.path.as_str()) {
            ("POST", _) => Reply::Json(200, json!({ "id": "job-1", "status": "queued" })),
            (_, path) if path.ends_with("/content") => Reply::File("video/mp4", mp4()),
            _ => Reply::Json(200, json!({ "id": "job-1", "status": "completed" })),
        })
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("it is not poisoned").clone()
    }

    /// How often it was asked so.
    pub(crate) fn count(&self, method: &str, path: &str) -> usize {
        self.seen().iter().filter(|seen| seen.method == method && seen.path == path).count()
    }

    /// Its entry in the configuration, with a model `m` that makes videos.
    #[expect(clippy::needless_pass_by_value, reason = "tests write it where it is handed in")]
    pub(crate) fn entry(&self, id: &str, form: &str, video: Value) -> Value {
        json!({
            "id": id, "dialect": "openai", "base_url": format!("http://{}/v1", self.address),
            "api_keys": [format!("sk-{id}-0123456789abcdef")], "quirks": { "videos": form },
            "models": [{ "id": "m", "tasks": ["video_generation"], "accepts": ["png", "jpeg"], "video": video }],
        })
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn serve(stream: TcpStream, noted: &Mutex<Vec<Seen>>, answer: &Answering) {
    drop(stream.set_read_timeout(Some(PATIENCE)));
    let Ok(mut out) = stream.try_clone() else { return };
    let mut input = BufReader::new(stream);
    while let Some(seen) = read(&mut input) {
        let before = {
            let mut noted = noted.lock().expect("it is not poisoned");
            let before = noted.iter().filter(|its| its.method == seen.method && its.path == seen.path).count();
            noted.push(seen.clone());
            before
        };
        let (head, body) = match answer(&seen, before) {
            Reply::Json(status, body) => {
                (format!("{status} X\r\ncontent-type: application/json"), body.to_string().into_bytes())
            }
            Reply::File(mime, bytes) => (format!("200 OK\r\ncontent-type: {mime}"), bytes),
            Reply::With(status, headers, bytes) => {
                let lines: String = headers.iter().map(|(name, value)| format!("\r\n{name}: {value}")).collect();
                (format!("{status} X{lines}"), bytes)
            }
            Reply::Moved(address) => (format!("302 X\r\nlocation: {address}"), Vec::new()),
            Reply::UploadTo(address) => (format!("200 OK\r\nx-goog-upload-url: {address}"), Vec::new()),
            Reply::Close => return,
            Reply::Hang => {
                drop(input.read(&mut [0]));
                return;
            }
        };
        let head = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n", body.len());
        if out.write_all(&[head.as_bytes(), &body].concat()).is_err() {
            return;
        }
    }
}

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
    let mut body = vec![0; length.unwrap_or(0)];
    input.read_exact(&mut body).ok()?;
    Some(Seen { method, path, headers, body })
}

/// A video as far as its first bytes say so.
pub(crate) fn mp4() -> Vec<u8> {
    [&[0, 0, 0, 24], b"ftypisom".as_slice(), &[0, 0, 2, 0], b"isommp42", &[7; 2_000]].concat()
}

/// A server whose jobs are kept in this folder, and asked about as often as can be.
pub(crate) fn filming(folder: &Path, providers: &[Value], edit: impl FnOnce(&mut Config)) -> TestServer {
    serving(providers, |config| {
        keep_jobs(config, folder);
        edit(config);
    })
}

/// Keeps jobs in this folder, and asks about them as often as can be.
pub(crate) fn keep_jobs(config: &mut Config, folder: &Path) {
    config.store.dir = Some(folder.join("store"));
    config.content.dir = Some(folder.join("content"));
    config.jobs.poll = Duration::from_millis(10);
    config.jobs.webhook_retry = Duration::from_millis(10);
    config.fetch.allow = AllowList::parse(&["127.0.0.1".to_owned()]).expect("it is an address");
}

/// A request for a video with these fields over the least there can be.
pub(crate) fn film(fields: Value) -> Request {
    let least = json!({ "model": "m", "prompt": "A cat" });
    Request::new("POST", "/v1/videos").body("application/json", over(least, fields).to_string())
}

impl TestServer {
    /// Asks for a video; gives the job's id.
    #[track_caller]
    pub(crate) fn filmed(&self, fields: Value) -> String {
        let answer = film(fields).send(self);
        assert_eq!(answer.status, 200, "{answer}");
        answer.json()["id"].as_str().expect("jobs have ids").to_owned()
    }

    /// A job as it stands.
    pub(crate) fn job(&self, id: &str) -> Value {
        Request::new("GET", format!("/v1/videos/{id}")).send(self).json()
    }

    /// The job once it has ended.
    pub(crate) fn ended(&self, id: &str) -> Value {
        let mut job = Value::Null;
        wait_until("the job ends", || {
            job = self.job(id);
            matches!(job["status"].as_str(), Some("completed" | "failed"))
        });
        job
    }

    /// What a job made.
    pub(crate) fn content_of(&self, id: &str) -> Answer {
        Request::new("GET", format!("/v1/videos/{id}/content")).send(self)
    }
}
