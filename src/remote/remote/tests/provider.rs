//! The provider of these tests: on loopback, answering with bytes that a test writes out.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mediary_core::capability::Abilities;
use mediary_core::task::{Chat, Message, ReplyEvent, ReplyFrame, Role};
use mediary_core::{Blob, Failure, FailureKind, Media, MediaFormat};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::super::{Remote, Reply};
use crate::{Auth, Call, Endpoint, OpenAi, Quirks, Timeouts, provider_client};

pub(super) const KEY: &str = "key-of-the-test-0123";
pub(super) const PATIENT: Timeouts = Timeouts { first_byte: Duration::from_secs(20), stall: Duration::from_secs(20) };

pub(super) const SSE: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n";
pub(super) const HELLO: &str = "data: {\"id\":\"1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\n\
                     data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\n\n";
pub(super) const DONE: &str = "data: [DONE]\n\n";

/// What the provider does after a request has arrived.
#[derive(Clone)]
pub(super) enum Step {
    /// Writes this.
    Say(String),
    /// Waits.
    Wait(Duration),
    /// Waits until the caller closes the connection.
    Listen,
    /// Closes it.
    HangUp,
}

pub(super) fn say(text: impl Into<String>) -> Step {
    Step::Say(text.into())
}

pub(super) fn with_length(head: &str, body: &str) -> String {
    format!("{head}content-length: {}\r\n\r\n{body}", body.len())
}

pub(super) fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

/// A provider. Every request of every connection is answered alike; then the connection is closed, or kept if the
/// answer came with its length or its end.
pub(super) struct Provider {
    pub(super) remote: Remote,
    pub(super) heads: Arc<Mutex<Vec<String>>>,
    pub(super) connections: Arc<Mutex<usize>>,
    pub(super) arrived: Arc<Notify>,
    pub(super) hung_up: Arc<Notify>,
    _tasks: JoinSet<()>,
}

impl Provider {
    pub(super) async fn new(steps: Vec<Step>) -> Self {
        Self::with_auth(steps, Auth::Bearer).await
    }

    pub(super) async fn with_auth(steps: Vec<Step>, auth: Auth) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        let heads = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(Mutex::new(0));
        let (arrived, hung_up) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (seen, counted) = (heads.clone(), connections.clone());
        let notified = [arrived.clone(), hung_up.clone()];
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut callers = JoinSet::new();
            while let Ok((connection, _)) = listener.accept().await {
                *counted.lock().unwrap() += 1;
                callers.spawn(answer(connection, steps.clone(), seen.clone(), notified.clone()));
            }
        });
        let headers = vec![("x-title".to_owned(), "mediary".to_owned())];
        let endpoint = Endpoint { base_url, auth, headers, quirks: Quirks::default() };
        let remote = Remote::new(&provider_client(Duration::from_secs(5)), Arc::new(OpenAi), endpoint);
        Self { remote, heads, connections, arrived, hung_up, _tasks: tasks }
    }

    pub(super) async fn call(&self, timeouts: Timeouts) -> Result<Reply, Failure> {
        let chat = Chat { messages: vec![Message::text(Role::User, "hi")], stream: true, ..Chat::default() };
        let abilities = Abilities::chat("test/m".parse().unwrap());
        let call = Call { chat: &chat, abilities: &abilities, quirks: &self.remote.endpoint().quirks, dropped: &[] };
        self.remote.chat(&call, Some(KEY), timeouts).await
    }

    pub(super) async fn frames(&self, timeouts: Timeouts) -> Result<Vec<ReplyFrame>, Failure> {
        all(&mut self.call(timeouts).await?).await
    }

    pub(super) async fn failure(&self, timeouts: Timeouts) -> Failure {
        self.frames(timeouts).await.expect_err("the call fails")
    }
}

async fn answer(
    mut connection: TcpStream,
    steps: Vec<Step>,
    pub(super) heads: Arc<Mutex<Vec<String>>>,
    [arrived, hung_up]: [Arc<Notify>; 2],
) {
    // Otherwise small pieces wait for the acknowledgement of the ones before.
    connection.set_nodelay(true).unwrap();
    while let Some(head) = request(&mut connection).await {
        heads.lock().unwrap().push(head);
        arrived.notify_one();
        for step in &steps {
            match step {
                Step::Say(text) => {
                    if connection.write_all(text.as_bytes()).await.is_err() {
                        return;
                    }
                }
                Step::HangUp => return,
                Step::Wait(time) => tokio::time::sleep(*time).await,
                Step::Listen => {
                    let mut byte = [0];
                    let _gone = connection.read(&mut byte).await;
                    hung_up.notify_one();
                    return;
                }
            }
        }
        let ends = steps.iter().any(
            |step| matches!(step, Step::Say(text) if text.contains("content-length") || text.contains("0\r\n\r\n")),
        );
        if !ends {
            return;
        }
    }
}

/// The head and body of the next request.
async fn request(connection: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let read = connection.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(text);
            }
        }
    }
}

pub(super) async fn all(reply: &mut Reply) -> Result<Vec<ReplyFrame>, Failure> {
    let mut frames = Vec::new();
    while let Some(frame) = reply.next().await {
        frames.push(frame?);
    }
    reply.close().await;
    Ok(frames)
}

pub(super) fn text(frames: &[ReplyFrame]) -> String {
    let events = frames.iter().flat_map(|frame| &frame.events);
    let texts = events.filter_map(|event| match event {
        ReplyEvent::Text { text, .. } => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}
