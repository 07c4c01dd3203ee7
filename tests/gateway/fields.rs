//! What each field of a request changes in the answer, and in which form the client gets it.

use serde_json::{Value, json};

use super::client::{Multipart, Request, reading};
use super::pdf::Pdf;
use super::score::word_f1;
use super::server::{sample, shared, truth};

#[test]
fn the_output_field_chooses_between_text_and_structure() {
    let answer = shared().read(sample("invoice.pdf"), "output=text").ok();
    assert_eq!(word_f1(&truth("invoice.txt"), answer["content"].as_str().unwrap()), 1.0, "{answer:#}");
    assert!(answer["pages"][0].get("blocks").is_none(), "{answer:#}");
    for (file, fields) in [("invoice.pdf", "output=markdown"), ("invoice.pdf", ""), ("invoice-scan.pdf", "")] {
        let answer = shared().read(sample(file), fields).ok();
        let content = answer["content"].as_str().unwrap();
        assert!(content.starts_with('#'), "{file} {fields}: a heading\n{content}");
        let row = "| 1 | Brass ship's lantern, restored | 2 | 148.00 | 296.00 |";
        assert!(content.contains(row), "{file} {fields}: a table\n{content}");
        assert!(answer["pages"][0].get("blocks").is_none(), "{answer:#}");
    }
    let answer = shared().read(sample("invoice.pdf"), "output=json").ok();
    assert!(answer.get("content").is_none(), "{answer:#}");
    assert!(answer["pages"][0]["blocks"][0]["lines"][0]["text"].is_string(), "{answer:#}");
}

#[test]
fn the_client_that_prefers_bare_text_gets_it() {
    let rows = [
        ("text/plain", "text/plain; charset=utf-8"),
        ("text/markdown", "text/markdown; charset=utf-8"),
        ("text/markdown, application/json;q=0.5", "text/markdown; charset=utf-8"),
        ("application/json, text/plain;q=0.5", "application/json"),
        ("*/*", "application/json"),
    ];
    let markdown = shared().read(sample("invoice.pdf"), "").content();
    let text = shared().read(sample("invoice.pdf"), "output=text").content();
    for (accept, mime) in rows {
        let answer = reading(sample("invoice.pdf"), "").header("accept", accept).send(shared());
        assert_eq!(answer.status, 200, "{accept}: {answer}");
        assert_eq!(answer.header("content-type"), Some(mime), "{accept}");
        match mime {
            "application/json" => assert_eq!(answer.content(), markdown, "{accept}"),
            // A text that is printed as it comes ends its last line.
            "text/plain; charset=utf-8" => assert_eq!(answer.text(), format!("{text}\n"), "{accept}"),
            _ => assert_eq!(answer.text(), format!("{markdown}\n"), "{accept}"),
        }
    }
}

#[test]
fn errors_are_json_whatever_the_client_prefers() {
    let answer = reading("%PDF-1.4 nothing", "").header("accept", "text/plain").send(shared());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    answer.refused(422, "unreadable_file", "damaged");
}

#[test]
fn only_the_selected_pages_are_read_and_keep_their_places() {
    let texts =
        ["the first page of four", "the second page of four", "the third page of four", "the last page of four"];
    let pdf = Pdf::of_texts(&texts).bytes();
    let rows: [(&str, &[usize]); 6] = [
        ("", &[0, 1, 2, 3]),
        ("2", &[1]),
        ("1,4", &[0, 3]),
        ("2-3", &[1, 2]),
        ("3-", &[2, 3]),
        ("4,4,1-2", &[0, 1, 3]),
    ];
    for (pages, expected) in rows {
        let answer = shared().read(pdf.clone(), &format!("pages={pages}")).ok();
        let read: Vec<Value> = list(&answer["pages"]).iter().map(|page| json!([page["index"], page["text"]])).collect();
        let wanted: Vec<Value> = expected.iter().map(|&index| json!([index, texts[index]])).collect();
        assert_eq!(read, wanted, "{pages}");
        assert_eq!(answer["media"]["pages"], 4, "{pages}");
        assert_eq!(answer["usage"]["pages_processed"], expected.len(), "{pages}");
        assert_eq!(answer["attempts"][0]["pages"], json!(expected), "{pages}");
        let content: Vec<&str> = expected.iter().map(|&index| texts[index]).collect();
        assert_eq!(answer["content"], content.join("\n\n"), "{pages}");
    }
}

#[test]
fn a_page_of_a_tiff_can_be_selected() {
    let answer = shared().read(sample("letter.tiff"), "pages=2").ok();
    assert_eq!(list(&answer["pages"]).len(), 1);
    assert_eq!((&answer["pages"][0]["index"], &answer["media"]["pages"]), (&json!(1), &json!(2)));
    assert!(answer["content"].as_str().unwrap().contains("Edmund Falk"), "{answer:#}");
}

