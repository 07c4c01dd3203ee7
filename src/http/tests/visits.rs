//! What one request leaves behind: its id, its line in the log, its numbers.

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::Request;
use axum::routing::{get, post};
use mediary_core::Failure;
use serde_json::Value;
use tower::ServiceExt;
use tracing::subscriber::DefaultGuard;

use super::ask;
use crate::config::{Secret, Server};
use crate::http::ApiError;
use crate::http::RequestId;
use crate::http::router::layered;
use crate::telemetry::JsonLines;
use crate::telemetry::metrics::recorder;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Collects what this thread logs until the guard is dropped.
    fn collect() -> (Self, DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let builder = tracing_subscriber::fmt().fmt_fields(JsonLines).event_format(JsonLines);
        let subscriber = builder.with_writer(move || writer.clone()).finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn app(server: &Server) -> Router {
    async fn breaks() -> ApiError {
        Failure::broken("the disk at /srv is full").into()
    }
    let routes = Router::new()
        .route("/visits/{name}", get(|Path(name): Path<String>| async { name }))
        .route("/echo-id", get(|axum::Extension(id): axum::Extension<RequestId>| async move { id.to_string() }))
        .route("/breaks", get(breaks))
        .route("/hangs", post(std::future::pending::<()>));
    layered(routes, server, std::sync::Arc::default())
}

#[tokio::test]
async fn every_answer_carries_an_id_and_handlers_know_it() {
    let keyed = Server { api_keys: vec![Secret::new("key")], ..Server::default() };
    let rows = [
        (Server::default(), "GET /visits/a", 200),
        (Server::default(), "GET /nowhere", 404),
        (Server::default(), "POST /visits/a", 405),
        (Server::default(), "GET /breaks", 500),
        (keyed, "GET /visits/a", 401),
    ];
    for (server, line, status) in rows {
        let app = app(&server);
        let answer = ask(&app, line, &[("x-request-id", "mine")]).await;
        assert_eq!((answer.status.as_u16(), answer.header("x-request-id")), (status, Some("mine")), "{line}");
        let answer = ask(&app, line, &[("x-request-id", "not mine")]).await;
        assert_eq!(answer.header("x-request-id").unwrap().len(), 36, "{line}");
    }
    let answer = ask(&app(&Server::default()), "GET /echo-id", &[]).await;
    assert_eq!(Some(answer.text()), answer.header("x-request-id"));
}

#[tokio::test]
async fn a_request_is_one_line_that_names_its_route_and_not_its_secrets() {
    let (log, _guard) = Log::collect();
    let headers = [("x-request-id", "r-1"), ("authorization", "Bearer hidden"), ("user-agent", "hidden")];
    ask(&app(&Server::default()), "GET /visits/hidden?token=hidden", &headers).await;
    let lines = log.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    let line = &lines[0];
    assert_eq!((&line["level"], &line["message"]), (&"INFO".into(), &"answered".into()));
    assert_eq!(line["http.status"], 200);
    assert!(line["duration_ms"].as_f64().unwrap() >= 0.0);
    assert_eq!(line["span"]["request.id"], "r-1");
    assert_eq!(line["span"]["http.method"], "GET");
    assert_eq!(line["span"]["http.path"], "/visits/{name}");
    assert!(!log.text().contains("hidden"), "{}", log.text());
}

#[tokio::test]
async fn a_fault_of_ours_is_logged_once_with_its_cause_and_a_clients_is_not() {
    let (log, _guard) = Log::collect();
    let app = app(&Server::default());
    ask(&app, "GET /nowhere", &[]).await;
    assert_eq!(log.lines().len(), 1, "{}", log.text());
    ask(&app, "GET /breaks", &[("x-request-id", "r-2")]).await;
    let errors: Vec<Value> = log.lines().into_iter().filter(|line| line["level"] == "ERROR").collect();
    assert_eq!(errors.len(), 1, "{}", log.text());
    assert_eq!(errors[0]["error.detail"], "the disk at /srv is full");
    assert_eq!(errors[0]["span"]["request.id"], "r-2");
}

#[tokio::test]
async fn a_request_dropped_before_its_answer_is_logged_and_counted() {
    recorder();
    let (log, _guard) = Log::collect();
    let request = Request::post("/hangs").header("x-request-id", "r-3").body(Body::empty()).unwrap();
    let mut running = tokio::task::unconstrained(app(&Server::default()).oneshot(request));
    assert!(futures_util::poll!(&mut running).is_pending());
    drop(running);
    let lines = log.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!((&lines[0]["message"], &lines[0]["http.status"]), (&"client went away".into(), &499.into()));
    assert_eq!(lines[0]["span"]["request.id"], "r-3");
    let row = r#"mediary_http_requests_total{path="/hangs",method="POST",status="499"} 1"#;
    assert!(recorder().render().contains(row), "{}", recorder().render());
}
