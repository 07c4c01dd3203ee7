//! What hostile clients send: each is refused by the limit that it passes, and learns nothing of the others.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use mediary::config::{Bytes, Secret};
use serde_json::{Value, json};

use super::chat_talk::{over, serving};
use super::chat_words::says;
use super::client::{Answer, Request};
use super::craft::png_of;
use super::server::{TestServer, sample, shared};
use super::site::{Page, Site};
use super::upstream::Upstream;

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
    let numbers = "1,".repeat(60_000) + "1";
    let short = [chat("foo", &format!("[{numbers}]")), chat("foo", &format!("[{}0]", "[],".repeat(55_000)))];
    for body in &short {
        posted("/v1/chat/completions", body.as_str()).send(shared()).refused(413, "file_too_large", "json_values");
    }
    let long = json!({ "model": "m", "messages": [{ "role": "user", "content": "so it is. ".repeat(2_500_000) }] });
    posted("/v1/chat/completions", long.to_string()).send(shared()).refused(413, "file_too_large", "json_bytes");
    let deep = "[".repeat(100_000);
    posted("/v1/chat/completions", deep).send(shared()).refused(400, "invalid_request", "levels deep");
}

#[test]
fn what_a_short_body_may_hold_arrives_and_more_goes_nowhere() {
    let up = Upstream::doing([says("Hi")]);
    let server = serving(&[up.with_model("a", json!({}))], |_| ());
    let with = |count: usize| {
        let all = "[],".repeat(count - 1) + "[]";
        let body =
            format!(r#"{{"model":"m","messages":[{{"role":"user","content":"Hi"}}],"metadata":{{"a":[{all}]}}}}"#);
        posted("/v1/chat/completions", body).send(&server)
    };
    assert_eq!(with(40_000).said(), "Hi");
    assert_eq!(up.last().json()["metadata"]["a"].as_array().map(Vec::len), Some(40_000));
    with(60_000).refused(413, "file_too_large", "values for its length");
    assert_eq!(up.calls(), 1);
}

/// The same, packed.
fn packed(route: &str, body: &[u8]) -> Request {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(body).expect("memory takes it");
    posted(route, out.finish().expect("memory takes it")).header("content-encoding", "gzip")
}

#[test]
fn letters_of_a_file_are_text_where_no_file_stands_packed_or_not() {
    let up = Upstream::doing([says("Hi")]);
    let entry = up.with_model("a", json!({ "accepts": ["text", "image"] }));
    let server = serving(&[entry], |config| config.limits.json_bytes = Bytes::new(100_000));
    let letters = "QUJD".repeat(50_000);
    let said = |field: &str, value: Value| {
        over(json!({ "model": "m", "messages": [{ "role": "user", "content": "Hi" }] }), json!({ field: value }))
    };
    let rows = [
        ("/v1/chat/completions", said("messages", json!(letters))),
        ("/v1/chat/completions", said("messages", json!([{ "role": letters, "content": "Hi" }]))),
        ("/v1/chat/completions", said("temperature", json!(letters))),
        ("/v1/chat/completions", said("metadata", json!({ "url": letters }))),
        ("/v1/chat/completions", said("a_field_of_tomorrow", json!(letters))),
        ("/v1/chat/completions", said(&letters, json!(1))),
        ("/v1/messages", said("messages", json!(letters))),
        ("/v1/responses", json!({ "model": "m", "input": "Hi", "tools": letters })),
        ("/v1/audio/speech", json!({ "model": "m", "input": "Hi", "speed": letters })),
        ("/v1/embeddings", json!({ "model": "m", "input": letters })),
        ("/api/chat", said("messages", json!(letters))),
        ("/v1/ocr", json!({ "model": "m", "document": letters })),
    ];
    for (route, body) in rows {
        let body = body.to_string();
        for request in [posted(route, body.as_str()), packed(route, body.as_bytes())] {
            let answer = request.send(&server);
            assert_eq!(answer.status, 413, "{route}: {answer}");
            assert!(answer.text().contains("bytes beside its files"), "{route}: {answer}");
        }
    }
    // What is too much already is not unpacked to its end, which would be no gzip.
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(format!("{{\"messages\":\"{}", "a".repeat(50_000_000)).as_bytes()).expect("memory takes it");
    let mut bomb = bomb.finish().expect("memory takes it");
    bomb.truncate(bomb.len() - 8);
    let answer = posted("/v1/chat/completions", bomb).header("content-encoding", "gzip").send(&server);
    answer.refused(413, "file_too_large", "bytes beside its files");
    assert_eq!(up.calls(), 0);

    // A file in its place is longer than that, and arrives as it was sent.
    // Nothing that packs well.
    let mixed = |value: u32| value.wrapping_mul(2_654_435_761).rotate_left(15).wrapping_mul(2_246_822_519) >> 24;
    let noise = |x: u32, y: u32| image::Rgb([1, 2, 3].map(|of| mixed((x * 401 + y) * 3 + of) as u8));
    let picture = STANDARD.encode(png_of(&image::RgbImage::from_fn(400, 400, noise)));
    assert!(picture.len() > 150_000, "{} bytes", picture.len());
    let url = format!("data:image/png;base64,{picture}");
    let part = json!({ "type": "image_url", "image_url": { "url": url } });
    let body = said("messages", json!([{ "role": "user", "content": [part] }])).to_string();
    for request in [posted("/v1/chat/completions", body.as_str()), packed("/v1/chat/completions", body.as_bytes())] {
        assert_eq!(request.send(&server).said(), "Hi");
        assert_eq!(up.last().json()["messages"][0]["content"][0]["image_url"]["url"], url);
    }
}

#[test]
fn errors_repeat_no_more_of_a_value_than_tells_which_it_is() {
    let long = "so it is. ".repeat(30_000);
    let said = |message: Value| json!({ "model": "m", "messages": [message] });
    let part = |part: Value| said(json!({ "role": "user", "content": [part] }));
    let with =
        |field: &str, value: Value| over(said(json!({ "role": "user", "content": "Hi" })), json!({ field: value }));
    let item = |item: Value| json!({ "model": "m", "input": [item] });
    let rows = [
        ("/v1/chat/completions", said(json!({ "role": long, "content": "Hi" }))),
        ("/v1/chat/completions", part(json!({ "type": long, "text": "Hi" }))),
        ("/v1/chat/completions", part(json!({ "type": "file", "file": { "file_id": long } }))),
        ("/v1/chat/completions", with("tools", json!([{ "type": long, "function": { "name": "f" } }]))),
        ("/v1/chat/completions", with("response_format", json!({ "type": long }))),
        ("/v1/chat/completions", with("reasoning_effort", json!(long))),
        ("/v1/chat/completions", with("temperature", json!(long))),
        ("/v1/messages", over(said(json!({ "role": long, "content": "Hi" })), json!({ "max_tokens": 9 }))),
        ("/v1/messages", part(json!({ "type": "image", "source": { "type": long } }))),
        ("/v1/messages", with("tool_choice", json!({ "type": long }))),
        ("/v1/responses", item(json!({ "type": long }))),
        ("/v1/responses", item(json!({ "role": long, "content": "Hi" }))),
        ("/v1/responses", item(json!({ "role": "user", "content": [{ "type": long }] }))),
        ("/api/chat", said(json!({ "role": long, "content": "Hi" }))),
        ("/v1/embeddings", json!({ "model": "m", "input": "Hi", "encoding_format": long })),
        ("/v1/audio/speech", json!({ "model": "m", "input": "Hi", "response_format": long })),
        ("/v1/ocr", json!({ "model": long, "document": { "document_url": "data:text/plain;base64,QQ==" } })),
        ("/v1/ocr/process", json!({ "file_data": "QQ==", "output": long })),
        ("/v1/ocr/process", json!({ "file_data": "QQ==", long.clone(): "x" })),
    ];
    for (route, body) in rows {
        let answer = posted(route, body.to_string()).send(shared());
        assert!((400..500).contains(&answer.status), "{route}: {}", answer.status);
        assert!(answer.body.len() < 4_000, "{route}: {} bytes", answer.body.len());
        assert!(answer.text().contains("so it is.") || answer.text().contains("expected"), "{route}: {answer}");
    }
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
