//! `POST /v1/ocr`: Mistral's format, documents in the request and elsewhere, and what is not fetched.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mediary::config::{Bytes, Secret};
use serde_json::{Value, json};

use super::client::{Answer, Request};
use super::craft::wav;
use super::pdf::Pdf;
use super::score::collapsed;
use super::server::{TestServer, sample, shared, truth};
use super::site::{Page, Site};

fn ocr(server: &TestServer, body: &Value) -> Answer {
    Request::new("POST", "/v1/ocr").body("application/json", body.to_string()).send(server)
}

fn data_url(mime: &str, bytes: &[u8]) -> String {
    format!("data:{mime};base64,{}", STANDARD.encode(bytes))
}

fn by_url(url: &str) -> Value {
    json!({ "model": "mistral-ocr-latest", "document": { "type": "document_url", "document_url": url } })
}

/// A request for a sample in it, with more fields.
fn with(name: &str, fields: &Value) -> Value {
    let mut body = by_url(&data_url("application/octet-stream", &sample(name)));
    for (field, value) in fields.as_object().into_iter().flatten() {
        body[field] = value.clone();
    }
    body
}

/// A server that may fetch from loopback.
fn fetching(edit: impl FnOnce(&mut mediary::config::Config)) -> TestServer {
    TestServer::with(|config| {
        config.fetch.allow = "127.0.0.0/8".parse().expect("a network");
        edit(config);
    })
}

/// Asserts a refusal in Mistral's shape.
#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str, words: &str) {
    assert_eq!(answer.status, status, "{answer}");
    let body = answer.json();
    let message = body["message"].as_str().unwrap_or_default();
    assert!(message.contains(words), "`{words}` is not in: {answer}");
    assert_eq!((&body["object"], &body["code"]), (&json!("error"), &json!(code)), "{answer}");
    assert!(body["type"].is_string() && body.get("param").is_some() && body.get("error").is_none(), "{answer}");
    // What the Python client makes its exception of, with status 422.
    assert_eq!(
        (&body["detail"][0]["msg"], &body["detail"][0]["loc"][0]),
        (&json!(message), &json!("body")),
        "{answer}"
    );
}

#[test]
fn a_form_is_told_where_forms_are_taken() {
    let form = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nHi\r\n--b--\r\n";
    let answer = Request::new("POST", "/v1/ocr").body("multipart/form-data; boundary=b", form).send(shared());
    assert_eq!(answer.status, 415, "{answer}");
    assert!(answer.text().contains("takes JSON") && answer.text().contains("/v1/ocr/process"), "{answer}");
}

#[test]
fn a_document_in_the_request_is_read() {
    let answer = ocr(shared(), &with("invoice.pdf", &json!({}))).ok();
    let page = &answer["pages"][0];
    assert_eq!(page["markdown"], shared().read(sample("invoice.pdf"), "").content());
    assert_eq!((&page["index"], &page["images"]), (&json!(0), &json!([])));
    assert!(page["dimensions"]["width"].as_u64() > Some(100) && page["dimensions"]["dpi"].as_u64() > Some(0));
    assert!(page["blocks"].as_array().is_some_and(|blocks| blocks.len() > 3), "{page:#}");
    assert_eq!((&answer["model"], &answer["document_annotation"]), (&json!("text-layer"), &Value::Null));
    let expected = json!({ "pages_processed": 1, "doc_size_bytes": sample("invoice.pdf").len() });
    assert_eq!(answer["usage_info"], expected);
    let url = data_url("image/png", &sample("sign.png"));
    for image in [json!(url), json!({ "url": url, "detail": "high" })] {
        let body = json!({ "model": null, "document": { "type": "image_url", "image_url": image } });
        let answer = ocr(shared(), &body).ok();
        let read = answer["pages"][0]["markdown"].as_str().unwrap();
        assert_eq!(collapsed(read), collapsed(&truth("sign.txt")));
        assert!(answer["model"].as_str().unwrap().starts_with("local/paddleocr"), "{answer:#}");
    }
    let answer = ocr(shared(), &with("note.txt", &json!({}))).ok();
    assert_eq!(collapsed(answer["pages"][0]["markdown"].as_str().unwrap()), collapsed(&truth("note.txt")));
    assert_eq!(answer["pages"][0]["dimensions"], Value::Null);
}

#[test]
fn parts_of_a_page_are_given_apart() {
    let fields = json!({ "table_format": "html", "extract_header": true, "extract_footer": true });
    let page = ocr(shared(), &with("invoice.pdf", &fields)).ok()["pages"][0].clone();
    assert!(page["markdown"].as_str().unwrap().contains("[tbl-0.html](tbl-0.html)"), "{page:#}");
    let table = page["tables"][0]["content"].as_str().unwrap();
    assert!(table.starts_with("<table>") && table.contains("Brass ship's lantern"), "{table}");
    assert!(!page["markdown"].as_str().unwrap().contains("Brass"), "{page:#}");
}

