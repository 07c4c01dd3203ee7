//! The shape of answers in full, as snapshots: a field that changes is seen here.
//!
//! Ids and times are blotted out, places and confidences only checked to be such; of blocks, lines and words the first of
//! each stands for the others. `boxes` looks at places, `samples` at texts.

use serde_json::{Value, json};

use super::server::{sample, shared};

/// Cuts an answer down to what is the same on every machine.
fn shape(mut answer: Value) -> Value {
    blot("", &mut answer);
    answer
}

fn blot(name: &str, value: &mut Value) {
    match name {
        "id" => {
            let id = value.as_str().unwrap_or_default();
            assert!(id.starts_with("ocr-") && id.len() == "ocr-".len() + 36, "{id}");
            *value = json!("ocr-[uuid]");
        }
        "duration_ms" => {
            assert!(value.is_u64(), "{value}");
            *value = json!("[ms]");
        }
        "confidence" if !value.is_null() => {
            let confidence = value.as_f64().unwrap_or(-1.0);
            assert!((0.5..=1.0).contains(&confidence), "{value}");
            *value = json!("[0.5 to 1]");
        }
        "bbox" => {
            let numbers = value.as_array().map_or(0, |corners| corners.iter().filter(|v| v.is_number()).count());
            assert_eq!(numbers, 4, "{value}");
            *value = json!("[left, top, right, bottom]");
        }
        "blocks" | "lines" | "words" => {
            let list = value.as_array_mut().expect("a list");
            assert!(!list.is_empty(), "an empty list of {name}");
            list.truncate(1);
            blot("", &mut list[0]);
        }
        _ => match value {
            Value::Object(fields) => fields.iter_mut().for_each(|(name, value)| blot(name, value)),
            Value::Array(items) => items.iter_mut().for_each(|item| blot("", item)),
            _ => {}
        },
    }
}

#[test]
fn the_answer_for_a_born_digital_document_has_this_shape() {
    let answer = shared().read(sample("invoice.pdf"), "detail=words").ok();
    insta::assert_json_snapshot!("born_digital", shape(answer));
}

#[test]
fn the_answer_for_a_scan_has_this_shape() {
    let mut answer = shared().read(sample("invoice-scan.pdf"), "output=json&detail=words").ok();
    // Recognition may differ in a character from processor to processor.
    assert!(answer["pages"][0]["text"].is_string());
    answer["pages"][0]["text"] = json!("[text]");
    insta::assert_json_snapshot!("scan", shape(answer));
}

#[test]
fn the_answer_for_a_text_has_this_shape() {
    let answer = shared().read(sample("note.txt"), "detail=lines").ok();
    insta::assert_json_snapshot!("text", shape(answer));
}

#[test]
fn an_error_has_this_shape() {
    insta::assert_json_snapshot!("error", shared().read("%PDF-1.4 nothing", "").json());
    insta::assert_json_snapshot!("error_about_a_field", shared().read(sample("invoice.pdf"), "pagse=1").json());
}
