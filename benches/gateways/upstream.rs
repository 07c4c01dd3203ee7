//! A provider that answers at once: the same small completion for every request, or a stream of as many tokens as asked.
//!
//! `upstream` listens on a free port and prints it. `POST /bench/TOKENS/GAP_US` sets how long streams are and how far
//! apart their tokens come (0: as fast as they are taken); `GET /bench` says how many requests came since, and how large
//! the largest was. It reads a large body without keeping it, so that what is measured is on its way here, not here.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::Response;
use axum::http::header::CONTENT_TYPE;
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use futures_util::{Stream, StreamExt, stream};
use http_body_util::BodyExt;
use tokio::time::{Instant, sleep_until};

const ANSWER: &str = r#"{"id":"chatcmpl-bench","object":"chat.completion","created":1767225600,"model":"small","choices":[{"index":0,"message":{"role":"assistant","content":"The answer is four.","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":21,"completion_tokens":5,"total_tokens":26}}"#;

/// A request longer than this is not looked into: it carries media and wants a plain answer.
const SMALL_BYTES: usize = 64 * 1024;

/// What streams say. Some gateways cut off a model that repeats itself.
const WORDS: [&str; 8] = ["one", "three", "seven", "ten", "forty", "sixty", "zero", "eleven"];

#[derive(Default)]
struct Bench {
    tokens: AtomicU64,
    gap_us: AtomicU64,
    requests: AtomicU64,
    largest_bytes: AtomicU64,
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/v1/chat/completions", post(complete))
        .route("/bench", get(seen))
        .route("/bench/{tokens}/{gap_us}", post(set))
        .with_state(Arc::new(Bench::default()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    println!("{}", listener.local_addr().expect("it is bound").port());
    let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
    axum::serve(listener, app).await.expect("serving only ends with the process");
}

async fn set(State(bench): State<Arc<Bench>>, Path((tokens, gap_us)): Path<(u64, u64)>) {
    bench.tokens.store(tokens, Relaxed);
    bench.gap_us.store(gap_us, Relaxed);
    bench.requests.store(0, Relaxed);
    bench.largest_bytes.store(0, Relaxed);
}

async fn seen(State(bench): State<Arc<Bench>>) -> String {
    let (requests, largest) = (bench.requests.load(Relaxed), bench.largest_bytes.load(Relaxed));
    format!(r#"{{"requests":{requests},"largest_bytes":{largest}}}"#)
}

async fn complete(State(bench): State<Arc<Bench>>, mut body: Body) -> Response<Body> {
    let (mut total, mut small) = (0, Vec::new());
    while let Some(Ok(frame)) = body.frame().await {
        let Ok(data) = frame.into_data() else { continue };
        total += data.len();
        if total <= SMALL_BYTES {
            small.extend_from_slice(&data);
        }
    }
    bench.requests.fetch_add(1, Relaxed);
    bench.largest_bytes.fetch_max(total as u64, Relaxed);
    let asks = |member: &str| total <= SMALL_BYTES && says_true(&small, member);
    if asks("\"stream\"") {
        let usage = asks("\"include_usage\"");
        let frames = frames(bench.tokens.load(Relaxed), bench.gap_us.load(Relaxed), usage);
        answer("text/event-stream", Body::from_stream(frames.map(Ok::<_, Infallible>)))
    } else {
        answer("application/json", Body::from(ANSWER))
    }
}

/// Whether a member, which no text in these requests mentions, is true.
fn says_true(body: &[u8], member: &str) -> bool {
    let Some(place) = memchr::memmem::find(body, member.as_bytes()) else { return false };
    let value = &body[place + member.len()..];
    let rest = value.iter().copied().filter(|byte| !byte.is_ascii_whitespace());
    rest.take(5).eq(*b":true")
}

fn answer(kind: &'static str, body: Body) -> Response<Body> {
    Response::builder().header(CONTENT_TYPE, kind).body(body).expect("these headers are valid")
}

/// The events of a stream: the role, the tokens, the end, and the usage for clients that ask.
fn frames(tokens: u64, gap_us: u64, usage: bool) -> impl Stream<Item = Bytes> {
    let words = WORDS.map(|word| event(&format!(r#"{{"content":" {word}"}}"#), "null"));
    let mut end = event("{}", "\"stop\"").to_vec();
    if usage {
        let total = tokens + 21;
        let counts = format!(r#""prompt_tokens":21,"completion_tokens":{tokens},"total_tokens":{total}"#);
        end.extend_from_slice(format!("data: {{{HEAD},\"choices\":[],\"usage\":{{{counts}}}}}\n\n").as_bytes());
    }
    end.extend_from_slice(b"data: [DONE]\n\n");
    let begin = Instant::now();
    let paced = stream::iter(1..=tokens).then(move |number| {
        let token = words[number as usize % words.len()].clone();
        async move {
            if gap_us > 0 {
                // From the beginning, not from the one before: a late token does not delay those after it.
                sleep_until(begin + Duration::from_micros(gap_us * number)).await;
            }
            token
        }
    });
    let role = event(r#"{"role":"assistant","content":""}"#, "null");
    stream::iter([role]).chain(paced).chain(stream::iter([Bytes::from(end)]))
}

const HEAD: &str = r#""id":"chatcmpl-bench","object":"chat.completion.chunk","created":1767225600,"model":"small""#;

fn event(delta: &str, finish: &str) -> Bytes {
    let choice = format!(r#"{{"index":0,"delta":{delta},"logprobs":null,"finish_reason":{finish}}}"#);
    Bytes::from(format!("data: {{{HEAD},\"choices\":[{choice}]}}\n\n"))
}
