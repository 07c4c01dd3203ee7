//! What only one wire format can say: it travels beside the words that all share, for targets that speak the same format.
//!
//! Protocols put it in, the dialect of the same name takes it out. For every other target it is left out and named.

use bytes::Bytes;
use serde_json::Value;

use super::Extras;

/// A piece of a request as its client wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Original {
    /// The format it is written in.
    pub wire_format: &'static str,
    /// Its pieces, each a JSON value: the blocks of a message, the definition of a tool.
    pub pieces: Vec<Bytes>,
    /// What of it has no place in the words that all share, by names of the request's fields.
    pub names: Vec<String>,
    /// What its client wrote that is not among the pieces, since no target takes it from there: also by names of fields.
    pub lacks: Vec<String>,
    /// Whether a part was treated since, so that it no longer says what is to be sent.
    pub is_changed: bool,
}

impl Original {
    /// The pieces, where they may be sent as they are.
    #[must_use]
    pub fn pieces_for(&self, wire_format: &str) -> Option<&[Bytes]> {
        (self.wire_format == wire_format && !self.is_changed).then_some(&self.pieces)
    }
}

/// What a request asks for in words that only its own format has.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OwnFields {
    /// The format; empty: no target is told of these, whichever format it speaks.
    pub wire_format: &'static str,
    /// Its fields by their names there, also those that the shared words have said already in their way.
    pub fields: Extras,
    /// Those that nothing else says.
    pub names: Vec<String>,
}

/// A tool that runs at the provider, in place of a function that the client runs.
#[derive(Debug, Clone, PartialEq)]
pub struct HostedTool {
    /// The format that its definition is written in.
    pub wire_format: &'static str,
    /// Its kind there, such as `web_search_20250305`.
    pub kind: String,
    /// Its definition.
    pub definition: Value,
}
