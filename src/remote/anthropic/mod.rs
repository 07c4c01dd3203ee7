//! The dialect of Anthropic's Messages API.
//!
//! Pictures and documents are read natively here, sound and film are not. Thoughts are signed and must come back
//! unchanged. Tools that run at the provider are not offered. What a model takes is the matrix's to know.

mod encode;
mod failure;
mod generation;
mod stream;
#[cfg(test)]
mod tests;
mod turns;
mod wire;

use http::header::HeaderMap;
use mediary_core::Failure;

use crate::{Call, Dialect, Framing, HttpCall, Reader};

/// Its name in catalogs and configuration.
const NAME: &str = "anthropic";

/// Anthropic's wire format.
#[derive(Debug, Clone, Copy)]
pub struct Anthropic;

impl Dialect for Anthropic {
    fn name(&self) -> &'static str {
        NAME
    }

    fn encode(&self, call: &Call<'_>) -> Result<HttpCall, Failure> {
        encode::encode(call)
    }

    fn framing(&self) -> Framing {
        Framing::Sse
    }

    fn reader(&self, _stream: bool) -> Box<dyn Reader> {
        // A whole message is told from events by its type.
        Box::<stream::Stream>::default()
    }

    fn failure(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> Failure {
        failure::failure(status, headers, body)
    }

    fn soft_parameters(&self) -> Option<&'static [&'static str]> {
        Some(&["temperature", "top_p", "top_k", "user", "cache_control"])
    }
}
