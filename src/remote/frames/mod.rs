//! Cutting what arrives into frames: events, lines, or one whole body.
//!
//! Bytes go in as the network delivers them, split anywhere; frames come out as soon as they are complete, several from
//! one piece if it holds several. What a frame says is not looked at here. `remote` calls this.

mod cutter;
mod lifted;
mod lines;
mod pieces;
mod sse;
#[cfg(test)]
mod tests;
mod whole;

use bytes::Bytes;
use thiserror::Error;

pub(crate) use cutter::Cutter;
pub(crate) use lifted::file_index;

/// The longest event or line. An image in base64 fits.
pub(crate) const MOST_FRAME_BYTES: usize = 16 << 20;
/// The longest whole body.
pub(crate) const MOST_BODY_BYTES: usize = 64 << 20;

/// How a stream is cut into frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// Server-sent events.
    Sse,
    /// A JSON object a line.
    Ndjson,
}

/// A frame, cut out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cut {
    /// The event's name.
    pub(crate) event: Option<String>,
    /// Its data.
    pub(crate) data: Bytes,
}

/// A frame is longer than anything a provider says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a frame is longer than {limit_bytes} bytes")]
pub(crate) struct TooLong {
    /// What was allowed.
    pub(crate) limit_bytes: usize,
}
