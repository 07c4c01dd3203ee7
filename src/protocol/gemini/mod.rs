//! Gemini's API as Google's clients speak it: `generateContent`, its streams, `countTokens` and embeddings.
//!
//! Pure translation, like its sisters. The model and what is to be done with it stand in the path. A stream comes as events
//! or, where a client does not ask for those, as one JSON array that grows. Between a client and a target of this very
//! format turns and answers keep every letter.

mod calling;
mod config;
mod contents;
mod count;
mod decode;
mod embed;
mod encode;
mod errors;
mod extras;
mod schemas;
mod signed;
mod stream;
#[cfg(test)]
mod tests;
mod tools;
mod wire;

pub use calling::{Called, protocol_of};
pub use count::counted;
pub use errors::GeminiErrors;

use mediary_core::task::{Task, WholeReply};
use serde_json::Value;

use super::process::BadField;
use super::{
    AnswerHead, Decoded, Encode, ErrorFields, Errors, JsonProtocol, Protocol, Sent, Spelled, StreamWriter, json_bytes,
};
use decode::ContentForm;
use stream::{ChunkWriter, Shape};

/// The format of providers that speak it too.
const WIRE_FORMAT: &str = "gemini";

/// Chats in the three shapes that their answers come in.
#[derive(Debug, Clone, Copy)]
pub struct GeminiContent {
    /// How the answer comes; `None`: in one piece.
    shape: Option<Shape>,
}

/// The protocol of `generateContent`.
pub static GENERATE: GeminiContent = GeminiContent { shape: None };
/// The protocol of `streamGenerateContent` with `alt=sse`.
pub static EVENTS: GeminiContent = GeminiContent { shape: Some(Shape::Events) };
/// The protocol of `streamGenerateContent` without it.
pub static ARRAY: GeminiContent = GeminiContent { shape: Some(Shape::Array) };

impl Errors for GeminiContent {
    fn error(&self, error: &ErrorFields) -> Value {
        GeminiErrors.error(error)
    }
}

impl Protocol for GeminiContent {
    fn wire_format(&self) -> &'static str {
        WIRE_FORMAT
    }

    fn names(&self) -> &'static [Spelled] {
        config::NAMES
    }

    fn break_off(&self, error: &ErrorFields, into: &mut Vec<u8>) {
        // Before its writer was made, an array has not been opened yet.
        stream::Pieces::new(self.shape.unwrap_or(Shape::Events)).last(&GeminiErrors.error(error).to_string(), into);
    }
}

impl JsonProtocol for GeminiContent {
    fn decode(&self, sent: &Sent) -> Result<Decoded, BadField> {
        let ContentForm { model, chat } = ContentForm::decode(sent, self.shape.is_some())?;
        let answer = Box::new(ContentAnswer { shape: self.shape.unwrap_or(Shape::Events) });
        Ok(Decoded { task: Task::Chat(chat), model, answer, dropped: Vec::new() })
    }
}

/// How an answer is written.
#[derive(Debug)]
struct ContentAnswer {
    shape: Shape,
}

impl Encode for ContentAnswer {
    fn whole(&self, head: AnswerHead, reply: &WholeReply) -> Vec<u8> {
        json_bytes(&encode::response(&head, reply))
    }

    fn stream_type(&self) -> &'static str {
        match self.shape {
            Shape::Events => "text/event-stream",
            Shape::Array => "application/json",
        }
    }

    fn ping(&self, _head: &AnswerHead) -> Vec<u8> {
        // White space, which an array may have anywhere, and an end of nothing between events: the vendor's own client takes
        // a comment for a broken answer.
        b"\n".to_vec()
    }

    fn stream(&self, head: AnswerHead, passes_raw: bool) -> Option<Box<dyn StreamWriter>> {
        Some(Box::new(ChunkWriter::new(head, self.shape, passes_raw && self.passes_raw())))
    }
}

fn bad(field: impl Into<String>, message: impl Into<String>) -> BadField {
    BadField { field: field.into(), message: message.into() }
}

/// The same complaint, about a field of what stands at `path`.
fn inside(path: &str, bad: BadField) -> BadField {
    let field = match bad.field.as_str() {
        "" => path.to_owned(),
        inner if path.is_empty() => inner.to_owned(),
        inner if inner.starts_with('[') => format!("{path}{inner}"),
        inner => format!("{path}.{inner}"),
    };
    BadField { field, ..bad }
}
