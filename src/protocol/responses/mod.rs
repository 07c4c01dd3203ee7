//! OpenAI's Responses API as clients speak it.
//!
//! Pure translation, like its sisters. What is kept between two requests is the gateway's affair: [`Wanted`] says what a
//! request needs of it, [`completed`] lays it before the input, and [`KeptBy`] is told how the response ended.

mod decode;
mod history;
mod items;
mod object;
mod signed;
mod stream;
#[cfg(test)]
mod tests;
mod tools;
mod wire;

pub use history::{ItemPage, Kept, Wanted, completed, input_of, item_list, removed};

use std::fmt;
use std::sync::Arc;

use mediary_core::task::{Task, WholeReply};
use serde_json::{Map, Value, json};

use super::process::BadField;
use super::{AnswerHead, Decoded, Encode, ErrorFields, Errors, JsonProtocol, Protocol, Sent, StreamWriter, json_bytes};
use decode::ResponseForm;
use object::Status;
use stream::EventWriter;

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

    fn break_off(&self, error: &ErrorFields, into: &mut Vec<u8>) {
        let fields = json!({
            "type": "error", "code": error.code, "message": error.message, "param": error.param, "sequence_number": 0,
        });
        event("error", &fields, into);
    }
}

impl JsonProtocol for OpenAiResponses {
    fn decode(&self, sent: &Sent) -> Result<Decoded, BadField> {
        let ResponseForm { model, chat, answer, dropped } = ResponseForm::decode(sent)?;
        Ok(Decoded { task: Task::Chat(chat), model, answer: Box::new(answer), dropped })
    }
}

/// Is told a response once it has ended.
#[derive(Clone)]
pub struct KeptBy(pub Arc<dyn Fn(&Value) + Send + Sync>);

impl fmt::Debug for KeptBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeptBy")
    }
}

/// Understands a request whose response is to be kept, or is not.
///
/// # Errors
/// The first field that is wrong, by its path.
pub fn decode_kept(sent: &Sent, keep: Option<KeptBy>) -> Result<(Decoded, Begun), BadField> {
    let ResponseForm { model, chat, mut answer, dropped } = ResponseForm::decode(sent)?;
    answer.echo.insert("store".to_owned(), keep.is_some().into());
    let begun = Begun { echo: answer.echo.clone(), model: model.clone() };
    let answer = ResponseAnswer { keep, ..answer };
    Ok((Decoded { task: Task::Chat(chat), model, answer: Box::new(answer), dropped }, begun))
}

/// A response that is only begun.
#[derive(Debug)]
pub struct Begun {
    echo: Map<String, Value>,
    model: String,
}

impl Begun {
    /// The object as its client reads it: `queued` or `in_progress`.
    #[must_use]
    pub fn told(&self, id: &str, created: u64, status: &'static str) -> Value {
        let head = AnswerHead { id: id.to_owned(), created, model: self.model.clone(), ..AnswerHead::default() };
        let mut response = object::response(&head, &self.echo, Status::InProgress, Vec::new(), None);
        response["status"] = status.into();
        response
    }
}

/// The id of a response out of the part of it that is the request's own.
#[must_use]
pub fn response_id(id: &str) -> String {
    object::response_id(id)
}

/// A response as it was kept, which is not answered any more: cancelled, or failed where there is an error.
#[must_use]
pub fn given_up(kept: &str, error: Option<&ErrorFields>) -> String {
    let mut response: Value = serde_json::from_str(kept).unwrap_or_default();
    response["status"] = if error.is_some() { "failed" } else { "cancelled" }.into();
    response["error"] = error.map_or(Value::Null, object::told_error);
    response.to_string()
}

/// How an answer is written.
#[derive(Debug, Clone)]
struct ResponseAnswer {
    /// What it repeats of the request.
    echo: Map<String, Value>,
    /// The tools whose input is free text.
    custom_tools: Vec<String>,
    keep: Option<KeptBy>,
}

impl ResponseAnswer {
    fn kept(&self, response: &Value) {
        if let Some(KeptBy(keep)) = &self.keep {
            keep(response);
        }
    }
}

impl Encode for ResponseAnswer {
    fn whole(&self, head: AnswerHead, reply: &WholeReply) -> Vec<u8> {
        let head = AnswerHead { model: reply.model.clone().unwrap_or(head.model), ..head };
        let output = object::output(&head, reply, &self.custom_tools);
        let finish = reply.choices.first().and_then(|choice| choice.finish);
        let usage = Some(reply.usage.unwrap_or_default());
        let response = object::response(&head, &self.echo, Status::Ended(finish), output, usage);
        self.kept(&response);
        json_bytes(&response)
    }

    // Ids are made here, where responses are found again by them.
    fn passes_raw(&self) -> bool {
        false
    }

    fn stream(&self, head: AnswerHead, _passes_raw: bool) -> Option<Box<dyn StreamWriter>> {
        Some(Box::new(EventWriter::new(head, self.clone())))
    }
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
