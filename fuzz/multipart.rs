//! Multipart uploads through the real router, as clients send them.
//!
//! Every input is used twice. As a body: whatever it is, the answer blames the client, and does so in the same words
//! however the body was cut on its way. As a plan for a well-formed body: that arrives whole, byte for byte. Nothing
//! here gets as far as decoding pictures or PDFs.

#![no_main]

mod seeds;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::Request;
use libfuzzer_sys::fuzz_target;
use mediary::config::Config;
use mediary::gateway::{Gateway, Parts, Pipelines, Recipe};
use mediary::http::{AppState, router};
use mediary::models::{Locations, Models};
use mediary::providers::Providers;
use mediary_core::ContentHash;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

const BOUNDARY: &str = "frontier";

fuzz_target!(init: seeds::write("multipart", multipart_seeds()), |input: &[u8]| {
    thread_local!(static DOOR: Door = Door::new());
    DOOR.with(|door| {
        door.refuses_alike_however_it_is_cut(input);
        door.takes_what_is_well_formed(&mut Choices(input));
    });
});

/// The server's routes, with nothing installed behind them.
struct Door {
    runtime: Runtime,
    app: Router,
}

/// What was answered.
struct Answer {
    status: u16,
    body: Value,
}

impl Door {
    fn new() -> Self {
        let nowhere = PathBuf::from("mediary-fuzz-installs-nothing-here");
        let place = Locations { home: Some(nowhere.clone()), cwd: nowhere.clone(), config_dir: None };
        let models = Models::open(&place).expect("the embedded cards are sound");
        let config = Config::default();
        let parts = Parts {
            config: &config,
            recipe: Recipe::embedded(),
            pipelines: Pipelines::embedded(),
            ffmpeg: None,
            espeak: None,
            libreoffice: None,
            providers: Providers::default(),
            models: &models,
            cache_dir: None,
            program: nowhere,
        };
        let gateway = Gateway::new(parts).expect("threads");
        let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
        Self { runtime, app: router(AppState::new(Arc::new(gateway), Arc::new(config))) }
    }

    fn post(&self, query: &str, boundary: &str, chunks: Vec<Bytes>) -> Answer {
        let chunks = futures_util::stream::iter(chunks.into_iter().map(Ok::<_, std::convert::Infallible>));
        let request = Request::post(format!("/v1/ocr/process{query}"))
            .header("content-type", format!("multipart/form-data; boundary={boundary}"))
            .body(Body::from_stream(chunks))
            .expect("a sound request");
        self.runtime.block_on(async {
            let response = self.app.clone().oneshot(request).await.expect("the router answers always");
            let status = response.status().as_u16();
            let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("the answer is in memory");
            Answer { status, body: serde_json::from_slice(&body).expect("the answer is JSON") }
        })
    }

    fn refuses_alike_however_it_is_cut(&self, input: &[u8]) {
        // A body that is understood is refused for the query, before any file is looked into.
        let ask = |chunks| self.post("?fuzz=1", BOUNDARY, chunks);
        let whole = ask(vec![Bytes::copy_from_slice(input)]);
        assert!(matches!(whole.status, 400 | 413), "{}: {}", whole.status, whole.body);
        let sizes = input.iter().take(16).map(|byte| usize::from(byte % 32) + 1);
        let cut = ask(cut(input, sizes));
        assert_eq!((cut.status, cut.body), (whole.status, whole.body));
    }

