//! Requests of JSON: read, and complained about in JSON's own words.
//!
//! It knows no format; each hands it a type of its own.

use std::fmt::{self, Write as _};
use std::ops::RangeInclusive;

use bytes::Bytes;
use mediary_core::media::share_of;
use memchr::memchr;
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

/// Puts U+FFFD in the place of each escape that is half of a surrogate pair without the other, which no parser takes: clients
/// that cut a text by its code units write such. Either escape is six bytes long, and nothing else changes. A file in base64
/// has no backslash, so it is looked through once.
pub(crate) fn mend_halves(body: &mut [u8]) {
    const FIRST: RangeInclusive<u16> = 0xD800..=0xDBFF;
    const SECOND: RangeInclusive<u16> = 0xDC00..=0xDFFF;
    let mut at = 0;
    while let Some(found) = memchr(b'\\', &body[at..]) {
        let start = at + found;
        at = start + 6;
        match code_unit(&body[start..]) {
            Some(unit) if FIRST.contains(&unit) => match code_unit(body.get(at..).unwrap_or_default()) {
                Some(next) if SECOND.contains(&next) => at += 6,
                _ => body[start..at].copy_from_slice(b"\\ufffd"),
            },
            Some(unit) if SECOND.contains(&unit) => body[start..at].copy_from_slice(b"\\ufffd"),
            Some(_) => {}
            // What is escaped may itself be a backslash.
            None => at = (start + 2).min(body.len()),
        }
    }
}

/// The code unit that a text begins with as an escape.
fn code_unit(text: &[u8]) -> Option<u16> {
    let digits = text.get(..6)?.strip_prefix(b"\\u")?;
    let digits =
        std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
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
    share_of(body, text).unwrap_or_else(|| Bytes::copy_from_slice(text))
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
    #[test]
    fn halves_of_pairs_are_mended_and_nothing_else_is() {
        let rows = [
            (r#""a\ud83db""#, "a\u{fffd}b"),
            (r#""a\uDE00b""#, "a\u{fffd}b"),
            (r#""\ud83d\ude00""#, "😀"),
            (r#""\uD83D\uDE00\ud83d""#, "😀\u{fffd}"),
            (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
            (r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}"),
            (r#""\ud83d\n\ude00""#, "\u{fffd}\n\u{fffd}"),
            (r#""\ud83d\u0041""#, "\u{fffd}A"),
            (r#""\\ud83d""#, "\\ud83d"),
            (r#""\\\ud83d""#, "\\\u{fffd}"),
            (r#""\ud83d\\ude00""#, "\u{fffd}\\ude00"),
            (r#""ud83d \ud7ff\ue000""#, "ud83d \u{d7ff}\u{e000}"),
        ];
        for (json, expected) in rows {
            let mut body = json.as_bytes().to_vec();
            mend_halves(&mut body);
            assert_eq!(body.len(), json.len(), "{json}");
            assert_eq!(from_json::<String>(&body, "a text").unwrap(), expected, "{json}");
        }
        // What is no JSON either way stays what it is.
        for json in ["\"\\ud8", "\"\\ud83", "\"\\ud8zz\"", "\\", "\"\\u+d83\"", ""] {
            let mut body = json.as_bytes().to_vec();
            mend_halves(&mut body);
            assert_eq!(body, json.as_bytes());
        }
    }
}
