//! Client-facing wire formats: pure translation between what clients send and the gateway's own words.
//!
//! No I/O, no statuses. One folder per format; each says through [`Protocol`] how a request becomes a task, how a reply is
//! written whole and as it grows, and what an error looks like. One handler in `http/` serves all of them, so a new format
//! is a folder and a route.

pub mod anthropic;
mod calls;
mod error;
pub mod gemini;
mod json;
mod media;
pub mod mistral;
pub mod ollama;
pub mod openai;
pub mod plan;
pub mod process;
pub mod responses;
pub mod verify;

pub use error::{ErrorFields, Errors, TriedBody};
pub(crate) use json::{from_json, json_bytes, json_into, piece, short_complaint};

use std::fmt;

use axum::http::HeaderMap;
use bytes::Bytes;
use mediary_core::task::{ReplyFrame, Task, Usage, WholeReply};

use process::BadField;

/// A wire format for one kind of work.
pub trait Protocol: Errors + fmt::Debug {
    /// The wire format of providers whose frames and bodies are in this format already; they pass as they came.
    fn wire_format(&self) -> &'static str;

    /// Writes what went wrong with a stream. Nothing follows: a stream without its end does not claim to be complete.
    fn break_off(&self, error: &ErrorFields, into: &mut Vec<u8>) {
        into.extend_from_slice(b"data: ");
        into.extend_from_slice(self.error(error).to_string().as_bytes());
        into.extend_from_slice(b"\n\n");
    }
}

/// A request as it was sent.
#[derive(Debug, Clone, Default)]
pub struct Sent {
    /// Its body, unpacked.
    pub body: Bytes,
    /// Its headers, for formats that ask for something there.
    pub headers: HeaderMap,
    /// The path of its address, for formats that name the model there.
    pub path: String,
}

impl From<Bytes> for Sent {
    fn from(body: Bytes) -> Self {
        Self { body, ..Self::default() }
    }
}

/// A wire format whose requests are one body of JSON.
pub trait JsonProtocol: Protocol {
    /// Understands a request.
    ///
    /// # Errors
    /// The first field that is wrong, by its path.
    fn decode(&self, sent: &Sent) -> Result<Decoded, BadField>;
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
    /// What no target is told of it, by names of its fields.
    pub dropped: Vec<String>,
}

/// What every answer and every chunk of one begins with.
#[derive(Debug, Clone, Default)]
pub struct AnswerHead {
    /// The request's own part of an id, for answers whose provider gave none.
    pub id: String,
    /// Seconds since 1970.
    pub created: u64,
    /// The target that answers, if its provider did not name the model.
    pub model: String,
    /// The wire format of the target that answers.
    pub wire_format: &'static str,
    /// About how many tokens the request has; for streams that tell before their provider has.
    pub prompt_tokens: u64,
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

    /// What a stream is, for the header `Content-Type`.
    fn stream_type(&self) -> &'static str {
        "text/event-stream"
    }

    /// What a client of a stream is sent that has waited for long: bytes that say nothing.
    fn ping(&self, _head: &AnswerHead) -> Vec<u8> {
        b": ping\n\n".to_vec()
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

    /// Writes what the request cost, before its end: a sum in dollars or `unpriced`, and what it is made of. In most formats
    /// that is a comment, which clients pass over that do not look for it.
    fn cost(&mut self, sum: &str, items: &str, into: &mut Vec<u8>) {
        let said = format!(": X-Mediary-Cost-USD: {sum}\n: X-Mediary-Cost-Items: {items}\n\n");
        into.extend_from_slice(said.as_bytes());
    }

    /// Writes the end of a complete reply.
    fn end(&mut self, usage: Usage, into: &mut Vec<u8>);

    /// Writes the end of a reply that broke off, where that depends on what was written before. Gives whether it did;
    /// else [`Protocol::break_off`] says it.
    fn broke_off(&mut self, _error: &ErrorFields, _into: &mut Vec<u8>) -> bool {
        false
    }
}
