//! Ollama's API as its clients speak it: `/api/chat`, `/api/generate`, `/api/embed` and `/api/embeddings`.
//!
//! Pure translation, like its sisters. Answers are lines of JSON, never events; a stream is what is given unless a client
//! says otherwise. Which models there are is told by `http/`.

mod decode;
mod embed;
mod encode;
#[cfg(test)]
mod tests;
mod wire;

pub use embed::OllamaEmbed;
pub use mediary_core::rfc3339;

use mediary_core::task::Task;
use serde_json::{Value, json};

use super::process::BadField;
use super::{Decoded, ErrorFields, Errors, JsonProtocol, Protocol, Sent, Spelled};
use decode::Form;
use encode::{LineAnswer, Shape};

/// The format of providers that speak it too.
const WIRE_FORMAT: &str = "ollama";

/// The protocol of `/api/chat`.
pub static CHAT: OllamaChat = OllamaChat;
/// The protocol of `/api/generate`.
pub static GENERATE: OllamaGenerate = OllamaGenerate;
/// The protocol of `/api/embed`.
pub static EMBED: OllamaEmbed = OllamaEmbed { is_old: false };
/// The protocol of `/api/embeddings`, which takes one text.
pub static EMBED_ONE: OllamaEmbed = OllamaEmbed { is_old: true };

/// The errors of all routes under `/api`: a sentence.
#[derive(Debug, Clone, Copy)]
pub struct OllamaErrors;

impl Errors for OllamaErrors {
    fn error(&self, error: &ErrorFields) -> Value {
        json!({ "error": error.message })
    }
}

/// `POST /api/chat`.
#[derive(Debug, Clone, Copy)]
pub struct OllamaChat;

/// `POST /api/generate`.
#[derive(Debug, Clone, Copy)]
pub struct OllamaGenerate;

fn broken_line(error: &ErrorFields, into: &mut Vec<u8>) {
    into.extend_from_slice(OllamaErrors.error(error).to_string().as_bytes());
    into.push(b'\n');
}

impl Errors for OllamaChat {
    fn error(&self, error: &ErrorFields) -> Value {
        OllamaErrors.error(error)
    }
}

impl Errors for OllamaGenerate {
    fn error(&self, error: &ErrorFields) -> Value {
        OllamaErrors.error(error)
    }
}

impl Protocol for OllamaChat {
    fn wire_format(&self) -> &'static str {
        WIRE_FORMAT
    }

    fn names(&self) -> &'static [Spelled] {
        decode::NAMES
    }

    fn break_off(&self, error: &ErrorFields, into: &mut Vec<u8>) {
        broken_line(error, into);
    }
}

impl Protocol for OllamaGenerate {
    fn wire_format(&self) -> &'static str {
        WIRE_FORMAT
    }

    fn names(&self) -> &'static [Spelled] {
        decode::NAMES
    }

    fn break_off(&self, error: &ErrorFields, into: &mut Vec<u8>) {
        broken_line(error, into);
    }
}

impl JsonProtocol for OllamaChat {
    fn decode(&self, sent: &Sent) -> Result<Decoded, BadField> {
        Ok(understood(decode::chat(&sent.body)?, Shape::Chat))
    }
}

impl JsonProtocol for OllamaGenerate {
    fn decode(&self, sent: &Sent) -> Result<Decoded, BadField> {
        Ok(understood(decode::generate(&sent.body)?, Shape::Generate))
    }
}

fn understood(form: Form, shape: Shape) -> Decoded {
    let Form { model, chat, dropped } = form;
    let answer = Box::new(LineAnswer::new(model.clone(), shape));
    Decoded { task: Task::Chat(chat), model, answer, dropped }
}

/// The model that a request names; empty if it names none.
#[must_use]
pub fn model_of(body: &[u8]) -> String {
    let asked: Option<wire::Named> = serde_json::from_slice(body).ok();
    asked.and_then(|asked| asked.model.or(asked.name)).unwrap_or_default()
}

/// The answer to a request that only loads a model or lets go of it; `None`: it asks for more. Nothing is loaded here
/// before it is needed.
#[must_use]
pub fn loaded(body: &[u8], is_chat: bool, created: u64) -> Option<Value> {
    let asked: wire::Loading = serde_json::from_slice(body).ok()?;
    let says_nothing = match is_chat {
        true => asked.messages.as_ref().is_none_or(Vec::is_empty),
        false => asked.prompt.as_deref().unwrap_or_default().is_empty() && asked.images.is_none(),
    };
    let model = asked.model.or(asked.name).filter(|model| !model.is_empty())?;
    let lets_go = matches!(&asked.keep_alive, Some(Value::Number(number)) if number.as_f64() == Some(0.0));
    let reason = if lets_go { "unload" } else { "load" };
    let mut line = json!({ "model": model, "created_at": rfc3339(created), "done": true, "done_reason": reason });
    match is_chat {
        true => line["message"] = json!({ "role": "assistant", "content": "" }),
        false => line["response"] = "".into(),
    }
    says_nothing.then_some(line)
}

fn bad(field: impl Into<String>, message: impl Into<String>) -> BadField {
    BadField { field: field.into(), message: message.into() }
}
