//! A provider on loopback that answers with bytes written out by each test.

use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use mediary_core::Failure;
use mediary_core::capability::Abilities;
use mediary_core::provider::{Call, Provider, ReplyStream, Timeouts};
use mediary_core::task::{Chat, Message, ReplyEvent, ReplyFrame, Role, Task};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::{Auth, Dialect, Endpoint, OpenAi, Quirks, Remote, provider_client};

/// The key of all calls.
pub(crate) const KEY: &str = "key-of-the-test-0123";
/// Longer than anything here takes.
pub(crate) const PATIENT: Timeouts = Timeouts { first_byte: Duration::from_secs(20), stall: Duration::from_secs(20) };

/// The head of a stream of events, without its end.
pub(crate) const SSE: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n";
/// A chat of one word in two frames.
pub(crate) const HELLO: &str = "data: {\"id\":\"1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\n\
                     data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\n\n";
/// How it ends.
pub(crate) const DONE: &str = "data: [DONE]\n\n";

/// What the provider does after a request has arrived.
#[derive(Clone)]
pub(crate) enum Step {
    /// Writes this.
    Say(String),
    /// Waits.
    Wait(Duration),
    /// Waits until the caller closes the connection.
    Listen,
    /// Closes it.
    HangUp,
}

pub(crate) fn say(text: impl Into<String>) -> Step {
    Step::Say(text.into())
}

pub(crate) fn with_length(head: &str, body: &str) -> String {
    format!("{head}content-length: {}\r\n\r\n{body}", body.len())
}

pub(crate) fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

/// A provider on loopback. Every request of every connection is answered alike; then the connection is closed, or kept if the
/// answer came with its length or its end.
pub(crate) struct Site {
    pub(crate) remote: Remote,
    /// Heads and bodies of the requests it was sent.
    pub(crate) requests: Arc<Mutex<Vec<String>>>,
    pub(crate) connections: Arc<Mutex<usize>>,
    /// Told of each request.
    pub(crate) arrived: Arc<Notify>,
    /// Told when a caller that was listened for has closed its connection.
    pub(crate) hung_up: Arc<Notify>,
    _tasks: JoinSet<()>,
}

impl Site {
    /// A provider that speaks OpenAI's dialect.
    pub(crate) async fn new(steps: Vec<Step>) -> Self {
        Self::speaking(&OpenAi, Auth::Bearer, steps).await
    }

    pub(crate) async fn speaking(dialect: &'static dyn Dialect, auth: Auth, steps: Vec<Step>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(Mutex::new(0));
        let (arrived, hung_up) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (seen, counted) = (requests.clone(), connections.clone());
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
        let remote = Remote::new(&provider_client(Duration::from_secs(5)), dialect, endpoint);
        Self { remote, requests, connections, arrived, hung_up, _tasks: tasks }
    }

    /// Has a task done.
    pub(crate) async fn call(&self, task: &Task, timeouts: Timeouts) -> Result<Box<dyn ReplyStream>, Failure> {
        let abilities = Abilities::of("test/m".parse().unwrap(), task.kind());
        let call = Call { task, abilities: &abilities, dropped: &[], key: Some(KEY), timeouts, reservation: None };
        self.remote.call(call).await
    }

    /// Has a streamed chat answered.
    pub(crate) async fn chat(&self, timeouts: Timeouts) -> Result<Box<dyn ReplyStream>, Failure> {
        let chat = Chat { messages: vec![Message::text(Role::User, "hi")], stream: true, ..Chat::default() };
        self.call(&Task::Chat(chat), timeouts).await
    }

    /// All frames of such an answer.
    pub(crate) async fn frames(&self, timeouts: Timeouts) -> Result<Vec<ReplyFrame>, Failure> {
        all(self.chat(timeouts).await?).await
    }

    /// The failure of such a call.
    pub(crate) async fn failure(&self, timeouts: Timeouts) -> Failure {
        self.frames(timeouts).await.expect_err("the call fails")
    }
}

async fn answer(
    mut connection: TcpStream,
    steps: Vec<Step>,
    requests: Arc<Mutex<Vec<String>>>,
    [arrived, hung_up]: [Arc<Notify>; 2],
) {
    // Otherwise small pieces wait for the acknowledgement of the ones before.
    connection.set_nodelay(true).unwrap();
    while let Some(request) = request(&mut connection).await {
        requests.lock().unwrap().push(request);
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

/// The next frame of a reply.
pub(crate) async fn next(reply: &mut dyn ReplyStream) -> Option<Result<ReplyFrame, Failure>> {
    poll_fn(|context| reply.poll_frame(context)).await
}

/// The next frame if it is here already.
pub(crate) fn ready(reply: &mut dyn ReplyStream) -> Poll<Option<Result<ReplyFrame, Failure>>> {
    reply.poll_frame(&mut Context::from_waker(Waker::noop()))
}

/// All frames, read to the end of the connection.
pub(crate) async fn all(mut reply: Box<dyn ReplyStream>) -> Result<Vec<ReplyFrame>, Failure> {
    let mut frames = Vec::new();
    while let Some(frame) = next(&mut *reply).await {
        frames.push(frame?);
    }
    reply.close().await;
    Ok(frames)
}

/// What the frames say.
pub(crate) fn text(frames: &[ReplyFrame]) -> String {
    let events = frames.iter().flat_map(|frame| &frame.events);
    let texts = events.filter_map(|event| match event {
        ReplyEvent::Text { text, .. } => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}