    fn takes_what_is_well_formed(&self, choices: &mut Choices<'_>) {
        let boundary = format!("b{}", choices.text(8, b"abXY019_-'"));
        let mut body = Vec::new();
        let mut files = Vec::new();
        for number in 0..=choices.below(3) {
            if choices.below(2) == 1 {
                let password = choices.text(40, b"\r\n-ab b:;=\"");
                part(&mut body, &boundary, "name=\"password\"", "", &password);
            }
            let name = format!("{number}{}", choices.text(6, b"ab .-_=;"));
            // Begins like no format and holds what may be taken for a boundary.
            let text = format!("_{}", choices.text(200, b"\r\n\r\n---bXYa01:;=\""));
            let disposition = format!("name=\"file\"; filename=\"{name}\"");
            part(&mut body, &boundary, &disposition, "Content-Type: text/plain\r\n", &text);
            files.push((name, text));
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        let is_sound = body.windows(boundary.len() + 4).filter(|part| part.ends_with(boundary.as_bytes()));
        let borders = is_sound.filter(|part| part.starts_with(b"\r\n--")).count();
        let parts = body.windows(20).filter(|window| *window == b"Content-Disposition:").count();
        if borders != parts {
            return;
        }
        let sizes: Vec<usize> = (0..8).map(|_| choices.below(64) + 1).collect();
        let answer = self.post("", &boundary, cut(&body, sizes.into_iter()));
        let shown = String::from_utf8_lossy(&body);
        assert_eq!(answer.status, 200, "{}: {shown:?}", answer.body);
        let readings = answer.body["data"].as_array().cloned().unwrap_or_else(|| vec![answer.body.clone()]);
        assert_eq!(readings.len(), files.len(), "{shown:?}");
        for (reading, (name, text)) in readings.iter().zip(files) {
            let hash = ContentHash::of(text.as_bytes()).to_string();
            assert_eq!(reading["media"]["sha256"], hash.as_str(), "{shown:?}");
            assert_eq!(reading["file_name"], name.as_str(), "{shown:?}");
        }
    }
}

fn part(body: &mut Vec<u8>, boundary: &str, disposition: &str, headers: &str, content: &str) {
    let head = format!("--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n{headers}\r\n{content}\r\n");
    body.extend_from_slice(head.as_bytes());
}

/// Cuts a body into pieces of the given sizes, again and again.
fn cut(body: &[u8], sizes: impl Iterator<Item = usize> + Clone) -> Vec<Bytes> {
    let mut chunks = Vec::new();
    let mut rest = body;
    for size in sizes.cycle() {
        if rest.is_empty() {
            break;
        }
        let (chunk, after) = rest.split_at(size.min(rest.len()));
        chunks.push(Bytes::copy_from_slice(chunk));
        rest = after;
    }
    chunks
}

/// Choices made by the bytes of an input; zero when they are used up.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn below(&mut self, bound: usize) -> usize {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        usize::from(*first) % bound
    }

    fn text(&mut self, most: usize, letters: &[u8]) -> String {
        let length = self.below(most + 1);
        (0..length).map(|_| char::from(letters[self.below(letters.len())])).collect()
    }
}

fn multipart_seeds() -> Vec<Vec<u8>> {
    let mut bodies: Vec<Vec<u8>> = Vec::new();
    for sample in seeds::samples() {
        let mut body = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n")
            .into_bytes();
        body.extend_from_slice(&sample[..sample.len().min(300)]);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        bodies.push(body);
    }
    let mut several = Vec::new();
    part(&mut several, BOUNDARY, "name=\"output\"", "", "text");
    part(
        &mut several,
        BOUNDARY,
        "name=\"files[]\"; filename*=UTF-8''%e2%82%ac.txt",
        "Content-Type: text/csv\r\n",
        "a;b",
    );
    part(&mut several, BOUNDARY, "name=file; filename=a", "Content-Transfer-Encoding: base64\r\nX: y\r\n", "");
    let unfinished = several.clone();
    several.extend_from_slice(format!("--{BOUNDARY}--").as_bytes());
    let preamble = [b"This is a message.\r\n", several.as_slice()].concat();
    let nested = [several.as_slice(), b"\r\nepilogue\r\n--frontier\r\n"].concat();
    let mut many = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n\r\n").repeat(102);
    many.push_str("--frontier--");
    bodies.extend([several, unfinished, preamble, nested, many.into_bytes(), Vec::new(), b"--frontier--".to_vec()]);
    bodies
}
