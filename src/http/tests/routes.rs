//! What each route answers, and what the paths and methods between them get.

use super::{app, ask, state};
use crate::config::{Config, Secret};
use crate::http::router;

#[tokio::test]
async fn every_route_answers_in_its_type() {
    let json = "application/json";
    let rows = [
        ("/", 200, json),
        ("/health", 200, json),
        ("/livez", 200, json),
        // Nothing is installed in these tests.
        ("/readyz", 503, json),
        ("/metrics", 200, "text/plain; version=0.0.4; charset=utf-8"),
        ("/openapi.json", 200, json),
        ("/docs", 200, "text/html; charset=utf-8"),
        ("/docs/", 200, "text/html; charset=utf-8"),
        ("/docs/swagger-ui.css", 200, "text/css"),
        ("/v1/models", 200, json),
        ("/v1/models/local/paddleocr:fast", 200, json),
        ("/v1/models/local%2Fpaddleocr:fast", 200, json),
    ];
    let app = app();
    for (path, status, content_type) in rows {
        let answer = ask(&app, &format!("GET {path}"), &[]).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("content-type"), Some(content_type), "{path}");
        let head = ask(&app, &format!("HEAD {path}"), &[]).await;
        assert_eq!((head.status, head.body.len()), (answer.status, 0), "{path}");
        assert_eq!(head.header("content-type"), Some(content_type), "{path}");
        if path != "/metrics" {
            assert_eq!(head.header("content-length"), answer.header("content-length"), "{path}");
        }
    }
}

#[tokio::test]
async fn what_no_route_answers_is_refused_in_the_usual_shape() {
    let get = Some("GET,HEAD");
    let rows: &[(&str, u16, &str, Option<&str>)] = &[
        ("GET /nowhere", 404, "unknown_route", None),
        ("GET /v1", 404, "unknown_route", None),
        ("GET /health/", 404, "unknown_route", None),
        ("POST /v1/chat/nothing?key=1", 404, "unknown_route", None),
        ("GET /docs/nothing.js", 404, "unknown_route", None),
        ("GET /docs/../Cargo.toml", 404, "unknown_route", None),
        ("GET /docs/%ff", 404, "unknown_route", None),
        ("GET /v1/models/%ff", 400, "invalid_request", None),
        ("GET /v1/models/nothing", 404, "model_not_found", None),
        ("POST /", 405, "method_not_allowed", get),
        ("POST /health", 405, "method_not_allowed", get),
        ("DELETE /v1/models/local/paddleocr:fast", 405, "method_not_allowed", Some("GET,HEAD,POST")),
        ("OPTIONS /health", 405, "method_not_allowed", get),
        ("BREW /health", 405, "method_not_allowed", get),
        ("POST /docs/swagger-ui.css", 405, "method_not_allowed", get),
        ("GET /v1/ocr/process", 405, "method_not_allowed", Some("POST")),
        ("PUT /v1/ocr/process", 405, "method_not_allowed", Some("POST")),
    ];
    let app = app();
    for (line, status, code, allow) in rows {
        let answer = ask(&app, line, &[]).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (*status, *code), "{line}");
        assert_eq!(answer.header("allow"), *allow, "{line}");
        assert!(!answer.text().contains("key=1"), "a query is not repeated: {}", answer.text());
        let error = &answer.json()["error"];
        assert!(error["message"].is_string() && error["type"].is_string(), "{error}");
        assert!(error.as_object().unwrap().contains_key("param"), "{error}");
    }
}

#[tokio::test]
async fn models_come_in_openais_shape_with_our_fields_beside_it() {
    let app = app();
    let list = ask(&app, "GET /v1/models", &[]).await.json();
    assert_eq!(list["object"], "list");
    let model = &list["data"][0];
    assert_eq!(model["id"], "local/paddleocr");
    assert_eq!((&model["object"], &model["owned_by"]), (&"model".into(), &"local".into()));
    assert!(model["created"].is_u64());
    assert_eq!(model["tasks"][0], "ocr");
    assert_eq!(model["installed"], false);
    assert!(model["formats"].as_array().unwrap().contains(&"pdf".into()), "{model}");
    assert_eq!(&ask(&app, "GET /v1/models/local/paddleocr", &[]).await.json(), model);
    let error = &ask(&app, "GET /v1/models/local/padleocr", &[]).await.json()["error"];
    assert!(error["message"].as_str().unwrap().contains("Did you mean local/paddleocr or "), "{error}");
    assert_eq!(error["param"], "id");
}

#[tokio::test]
async fn readiness_names_what_is_missing() {
    let report = ask(&app(), "GET /readyz", &[]).await.json();
    assert_eq!(report["status"], "not_ready");
    assert_eq!(report["checks"]["local/paddleocr"]["ok"], false, "{report}");
}

#[tokio::test]
async fn the_first_page_is_html_for_browsers_and_json_for_programs() {
    let app = app();
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let page = ask(&app, "GET /", &[("accept", browser), ("host", "localhost:8001")]).await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(page.text().contains("http://localhost:8001/v1/ocr/process"), "{}", page.text());
    for accept in ["*/*", "application/json", ""] {
        let landing = ask(&app, "GET /", &[("accept", accept)]).await.json();
        assert_eq!(landing["version"], env!("CARGO_PKG_VERSION"));
        assert!(landing["endpoints"].as_array().unwrap().iter().any(|row| row["path"] == "/v1/ocr/process"));
    }
}

#[tokio::test]
async fn metrics_show_the_requests_that_were_answered() {
    let app = app();
    ask(&app, "GET /livez", &[]).await;
    let text = ask(&app, "GET /metrics", &[]).await.text().to_owned();
    for row in [
        r#"mediary_http_requests_total{path="/livez",method="GET",status="200"} "#,
        r#"mediary_queue_depth{engine="paddleocr"} 0"#,
        r#"mediary_admission_in_use{room="pixels"} 0"#,
        "mediary_http_requests_in_flight ",
    ] {
        assert!(text.contains(row), "{row} is missing in\n{text}");
    }
}

#[tokio::test]
async fn the_whole_router_is_guarded() {
    let mut config = Config::default();
    config.server.api_keys = vec![Secret::new("key")];
    let app = router(state(config));
    let rows = [
        ("GET /", 401),
        ("GET /metrics", 401),
        ("GET /v1/models", 401),
        ("GET /v1/models/local/paddleocr:fast", 401),
        ("POST /v1/ocr/process", 401),
        ("GET /nowhere", 401),
        ("POST /metrics", 401),
        ("GET /docs/../metrics", 404),
        ("GET /health", 200),
        ("GET /livez", 200),
        ("GET /readyz", 503),
        ("GET /docs", 200),
        ("GET /docs/swagger-ui.css", 200),
        ("GET /openapi.json", 200),
    ];
    for (line, status) in rows {
        let answer = ask(&app, line, &[]).await;
        assert_eq!(answer.status, status, "{line}");
        assert!(answer.header("x-request-id").is_some(), "{line}");
    }
    assert_eq!(ask(&app, "GET /metrics", &[("authorization", "Bearer key")]).await.status, 200);
}
