//! What a collector of OpenTelemetry is told: a span for each request with its calls below it, numbers, and never a word of
//! what was said. It is told nothing where none is named.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use rustix::process::Signal;
use serde_json::json;

use super::chat_talk::over;
use super::chat_words::{fails, says, streams};
use super::cli_serve::Served;
use super::client::Answer;
use super::keys_providers::Place;
use super::upstream::Upstream;

/// What was posted: the path, the headers and the body.
type Post = (String, String, Vec<u8>);

/// A collector on loopback.
struct Collector {
    address: SocketAddr,
    posts: Arc<Mutex<Vec<Post>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Collector {
    fn new() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let (posts, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (noted, stopped) = (posts.clone(), stop.clone());
        let thread = std::thread::spawn(move || {
            for connection in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let _ = connection.and_then(|connection| take(connection, &noted));
            }
        });
        Self { address, posts, stop, thread: Some(thread) }
    }

    fn posts(&self, path: &str) -> Vec<Post> {
        self.posts
            .lock()
            .expect("no test panics while it holds it")
            .iter()
            .filter(|(its, ..)| its == path)
            .cloned()
            .collect()
    }

    fn spans(&self) -> Vec<Span> {
        let posts = self.posts("/v1/traces");
        let requests = posts.iter().map(|(.., body)| ExportTraceServiceRequest::decode(&body[..]).expect("OTLP"));
        let scopes = requests.flat_map(|request| request.resource_spans).flat_map(|of| of.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }

    /// Metrics by name, each of its last points' attributes with their counts.
    fn points(&self, name: &str) -> Vec<(Vec<KeyValue>, u64, f64)> {
        let posts = self.posts("/v1/metrics");
        let Some((.., body)) = posts.last() else { return Vec::new() };
        let request = ExportMetricsServiceRequest::decode(&body[..]).expect("OTLP");
        let scopes = request.resource_metrics.into_iter().flat_map(|of| of.scope_metrics);
        let named = scopes.flat_map(|scope| scope.metrics).filter(|metric| metric.name == name);
        let points = named.filter_map(|metric| match metric.data {
            Some(Data::Histogram(histogram)) => Some(histogram.data_points),
            _ => None,
        });
        points.flatten().map(|point| (point.attributes, point.count, point.sum.unwrap_or_default())).collect()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.address));
        drop(self.thread.take().map(JoinHandle::join));
    }
}

fn take(mut connection: TcpStream, noted: &Mutex<Vec<Post>>) -> std::io::Result<()> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && connection.read(&mut byte)? == 1 {
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    connection.read_exact(&mut body)?;
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    noted.lock().expect("no test panics while it holds it").push((path, head, body));
    connection.write_all(
        b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    )
}