#[test]
fn confidences_are_told_of_what_was_recognised() {
    let fields = json!({ "confidence_scores_granularity": "word" });
    let page = ocr(shared(), &with("sign.png", &fields)).ok()["pages"][0].clone();
    let scores = &page["confidence_scores"];
    let average = scores["average_page_confidence_score"].as_f64().unwrap();
    let minimum = scores["minimum_page_confidence_score"].as_f64().unwrap();
    assert!(0.3 < minimum && minimum <= average && average <= 1.0, "{scores:#}");
    let markdown = page["markdown"].as_str().unwrap();
    let words = scores["word_confidence_scores"].as_array().unwrap();
    assert!(words.len() >= 4, "{page:#}");
    for word in words {
        let start = word["start_index"].as_u64().unwrap() as usize;
        assert!(markdown[start..].starts_with(word["text"].as_str().unwrap()), "{page:#}");
    }
    let page = ocr(shared(), &with("invoice.pdf", &fields)).ok()["pages"][0].clone();
    assert_eq!(page["confidence_scores"], Value::Null);
}

#[test]
fn pages_are_counted_from_zero() {
    let pdf = data_url("application/pdf", &Pdf::of_texts(&["zero", "one", "two"]).bytes());
    let rows =
        [(json!([1]), vec![1]), (json!("0,2"), vec![0, 2]), (json!("1-"), vec![1, 2]), (Value::Null, vec![0, 1, 2])];
    for (pages, expected) in rows {
        let mut body = by_url(&pdf);
        body["pages"] = pages;
        let answer = ocr(shared(), &body).ok();
        let found: Vec<u64> =
            answer["pages"].as_array().unwrap().iter().map(|page| page["index"].as_u64().unwrap()).collect();
        assert_eq!(found, expected);
        assert_eq!(answer["usage_info"]["pages_processed"], expected.len());
    }
    let mut body = by_url(&pdf);
    body["pages"] = json!([3]);
    refused(
        &ocr(shared(), &body),
        400,
        "invalid_request",
        "there is no page 4 (counted from 1; `pages` counts from 0)",
    );
}

#[test]
fn what_is_asked_for_in_vain_is_refused() {
    let fields = json!({ "include_image_base64": true, "image_limit": 3, "image_min_size": null });
    let answer = ocr(shared(), &with("note.txt", &fields));
    assert_eq!(
        answer.header("x-mediary-dropped"),
        None,
        "there is no figure that a picture could be missing of: {answer}"
    );
    assert_eq!(answer.ok()["pages"][0]["images"], json!([]));
    assert_eq!(ocr(shared(), &with("note.txt", &json!({}))).header("x-mediary-dropped"), None);
    let rows = [
        (with("note.txt", &json!({ "document_annotation_format": { "type": "json_schema" } })), "a language model"),
        (with("note.txt", &json!({ "bbox_annotation_format": { "type": "json_schema" } })), "a language model"),
        (with("note.txt", &json!({ "model": "gpt-4o" })), "there is no model `gpt-4o`"),
        (with("note.txt", &json!({ "table_fromat": "html" })), "unknown field `table_fromat`"),
        (json!({ "document": { "type": "file" } }), "needs the `file_id`"),
        (by_url("data:application/pdf;base64,%%%"), "`document_url` is not base64"),
        (by_url("data:application/pdf;base64,"), "empty"),
        (json!({ "document": "x".repeat(100_000) }), "the JSON body is malformed"),
    ];
    for (body, words) in rows {
        let answer = ocr(shared(), &body);
        refused(&answer, 400, "invalid_request", words);
        assert!(answer.body.len() < 2_000, "the answer has {} bytes", answer.body.len());
    }
    let unknown = ocr(shared(), &with("note.txt", &json!({ "model": "local/absent" })));
    refused(&unknown, 404, "not_found", "local/absent");
    let damaged = ocr(shared(), &by_url(&data_url("application/pdf", b"%PDF-1.4 nothing")));
    refused(&damaged, 422, "unreadable_file", "damaged");
}

#[test]
fn every_refusal_on_the_route_has_its_shape() {
    refused(&shared().get("/v1/ocr"), 405, "method_not_allowed", "Allow header");
    let foreign = Request::new("POST", "/v1/ocr").header("host", "evil.example").send(shared());
    refused(&foreign, 403, "host_not_allowed", "MEDIARY_API_KEY");
    let locked = TestServer::with(|config| config.server.api_keys = vec![Secret::new("sk-first")]);
    refused(&ocr(&locked, &with("note.txt", &json!({}))), 401, "missing_api_key", "x-api-key");
}

