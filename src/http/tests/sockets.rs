//! What needs a real connection: leaving clients, unfinished headers, refused uploads, and stopping in order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use futures_util::StreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::config::Server;
use crate::http::connection::Connections;
use crate::http::current::Current;
use crate::http::lanes::Lanes;
use crate::http::router::layered;
use crate::http::serve::accept;

/// Longer than anything here takes; reaching it is a failure.
const FOREVER: Duration = Duration::from_secs(20);

struct Running {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    server: JoinSet<()>,
}

impl Running {
    async fn start(routes: Router, patience: Duration, grace: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let connections =
            Connections { app: Current::of(layered(routes, &Server::default(), std::sync::Arc::default())), patience };
        let mut server = JoinSet::new();
        server.spawn(async move {
            let lanes = Lanes::start().unwrap();
            accept(listener, &lanes, connections, grace, async { drop(stopped.await) }).await;
        });
        Self { address, stop: Some(stop), server }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn send(&self, text: &str) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    async fn ended(&mut self) {
        timeout(FOREVER, self.server.join_next()).await.expect("the server ends").unwrap().unwrap();
    }
}

/// Everything until the server closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    timeout(FOREVER, stream.read_to_end(&mut bytes)).await.expect("the server closes").unwrap();
    String::from_utf8(bytes).unwrap()
}

/// A route that tells when it is entered, when it is dropped, and waits to be let go.
#[derive(Clone, Default)]
struct Gate {
    entered: Arc<Notify>,
    dropped: Arc<Notify>,
    open: Arc<Notify>,
}

impl Gate {
    fn routes(&self) -> Router {
        struct OnDrop(Arc<Notify>);
        impl Drop for OnDrop {
            fn drop(&mut self) {
                self.0.notify_one();
            }
        }
        let gate = self.clone();
        let wait = move || {
            let gate = gate.clone();
            async move {
                let _on_drop = OnDrop(gate.dropped.clone());
                gate.entered.notify_one();
                gate.open.notified().await;
                "through"
            }
        };
        // Multipart parsers stop at the last boundary, which need not be the end of the body.
        let part = wait.clone();
        let part = async move |body: Body| {
            let mut body = body.into_data_stream();
            body.next().await.unwrap().unwrap();
            drop(body);
            part().await
        };
        Router::new()
            .route("/gate", get(wait.clone()).post(wait))
            .route("/part", post(part))
            .route("/quick", get(|| async { "quick" }))
    }
}

async fn reached(notify: &Notify, what: &str) {
    timeout(FOREVER, notify.notified()).await.expect(what);
}

#[tokio::test]
async fn a_client_that_leaves_takes_its_request_with_it() {
    let gate = Gate::default();
    let server = Running::start(gate.routes(), FOREVER, FOREVER).await;
    let requests = [
        "GET /gate HTTP/1.1\r\nhost: localhost\r\n\r\n",
        "POST /gate HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\n\r\nbody",
        "POST /part HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
    ];
    for request in requests {
        let client = server.send(request).await;
        reached(&gate.entered, "the handler runs").await;
        drop(client);
        reached(&gate.dropped, request).await;
    }
}

#[tokio::test]
async fn an_unfinished_header_is_answered_with_408_and_a_silent_connection_closed() {
    let server = Running::start(Router::new(), Duration::from_millis(50), FOREVER).await;
    let answer = rest(&mut server.send("GET / HTTP/1.1\r\nhost: localh").await).await;
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("x-request-id: ") && head.contains(&format!("content-length: {}", body.len())), "{head}");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["error"]["code"], "request_timeout");
    assert_eq!(rest(&mut server.connect().await).await, "");
}

#[tokio::test]
async fn a_request_that_is_no_http_is_answered_and_the_next_one_served() {
    let server = Running::start(Gate::default().routes(), FOREVER, FOREVER).await;
    let answer = rest(&mut server.send("what is this\r\n\r\n").await).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    let huge = format!("GET /quick HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n", "x".repeat(1_000_000));
    let answer = rest(&mut server.send(&huge).await).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    let answer = rest(&mut server.send("GET /quick HTTP/1.1\r\nconnection: close\r\n\r\n").await).await;
    assert!(answer.ends_with("\r\n\r\nquick"), "{answer}");
}

#[tokio::test]
async fn a_client_still_sending_its_file_can_read_why_it_was_refused() {
    async fn refuse() -> crate::http::ApiError {
        mediary_core::Failure::too_large("too large").into()
    }
    let server = Running::start(Router::new().route("/", post(refuse)), FOREVER, FOREVER).await;
    let size = 32 * 1024 * 1024;
    let mut client =
        server.send(&format!("POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: {size}\r\n\r\n")).await;
    let piece = vec![b'x'; 1024 * 1024];
    for _ in 0..size / piece.len() {
        timeout(FOREVER, client.write_all(&piece)).await.unwrap().expect("the server reads on");
    }
    let answer = rest(&mut client).await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("file_too_large"), "{answer}");
}

#[tokio::test]
async fn stopping_waits_for_running_requests_and_closes_idle_connections() {
    let gate = Gate::default();
    let mut server = Running::start(gate.routes(), FOREVER, FOREVER).await;
    let mut unused = server.connect().await;
    let mut idle = server.send("GET /quick HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    let mut answered = [0; 8];
    idle.read_exact(&mut answered).await.unwrap();
    let mut running = server.send("GET /gate HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    reached(&gate.entered, "the handler runs").await;
    server.stop();
    assert_eq!(rest(&mut unused).await, "");
    assert!(rest(&mut idle).await.ends_with("quick"));
    assert!(TcpStream::connect(server.address).await.is_err(), "no new connections");
    gate.open.notify_one();
    let answer = rest(&mut running).await;
    assert!(answer.ends_with("\r\n\r\nthrough"), "{answer}");
    server.ended().await;
}

#[tokio::test]
async fn what_outlives_the_grace_is_dropped() {
    let gate = Gate::default();
    let mut server = Running::start(gate.routes(), FOREVER, Duration::from_millis(50)).await;
    let mut client = server.send("GET /gate HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    reached(&gate.entered, "the handler runs").await;
    server.stop();
    server.ended().await;
    reached(&gate.dropped, "the handler is dropped").await;
    assert_eq!(rest(&mut client).await, "");
}
