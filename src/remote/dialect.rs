//! The contract of a dialect: a provider's wire format as pure translation.
//!
//! A dialect opens no connection, knows no clock and holds no key. It is handed a call and gives an HTTP request
//! without host and key; it is handed what came back and gives events or a failure. [`crate::Remote`] does the rest.

use std::fmt;
use std::time::Duration;

use http::header::HeaderMap;
use mediary_core::Failure;
use mediary_core::capability::Abilities;
use mediary_core::task::{Chat, ReplyFrame};

use crate::{ListedModel, Quirks, listed};

/// A chat for one target: treated already, so that the target reads every part of it.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The chat as this target gets it.
    pub chat: &'a Chat,
    /// What the target does, and its name.
    pub abilities: &'a Abilities,
    /// How its provider departs from the dialect.
    pub quirks: &'a Quirks,
    /// Soft parameters that are left out, by their OpenAI names.
    pub dropped: &'a [String],
}

impl Call<'_> {
    /// The model's name at its provider.
    #[must_use]
    pub fn model(&self) -> &str {
        self.abilities.target.model.as_str()
    }

    /// Whether a soft parameter of this name is to be sent.
    #[must_use]
    pub fn sends(&self, name: &str) -> bool {
        !self.dropped.iter().any(|dropped| dropped == name)
    }
}

/// A request without host and key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpCall {
    /// What to append to the provider's base URL, with its query: `/chat/completions`.
    pub path: String,
    /// Headers beside `Content-Type: application/json`, such as a version.
    pub headers: Vec<(&'static str, String)>,
    /// The JSON body.
    pub body: Vec<u8>,
}

/// How a stream is cut into frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// Server-sent events.
    Sse,
    /// A JSON object a line.
    Ndjson,
}

/// A provider's wire format.
pub trait Dialect: Send + Sync + fmt::Debug {
    /// Its name in catalogs and configuration.
    fn name(&self) -> &'static str;

    /// Writes a chat. Never leaves a part out: one that cannot be written is a failure, and a bug in the matrix.
    ///
    /// # Errors
    /// When a part or parameter has no form in this dialect.
    fn encode(&self, call: &Call<'_>) -> Result<HttpCall, Failure>;

    /// How its streams are cut.
    fn framing(&self) -> Framing;

    /// A reader for one answer. `stream` is whether it comes as a stream or as one whole body.
    fn reader(&self, stream: bool) -> Box<dyn Reader>;

    /// What an answer that is no success means. `body` may be cut off, HTML or empty.
    fn failure(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> Failure;

    /// How many bytes of media fit into a request, where larger ones can be handed over beforehand.
    fn inline_bytes(&self) -> Option<u64> {
        None
    }

    /// The path of its list of models.
    fn models_path(&self) -> &'static str {
        "/models"
    }

    /// Reads the body of that list.
    ///
    /// # Errors
    /// Garbled when it is no list.
    fn models(&self, body: &[u8]) -> Result<Vec<ListedModel>, Failure> {
        listed::names(body)
    }

    /// The soft parameters it has a form for, by their OpenAI names; `None`: all, known or not.
    fn soft_parameters(&self) -> Option<&'static [&'static str]>;
}

/// Reads one answer, frame by frame.
pub trait Reader: Send {
    /// Takes a frame: the data of an event, a line, or a whole body. An error object inside of it is a failure.
    /// `into.raw` is filled by the caller, which need not copy for it.
    ///
    /// # Errors
    /// What the frame says went wrong; garbled when it cannot be understood.
    fn read(&mut self, frame: &Frame<'_>, into: &mut ReplyFrame) -> Result<(), Failure>;

    /// The stream has ended; events that were held back come out.
    ///
    /// # Errors
    /// Garbled when the end came before the reply was complete.
    fn end(&mut self, into: &mut ReplyFrame) -> Result<(), Failure>;
}

/// One frame of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The event's name, where there is one.
    pub event: Option<&'a str>,
    /// Its data.
    pub data: &'a [u8],
}

/// How long each stage of a call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Until the first frame of the answer has arrived.
    pub first_byte: Duration,
    /// Between two pieces of the answer.
    pub stall: Duration,
}
