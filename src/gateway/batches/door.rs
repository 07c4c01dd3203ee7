//! What batches need of the server's door: lines are answered there as requests of their clients are, and read and written
//! in the clients' words.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use mediary_core::provider::BoxFuture;
use mediary_store::BatchKind;

use super::super::routing::Announced;
use super::record::{LineFault, LineOutcome};

/// A line that is to be answered.
#[derive(Debug)]
pub struct LineCall {
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

    /// Reads a line of a file for an endpoint.
    ///
    /// # Errors
    /// When it is none that is understood, with what is wrong.
    fn read_line(&self, endpoint: &str, text: &str) -> Result<ReadLine, LineFault>;

    /// Writes down what came of a line, without the end of the line.
    fn written(&self, kind: BatchKind, line_id: &str, custom_id: &str, outcome: &LineOutcome) -> String;
}
