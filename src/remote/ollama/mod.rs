//! The dialect of Ollama's own API, on this machine or in its cloud.
//!
//! Its OpenAI endpoint is not used, since a context length cannot be asked for there, and prompts longer than the
//! default are cut without a word. Images are the only medium. Its list of models says what each of them can do.

mod carries;
mod embed;
mod encode;
mod failure;
mod generation;
mod show;
mod stream;
mod tags;
#[cfg(test)]
mod tests;
mod turns;
mod wire;

use std::borrow::Cow;

use http::header::HeaderMap;
use mediary_core::provider::{Call, ListedModel};
use mediary_core::task::Task;
use mediary_core::{Failure, MediaFormat, MediaKind};

use crate::dialect::{CallOf, Question};
use crate::{Dialect, HttpCall, Quirks, Reader, call_ids, unwritable};

/// Its name in catalogs and configuration.
const NAME: &str = "ollama";

/// Ollama's wire format.
#[derive(Debug, Clone, Copy)]
pub struct Ollama;

impl Dialect for Ollama {
    fn name(&self) -> &'static str {
        NAME
    }

    fn encode(&self, call: &Call<'_>, quirks: &Quirks) -> Result<HttpCall, Failure> {
        match call.task {
            Task::Chat(chat) if chat.completion.is_some() => Err(unwritable::task(NAME, call.task.kind())),
            Task::Chat(chat) => {
                let chat = call_ids::told_apart(Cow::Borrowed(chat), NAME, str::to_owned);
                encode::encode(&CallOf::new(&*chat, call, quirks))
            }
            Task::Embed(embed) => embed::encode(&CallOf::new(embed, call, quirks)),
            Task::Read(_)
            | Task::Rerank(_)
            | Task::Moderate(_)
            | Task::Transcribe(_)
            | Task::Speak(_)
            | Task::Image(_)
            | Task::GenerateVideo(_) => Err(unwritable::task(NAME, call.task.kind())),
        }
    }

    fn reader(&self, task: &Task, _stream: bool) -> Box<dyn Reader> {
        match task {
            // A whole answer has the shape of a stream's last line.
            Task::Chat(chat) => Box::new(stream::Stream::of(chat)),
            Task::Embed(embed) => embed::reader(embed),
            Task::Read(_)
            | Task::Rerank(_)
            | Task::Moderate(_)
            | Task::Transcribe(_)
            | Task::Speak(_)
            | Task::Image(_)
            | Task::GenerateVideo(_) => unwritable::reader(NAME, task.kind()),
        }
    }

    fn failure(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> Failure {
        failure::failure(status, headers, body)
    }

    fn formats(&self, kind: MediaKind) -> &'static [MediaFormat] {
        carries::formats(kind)
    }

    fn carries(&self, format: MediaFormat) -> bool {
        carries::carries(format)
    }

    fn models_path(&self) -> &'static str {
        "/tags"
    }

    fn models(&self, body: &[u8]) -> Result<Vec<ListedModel>, Failure> {
        tags::models(body)
    }

    fn questions(&self, list: &[u8]) -> Vec<Question> {
        tags::questions(list)
    }

    fn told(&self, body: &[u8], model: &mut ListedModel) {
        show::told(body, model);
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
