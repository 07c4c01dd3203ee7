//! Requests that cannot be understood: each is refused with a status, a code and a sentence that says what to do.

use serde_json::json;

use super::client::{Multipart, Request, reading};
use super::craft::blank_png;
use super::pdf::Pdf;
use super::server::{sample, shared};

fn pdf() -> Vec<u8> {
    Pdf::of_texts(&["one", "two", "three"]).bytes()
}

#[test]
fn a_bad_field_is_named_with_what_it_may_be() {
    let rows = [
        ("pagse=1", 400, "invalid_request", "did you mean `pages`?"),
        ("colour=red", 400, "invalid_request", "the fields are file, engine"),
        ("pages=0", 400, "invalid_request", "counted from 1"),
        ("pages=3-1", 400, "invalid_request", "counted from 1"),
        ("pages=first", 400, "invalid_request", "`first` does not select pages"),
        ("pages=4", 400, "invalid_request", "the document has 3 page(s), so there is no page 4"),
        ("pages=2,9-12", 400, "invalid_request", "so there is no page 9"),
        ("output=doc", 400, "invalid_request", "`output` is markdown, text"),
        ("detail=letters", 400, "invalid_request", "none, lines or words"),
        ("force_ocr=perhaps", 400, "invalid_request", "true or false"),
        ("dpi=29", 400, "invalid_request", "30 to 600"),
        ("dpi=601", 400, "invalid_request", "30 to 600"),
        ("dpi=high", 400, "invalid_request", "30 to 600"),
        ("force_ocr=1&text_layer_only=1", 400, "invalid_request", "exclude each other"),
        ("engine=paddleocr", 400, "invalid_request", "provider/model"),
        ("engine=local/abacus", 404, "not_found", "local/paddleocr:fast"),
        ("engine=local/paddleocr:slow", 404, "not_found", "local/paddleocr:fast"),
        ("engine=openai/gpt-4o", 404, "not_found", "local/paddleocr:fast"),
    ];
    for (fields, status, code, words) in rows {
        shared().read(pdf(), fields).refused(status, code, words);
    }
    shared().assert_reads_on();
}

#[test]
fn the_field_that_is_to_blame_is_named_for_programs_too() {
    for (fields, param) in [("dpi=1", "dpi"), ("pagse=1", "pagse"), ("output=doc", "output"), ("pages=x", "pages")] {
        assert_eq!(shared().read(pdf(), fields).json()["error"]["param"], param);
    }
}

#[test]
fn what_makes_no_sense_for_a_file_is_refused() {
    shared().read(blank_png(), "text_layer_only=true").refused(
        400,
        "invalid_request",
        "a picture has no text of its own",
    );
    shared().read(blank_png(), "pages=2").refused(400, "invalid_request", "there is no page 2");
    shared().read("a text", "pages=2").refused(400, "invalid_request", "there is no page 2");
}

#[test]
fn a_request_without_a_file_is_refused() {
    shared().read("", "").refused(400, "invalid_request", "empty (0 bytes)");
    Multipart::default().request().send(shared()).refused(400, "invalid_request", "there is no file");
    let fields_only = Multipart::default().field("pages", "1").request();
    fields_only.send(shared()).refused(400, "invalid_request", "there is no file");
    let empty = Multipart::default().file("a.pdf", "application/pdf", b"").request();
    empty.send(shared()).refused(400, "invalid_request", "empty (0 bytes)");
    Request::new("POST", "/v1/ocr/process").send(shared()).refused(400, "invalid_request", "empty (0 bytes)");
    shared().assert_reads_on();
}

#[test]
fn a_malformed_multipart_body_is_refused() {
    let path = "/v1/ocr/process";
    let nameless = Request::new("POST", path).body("multipart/form-data", "--x\r\n");
    nameless.send(shared()).refused(400, "invalid_request", "no boundary");
    let cut = Multipart::default().file("a.pdf", "application/pdf", &pdf()).unfinished();
    cut.send(shared()).refused(400, "invalid_request", "multipart body is malformed");
    let other = Request::new("POST", path).body("multipart/form-data; boundary=x", "nothing with that boundary");
    other.send(shared()).refused(400, "invalid_request", "multipart body is malformed");
    let field = Multipart::default().field("pages", &"1,".repeat(40_000)).file("a.pdf", "application/pdf", &pdf());
    field.request().send(shared()).refused(413, "file_too_large", "the field `pages` is longer than 65536 bytes");
    shared().assert_reads_on();
}

