//! OpenAI's Responses API as clients speak it.
//!
//! Pure translation, like its sisters. What is kept between two requests is the gateway's affair: [`Wanted`] says what a
//! request needs of it, [`completed`] lays it before the input, and [`KeptBy`] is told how the response ended.

mod answer;
mod compaction;
mod decode;
mod growing;
mod history;
mod items;
mod namespaces;
mod native;
mod object;
mod own;
mod relayed;
mod replay;
mod signed;
mod stream;
#[cfg(test)]
mod tests;
mod tools;
mod wire;

pub use answer::{Begun, KeptBy, given_up, response_id};
pub use compaction::decode_compaction;
pub use history::{ItemPage, Kept, Wanted, completed, input_of, item_list, removed};

pub use replay::Replay;

use mediary_core::task::Task;
use serde_json::{Value, json};

use super::process::BadField;
use super::{Decoded, ErrorFields, Errors, JsonProtocol, Protocol, Sent, Spelled};
use decode::ResponseForm;

/// What targets that speak it are known by.
const WIRE_FORMAT: &str = "openai-responses";

/// `POST /v1/responses`.
#[derive(Debug, Clone, Copy)]
pub struct OpenAiResponses;

/// The protocol of `/v1/responses`.
pub static RESPONSES: OpenAiResponses = OpenAiResponses;

impl Errors for OpenAiResponses {
    fn error(&self, error: &ErrorFields) -> Value {
        json!({ "error": error })
    }
}

impl Protocol for OpenAiResponses {
    fn wire_format(&self) -> &'static str {
        WIRE_FORMAT
    }

    fn names(&self) -> &'static [Spelled] {
        &[
            ("messages", "input"),
            ("max_tokens", "max_output_tokens"),
            ("logprobs", "top_logprobs"),
            ("reasoning_effort", "reasoning.effort"),
            ("response_format", "text.format"),
            ("verbosity", "text.verbosity"),
        ]
    }

    fn break_off(&self, error: &ErrorFields, into: &mut Vec<u8>) {
        let fields = json!({
            "type": "error", "code": error.code, "message": error.message, "param": error.param, "sequence_number": 0,
        });
        event("error", &fields, into);
    }
}

impl JsonProtocol for OpenAiResponses {
    fn decode(&self, sent: &Sent) -> Result<Decoded, BadField> {
        let ResponseForm { model, chat, answer } = ResponseForm::decode(sent)?;
        Ok(Decoded { task: Task::Chat(chat), model, answer: Box::new(answer), dropped: Vec::new() })
    }
}

/// Understands a request whose response is to be kept, or is not; with `is_told` what [`Replay::begin`] says of it is told
/// before its answer begins.
///
/// # Errors
/// The first field that is wrong, by its path.
pub fn decode_kept(sent: &Sent, keep: Option<KeptBy>, is_told: bool) -> Result<(Decoded, Begun), BadField> {
    let ResponseForm { model, chat, mut answer } = ResponseForm::decode(sent)?;
    answer.echo.insert("store".to_owned(), keep.is_some().into());
    answer.keep = keep;
    answer.told_before = if is_told { Replay::BEGINNING } else { 0 };
    let begun = Begun { echo: answer.echo.clone(), model: model.clone() };
    Ok((Decoded { task: Task::Chat(chat), model, answer: Box::new(answer), dropped: Vec::new() }, begun))
}

/// Writes an event, which carries its type as its name.
fn event(name: &str, fields: &Value, into: &mut Vec<u8>) {
    into.extend_from_slice(b"event: ");
    into.extend_from_slice(name.as_bytes());
    into.extend_from_slice(b"\ndata: ");
    into.extend_from_slice(fields.to_string().as_bytes());
    into.extend_from_slice(b"\n\n");
}

fn bad(field: impl Into<String>, message: impl Into<String>) -> BadField {
    BadField { field: field.into(), message: message.into() }
}

/// The same complaint, about a field of what stands at `path`.
fn inside(path: &str, bad: BadField) -> BadField {
    let field = match bad.field.as_str() {
        "" => path.to_owned(),
        inner if inner.starts_with('[') => format!("{path}{inner}"),
        inner => format!("{path}.{inner}"),
    };
    BadField { field, ..bad }
}