fn told(attributes: &[KeyValue], name: &str) -> String {
    let value = attributes.iter().find(|one| one.key == name).and_then(|one| one.value.clone()?.value);
    match value {
        Some(any_value::Value::StringValue(text)) => text,
        Some(any_value::Value::IntValue(number)) => number.to_string(),
        Some(any_value::Value::DoubleValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    }
}

fn chats(served: &Served, headers: &str, stream: bool) -> Answer {
    let body =
        json!({ "model": "m", "stream": stream, "messages": [{ "role": "user", "content": "a confidential text" }] });
    let body = body.to_string();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{headers}\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    served.request(&[head.as_bytes(), body.as_bytes()].concat())
}

#[test]
fn a_collector_is_told_of_requests_their_calls_and_their_tokens_and_of_no_word() {
    let collector = Collector::new();
    let first = Upstream::doing([fails(500, "broken", None)]);
    let second = Upstream::doing([says("A secret answer."), streams(&["A ", "secret", " answer."])]);
    let place = Place::with(&[
        over(first.far_entry("a", json!({})), json!({ "priority": 1 })),
        over(second.far_entry("b", json!({})), json!({ "priority": 2 })),
    ]);
    let endpoint = format!("http://{}/", collector.address);
    let served = place.serve(&[
        ("MEDIARY_TELEMETRY__OTLP", &endpoint),
        ("MEDIARY_TELEMETRY__OTLP_HEADERS", "authorization: Bearer of-the-collector"),
    ]);
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let answer = chats(&served, &format!("traceparent: {parent}\r\nx-request-id: visit-1\r\n"), false);
    assert_eq!(answer.status, 200, "{answer}");
    assert!(chats(&served, "", true).to_string().contains("secret"));
    let (code, _, log) = served.ended_by(Signal::TERM);
    assert_eq!(code, Some(0), "{log}");

    let spans = collector.spans();
    let requests: Vec<&Span> = spans.iter().filter(|span| span.name == "POST /v1/chat/completions").collect();
    assert_eq!(requests.len(), 2, "{spans:?}");
    let visit = requests.iter().find(|span| told(&span.attributes, "mediary.request.id") == "visit-1").unwrap();
    assert_eq!(
        visit.trace_id,
        [0x0a, 0xf7, 0x65, 0x19, 0x16, 0xcd, 0x43, 0xdd, 0x84, 0x48, 0xeb, 0x21, 0x1c, 0x80, 0x31, 0x9c]
    );
    assert_eq!(visit.parent_span_id, [0xb7, 0xad, 0x6b, 0x71, 0x69, 0x20, 0x33, 0x31]);
    for (name, expected) in [
        ("http.response.status_code", "200"),
        ("http.route", "/v1/chat/completions"),
        ("gen_ai.operation.name", "chat"),
        ("gen_ai.provider.name", "b"),
        ("gen_ai.response.model", "m"),
    ] {
        assert_eq!(told(&visit.attributes, name), expected, "{name}");
    }
    assert!(told(&visit.attributes, "gen_ai.usage.input_tokens").parse::<u64>().is_ok_and(|tokens| tokens > 0));
    let calls: Vec<&Span> = spans.iter().filter(|span| span.parent_span_id == visit.span_id).collect();
    let calls: Vec<(String, String)> = calls
        .iter()
        .map(|span| (told(&span.attributes, "gen_ai.provider.name"), told(&span.attributes, "error.type")))
        .collect();
    assert!(calls.contains(&("b".to_owned(), "None".to_owned())), "{calls:?}");
    assert!(calls.iter().any(|(provider, error)| provider == "a" && error == "overloaded"), "{calls:?}");
    for span in &spans {
        assert!(span.end_time_unix_nano >= span.start_time_unix_nano, "{span:?}");
    }

    let tokens = collector.points("gen_ai.client.token.usage");
    let kinds: Vec<String> = tokens.iter().map(|(attributes, ..)| told(attributes, "gen_ai.token.type")).collect();
    assert!(kinds.contains(&"input".to_owned()) && kinds.contains(&"output".to_owned()), "{kinds:?}");
    let durations = collector.points("gen_ai.client.operation.duration");
    let answered: u64 =
        durations.iter().filter(|(of, ..)| told(of, "error.type") == "None").map(|(_, count, _)| count).sum();
    assert_eq!(answered, 2, "{durations:?}");

    let posts = collector.posts.lock().expect("no test panics while it holds it");
    assert!(posts.iter().all(|(_, head, _)| head.contains("Bearer of-the-collector")), "{posts:?}");
    for (path, _, body) in posts.iter() {
        let body = String::from_utf8_lossy(body);
        assert!(!body.contains("confidential") && !body.contains("secret"), "{path} tells what was said");
    }
}

#[test]
fn a_collector_that_is_not_there_costs_no_answer() {
    let gone = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let up = Upstream::doing([says("Hello.")]);
    let place = Place::with(&[up.entry("a", json!({}))]);
    let endpoint = format!("http://{gone}");
    let served =
        place.serve(&[("MEDIARY_TELEMETRY__OTLP", &endpoint), ("MEDIARY_SERVER__SHUTDOWN_GRACE_SECONDS", "1")]);
    assert_eq!(chats(&served, "", false).status, 200);
    assert_eq!(served.ended_by(Signal::TERM).0, Some(0));
}
