//! Every sample, sent in every way there is, held against the truth beside it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::client::{Answer, Multipart, Request, reading};
use super::score::{character_accuracy, collapsed, word_f1};
use super::server::{sample, shared, truth};

/// How close a reading has to come to the truth.
#[derive(Debug, Clone, Copy)]
enum Close {
    /// The same but for white space.
    Exact,
    /// The same words.
    Words,
    /// Word F1.
    WordF1(f64),
    /// Characters in their order.
    Characters(f64),
}

const SAMPLES: [(&str, &str, &str, Close); 11] = [
    ("invoice.pdf", "application/pdf", "invoice.txt", Close::Words),
    ("invoice-scan.pdf", "application/pdf", "invoice-scan.txt", Close::WordF1(0.93)),
    ("receipt.jpg", "image/jpeg", "receipt.txt", Close::WordF1(0.93)),
    ("letter.tiff", "image/tiff", "letter.txt", Close::WordF1(0.93)),
    ("cjk.png", "image/png", "cjk.txt", Close::Characters(0.9)),
    ("sign.png", "image/png", "sign.txt", Close::Exact),
    ("sign.gif", "image/gif", "sign.txt", Close::Exact),
    ("sign.bmp", "image/bmp", "sign.txt", Close::Exact),
    ("sign.webp", "image/webp", "sign.txt", Close::Exact),
    ("note.txt", "text/plain", "note.txt", Close::Exact),
    ("table.csv", "text/csv", "table.txt", Close::Exact),
];

#[track_caller]
fn assert_close(name: &str, truth: &str, read: &str, close: Close) {
    let (score, wanted) = match close {
        Close::Exact => (f64::from(u8::from(collapsed(truth) == collapsed(read))), 1.0),
        Close::Words => (word_f1(truth, read), 1.0),
        Close::WordF1(wanted) => (word_f1(truth, read), wanted),
        Close::Characters(wanted) => (character_accuracy(truth, read), wanted),
    };
    assert!(score >= wanted, "{name}: {score:.3}, wanted {close:?}\n--- truth\n{truth}\n--- read\n{read}");
}

fn every_sample_is_read(send: impl Fn(&str, &str, &[u8]) -> Request) {
    for (name, mime, truth_name, close) in SAMPLES {
        let bytes = sample(name);
        let answer = send(name, mime, &bytes).send(shared());
        assert_close(name, &truth(truth_name), &answer.content(), close);
        assert_described(name, bytes.len(), &answer);
    }
}

/// What an answer says of the file as a whole.
#[track_caller]
fn assert_described(name: &str, size_bytes: usize, answer: &Answer) {
    let body = answer.ok();
    let (kind, format, status, pages) = match name.rsplit('.').next() {
        Some("pdf") if name == "invoice.pdf" => ("document", "pdf", "success", 1),
        Some("pdf") => ("document", "pdf", "ocr_success", 1),
        Some("txt") => ("text", "text", "success", 1),
        Some("csv") => ("text", "csv", "success", 1),
        Some("tiff") => ("image", "tiff", "ocr_success", 2),
        Some("jpg") => ("image", "jpeg", "ocr_success", 1),
        other => ("image", other.unwrap_or_default(), "ocr_success", 1),
    };
    assert_eq!(body["object"], "ocr", "{name}");
    assert_eq!(body["status"], status, "{name}");
    assert_eq!(body["needs_ocr"], false, "{name}");
    assert_eq!(body["media"]["kind"], kind, "{name}");
    assert_eq!(body["media"]["format"], format, "{name}");
    assert_eq!(body["media"]["pages"], pages, "{name}");
    assert_eq!(body["media"]["size_bytes"], size_bytes, "{name}");
    assert_eq!(body["usage"]["doc_size_bytes"], size_bytes, "{name}");
    assert_eq!(body["usage"]["pages_processed"], pages, "{name}");
}

#[test]
fn every_sample_is_read_from_a_multipart_body() {
    every_sample_is_read(|name, mime, bytes| {
        Multipart::default().field("output", "text").file(name, mime, bytes).request()
    });
}

#[test]
fn every_sample_is_read_from_base64_in_json() {
    every_sample_is_read(|_, mime, bytes| {
        json_request(&json!({ "file_data": STANDARD.encode(bytes), "mime_type": mime, "output": "text" }))
    });
}

#[test]
fn every_sample_is_read_from_a_data_url_in_json() {
    every_sample_is_read(|name, mime, bytes| {
        let url = format!("data:{mime};base64,{}", STANDARD.encode(bytes));
        json_request(&json!({ "file_data": url, "file_name": name, "output": "text" }))
    });
}

#[test]
fn every_sample_is_read_from_a_body_that_is_the_file() {
    every_sample_is_read(|_, mime, bytes| Request::new("POST", "/v1/ocr/process?output=text").body(mime, bytes));
}

#[test]
fn a_document_is_read_whatever_it_is_said_to_be() {
    let request = Multipart::default().file("photo.jpg", "image/jpeg", &sample("invoice.pdf")).request();
    let body = request.send(shared()).ok();
    assert_eq!(body["media"]["format"], "pdf");
    assert_eq!(body["status"], "success");
    assert_eq!(body["file_name"], "photo.jpg");
}

#[test]
fn the_pages_of_a_tiff_are_told_apart() {
    let answer = shared().read(sample("letter.tiff"), "").ok();
    let truth = truth("letter.txt");
    let (first, second) = truth.split_once('\u{c}').expect("a form feed parts the pages");
    for (index, truth) in [first, second].into_iter().enumerate() {
        let page = &answer["pages"][index];
        assert_eq!(page["index"], index);
        assert!(word_f1(truth, page["text"].as_str().unwrap()) >= 0.93, "{page:#}");
    }
}

#[test]
fn a_document_that_is_spooled_to_disk_is_read_like_any_other() {
    let mut large = sample("invoice.pdf");
    // White space before the end changes nothing, but is more than is kept in memory.
    large.extend(vec![b' '; 1_500_000]);
    large.extend(b"\nstartxref\n2757\n%%EOF\n");
    assert_eq!(reading(large, "").send(shared()).content(), shared().read(sample("invoice.pdf"), "").content());
    let mut image = sample("sign.png");
    image.extend(vec![0; 1_500_000]);
    assert_eq!(collapsed(&shared().read(image, "").content()), collapsed(&truth("sign.txt")));
}

fn json_request(body: &serde_json::Value) -> Request {
    Request::new("POST", "/v1/ocr/process").body("application/json", body.to_string())
}
