//! The guard as a table: what is configured, what is sent, what is answered.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use axum::routing::any;
use tower::ServiceExt;

use super::{Known, guarded};
use crate::config::{Secret, Server};

/// `METHOD /path`, headers, status.
type Row = (&'static str, &'static [(&'static str, &'static str)], u16);

const PAGE: &str = "https://app.example";

fn server(keys: &[&str], origins: &[&str]) -> Server {
    Server {
        api_keys: keys.iter().map(|key| Secret::new(*key)).collect(),
        cors_origins: origins.iter().map(|origin| (*origin).to_owned()).collect(),
        ..Server::default()
    }
}

/// A router that answers 200 to everything the guard lets through.
fn app(server: &Server) -> Router {
    guarded(Router::new().fallback(any(|| async { "in" })), server, Known::default())
}

async fn ask(server: &Server, line: &str, headers: &[(&str, &str)]) -> Response<Body> {
    let (method, uri) = line.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app(server).oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

#[tokio::test]
async fn with_keys_every_route_but_the_public_ones_wants_one() {
    let server = server(&["first-key", "second-key"], &[]);
    #[rustfmt::skip]
    let rows: &[Row] = &[
        ("GET /v1/models", &[("authorization", "Bearer first-key")], 200),
        ("GET /v1/models", &[("authorization", "Bearer second-key")], 200),
        ("GET /v1/models", &[("authorization", "bearer first-key")], 200),
        ("GET /v1/models", &[("authorization", "BEARER   first-key ")], 200),
        ("GET /v1/models", &[("x-api-key", "first-key")], 200),
        ("GET /v1/models", &[("x-api-key", "none"), ("authorization", "Bearer first-key")], 200),
        ("GET /v1/models", &[("x-api-key", "first-key"), ("authorization", "Bearer none")], 200),
        ("GET /v1/models", &[], 401),
        ("GET /v1/models", &[("authorization", "Bearer third-key")], 401),
        ("GET /v1/models", &[("authorization", "Bearer first-ke")], 401),
        ("GET /v1/models", &[("authorization", "Bearer first-key2")], 401),
        ("GET /v1/models", &[("authorization", "Bearer FIRST-KEY")], 401),
        ("GET /v1/models", &[("authorization", "Bearer first-key second-key")], 401),
        ("GET /v1/models", &[("authorization", "Bearer ")], 401),
        ("GET /v1/models", &[("authorization", "Bearer")], 401),
        ("GET /v1/models", &[("authorization", "Bearerfirst-key")], 401),
        ("GET /v1/models", &[("authorization", "Basic first-key")], 401),
        ("GET /v1/models", &[("authorization", "first-key")], 401),
        ("GET /v1/models", &[("x-api-key", "Bearer first-key")], 401),
        ("GET /v1/models", &[("x-api-key", "")], 401),
        ("GET /v1/models?api_key=first-key", &[], 401),
        ("GET /v1/models?key=first-key", &[], 401),
        ("GET /v1beta/models?key=first-key", &[], 200),
        ("GET /v1beta/models?pageSize=1&key=first%2Dkey", &[], 200),
        ("GET /v1beta/models?key=third-key", &[], 401),
        ("POST /v1/models/x:generateContent?key=first-key", &[], 200),
        ("POST /v1/models/x:generateContent?key=third-key", &[], 401),
        ("GET /v1/stats?key=first-key", &[], 401),
        ("GET /v1beta/models?monkey=first-key", &[], 401),
        ("GET /v1beta/models", &[("x-goog-api-key", "second-key")], 200),
        ("GET /v1beta/models", &[("x-goog-api-key", "third-key")], 401),
        ("GET /v1/models", &[("host", "127.0.0.1:8001")], 401),
        ("GET /v1/models", &[("origin", "http://localhost:8001")], 401),
        ("POST /v1/ocr/process", &[], 401),
        ("OPTIONS /v1/models", &[], 401),
        ("GET /", &[], 401),
        ("GET /metrics", &[], 401),
        ("GET /nowhere", &[], 401),
        ("GET /health/", &[], 401),
        ("GET /HEALTH", &[], 401),
        ("GET //health", &[], 401),
        ("GET /docsx", &[], 401),
        ("GET /v1/models?/docs/", &[], 401),
        ("GET /health", &[], 200),
        ("HEAD /health", &[], 200),
        ("GET /livez", &[], 200),
        ("GET /readyz", &[], 200),
        ("GET /openapi.json", &[], 200),
        ("GET /docs", &[], 200),
        ("GET /docs/", &[], 200),
        ("GET /docs/swagger-ui.css", &[], 200),
        ("GET /health", &[("host", "ai.example")], 200),
        ("GET /v1/models", &[("x-api-key", "first-key"), ("host", "ai.example")], 200),
    ];
    for (line, headers, status) in rows {
        let response = ask(&server, line, headers).await;
        assert_eq!(response.status(), *status, "{line} {headers:?}");
        let challenge = response.headers().get("www-authenticate").map(|value| value.to_str().unwrap());
        assert_eq!(challenge, (*status == 401).then_some("Bearer"), "{line} {headers:?}");
    }
}

#[tokio::test]
async fn without_keys_only_this_machine_comes_in() {
    let server = server(&[], &[PAGE]);
    #[rustfmt::skip]
    let rows: &[Row] = &[
        ("GET /v1/models", &[], 200),
        ("GET /v1/models", &[("authorization", "Bearer whatever")], 200),
        ("GET /v1/models", &[("host", "localhost")], 200),
        ("GET /v1/models", &[("host", "LocalHost:8001")], 200),
        ("GET /v1/models", &[("host", "localhost.:8001")], 200),
        ("GET /v1/models", &[("host", "mediary.localhost:8001")], 200),
        ("GET /v1/models", &[("host", "127.0.0.1:8001")], 200),
        ("GET /v1/models", &[("host", "127.9.9.9")], 200),
        ("GET /v1/models", &[("host", "[::1]:8001")], 200),
        ("GET /v1/models", &[("host", "[::ffff:127.0.0.1]")], 200),
        ("GET http://localhost:8001/v1/models", &[], 200),
        ("GET /v1/models", &[("host", "evil.example")], 403),
        ("GET /v1/models", &[("host", "evil.example:8001")], 403),
        ("GET /v1/models", &[("host", "localhost.evil.example")], 403),
        ("GET /v1/models", &[("host", "evillocalhost")], 403),
        ("GET /v1/models", &[("host", ".localhost")], 403),
        ("GET /v1/models", &[("host", "evil.example/.localhost")], 403),
        ("GET /v1/models", &[("host", "127.0.0.1.evil.example")], 403),
        ("GET /v1/models", &[("host", "127.0.0.1@evil.example")], 403),
        ("GET /v1/models", &[("host", "evil.example:8001@localhost")], 403),
        ("GET /v1/models", &[("host", "localhost:80:80")], 403),
        ("GET /v1/models", &[("host", "0.0.0.0:8001")], 403),
        ("GET /v1/models", &[("host", "192.168.1.2")], 403),
        ("GET /v1/models", &[("host", "[::2]:8001")], 403),
        ("GET /v1/models", &[("host", "[::1]evil.example")], 403),
        ("GET /v1/models", &[("host", "")], 403),
        ("GET /v1/models", &[("host", "localhost"), ("host", "evil.example")], 403),
        ("GET http://evil.example/v1/models", &[("host", "localhost")], 403),
        ("GET /health", &[("host", "evil.example")], 403),
        ("GET /v1/models", &[("origin", "http://localhost:3000")], 200),
        ("GET /v1/models", &[("origin", "https://127.0.0.1")], 200),
        ("GET /v1/models", &[("origin", "http://[::1]:8001")], 200),
        ("GET /v1/models", &[("origin", PAGE)], 200),
        ("GET /v1/models", &[("origin", PAGE), ("host", "evil.example")], 403),
        ("POST /v1/ocr/process", &[("origin", "https://evil.example")], 403),
        ("POST /v1/ocr/process", &[("origin", "https://app.example.evil.example")], 403),
        ("POST /v1/ocr/process", &[("origin", "http://app.example")], 403),
        ("POST /v1/ocr/process", &[("origin", "https://app.example:444")], 403),
        ("POST /v1/ocr/process", &[("origin", "http://localhost.evil.example")], 403),
        ("POST /v1/ocr/process", &[("origin", "chrome-extension://localhost")], 403),
        ("POST /v1/ocr/process", &[("origin", "null")], 403),
        ("POST /v1/ocr/process", &[("origin", "")], 403),
        ("POST /v1/ocr/process", &[("origin", PAGE), ("origin", "https://evil.example")], 403),
        ("GET /v1/models", &[("origin", "https://evil.example"), ("authorization", "Bearer whatever")], 403),
        ("OPTIONS /v1/ocr/process", &[("origin", "https://evil.example"), ("access-control-request-method", "POST")], 403),
        ("GET /v1/models", &[("sec-fetch-site", "cross-site")], 403),
        ("GET /v1/models", &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")], 403),
        ("POST /v1/ocr/process", &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")], 403),
        ("POST /v1/ocr/process", &[("sec-fetch-site", "cross-site"), ("origin", PAGE)], 200),
        ("GET /v1/models", &[("sec-fetch-site", "same-origin")], 200),
        ("GET /v1/models", &[("sec-fetch-site", "none")], 200),
        ("GET /docs", &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")], 200),
        ("GET /docs", &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")], 403),
        ("POST /docs", &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")], 403),
    ];
    for (line, headers, status) in rows {
        assert_eq!(ask(&server, line, headers).await.status(), *status, "{line} {headers:?}");
    }
}

#[tokio::test]
async fn a_refusal_is_an_error_in_the_usual_shape_that_says_how_to_allow_it() {
    let keyed = server(&["key"], &[]);
    let open = server(&[], &[]);
    #[rustfmt::skip]
    let rows = [
        (&keyed, None, "missing_api_key", "authentication_error", "Authorization: Bearer KEY"),
        (&keyed, Some(("x-api-key", "no")), "invalid_api_key", "authentication_error", "x-api-key: KEY"),
        (&open, Some(("host", "evil.example")), "host_not_allowed", "permission_error", "MEDIARY_API_KEY"),
        (&open, Some(("origin", "null")), "origin_not_allowed", "permission_error", "cors_origins"),
    ];
    for (server, header, code, family, advice) in rows {
        let response = ask(server, "GET /v1/models", header.as_slice()).await;
        let bytes = axum::body::to_bytes(response.into_body(), 4096).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(body["error"]["code"], code);
        assert_eq!(body["error"]["type"], family);
        assert!(body["error"]["message"].as_str().unwrap().contains(advice), "{body}");
    }
}

#[tokio::test]
async fn only_configured_origins_get_cors_headers_and_their_preflights_need_no_key() {
    let preflight = |origin| [("origin", origin), ("access-control-request-method", "POST")];
    let keyed = server(&["key"], &[PAGE]);
    let rows: &[(&Server, &str, &str, Option<&str>)] = &[
        (&keyed, "OPTIONS /v1/ocr/process", PAGE, Some(PAGE)),
        (&keyed, "OPTIONS /v1/ocr/process", "https://evil.example", None),
        (&keyed, "OPTIONS /v1/ocr/process", "http://localhost:3000", None),
        // The refusal for want of a key must be readable, or the page's author sees only "network error".
        (&keyed, "POST /v1/ocr/process", PAGE, Some(PAGE)),
        (&keyed, "POST /v1/ocr/process", "https://evil.example", None),
        (&server(&[], &[PAGE]), "POST /v1/ocr/process", PAGE, Some(PAGE)),
        (&server(&[], &[PAGE]), "POST /v1/ocr/process", "http://localhost:3000", None),
        (&server(&[], &[]), "POST /v1/ocr/process", "http://localhost:3000", None),
    ];
    for (server, line, origin, allowed) in rows {
        let response = ask(server, line, &preflight(*origin)).await;
        let header = response.headers().get("access-control-allow-origin").map(|value| value.to_str().unwrap());
        assert_eq!(header, *allowed, "{line} {origin}");
    }
    let headers =
        [("origin", PAGE), ("access-control-request-method", "POST"), ("access-control-request-headers", "x-api-key")];
    let response = ask(&keyed, "OPTIONS /v1/ocr/process", &headers).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["access-control-allow-headers"], "x-api-key");
    assert!(response.headers()["access-control-allow-methods"].to_str().unwrap().contains("POST"));
}
