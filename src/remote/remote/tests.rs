//! Calls against a provider on loopback that answers with bytes written out here.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mediary_core::capability::Abilities;
use mediary_core::task::{Chat, Message, ReplyEvent, ReplyFrame, Role};
use mediary_core::{Failure, FailureKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::{Remote, Reply};
use crate::{Auth, Call, Endpoint, OpenAi, Quirks, Timeouts, provider_client};

const KEY: &str = "key-of-the-test-0123";
const PATIENT: Timeouts = Timeouts { first_byte: Duration::from_secs(20), stall: Duration::from_secs(20) };

const SSE: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n";
const HELLO: &str = "data: {\"id\":\"1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\n\
                     data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\n\n";
const DONE: &str = "data: [DONE]\n\n";

/// What the provider does after a request has arrived.
#[derive(Clone)]
enum Step {
    /// Writes this.
    Say(String),
    /// Waits.
    Wait(Duration),
    /// Waits until the caller closes the connection.
    Listen,
    /// Closes it.
    HangUp,
}

fn say(text: impl Into<String>) -> Step {
    Step::Say(text.into())
}

fn with_length(head: &str, body: &str) -> String {
    format!("{head}content-length: {}\r\n\r\n{body}", body.len())
}

fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

/// A provider. Every request of every connection is answered alike; then the connection is closed, or kept if the
/// answer came with its length or its end.
struct Provider {
    remote: Remote,
    heads: Arc<Mutex<Vec<String>>>,
    connections: Arc<Mutex<usize>>,
    arrived: Arc<Notify>,
    hung_up: Arc<Notify>,
    _tasks: JoinSet<()>,
}

impl Provider {
    async fn new(steps: Vec<Step>) -> Self {
        Self::with_auth(steps, Auth::Bearer).await
    }

    async fn with_auth(steps: Vec<Step>, auth: Auth) -> Self {
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

    async fn call(&self, timeouts: Timeouts) -> Result<Reply, Failure> {
        let chat = Chat { messages: vec![Message::text(Role::User, "hi")], stream: true, ..Chat::default() };
        let abilities = Abilities::chat("test/m".parse().unwrap());
        let call = Call { chat: &chat, abilities: &abilities, quirks: &self.remote.endpoint().quirks, dropped: &[] };
        self.remote.chat(&call, Some(KEY), timeouts).await
    }

    async fn frames(&self, timeouts: Timeouts) -> Result<Vec<ReplyFrame>, Failure> {
        all(&mut self.call(timeouts).await?).await
    }

    async fn failure(&self, timeouts: Timeouts) -> Failure {
        self.frames(timeouts).await.expect_err("the call fails")
    }
}

async fn answer(
    mut connection: TcpStream,
    steps: Vec<Step>,
    heads: Arc<Mutex<Vec<String>>>,
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

async fn all(reply: &mut Reply) -> Result<Vec<ReplyFrame>, Failure> {
    let mut frames = Vec::new();
    while let Some(frame) = reply.next().await {
        frames.push(frame?);
    }
    reply.close().await;
    Ok(frames)
}

fn text(frames: &[ReplyFrame]) -> String {
    let events = frames.iter().flat_map(|frame| &frame.events);
    let texts = events.filter_map(|event| match event {
        ReplyEvent::Text { text, .. } => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

#[tokio::test]
async fn a_stream_is_handed_out_frame_by_frame() {
    let provider = Provider::new(vec![say(format!("{SSE}\r\n{HELLO}{DONE}"))]).await;
    let frames = provider.frames(PATIENT).await.unwrap();
    assert_eq!(text(&frames), "Hello");
    assert_eq!(frames.len(), 2);
    assert!(frames[0].raw.starts_with(b"{\"id\":\"1\""), "the frame's data as it came");
}

#[tokio::test]
async fn frames_that_came_together_are_handed_out_without_waiting() {
    let provider = Provider::new(vec![say(format!("{SSE}\r\n{HELLO}")), Step::Listen]).await;
    let mut reply = provider.call(PATIENT).await.unwrap();
    assert!(reply.is_stream());
    assert!(reply.next_ready().is_none(), "nothing is here before somebody waited for it");
    let first = reply.next().await.unwrap().unwrap();
    let second = reply.next_ready().expect("the second frame came with the first").unwrap();
    assert_eq!(text(&[first, second]), "Hello");
    assert!(reply.next_ready().is_none());
}

#[tokio::test]
async fn a_whole_body_is_one_frame() {
    let body = r#"{"id":"1","choices":[{"message":{"content":"Hello"},"finish_reason":"stop"}]}"#;
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    let provider = Provider::new(vec![say(with_length(head, body))]).await;
    let frames = provider.frames(PATIENT).await.unwrap();
    assert_eq!((text(&frames).as_str(), frames.len()), ("Hello", 1));
    assert_eq!(frames[0].raw, body);
}

#[tokio::test]
async fn the_key_travels_in_its_header_and_nowhere_else() {
    let body = r#"{"choices":[{"message":{"content":"Hello"}}]}"#;
    let step = say(with_length("HTTP/1.1 200 OK\r\n", body));
    let rows = [
        (Auth::Bearer, Some(format!("authorization: Bearer {KEY}\r\n"))),
        (Auth::Header("api-key".to_owned()), Some(format!("api-key: {KEY}\r\n"))),
        (Auth::None, None),
    ];
    for (auth, expected) in rows {
        let provider = Provider::with_auth(vec![step.clone()], auth).await;
        provider.frames(PATIENT).await.unwrap();
        let head = provider.heads.lock().unwrap()[0].clone();
        assert!(head.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{head}");
        assert!(head.contains("x-title: mediary\r\n") && head.contains("content-type: application/json\r\n"), "{head}");
        assert_eq!(head.matches(KEY).count(), usize::from(expected.is_some()), "{head}");
        assert!(expected.is_none_or(|header| head.contains(&header)), "{head}");
    }
}

#[tokio::test]
async fn answers_that_are_no_answers_are_failures() {
    let error = |status: &str, more: &str, body: &str| with_length(&format!("HTTP/1.1 {status}\r\n{more}"), body);
    let cut = format!("{SSE}content-length: 5000\r\n\r\n{HELLO}");
    let rows = [
        (
            error("429 Too Many Requests", "retry-after: 7\r\n", r#"{"error":{"message":"slow down"}}"#),
            FailureKind::RateLimited { retry_after: Some(Duration::from_secs(7)) },
            "the provider's key has asked too often (429)",
        ),
        (
            error("401 Unauthorized", "", &format!(r#"{{"error":{{"message":"wrong key {KEY}"}}}}"#)),
            FailureKind::BadKey,
            "the provider refused the key (401)",
        ),
        (
            error("400 Bad Request", "", &format!(r#"{{"error":{{"message":"no field {KEY} in messages"}}}}"#)),
            FailureKind::Malformed,
            "the provider finds the request malformed (400): no field … in messages",
        ),
        (
            error("200 OK", "content-type: text/html\r\n", "<html>Log in</html>"),
            FailureKind::Garbled,
            "the provider answered with a web page; its base_url is probably wrong",
        ),
        (
            error("307 Temporary Redirect", "location: http://127.0.0.1:1/?key=1\r\n", ""),
            FailureKind::Unreachable,
            "the provider sends its callers elsewhere (307); its base_url is probably wrong",
        ),
        (cut, FailureKind::Garbled, "the provider's answer broke off"),
        (
            format!("{SSE}\r\n{}", &HELLO[..HELLO.len() - 20]),
            FailureKind::Garbled,
            "the provider's answer cannot be understood: it is no JSON of the shape it should have",
        ),
        (
            format!("{SSE}\r\n{}\n\n{DONE}", HELLO.lines().next().unwrap()),
            FailureKind::Garbled,
            "the provider's stream ended in the middle of the reply",
        ),
        (
            error("200 OK", "content-type: application/json\r\n", "{\"choices\":["),
            FailureKind::Garbled,
            "the provider's answer cannot be understood: it is no JSON of the shape it should have",
        ),
        (
            "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 100\r\n\r\ncut".to_owned(),
            FailureKind::Overloaded { retry_after: None },
            "the provider is overloaded or broke down (503)",
        ),
        (
            String::new(),
            FailureKind::Unreachable,
            "the connection to the provider was lost before it answered: the connection was closed",
        ),
    ];
    for (answer, kind, detail) in rows {
        let provider = Provider::new(vec![say(&*answer), Step::HangUp]).await;
        assert_eq!(provider.failure(PATIENT).await, Failure::new(kind, detail), "{answer}");
    }
}

#[tokio::test]
async fn an_address_where_nothing_listens_is_a_failure_that_says_so() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
    drop(listener);
    let endpoint = Endpoint { base_url, auth: Auth::Bearer, headers: Vec::new(), quirks: Quirks::default() };
    let remote = Remote::new(&provider_client(Duration::from_secs(5)), Arc::new(OpenAi), endpoint);
    let failure = remote.list_models(Some(KEY)).await.unwrap_err();
    assert_eq!(
        failure,
        Failure::new(FailureKind::Unreachable, "the provider cannot be reached: nothing listens there")
    );
}

#[tokio::test]
async fn silence_is_timed_out() {
    let brief = Duration::from_millis(50);
    let to_begin = Timeouts { first_byte: brief, ..PATIENT };
    let between = Timeouts { stall: brief, ..PATIENT };
    let begun = format!("{SSE}\r\n{}\n\n", HELLO.lines().next().unwrap());
    let rows = [
        (vec![Step::Listen], to_begin, "did not begin"),
        (vec![say(format!("{SSE}\r\n")), Step::Listen], to_begin, "did not begin"),
        (vec![say(begun), Step::Listen], between, "fell silent"),
    ];
    for (steps, timeouts, words) in rows {
        let provider = Provider::new(steps).await;
        let failure = provider.failure(timeouts).await;
        assert_eq!(failure.kind, FailureKind::TimedOut);
        assert!(failure.detail.contains(words), "{} does not say: {words}", failure.detail);
    }
}

#[tokio::test]
async fn whoever_goes_away_hangs_up() {
    // While nothing has come, and in the middle of a reply.
    let silent = Provider::new(vec![Step::Listen]).await;
    tokio::select! {
        answered = silent.call(PATIENT) => unreachable!("nobody answers, but here is {answered:?}"),
        () = silent.arrived.notified() => {}
    }
    let heard = tokio::time::timeout(Duration::from_secs(10), silent.hung_up.notified()).await;
    heard.expect("the dropped call ends the connection");

    let begun = Provider::new(vec![say(format!("{SSE}\r\n{HELLO}")), Step::Listen]).await;
    let mut reply = begun.call(PATIENT).await.unwrap();
    reply.next().await.unwrap().unwrap();
    drop(reply);
    let heard = tokio::time::timeout(Duration::from_secs(10), begun.hung_up.notified()).await;
    heard.expect("the dropped reply ends the connection");
}

#[tokio::test]
async fn a_connection_that_was_read_to_its_end_is_used_again() {
    let chunked = format!("{SSE}transfer-encoding: chunked\r\n\r\n");
    let end = say("0\r\n\r\n");
    let rows = [
        vec![say(format!("{chunked}{}0\r\n\r\n", chunk(&format!("{HELLO}{DONE}"))))],
        // The end comes a little after the last event.
        vec![say(format!("{chunked}{}", chunk(&format!("{HELLO}{DONE}")))), Step::Wait(Duration::from_millis(2)), end],
    ];
    for steps in rows {
        let provider = Provider::new(steps).await;
        for _ in 0..3 {
            assert_eq!(text(&provider.frames(PATIENT).await.unwrap()), "Hello");
            // A task of the client's puts the connection back.
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
        }
        assert_eq!(*provider.connections.lock().unwrap(), 1);
    }
}

#[tokio::test]
async fn after_the_end_was_said_nobody_waits_for_the_connection() {
    let provider = Provider::new(vec![say(format!("{SSE}\r\n{HELLO}{DONE}")), Step::Listen]).await;
    let frames = tokio::time::timeout(Duration::from_secs(10), provider.frames(PATIENT)).await;
    assert_eq!(text(&frames.expect("the stream is over").unwrap()), "Hello");
}

#[tokio::test]
async fn models_are_listed_in_either_shape() {
    for body in [r#"{"object":"list","data":[{"id":"a"},{"id":"b","x":1}]}"#, r#"[{"id":"a"},{"id":"b"}]"#] {
        let provider = Provider::new(vec![say(with_length("HTTP/1.1 200 OK\r\n", body))]).await;
        let listed = provider.remote.list_models(Some(KEY)).await.unwrap();
        let told: Vec<_> = listed.iter().map(|model| (model.name.as_str(), model.skills)).collect();
        assert_eq!(told, [("a", None), ("b", None)]);
        assert!(provider.heads.lock().unwrap()[0].starts_with("GET /v1/models HTTP/1.1\r\n"));
    }
    let provider = Provider::new(vec![say(with_length("HTTP/1.1 200 OK\r\n", "{}"))]).await;
    assert_eq!(provider.remote.list_models(None).await.unwrap_err().kind, FailureKind::Garbled);
}

#[tokio::test]
async fn bodies_are_read_to_their_limit() {
    let provider = Provider::new(vec![say(with_length("HTTP/1.1 200 OK\r\n", "0123456789"))]).await;
    let get = |most| provider.remote.json(http::Method::GET, "/x", None, None, PATIENT, most);
    assert_eq!(get(10).await.unwrap(), "0123456789");
    assert_eq!(get(9).await.unwrap_err().kind, FailureKind::Garbled);
}
