//! The door as its clients see it: most tests drive the router without a socket, `sockets` those that are about one.

mod documents;
mod errors;
mod routes;
mod sockets;
mod visits;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt;

use super::{AppState, router};
use crate::config::Config;
use crate::gateway::{Gateway, Parts, Pipelines, Recipe};
use crate::models::{Locations, Models};
use crate::providers::Providers;

/// A state with nothing installed. Nothing is loaded before the first document, and no test here sends one.
fn state(config: Config) -> AppState {
    let nowhere = std::env::temp_dir().join("mediary-tests-install-nothing-here");
    let models =
        Models::open(&Locations { home: Some(nowhere.clone()), cwd: nowhere.clone(), config_dir: None }).unwrap();
    let gateway = Gateway::new(Parts {
        config: &config,
        recipe: Recipe::embedded(),
        pipelines: Pipelines::embedded(),
        ffmpeg: None,
        heif: None,
        espeak: None,
        libreoffice: None,
        providers: Providers::default(),
        models: &models,
        cache_dir: None,
        content_dir: None,
        registry_dir: None,
        program: nowhere,
    })
    .unwrap();
    AppState::new(Arc::new(gateway), Arc::new(config))
}

fn app() -> Router {
    router(state(Config::default()))
}

/// An answer that has arrived whole.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/json"), "{}", self.text());
        serde_json::from_slice(&self.body).unwrap()
    }

    fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap().to_owned()
    }
}

/// Sends `METHOD /path` with headers and no body.
async fn ask(app: &Router, line: &str, headers: &[(&str, &str)]) -> Answer {
    let (method, uri) = line.split_once(' ').unwrap();
    let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (head, body) = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap().into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Answer { status: head.status, headers: head.headers, body }
}
