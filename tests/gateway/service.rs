//! What the server says of itself: its models, its health, its numbers, its documents, its first page.

use serde_json::{Value, json};
use uuid::Uuid;

use super::client::Request;
use super::server::{TestServer, sample, shared};

#[test]
fn the_local_engine_is_listed_with_its_abilities() {
    let list = shared().get("/v1/models").ok();
    assert_eq!(list["object"], "list");
    let model = &list["data"][0];
    assert_eq!(model["id"], "local/paddleocr");
    assert_eq!(model["object"], "model");
    assert_eq!(model["owned_by"], "local");
    assert!(model["created"].is_u64(), "{model:#}");
    assert_eq!(model["tasks"], json!(["ocr"]));
    assert_eq!(model["accepts"], json!(["image", "document"]));
    let formats = "png jpeg webp gif tiff bmp avif heic svg pdf docx xlsx xlsb pptx doc xls ppt odt ods odp rtf epub eml msg \
                   zip";
    assert_eq!(model["formats"], json!(formats.split(' ').collect::<Vec<_>>()));
    assert_eq!(model["installed"], true);
    assert_eq!(&shared().get("/v1/models/local/paddleocr").ok(), model);
    assert_eq!(&shared().get("/v1/models/local%2Fpaddleocr").ok(), model);
}

#[test]
fn health_and_readiness_are_told() {
    assert_eq!(shared().get("/livez").ok(), json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }));
    let health = shared().get("/health").ok();
    assert_eq!((&health["status"], &health["version"]), (&json!("ok"), &json!(env!("CARGO_PKG_VERSION"))));
    let services = &health["services"];
    assert!(services["browser"]["status"].is_string(), "{health}");
    assert_eq!(services["mcp"], json!({ "status": "ready" }), "{health}");
    let ready = shared().get("/readyz").ok();
    assert_eq!(ready["status"], "ready");
    assert_eq!(ready["checks"]["local/paddleocr"], json!({ "ok": true, "detail": "runs on cpu" }));
}

/// The value of a metric, 0 where it has none yet.
fn metric(text: &str, name: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.map_or(0.0, |value| value.parse().expect("a number"))
}

#[test]
fn pages_and_requests_are_counted() {
    // All servers of this process count together, so the counts are lower bounds.
    let server = TestServer::with(|_| ());
    let metrics = || server.get("/metrics").text().to_owned();
    let layer = r#"mediary_pages_total{source="text_layer",engine="text-layer"}"#;
    let ocr = r#"mediary_pages_total{source="ocr",engine="local/paddleocr"}"#;
    let requests = r#"mediary_http_requests_total{path="/v1/ocr/process",method="POST",status="200"}"#;
    let before = metrics();
    assert_eq!(server.read(sample("invoice.pdf"), "").status, 200);
    assert_eq!(server.read(sample("letter.tiff"), "").status, 200);
    let after = metrics();
    for (name, at_least) in [(layer, 1.0), (ocr, 2.0), (requests, 2.0)] {
        let more = metric(&after, name) - metric(&before, name);
        assert!(more >= at_least, "{name} rose by {more}, not by {at_least}\n{after}");
    }
    assert!(after.contains("mediary_ocr_page_duration_seconds_count"), "{after}");
}

