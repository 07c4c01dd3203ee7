//! The dialect of Mistral: OpenAI's with differences, and refused as a whole for one field too many.
//!
//! Source: Mistral's API specification and guides. Answers and complaints are read by `openai`, which knows Mistral's
//! departures; only writing is done here, and the reading of documents ([`OcrPage`]).

mod encode;
mod ids;
mod ocr;
#[cfg(test)]
mod tests;

pub use ocr::OcrPage;

use http::header::HeaderMap;
use mediary_core::Failure;

use crate::openai::{ChatReader, refusal};
use crate::{Call, Dialect, Framing, HttpCall, Reader};

/// Its name in catalogs and configuration.
pub(crate) const NAME: &str = "mistral";

/// Mistral's wire format.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mistral;

impl Dialect for Mistral {
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
        refusal(status, headers, body)
    }

    fn soft_parameters(&self) -> Option<&'static [&'static str]> {
        Some(encode::SOFT)
    }
}
