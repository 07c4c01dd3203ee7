//! How an answer is written, whatever its format: whole, or frame by frame as it grows.

use std::fmt;

use mediary_core::task::{ReplyFrame, Usage, WholeReply};

use super::ErrorFields;

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
    /// else [`break_off`](super::Protocol::break_off) says it.
    fn broke_off(&mut self, _error: &ErrorFields, _into: &mut Vec<u8>) -> bool {
        false
    }
}