#[test]
fn a_malformed_json_body_is_refused() {
    let rows = [
        ("", "the JSON body is malformed"),
        ("{", "the JSON body is malformed"),
        ("[]", "the JSON body is malformed"),
        ("{}", "there is no file; send it as `file_data`"),
        (r#"{"file_data": 7}"#, "invalid type"),
        (r#"{"file_data": null}"#, "there is no file; send it as `file_data`"),
        (r#"{"file_data": "AAAA", "pagse": "1"}"#, "unknown field `pagse`"),
        (r#"{"file_data": "AAAA", "dpi": "many"}"#, "invalid type"),
        (r#"{"file_data": "!!!!"}"#, "not base64"),
        (r#"{"file_data": "AAA=AAAA"}"#, "not base64"),
        (r#"{"file_data": "data:application/pdf,hello"}"#, "a data URL that is not base64"),
        (r#"{"file_data": ""}"#, "empty (0 bytes)"),
        (r#"{"file_data": "data:text/plain;base64,"}"#, "empty (0 bytes)"),
    ];
    for (body, words) in rows {
        let answer = Request::new("POST", "/v1/ocr/process").body("application/json", body).send(shared());
        answer.refused(400, "invalid_request", words);
    }
    shared().assert_reads_on();
}

#[test]
fn more_files_than_a_request_may_have_are_refused() {
    let mut request = Multipart::default();
    for _ in 0..101 {
        request = request.file("a.txt", "text/plain", b"text");
    }
    request.request().send(shared()).refused(413, "file_too_large", "more than 100 files");
}

#[test]
fn there_is_no_such_route_or_no_such_method() {
    let rows = [
        ("GET", "/v1/ocr/proces", 404, "unknown_route", "/docs"),
        ("POST", "/nowhere", 404, "unknown_route", "/docs"),
        ("GET", "/v1/ocr/process", 405, "method_not_allowed", "GET"),
        ("DELETE", "/v1/models", 405, "method_not_allowed", "DELETE"),
        ("BREW", "/health", 405, "method_not_allowed", "BREW"),
        ("GET", "/v1/models/local/abacus", 404, "model_not_found", "GET /v1/models"),
        ("GET", "/v1/models/local/paddleocr:fsat", 404, "model_not_found", "Did you mean local/paddleocr:fast"),
    ];
    for (method, path, status, code, words) in rows {
        Request::new(method, path).send(shared()).refused(status, code, words);
    }
    // Whose client asks is told by what stands before what is not there.
    let shapes = [
        ("/v1/messages/nothing", "/type", json!("error")),
        (
            "/api/nothing",
            "/error",
            json!("There is no route POST /api/nothing here. GET / names the endpoints, /docs describes them."),
        ),
        ("/v1beta/nothing", "/error/status", json!("NOT_FOUND")),
    ];
    for (path, place, expected) in shapes {
        let answer = Request::new("POST", path).send(shared());
        assert_eq!((answer.status, answer.json().pointer(place)), (404, Some(&expected)), "{answer}");
    }
    let allowed = Request::new("GET", "/v1/ocr/process").send(shared());
    assert_eq!(allowed.header("allow"), Some("POST"));
}

#[test]
fn head_answers_as_get_does_without_a_body() {
    let answer = Request::new("HEAD", "/health").send(shared());
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    let answer = Request::new("HEAD", "/v1/ocr/process").send(shared());
    assert_eq!((answer.status, answer.body.len()), (405, 0));
}

#[test]
fn what_is_not_http_is_refused_and_disturbs_no_other_connection() {
    use std::io::{Read, Write};
    for nonsense in
        ["\u{16}\u{3}\u{1}hello", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", &format!("GET /{}", "x".repeat(1 << 20))]
    {
        let mut connection = shared().connect();
        // The server may hang up in the middle of it.
        let _ = connection.write_all(nonsense.as_bytes());
        let _ = connection.shutdown(std::net::Shutdown::Write);
        let mut answer = Vec::new();
        let _ = connection.read_to_end(&mut answer);
        let is_refusal = answer.is_empty() || answer.starts_with(b"HTTP/1.1 4");
        assert!(is_refusal, "{}", String::from_utf8_lossy(&answer));
    }
    shared().assert_reads_on();
}

#[test]
fn a_password_or_a_text_is_never_repeated_in_an_error() {
    let answer = shared().read(Pdf::of_texts(&["x"]).encrypted("right"), "password=hunter2");
    assert!(!answer.text().contains("hunter2"), "{answer}");
    let body = json!({ "file_data": "secret text!", "password": "hunter2" }).to_string();
    let answer = Request::new("POST", "/v1/ocr/process").body("application/json", body).send(shared());
    assert!(!answer.text().contains("hunter2") && !answer.text().contains("secret text"), "{answer}");
    assert_eq!(reading(sample("sign.png"), "").send(shared()).status, 200);
}