#[test]
fn the_detail_field_says_how_closely_places_are_told() {
    for (name, has_confidence) in [("invoice.pdf", false), ("sign.png", true)] {
        let page = |detail: &str| shared().read(sample(name), &format!("detail={detail}")).ok()["pages"][0].clone();
        assert!(page("none").get("blocks").is_none(), "{name}");
        let line = page("lines")["blocks"][0]["lines"][0].clone();
        assert!(line["bbox"].is_array() && line.get("words").is_none(), "{name}: {line:#}");
        assert_eq!(line["confidence"].is_number(), has_confidence, "{name}: {line:#}");
        let word = page("words")["blocks"][0]["lines"][0]["words"][0].clone();
        assert!(word["bbox"].is_array() && word["text"].is_string(), "{name}: {word:#}");
        assert_eq!(word["confidence"].is_number(), has_confidence, "{name}: {word:#}");
    }
}

#[test]
fn a_page_with_text_is_read_from_its_pixels_when_that_is_asked_for() {
    let answer = shared().read(sample("invoice.pdf"), "force_ocr=true&output=text").ok();
    assert_eq!(answer["status"], "ocr_success");
    assert_eq!(answer["pages"][0]["source"], "ocr");
    assert_eq!(answer["pages"][0]["engine"], "local/paddleocr");
    assert_eq!(attempts(&answer), ["local/paddleocr accepted"]);
    let content = answer["content"].as_str().unwrap();
    assert!(word_f1(&truth("invoice.txt"), content) >= 0.93, "{content}");
}

#[test]
fn a_scan_without_recognition_says_that_it_needs_some() {
    let answer = shared().read(sample("invoice-scan.pdf"), "text_layer_only=true").ok();
    assert_eq!(answer["status"], "partial");
    assert_eq!(answer["needs_ocr"], true);
    assert_eq!(answer["content"], "");
    assert_eq!(attempts(&answer), ["text-layer rejected no_text"]);
    let answer = shared().read(sample("invoice.pdf"), "text_layer_only=true").ok();
    assert_eq!((&answer["status"], &answer["needs_ocr"]), (&json!("success"), &json!(false)));
}

#[test]
fn attempts_say_which_engine_tried_and_why_it_went_on() {
    let rows: [(&str, &[&str]); 4] = [
        ("invoice.pdf", &["text-layer accepted"]),
        ("invoice-scan.pdf", &["text-layer rejected no_text", "local/paddleocr accepted"]),
        ("sign.png", &["local/paddleocr accepted"]),
        ("note.txt", &["text-layer accepted"]),
    ];
    for (name, expected) in rows {
        assert_eq!(attempts(&shared().read(sample(name), "").ok()), expected, "{name}");
    }
}

#[test]
fn the_dpi_field_sets_the_size_of_pages() {
    for (name, fields) in [("invoice.pdf", ""), ("invoice.pdf", "&force_ocr=1"), ("invoice-scan.pdf", "")] {
        for dpi in [100_u32, 300] {
            let answer = shared().read(sample(name), &format!("dpi={dpi}{fields}")).ok();
            let page = &answer["pages"][0];
            let expected = [595.28, 841.89].map(|points: f64| points / 72.0 * f64::from(dpi));
            let found = [&page["width_px"], &page["height_px"]].map(|side| side.as_f64().unwrap());
            assert_eq!(page["dpi"], dpi, "{name}");
            assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() <= 1.5), "{found:?}");
            assert!(answer["content"].as_str().unwrap().contains("505.38"), "{name} at {dpi}: {answer:#}");
        }
    }
}

#[test]
fn engines_are_named_in_several_ways() {
    for engine in ["auto", "local", "local/paddleocr", ""] {
        let answer = shared().read(sample("sign.png"), &format!("engine={engine}")).ok();
        assert_eq!(answer["pages"][0]["engine"], "local/paddleocr", "{engine}");
    }
}

#[test]
fn fields_may_come_in_the_body_or_in_the_address() {
    let pdf = Pdf::of_texts(&["the first page", "the second page"]).bytes();
    let in_body = Multipart::default().file("a.pdf", "application/pdf", &pdf).field("pages", "2").request();
    let before_the_file = Multipart::default().field("pages", "2").file("a.pdf", "application/pdf", &pdf).request();
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &pdf);
    let in_json = json!({ "file_data": encoded, "pages": "2", "force_ocr": false, "detail": "none" }).to_string();
    let in_json = Request::new("POST", "/v1/ocr/process").body("application/json", in_json);
    for request in [in_body, before_the_file, in_json, reading(pdf, "pages=2")] {
        assert_eq!(request.send(shared()).content(), "the second page");
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

/// Engine, outcome and reason of every attempt.
pub(crate) fn attempts(answer: &Value) -> Vec<String> {
    let attempt = |attempt: &Value| {
        assert!(attempt["duration_ms"].is_u64() && !list(&attempt["pages"]).is_empty(), "{attempt:#}");
        let words =
            [&attempt["engine"], &attempt["outcome"], &attempt["reason"]].map(|word| word.as_str().unwrap_or(""));
        words.join(" ").trim_end().to_owned()
    };
    list(&answer["attempts"]).iter().map(attempt).collect()
}
