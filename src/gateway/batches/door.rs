//! What batches need of the server's door: lines are answered there as requests of their clients are, and read and written
//! in the clients' words.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use mediary_core::provider::BoxFuture;
use mediary_core::{Failure, FailureKind, Hold, ProviderId};
use mediary_store::BatchKind;
use serde_json::json;

use super::super::routing::{Announced, AtProvider};
use super::record::{LineFault, LineOutcome};

/// A line that is to be answered.
#[derive(Debug)]
pub struct LineCall {
    /// What it is known by wherever it is answered; asked again, it has another name.
    pub name: String,
    /// Whose it is.
    pub owner: Vec<u8>,
    /// The client that it is charged to; `None`: none with a key of its own.
    pub client: Option<String>,
    /// Where it goes.
    pub path: String,
    /// Headers that bound it.
    pub headers: Vec<(String, String)>,
    /// What is asked.
    pub body: String,
    /// Whether it must not leave this machine.
    pub stays: bool,
    /// The permit of its body, where it has one: given back when nothing of that is held for it any more.
    pub held: Option<Hold>,
    /// What is told before it may be billed.
    pub announced: Arc<dyn Announced>,
}

/// What a line was answered.
#[derive(Debug, Clone)]
pub struct LineAnswer {
    /// Its status.
    pub status: u16,
    /// The request's id.
    pub request_id: String,
    /// When it may be asked again, where it was refused for now.
    pub retry_after: Option<Duration>,
    /// What it says.
    pub body: Bytes,
}

impl LineAnswer {
    /// The status of a line that was left before it was sent: its batch was ended, or another process has it.
    const LEFT: u16 = 499;
    /// What is no status: the line may have been billed, and what came of it is not known.
    const UNKNOWN: u16 = 0;

    fn of(status: u16, body: impl Into<Bytes>) -> Self {
        Self { status, request_id: String::new(), retry_after: None, body: body.into() }
    }

    /// It was left before it was sent.
    #[must_use]
    pub fn left() -> Self {
        Self::of(Self::LEFT, "")
    }

    /// Whether it was.
    #[must_use]
    pub fn is_left(&self) -> bool {
        self.status == Self::LEFT
    }

    /// It may have been billed, and what came of it is not known.
    #[must_use]
    pub fn unknown() -> Self {
        Self::of(Self::UNKNOWN, "")
    }

    /// Whether that is so.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.status == Self::UNKNOWN
    }

    /// It could not be handed on: where it is too large, its client is told so.
    #[must_use]
    pub fn not_handed(failure: &Failure) -> Self {
        if failure.kind != FailureKind::TooLarge {
            return Self::failed(&failure.detail);
        }
        let message = format!("This request is too large: {}.", failure.detail);
        let error = json!({ "message": message, "type": "invalid_request_error", "code": "request_too_large" });
        Self::of(413, json!({ "error": error }).to_string())
    }

    /// It failed through a fault that is this server's; the log is told why.
    #[must_use]
    pub fn failed(why: &str) -> Self {
        tracing::error!(error.detail = why, "a line of a batch failed");
        let message = "Mediary could not finish this request through a fault of its own; the server's log says more.";
        let body = json!({ "error": { "message": message, "type": "server_error", "code": "internal_error" } });
        Self::of(500, body.to_string())
    }
}

/// A line as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadLine {
    /// What its client calls it.
    pub custom_id: String,
    /// What is asked.
    pub body: String,
}

/// The server's door.
pub trait Door: Send + Sync + fmt::Debug {
    /// Answers a line as a request of its client.
    fn answer(&self, call: LineCall) -> BoxFuture<'static, LineAnswer>;

    /// The same in this process, wherever other lines are answered: nothing is sent by it.
    fn answer_here(&self, call: LineCall) -> BoxFuture<'static, LineAnswer> {
        self.answer(call)
    }

    /// A provider that may have batches of its own, with its key of this fingerprint; `None`: it is not set up.
    fn batching(&self, _provider: &ProviderId, _key: Option<&str>) -> Option<AtProvider> {
        None
    }

    /// The fields that make parts of a line, each a request of its own when they are added to it; none: it is answered as a
    /// whole.
    fn parts<'a>(&'a self, _call: &'a LineCall) -> BoxFuture<'a, Vec<String>> {
        Box::pin(async { Vec::new() })
    }

    /// The answers to the parts of a line as its answer, each with the fields that asked for it; `None`: one of them is none.
    fn joined(&self, _parts: &[(String, &[u8])]) -> Option<Vec<u8>> {
        None
    }

    /// Reads a line of a file for an endpoint.
    ///
    /// # Errors
    /// When it is none that is understood, with what is wrong.
    fn read_line(&self, endpoint: &str, text: &str) -> Result<ReadLine, LineFault>;

    /// Writes down what came of a line, without the end of the line.
    fn written(&self, kind: BatchKind, line_id: &str, custom_id: &str, outcome: &LineOutcome) -> String;

    /// Whether a line that was under way when the server was killed is found again by its name, whatever came of it.
    fn finds_again(&self) -> bool {
        false
    }

    /// Takes a line back, by the name of its call, that nothing has sent yet. Gives whether it was.
    fn takes_back<'a>(&'a self, _name: &'a str) -> BoxFuture<'a, bool> {
        Box::pin(async { false })
    }

    /// What a line was answered, by the name of its call, has been written down.
    fn noted<'a>(&'a self, _name: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }

    /// All lines of a batch have been written down.
    fn ended(&self, _batch: &str) -> BoxFuture<'static, ()> {
        Box::pin(async {})
    }
}