#[test]
fn a_document_elsewhere_is_fetched_and_read() {
    let site = Site::new(vec![
        ("/invoice", Page::file("application/pdf", sample("invoice.pdf"))),
        ("/sign", Page::file("text/html", sample("sign.png"))),
        ("/moved", Page::status("302 Found\r\nlocation: /invoice")),
        ("/table.csv", Page::file("text/plain", sample("table.csv"))),
    ]);
    let server = fetching(|config| config.limits.spool_bytes = Bytes::new(0));
    for path in ["/invoice", "/moved"] {
        let answer = ocr(&server, &by_url(&site.url(path))).ok();
        assert!(answer["pages"][0]["markdown"].as_str().unwrap().contains("505.38"), "{answer:#}");
        assert_eq!(answer["usage_info"]["doc_size_bytes"], sample("invoice.pdf").len());
    }
    // The bytes decide, whatever the site takes them for.
    let body = json!({ "document": { "type": "image_url", "image_url": site.url("/sign") } });
    let answer = ocr(&server, &body).ok();
    assert_eq!(collapsed(answer["pages"][0]["markdown"].as_str().unwrap()), collapsed(&truth("sign.txt")));
    let answer = ocr(&server, &by_url(&site.url("/table.csv"))).ok();
    let markdown = answer["pages"][0]["markdown"].as_str().unwrap();
    let head = truth("table.csv").lines().next().unwrap().replace(',', " | ");
    assert!(markdown.starts_with(&format!("| {head} |\n| --- |")), "{markdown}");
}

#[test]
fn nothing_private_is_fetched_unless_the_operator_lets_it() {
    let site = Site::new(vec![("/", Page::file("application/pdf", sample("invoice.pdf")))]);
    let port = site.url("").rsplit(':').next().unwrap().to_owned();
    for host in ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "127.0.0.1."] {
        let answer = ocr(shared(), &by_url(&format!("http://{host}:{port}/")));
        // What a name resolves to is not told.
        let why = if host == "localhost" { "not on the public Internet" } else { "loopback" };
        refused(&answer, 400, "invalid_request", why);
        refused(&answer, 400, "invalid_request", "[fetch] allow");
    }
    for (url, words) in [
        ("http://169.254.169.254/latest/meta-data", "link-local"),
        ("http://user:password@localhost/", "a user name or a password"),
        ("file:///etc/passwd", "neither an http or https address"),
    ] {
        refused(&ocr(shared(), &by_url(url)), 400, "invalid_request", words);
    }
    assert_eq!(site.visits(), 0);
    let elsewhere = Site::new(vec![
        ("/literal", Page::status("302 Found\r\nlocation: http://10.0.0.1/")),
        ("/name", Page::status(format!("302 Found\r\nlocation: http://localhost:{port}/"))),
    ]);
    let server = TestServer::with(|config| config.fetch.allow = "127.0.0.1".parse().expect("an address"));
    refused(&ocr(&server, &by_url(&elsewhere.url("/literal"))), 400, "invalid_request", "10.0.0.1 is private");
    assert_eq!(ocr(&server, &by_url(&elsewhere.url("/name"))).ok()["model"], "text-layer");
    assert_eq!(site.visits(), 1);
}

#[test]
fn what_cannot_be_fetched_or_read_is_told() {
    let site = Site::new(vec![
        ("/endless", Page::endless()),
        ("/announced", Page::status("200 OK\r\ncontent-length: 999999999")),
        ("/sound", Page::file("application/pdf", wav())),
        ("/round", Page::status("302 Found\r\nlocation: /round")),
        ("/nothing", Page::file("application/pdf", "")),
        ("/broken", Page::status("500 Internal Server Error")),
    ]);
    let server = fetching(|config| config.limits.upload_bytes = Bytes::new(200_000));
    let rows = [
        ("/endless", 413, "file_too_large", "larger than 200000 bytes"),
        ("/announced", 413, "file_too_large", "[limits] upload_bytes"),
        ("/sound", 415, "unsupported_media_type", "wav"),
        ("/missing", 400, "invalid_request", "answers 404 Not Found"),
        ("/round", 400, "invalid_request", "more than 5 times"),
        ("/nothing", 400, "invalid_request", "empty"),
        ("/broken", 502, "upstream_unreachable", "answers 500"),
    ];
    for (path, status, code, words) in rows {
        refused(&ocr(&server, &by_url(&site.url(path))), status, code, words);
    }
    let gone = site.url("/");
    drop(site);
    refused(&ocr(&server, &by_url(&gone)), 502, "upstream_unreachable", "cannot connect to `127.0.0.1`");
}
