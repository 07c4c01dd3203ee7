//! The dialect of OpenAI's chat completions, which most providers speak; where they depart from it is data
//! ([`crate::Quirks`]).
//!
//! Source: OpenAI's API reference, "Chat", and its OpenAPI document, version 2.3.0. Reading is more lenient than any
//! one provider needs, since the same reader serves all of them, and `mistral` as well.

mod calls;
mod decode;
mod encode;
mod failure;
mod parts;
mod stream;
#[cfg(test)]
mod tests;
mod verdict;
mod wire;

pub(crate) use encode::{extras, response_format, tools};
pub(crate) use failure::failure as refusal;
pub(crate) use stream::ChatReader;

use http::header::HeaderMap;
use mediary_core::Failure;

use crate::{Call, Dialect, Framing, HttpCall, Reader};

/// Its name in catalogs and configuration.
const NAME: &str = "openai";

/// OpenAI's wire format.
#[derive(Debug, Clone, Copy, Default)]
pub struct OpenAi;

impl Dialect for OpenAi {
    fn name(&self) -> &'static str {
        NAME
    }

    fn encode(&self, call: &Call<'_>) -> Result<HttpCall, Failure> {
        let body = encode::body(call)?;
        Ok(HttpCall { path: "/chat/completions".to_owned(), headers: Vec::new(), body })
    }

    fn framing(&self) -> Framing {
        Framing::Sse
    }

    fn reader(&self, stream: bool) -> Box<dyn Reader> {
        Box::new(ChatReader::new(stream))
    }

    fn failure(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> Failure {
        failure::failure(status, headers, body)
    }

    fn soft_parameters(&self) -> Option<&'static [&'static str]> {
        None
    }
}
