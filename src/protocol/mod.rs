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
mod open;
pub mod openai;
pub mod plan;
pub mod process;
pub mod realtime;
pub mod responses;
mod spelling;
pub mod verify;
mod writing;

pub use error::{ErrorFields, Errors, TriedBody};
pub(crate) use json::{from_json, json_bytes, json_into, mend_halves, piece, short_complaint};
pub(crate) use media::{DataUrl, KEPT_FILE, Payload, data_url, unescaped};
pub(crate) use open::Open;
pub use spelling::{Spelled, Spelling};
pub use writing::{AnswerHead, Encode, StreamWriter};

use std::fmt;

use axum::http::HeaderMap;
use bytes::Bytes;
use mediary_core::Hold;
use mediary_core::task::Task;

use process::BadField;

/// A wire format for one kind of work.
pub trait Protocol: Errors + fmt::Debug {
    /// The wire format of providers whose frames and bodies are in this format already; they pass as they came.
    fn wire_format(&self) -> &'static str;

    /// What fields are called in it, where OpenAI's chats have another name for them.
    fn names(&self) -> &'static [Spelled] {
        &[]
    }

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
    /// The permit for what that becomes.
    pub parsed: Hold,
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
