//! The OpenAPI document against the router, and the pages of `/docs` against the wish for no other host.

use std::collections::BTreeSet;
use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::Value;

use super::{app, ask};

/// `METHOD /path` of every route in the router, read from its source; wildcards in OpenAPI's spelling.
fn routed() -> BTreeSet<String> {
    let source = [include_str!("../router.rs"), include_str!("../mcp/mod.rs")].concat();
    let routes = source.lines().filter_map(|line| line.trim().strip_prefix(".route(\"")?.split_once("\", "));
    let routes = routes.flat_map(|(path, handlers)| {
        let methods = ["get", "post", "put", "patch", "delete"].into_iter().filter(move |method| {
            let call = format!("{method}(");
            handlers.starts_with(&call) || handlers.contains(&format!(".{call}"))
        });
        methods.map(move |method| format!("{} {}", method.to_uppercase(), path.replace("{*", "{")))
    });
    // The pages that show the document are for people.
    routes.filter(|route| !route.starts_with("GET /docs") && !route.starts_with("GET /dashboard")).collect()
}

fn documented(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, operations)| {
        operations.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    operations.collect()
}

#[tokio::test]
async fn every_route_is_documented_and_every_documented_route_exists() {
    let app = app();
    let document = ask(&app, "GET /openapi.json", &[]).await.json();
    assert!(routed().contains("POST /v1/ocr/process"), "the router's source is read wrongly: {:?}", routed());
    assert_eq!(documented(&document), routed());
    // A stream of events has no end that could be waited for.
    for route in documented(&document).into_iter().filter(|route| route != "GET /sse") {
        let line = route
            .replace("/videos/{id}", "/videos/video_absent")
            .replace("/responses/{id}", "/responses/resp_absent")
            .replace("/threads/{id}", "/threads/thread_absent")
            .replace("{hash}", "0")
            .replace("/files/{id}", "/files/file-absent")
            .replace("/batches/{id}", "/batches/batch_absent")
            .replace("/uploads/{id}", "/uploads/upload-absent")
            .replace("{id}", "local/paddleocr")
            .replace("{key}", "pk_absent")
            .replace("local/paddleocr/{page}", "ocr-absent/0");
        let answer = ask(&app, &line, &[]).await;
        // A picture that was not asked for is not there, but its route is.
        let is_named = || answer.code().starts_with("no_such_") || answer.code() == "unknown_stream";
        let is_routed = !matches!(answer.status.as_u16(), 404 | 405) || is_named();
        assert!(is_routed, "{route}: {}", answer.status);
    }
}

#[tokio::test]
async fn the_document_says_how_to_send_a_key_and_where_none_is_wanted() {
    let document = ask(&app(), "GET /openapi.json", &[]).await.json();
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    assert_eq!(document["components"]["securitySchemes"]["x-api-key"]["in"], "header");
    assert_eq!(document["security"].as_array().unwrap().len(), 2);
    assert!(document["components"]["schemas"]["ErrorBody"].is_object());
    for (path, public) in [("/health", true), ("/livez", true), ("/readyz", true), ("/openapi.json", true)]
        .into_iter()
        .chain([("/", false), ("/metrics", false), ("/v1/models", false)])
    {
        let security = &document["paths"][path]["get"]["security"];
        assert_eq!(security == &serde_json::json!([{}]), public, "{path}: {security}");
    }
}

#[tokio::test]
async fn every_reference_in_the_document_leads_somewhere() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document = ask(&app(), "GET /openapi.json", &[]).await.json();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} is missing");
    }
}

#[tokio::test]
async fn the_docs_load_every_file_from_here_and_none_from_elsewhere() {
    let app = app();
    let page = ask(&app, "GET /docs", &[]).await;
    assert_eq!(page.body, ask(&app, "GET /docs/", &[]).await.body);
    let html = page.text();
    assert!(!html.contains("://") && !html.contains("=\"//"), "{html}");
    let assets: Vec<&str> =
        html.split('"').filter(|piece| piece.starts_with('/') && !piece.starts_with("//")).collect();
    assert!(assets.len() >= 5, "{assets:?}");
    for asset in assets {
        let file = ask(&app, &format!("GET {asset}"), &[]).await;
        assert_eq!(file.status, 200, "{asset}");
        assert!(file.body.len() > 100, "{asset}");
    }
    let script = ask(&app, "GET /docs/swagger-initializer.js", &[]).await.text().to_owned();
    assert!(!script.contains("://"), "{script}");
    assert!(script.contains("/openapi.json") && script.contains(r#""validatorUrl": "none""#), "{script}");
}

#[tokio::test]
async fn the_docs_are_packed_only_for_clients_that_unpack() {
    let app = app();
    let plain = ask(&app, "GET /docs/swagger-ui.css", &[]).await;
    assert_eq!(plain.header("content-encoding"), None);
    assert!(plain.text().contains(".swagger-ui"));
    let rows = [("gzip", true), ("br, GZIP;q=0.5", true), ("gzip;q=0", false), ("br", false), ("identity", false)];
    for (accepted, packed) in rows {
        let file = ask(&app, "GET /docs/swagger-ui.css", &[("accept-encoding", accepted)]).await;
        assert_eq!(file.header("content-encoding"), packed.then_some("gzip"), "{accepted}");
        let mut bytes = file.body.to_vec();
        if packed {
            bytes.clear();
            GzDecoder::new(&*file.body).read_to_end(&mut bytes).unwrap();
        }
        assert!(bytes == plain.body, "{accepted}");
    }
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let document = serde_json::to_value(super::super::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|operations| operations.as_object().unwrap().values());
    let names: Vec<&str> = operations.map(|operation| operation["operationId"].as_str().unwrap()).collect();
    let own: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len(), own.len(), "{names:?}");
}