#[test]
fn the_interface_describes_itself() {
    let document = shared().get("/openapi.json").ok();
    assert!(document["openapi"].as_str().unwrap().starts_with("3."), "{document}");
    let of = |path: &str| document["paths"][path]["post"].clone();
    let types = |path: &str| -> Vec<String> {
        of(path)["responses"]["200"]["content"].as_object().unwrap().keys().cloned().collect()
    };
    let sounds = ["mpeg", "ogg", "aac", "flac", "wav", "pcm"].map(|form| format!("audio/{form}"));
    for path in ["/v1/audio/speech", "/v1/tts"] {
        let types = types(path);
        assert!(sounds.iter().all(|sound| types.contains(sound)), "{path}: {types:?}");
        assert!(types.contains(&"text/event-stream".to_owned()), "{path}: {types:?}");
        let schema = &of(path)["requestBody"]["content"]["application/json"]["schema"];
        assert_eq!(schema["$ref"], "#/components/schemas/SpeechFields", "{path}");
    }
    assert!(document["components"]["schemas"]["SpeechFields"]["properties"]["text"].is_object());
    for path in ["/v1/audio/transcriptions", "/v1/audio/translations"] {
        let types = types(path);
        for form in ["application/json", "text/plain", "text/event-stream"] {
            assert!(types.contains(&form.to_owned()), "{path}: {types:?}");
        }
    }
    let process = &document["paths"]["/v1/ocr/process"]["post"];
    for status in ["200", "400", "401", "408", "413", "415", "422", "503", "504"] {
        assert!(process["responses"][status].is_object(), "{status} is missing in {process:#}");
    }
    let bodies = process["requestBody"]["content"].as_object().unwrap();
    for mime in ["multipart/form-data", "application/json", "application/pdf"] {
        assert!(bodies.contains_key(mime), "{mime}");
    }
    assert!(document["paths"]["/v1/models/{id}"]["get"].is_object());
    assert_resolves(&document, &document);
}

/// Asserts that every `$ref` leads somewhere.
fn assert_resolves(document: &Value, within: &Value) {
    match within {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| match value.as_str() {
            Some(target) if name == "$ref" => {
                let pointer = target.strip_prefix('#').unwrap_or(target);
                assert!(document.pointer(pointer).is_some(), "{target} leads nowhere");
            }
            _ => assert_resolves(document, value),
        }),
        Value::Array(items) => items.iter().for_each(|item| assert_resolves(document, item)),
        _ => {}
    }
}

#[test]
fn the_pages_about_the_interface_load_nothing_from_elsewhere() {
    let page = shared().get("/docs");
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    let addresses: Vec<&str> = page.text().split("=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let files: Vec<&&str> = addresses.iter().filter(|address| address.starts_with("/docs/")).collect();
    assert!(files.len() >= 5, "{addresses:?}");
    for file in files {
        assert_eq!(shared().get(file).status, 200, "{file}");
    }
    assert!(!page.text().contains("://"), "{}", page.text());
    assert!(shared().get("/docs/swagger-initializer.js").text().contains("/openapi.json"));
    shared().get("/docs/no-such-file.js").refused(404, "unknown_route", "/docs");
}

#[test]
fn the_first_page_suits_programs_and_browsers() {
    let answer = shared().get("/").ok();
    assert_eq!(answer["name"], "Mediary");
    let example = answer["example"].as_str().unwrap();
    assert!(example.contains(&format!("http://{}/v1/ocr/process", shared().address)), "{example}");
    let browser = Request::new("GET", "/").header("accept", "text/html,application/xhtml+xml,*/*;q=0.8").send(shared());
    assert_eq!(browser.status, 200);
    assert!(browser.header("content-type").unwrap().starts_with("text/html"));
    assert!(browser.text().contains("curl") && browser.text().contains("href=\"/docs\""), "{}", browser.text());
}

#[test]
fn every_answer_carries_the_id_of_its_request() {
    for path in ["/health", "/nowhere", "/v1/ocr/process", "/metrics"] {
        let answer = shared().get(path);
        let id = answer.header("x-request-id").unwrap_or_default();
        assert!(Uuid::parse_str(id).is_ok(), "{path}: {id}");
        let answer = Request::new("GET", path).header("x-request-id", "mine-42").send(shared());
        assert_eq!(answer.header("x-request-id"), Some("mine-42"), "{path}");
    }
    let ids = [(); 2].map(|()| shared().read("a text", "").ok()["id"].clone());
    assert_ne!(ids[0], ids[1]);
}
