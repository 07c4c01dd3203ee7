//! The dialect of Anthropic's Messages API.
//!
//! Images and documents are read natively here, audio and video are not. Thoughts are signed and must come back
//! unchanged. Tools that run at the provider are not offered. What a model takes is the matrix's to know.

mod carries;
mod encode;
mod failure;
mod generation;
mod own;
mod schemas;
mod stream;
#[cfg(test)]
mod tests;
mod turns;
mod wire;

use http::header::HeaderMap;
use mediary_core::provider::Call;
use mediary_core::task::{Role, Task};
use mediary_core::{Failure, MediaFormat, MediaKind};

use crate::dialect::CallOf;
use crate::tool_names::Spelling;
use crate::{
    BatchDialect, Dialect, FileForm, HttpCall, Quirks, Reader, batches, blame, call_ids, moved, tool_names, unwritable,
};

/// Its name in catalogs and configuration.
const NAME: &str = "anthropic";

/// The names of functions that it takes.
const NAMES: Spelling = Spelling { marks: "_-", begins_freely: true, most_chars: 128 };

/// Anthropic's wire format.
#[derive(Debug, Clone, Copy)]
pub struct Anthropic;

impl Dialect for Anthropic {
    fn name(&self) -> &'static str {
        NAME
    }

    fn batches(&self) -> Option<&'static dyn BatchDialect> {
        Some(&batches::MESSAGES)
    }

    fn files(&self) -> Option<FileForm> {
        Some(FileForm::Anthropic)
    }

    fn encode(&self, call: &Call<'_>, quirks: &Quirks) -> Result<HttpCall, Failure> {
        match call.task {
            Task::Chat(chat) if chat.completion.is_some() => Err(unwritable::task(NAME, call.task.kind())),
            Task::Chat(chat) => {
                let (words, whose) = moved::last_words(chat);
                let (chat, from) = moved::to_the_user(&words, &[Role::Assistant]);
                let chat = tool_names::spelled(call_ids::told_apart(chat, NAME, turns::plain), NAMES, NAME);
                let call = CallOf::new(&*chat, call, quirks);
                call.media_were_moved(&from);
                call.said_by_the_user(&whose);
                encode::encode(&call)
            }
            Task::Read(_)
            | Task::Rerank(_)
            | Task::Moderate(_)
            | Task::Transcribe(_)
            | Task::Embed(_)
            | Task::Speak(_)
            | Task::Image(_)
            | Task::GenerateVideo(_) => Err(unwritable::task(NAME, call.task.kind())),
        }
    }

    fn counts_tokens(&self) -> bool {
        true
    }

    fn encode_count(&self, call: &Call<'_>, quirks: &Quirks) -> Result<HttpCall, Failure> {
        let Task::Chat(chat) = call.task else { return Err(unwritable::task(NAME, call.task.kind())) };
        let (words, _) = moved::last_words(chat);
        let (chat, _) = moved::to_the_user(&words, &[Role::Assistant]);
        let chat = tool_names::spelled(call_ids::told_apart(chat, NAME, turns::plain), NAMES, NAME);
        encode::encode_count(&CallOf::new(&*chat, call, quirks))
    }

    fn counted(&self, body: &[u8]) -> Result<u64, Failure> {
        let counted: wire::Counted = serde_json::from_slice(body).map_err(blame::shapeless)?;
        Ok(counted.input_tokens)
    }

    fn reader(&self, task: &Task, _stream: bool) -> Box<dyn Reader> {
        match task {
            // A whole message is told from events by its type.
            Task::Chat(chat) => Box::new(stream::Stream::of(chat)),
            Task::Read(_)
            | Task::Rerank(_)
            | Task::Moderate(_)
            | Task::Transcribe(_)
            | Task::Embed(_)
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

    fn takes_prefill(&self) -> bool {
        true
    }

    fn soft_parameters(&self) -> Option<&'static [&'static str]> {
        Some(&["temperature", "top_p", "top_k", "user", "cache_control", "parallel_tool_calls"])
    }
}
