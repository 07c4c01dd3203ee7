//! The table of statuses, and what clients see when a handler panics.

use std::time::Duration;

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use mediary_core::{Failure, FailureKind};

use super::ask;
use crate::config::Server;
use crate::http::ApiError;
use crate::http::router::layered;

#[test]
fn every_kind_of_failure_has_its_status_and_code() {
    let busy = |retry_after| FailureKind::Busy { retry_after };
    let rows = [
        (FailureKind::Malformed, 400, "invalid_request_error", "invalid_request", None),
        (FailureKind::UnsupportedMedium, 415, "invalid_request_error", "unsupported_media_type", None),
        (FailureKind::TooLarge, 413, "invalid_request_error", "file_too_large", None),
        (FailureKind::Unreadable, 422, "invalid_request_error", "unreadable_file", None),
        (FailureKind::Unknown, 404, "not_found_error", "not_found", None),
        (busy(Duration::from_secs(5)), 503, "server_error", "engine_busy", Some("5")),
        (busy(Duration::from_millis(1200)), 503, "server_error", "engine_busy", Some("2")),
        (busy(Duration::ZERO), 503, "server_error", "engine_busy", Some("1")),
        (FailureKind::NotInstalled, 503, "server_error", "engine_not_installed", None),
        (FailureKind::TimedOut, 504, "server_error", "timed_out", None),
        (FailureKind::ClientGone, 499, "invalid_request_error", "client_closed_request", None),
        (FailureKind::Broken, 500, "server_error", "internal_error", None),
    ];
    for (kind, status, family, code, retry_after) in rows {
        let shown = !matches!(kind, FailureKind::Broken);
        let error = ApiError::from(Failure::new(kind.clone(), "what happened at /srv/secret"));
        let body = error.body();
        assert_eq!(error.status.as_u16(), status, "{kind:?}");
        assert_eq!((&body["type"], &body["code"]), (&family.into(), &code.into()), "{kind:?}");
        assert_eq!(body["message"] == "what happened at /srv/secret", shown, "{kind:?}");
        assert_eq!(body.to_string().contains("/srv/secret"), shown, "{kind:?}");
        let response = error.into_response();
        let header = response.headers().get("retry-after").map(|value| value.to_str().unwrap());
        assert_eq!(header, retry_after, "{kind:?}");
    }
}

#[tokio::test]
async fn a_panic_is_one_500_that_names_the_request_and_hides_the_cause() {
    async fn panics() -> &'static str {
        panic!("at /srv/secret")
    }
    let routes = Router::new().route("/panics", get(panics)).route("/works", get(|| async { "works" }));
    let app = layered(routes, &Server::default(), std::sync::Arc::default());
    for id in ["first", "second"] {
        let answer = ask(&app, "GET /panics", &[("x-request-id", id)]).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (500, "internal_error"));
        assert_eq!(answer.header("x-request-id"), Some(id));
        assert!(answer.text().contains(&format!("request {id}.")), "{}", answer.text());
        assert!(!answer.text().contains("secret"), "{}", answer.text());
        assert_eq!(ask(&app, "GET /works", &[]).await.text(), "works");
    }
}

#[tokio::test]
async fn a_handlers_own_error_keeps_its_words() {
    async fn refuses() -> Result<&'static str, ApiError> {
        Err(ApiError::malformed("`pages` is not a list of pages; write it like 1-3,7.").about("pages"))
    }
    let app = layered(Router::new().route("/refuses", get(refuses)), &Server::default(), std::sync::Arc::default());
    let answer = ask(&app, "GET /refuses", &[]).await;
    assert_eq!(answer.status, 400);
    let error = &answer.json()["error"];
    assert_eq!(error["param"], "pages");
    assert_eq!(error["message"], "`pages` is not a list of pages; write it like 1-3,7.");
}
