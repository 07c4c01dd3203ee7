//! The dialect of Ollama's own API, on this machine or in its cloud.
//!
//! Its OpenAI endpoint is not used, since a context length cannot be asked for there, and prompts longer than the
//! default are cut without a word. Pictures are the only medium. Its list of models says what each of them can do.

mod encode;
mod failure;
mod generation;
mod stream;
mod tags;
#[cfg(test)]
mod tests;
mod turns;
mod wire;

use http::header::HeaderMap;
use mediary_core::Failure;

use crate::{Call, Dialect, Framing, HttpCall, ListedModel, Reader};

/// Its name in catalogs and configuration.
const NAME: &str = "ollama";

/// Ollama's wire format.
#[derive(Debug, Clone, Copy)]
pub struct Ollama;

impl Dialect for Ollama {
    fn name(&self) -> &'static str {
        NAME
    }

    fn encode(&self, call: &Call<'_>) -> Result<HttpCall, Failure> {
        encode::encode(call)
    }

    fn framing(&self) -> Framing {
        Framing::Ndjson
    }

    fn reader(&self, _stream: bool) -> Box<dyn Reader> {
        // A whole answer has the shape of a stream's last line.
        Box::<stream::Stream>::default()
    }

    fn failure(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> Failure {
        failure::failure(status, headers, body)
    }

    fn models_path(&self) -> &'static str {
        "/tags"
    }

    fn models(&self, body: &[u8]) -> Result<Vec<ListedModel>, Failure> {
        tags::models(body)
    }

    fn soft_parameters(&self) -> Option<&'static [&'static str]> {
        Some(&[
            "temperature",
            "top_p",
            "seed",
            "presence_penalty",
            "frequency_penalty",
            "top_k",
            "min_p",
            "repeat_penalty",
            "keep_alive",
            "options",
        ])
    }
}
