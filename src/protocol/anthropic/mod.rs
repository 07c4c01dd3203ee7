//! Anthropic's Messages API as clients speak it.
//!
//! Pure translation, like its sisters. Between a client and a target of this very format requests and answers keep every
//! letter that matters: signed thoughts, citations, tools that run at the provider.

pub mod batches;
mod blocks;
mod decode;
mod encode;
mod errors;
pub mod files;
mod schemas;
mod shown;
pub(super) mod signed;
mod stream;
#[cfg(test)]
mod tests;
mod tools;
mod wire;

pub use errors::MessagesErrors;

use mediary_core::task::{Task, WholeReply};
use serde_json::Value;

use super::process::BadField;
use super::{
    AnswerHead, Decoded, Encode, ErrorFields, Errors, JsonProtocol, Protocol, Sent, Spelled, StreamWriter, json_bytes,
};
use decode::MessagesForm;
use stream::EventWriter;

/// `POST /v1/messages`.
#[derive(Debug, Clone, Copy)]
pub struct AnthropicMessages;

/// The protocol of `/v1/messages`.
pub static MESSAGES: AnthropicMessages = AnthropicMessages;

impl Errors for AnthropicMessages {
    fn error(&self, error: &ErrorFields) -> Value {
        MessagesErrors.error(error)
    }
}

impl Protocol for AnthropicMessages {
    fn wire_format(&self) -> &'static str {
        signed::OWN
    }

    fn names(&self) -> &'static [Spelled] {
        &[
            ("stop", "stop_sequences"),
            ("user", "metadata.user_id"),
            ("reasoning_effort", "thinking"),
            ("parallel_tool_calls", "tool_choice.disable_parallel_tool_use"),
            ("response_format", "output_config.format"),
        ]
    }

    fn break_off(&self, error: &ErrorFields, into: &mut Vec<u8>) {
        stream::event("error", &self.error(error), into);
    }
}

impl JsonProtocol for AnthropicMessages {
    fn decode(&self, sent: &Sent) -> Result<Decoded, BadField> {
        let MessagesForm { model, chat, dropped } = MessagesForm::decode(sent)?;
        Ok(Decoded { task: Task::Chat(chat), model, answer: Box::new(MessageAnswer), dropped })
    }
}

/// How an answer is written.
#[derive(Debug)]
struct MessageAnswer;

impl Encode for MessageAnswer {
    fn whole(&self, head: AnswerHead, reply: &WholeReply) -> Vec<u8> {
        json_bytes(&encode::message(&head, reply))
    }

    fn ping(&self, _head: &AnswerHead) -> Vec<u8> {
        b"event: ping\ndata: {\"type\": \"ping\"}\n\n".to_vec()
    }

    fn stream(&self, head: AnswerHead, passes_raw: bool) -> Option<Box<dyn StreamWriter>> {
        Some(Box::new(EventWriter::new(head, passes_raw && self.passes_raw())))
    }
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
