//! Requests of JSON: read, and complained about in JSON's own words.
//!
//! It knows no format; each hands it a type of its own.

use std::fmt::{self, Write as _};

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::process::BadField;

/// A complaint about JSON may repeat the value it is about, and that may be a whole document.
const LONGEST_COMPLAINT_CHARS: usize = 400;

/// Reads the JSON of a request. Only a body that failed is read a second time, for the path of the field.
///
/// # Errors
/// What is wrong, by its path. `what` is what the body should have been: `a chat`.
pub(crate) fn from_json<'a, T: serde::Deserialize<'a>>(body: &'a [u8], what: &str) -> Result<T, BadField> {
    let (complaint, is_data) = match serde_json::from_slice(body) {
        Ok(request) => return Ok(request),
        // It goes before the body is read again: it may hold a copy of the value that it is about.
        Err(error) => (short_complaint(&error), error.is_data()),
    };
    let path = match is_data {
        true => {
            let mut json = serde_json::Deserializer::from_slice(body);
            let found: Result<T, _> = serde_path_to_error::deserialize(&mut json);
            found.err().map(|error| error.path().to_string()).filter(|path| path != ".").unwrap_or_default()
        }
        false => String::new(),
    };
    Err(BadField { field: path, message: format!("the JSON body is not {what}: {}", in_json_words(&complaint)) })
}

/// The beginning of a complaint. No more of it is written than is kept, however long it is.
pub(crate) fn short_complaint(complaint: &impl fmt::Display) -> String {
    struct Short {
        text: String,
        left: usize,
    }
    impl fmt::Write for Short {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            let end = text.char_indices().nth(self.left).map_or(text.len(), |(end, _)| end);
            self.text.push_str(&text[..end]);
            self.left -= text[..end].chars().count();
            if end < text.len() { Err(fmt::Error) } else { Ok(()) }
        }
    }
    let mut short = Short { text: String::new(), left: LONGEST_COMPLAINT_CHARS };
    // That it ends early is no failure.
    let _ended_early = write!(short, "{complaint}");
    short.text
}

/// A complaint about JSON with JSON's words for what was expected instead of our types.
fn in_json_words(complaint: &str) -> String {
    let Some((before, expected)) = complaint.split_once("expected ") else { return complaint.to_owned() };
    let (what, rest) = expected.find([' ', ',']).map_or((expected, ""), |end| expected.split_at(end));
    let (what, rest) = match what {
        "struct" | "enum" => {
            let rest = rest.trim_start();
            let rest = rest.find([' ', ',']).map_or("", |end| &rest[end..]);
            (if what == "struct" { "an object" } else { "another value" }, rest)
        }
        "u8" | "u16" | "u32" | "u64" | "usize" => ("a whole number of at least 0", rest),
        "i8" | "i16" | "i32" | "i64" | "isize" => ("a whole number", rest),
        "f32" | "f64" => ("a number", rest),
        _ => (what, rest),
    };
    format!("{before}expected {what}{rest}").replace("sequence", "list").replace("a map", "an object")
}

/// Any JSON of ours as bytes.
pub(crate) fn json_bytes(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

/// Appends JSON of ours.
pub(crate) fn json_into<T: Serialize>(value: &T, into: &mut Vec<u8>) {
    serde_json::to_writer(into, value).expect("values with text keys can be written to memory");
}

/// A request's bytes that hold a value, for what goes on as it was written.
pub(crate) fn piece(body: &Bytes, raw: &RawValue) -> Bytes {
    let text = raw.get().as_bytes();
    let start = (text.as_ptr() as usize).checked_sub(body.as_ptr() as usize);
    let range = start.map(|start| start..start + text.len()).filter(|range| range.end <= body.len());
    range.map_or_else(|| Bytes::copy_from_slice(text), |range| body.slice(range))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_about_json_speak_of_json() {
        #[derive(Debug, serde::Deserialize)]
        struct Asked {
            #[expect(dead_code, reason = "only its type matters")]
            count: u32,
        }
        let long = format!(r#"{{"count": "{}"}}"#, "ä".repeat(100_000));
        let rows = [
            ("3", "", "expected an object"),
            (r#"{"count": -1}"#, "count", "expected a whole number of at least 0"),
            (r#"{"count": []}"#, "count", "invalid type: list, expected a whole number"),
            (r#"{"count": 1"#, "", "EOF"),
            (&long, "count", "invalid type: string"),
        ];
        for (body, field, words) in rows {
            let error = from_json::<Asked>(body.as_bytes(), "a count").unwrap_err();
            assert_eq!(error.field, field);
            assert!(error.message.contains(words), "{}", error.message);
            assert!(error.message.chars().count() < LONGEST_COMPLAINT_CHARS + 100, "{}", error.message);
        }
    }
}
