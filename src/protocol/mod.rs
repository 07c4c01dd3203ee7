//! Client-facing wire formats: pure translation between what clients send and the gateway's own words.
//!
//! No I/O, no statuses. One folder per format; each says through [`Protocol`] how a request becomes a task, how a reply is
//! written whole and as it grows, and what an error looks like. One handler in `http/` serves all of them, so a new format
//! is a folder and a route.

mod error;
pub mod mistral;
pub mod openai;
pub mod plan;
pub mod process;

pub use error::{ErrorFields, Errors, TriedBody};

use std::fmt;

use bytes::Bytes;
use mediary_core::task::{ReplyFrame, Task, Usage, WholeReply};
use serde_json::Value;

use process::BadField;

/// A wire format for one kind of work.
pub trait Protocol: Errors + fmt::Debug {
    /// The wire format of providers whose frames and bodies are in this format already; they pass as they came.
    fn wire_format(&self) -> &'static str;

    /// What a client is sent that has waited for long: bytes of a stream that say nothing.
    fn ping(&self) -> &'static [u8] {
        b": ping\n\n"
    }
}

/// A wire format whose requests are one body of JSON.
pub trait JsonProtocol: Protocol {
    /// Understands a request.
    ///
    /// # Errors
    /// The first field that is wrong, by its path.
    fn decode(&self, body: &Bytes) -> Result<Decoded, BadField>;
}

/// A request that was understood.
#[derive(Debug)]
pub struct Decoded {
    /// What is to be done.
    pub task: Task,
    /// The model that was asked for; empty if none was.
    pub model: String,
    /// Writes the answer as this request wants it.
    pub answer: Box<dyn Encode>,
}

/// What every answer and every chunk of one begins with.
#[derive(Debug, Clone)]
pub struct AnswerHead {
    /// The request's own part of an id, for answers whose provider gave none.
    pub id: String,
    /// Seconds since 1970.
    pub created: u64,
    /// The target that answers, if its provider did not name the model.
    pub model: String,
}

/// Writes the answer to one request.
pub trait Encode: Send + Sync + fmt::Debug {
    /// Writes a whole reply.
    fn whole(&self, head: AnswerHead, reply: &WholeReply) -> Vec<u8>;

    /// What a whole reply is, for the header `Content-Type`.
    fn media_type(&self) -> &'static str {
        "application/json"
    }

    /// Whether bodies and frames of the protocol's own wire format may pass as they came.
    fn passes_raw(&self) -> bool {
        true
    }

    /// Begins a stream. `passes_raw` when the provider's frames are of this format. `None`: such answers do not stream.
    fn stream(&self, _head: AnswerHead, _passes_raw: bool) -> Option<Box<dyn StreamWriter>> {
        None
    }
}

/// Writes one stream. Writing appends to a buffer, so that what arrived together leaves together.
pub trait StreamWriter: Send + fmt::Debug {
    /// Writes a frame.
    fn frame(&mut self, frame: &ReplyFrame, into: &mut Vec<u8>);

    /// Writes the end of a complete reply.
    fn end(&mut self, usage: Usage, into: &mut Vec<u8>);
}

/// Writes what went wrong with a stream. Nothing follows: a stream without its end does not claim to be complete.
pub fn broken_stream(protocol: &dyn Protocol, error: &ErrorFields, into: &mut Vec<u8>) {
    into.extend_from_slice(b"data: ");
    into.extend_from_slice(protocol.error(error).to_string().as_bytes());
    into.extend_from_slice(b"\n\n");
}

/// A complaint about JSON may repeat the value it is about, and that may be a whole document.
const LONGEST_COMPLAINT_CHARS: usize = 200;

/// Reads the JSON of a request. Only a body that failed is read a second time, for the path of the field.
///
/// # Errors
/// What is wrong, by its path. `what` is what the body should have been: `a chat`.
pub(crate) fn from_json<'a, T: serde::Deserialize<'a>>(body: &'a [u8], what: &str) -> Result<T, BadField> {
    let error = match serde_json::from_slice(body) {
        Ok(request) => return Ok(request),
        Err(error) => error,
    };
    let path = match error.is_data() {
        true => {
            let mut json = serde_json::Deserializer::from_slice(body);
            let found: Result<T, _> = serde_path_to_error::deserialize(&mut json);
            found.err().map(|error| error.path().to_string()).filter(|path| path != ".").unwrap_or_default()
        }
        false => String::new(),
    };
    let text: String = in_json_words(&error.to_string()).chars().take(LONGEST_COMPLAINT_CHARS).collect();
    Err(BadField { field: path, message: format!("the JSON body is not {what}: {text}") })
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
        let rows = [
            ("3", "", "expected an object"),
            (r#"{"count": -1}"#, "count", "expected a whole number of at least 0"),
            (r#"{"count": []}"#, "count", "invalid type: list, expected a whole number"),
            (r#"{"count": 1"#, "", "EOF"),
        ];
        for (body, field, words) in rows {
            let error = from_json::<Asked>(body.as_bytes(), "a count").unwrap_err();
            assert_eq!(error.field, field);
            assert!(error.message.contains(words), "{}", error.message);
        }
    }
}
