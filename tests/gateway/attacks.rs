//! What hostile clients send: each is refused by the limit that it passes, and learns nothing of the others.

use mediary::config::{Bytes, Secret};
use serde_json::{Value, json};

use super::chat_talk::serving;
use super::client::{Answer, Request};
use super::server::{TestServer, sample, shared};
use super::site::{Page, Site};

fn posted(route: &str, body: impl Into<Vec<u8>>) -> Request {
    Request::new("POST", route).body("application/json", body)
}

#[test]
fn json_that_would_cost_many_times_its_size_is_refused_before_it_is_parsed() {
    let many = "[],".repeat(500_000) + "0";
    let chat = |field: &str, value: &str| format!(r#"{{"model":"m","messages":[],"{field}":{value}}}"#);
    let rows = [
        ("/v1/chat/completions", chat("metadata", &format!("[{many}]"))),
        ("/v1/chat/completions", format!(r#"{{"model":"m","messages":[{many}]}}"#)),
        ("/v1/chat/completions", chat("tools", &format!(r#"[{{"function":{{"parameters":[{many}]}}}}]"#))),
        ("/v1/embeddings", format!(r#"{{"model":"m","input":[{many}]}}"#)),
        ("/v1/plan", format!(r#"{{"endpoint":"/v1/embeddings","request":[{many}]}}"#)),
        ("/v1/ocr", format!(r#"{{"model":"m","document":[{many}]}}"#)),
        ("/v1/ocr/process", format!(r#"{{"file_data":"","x":[{many}]}}"#)),
        // No JSON at all, but it would be looked through to its end.
        ("/v1/chat/completions", format!("[{many}")),
    ];
    for (route, body) in rows {
        let answer = posted(route, body).send(shared());
        assert_eq!(answer.status, 413, "{route}: {answer}");
        assert!(answer.text().contains("values") && answer.text().contains("json_values"), "{route}: {answer}");
    }
    let long = json!({ "model": "m", "messages": [{ "role": "user", "content": "so it is. ".repeat(2_500_000) }] });
    posted("/v1/chat/completions", long.to_string()).send(shared()).refused(413, "file_too_large", "json_bytes");
    let deep = "[".repeat(100_000);
    posted("/v1/chat/completions", deep).send(shared()).refused(400, "invalid_request", "levels deep");
}

#[test]
fn a_form_whose_parts_do_not_begin_is_refused() {
    let form = |body: Vec<u8>| Request::new("POST", "/v1/ocr/process").body("multipart/form-data; boundary=b", body);
    let padding = "x".repeat(1_000_000);
    let rows = [
        padding.clone(),
        format!("{padding}\r\n--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\ntext\r\n--b--\r\n"),
        format!("--b\r\nContent-Disposition: form-data; name=\"file\"\r\nX-Long: {padding}\r\n\r\ntext\r\n--b--\r\n"),
        format!("--b\r\n{}", "X-Many: headers\r\n".repeat(100_000)),
    ];
    for body in rows {
        form(body.into_bytes()).send(shared()).refused(400, "invalid_request", "no part of the form begins");
    }
    let long = "a line of the file\n".repeat(20_000);
    let file = format!("--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n{long}\r\n--b--\r\n");
    assert_eq!(form(file.into_bytes()).send(shared()).content().len(), long.trim_end().len());
}

#[test]
fn an_absurd_length_is_a_bad_request() {
    for length in ["-1", "a lot", "99999999999999999999999", "5, 6"] {
        let request = Request::new("POST", "/v1/chat/completions").header("content-length", length);
        let answer = request.header("content-type", "application/json").send(shared());
        assert_eq!(answer.status, 400, "{length}: {answer}");
    }
    shared().assert_reads_on();
}

#[test]
fn no_key_learns_what_another_has_had_read() {
    let cache = tempfile::tempdir().expect("there is a place for temporary files");
    let server = TestServer::with(|config| {
        config.server.api_keys = vec![Secret::new("sk-first"), Secret::new("sk-second")];
        config.cache.bytes = Bytes::mega(10);
        config.cache.dir = Some(cache.path().to_owned());
    });
    let read = |key: &str| -> Value {
        let request = Request::new("POST", "/v1/ocr/process?output=image").body("image/png", sample("sign.png"));
        request.header("x-api-key", key).send(&server).ok()
    };
    let first = read("sk-first");
    assert_eq!(first["cached"], false);
    assert_eq!(read("sk-first")["cached"], true);
    assert_eq!(read("sk-second")["cached"], false);
    let url = first["pages"][0]["image_url"].as_str().expect("it links to its picture").to_owned();
    let path = url[url.find("/v1/").expect("a path")..].to_owned();
    let drawing = |key: &str| -> Answer { Request::new("GET", path.clone()).header("x-api-key", key).send(&server) };
    assert_eq!(drawing("sk-first").status, 200);
    drawing("sk-second").refused(404, "no_such_image", "no such picture");
}

#[test]
fn a_request_fetches_each_address_once_and_not_too_many() {
    let site = Site::new(vec![
        ("/sign.png", Page::file("image/png", sample("sign.png"))),
        ("/other.png", Page::file("image/png", sample("sign.png"))),
        ("/endless", Page::endless()),
    ]);
    let model = json!({ "id": "m", "accepts": ["text", "image", "document"], "context_tokens": 1_000_000 });
    let provider = json!({
        "id": "all", "dialect": "openai", "base_url": "http://127.0.0.1:9/v1", "api_keys": ["sk-none"], "models": [model],
    });
    let server = serving(&[provider], |config| {
        config.fetch.allow = "127.0.0.0/8".parse().expect("a network");
        config.fetch.files = 2;
        config.limits.upload_bytes = Bytes::new(500_000);
    });
    let planned = |paths: &[&str]| {
        let part = |path: &&str| json!({ "type": "image_url", "image_url": { "url": site.url(path) } });
        let content: Vec<Value> = paths.iter().map(part).collect();
        let body = json!({ "model": "m", "messages": [{ "role": "user", "content": content }] });
        posted("/v1/plan", body.to_string()).send(&server)
    };
    assert_eq!(planned(&["/sign.png"; 100]).ok()["parts"].as_array().map(Vec::len), Some(100));
    assert_eq!(site.visits(), 1);
    planned(&["/a", "/b", "/c"]).refused(413, "file_too_large", "[fetch] files");
    assert_eq!(site.visits(), 1);
    assert_eq!(planned(&["/sign.png", "/other.png", "/sign.png"]).status, 200);
    assert_eq!(site.visits(), 3);
    planned(&["/endless"]).refused(413, "file_too_large", "500000 bytes");
}
