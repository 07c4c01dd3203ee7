//! What `mediary ocr` writes: one text for all inputs, or JSON.

use uuid::Uuid;

use super::Done;
use crate::protocol::process::{Encoder, Form, Output, ReadingBody, ReadingList};

/// What is written for all inputs together, but for PDFs.
pub(super) fn rendered(done: &[Done], form: &Form) -> String {
    let output = form.output;
    if output == Output::Json {
        return json(done, form) + "\n";
    }
    let encoder = Encoder { output, detail: form.detail };
    let several = done.len() > 1;
    let mut text = String::new();
    for Done { name, result, .. } in done {
        let Ok(reading) = result else { continue };
        if several {
            text.push_str(&match output {
                Output::Markdown => format!("# {name}\n\n"),
                Output::Text | Output::Json => format!("{name}\n\n"),
                Output::Hocr | Output::Alto | Output::Pdf | Output::Image => String::new(),
            });
        }
        let content = encoder.content(Some(name), reading);
        text.push_str(&content);
        if !content.is_empty() {
            text.push('\n');
        }
        if several {
            text.push('\n');
        }
    }
    text
}

fn json(done: &[Done], form: &Form) -> String {
    let output = Output::Json;
    let encoder = Encoder { output, detail: form.detail };
    let id = || format!("ocr-{}", Uuid::now_v7());
    let body = |done: &Done| -> ReadingBody {
        let name = Some(done.name.clone());
        match &done.result {
            Ok(reading) => encoder.reading(id(), name, reading),
            Err(message) => encoder.failed(id(), name, serde_json::json!({ "message": message })),
        }
    };
    let text = match done {
        [only] => serde_json::to_string_pretty(&body(only)),
        several => {
            serde_json::to_string_pretty(&ReadingList { object: "list", data: several.iter().map(body).collect() })
        }
    };
    text.unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}"))
}
