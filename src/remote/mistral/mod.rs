//! The dialect of Mistral: OpenAI's with differences, and refused as a whole for one field too many.
//!
//! Source: Mistral's API specification and guides. Answers and complaints are read by `openai`, which knows Mistral's
//! departures; only writing is done here, and the reading of pages.

mod carries;
mod complete;
mod embed;
mod encode;
mod ids;
mod read;
mod speak;
#[cfg(test)]
mod tests;
mod transcribe;
mod turns;

use http::header::HeaderMap;
use mediary_core::provider::Call;
use mediary_core::task::{Role, Task};
use mediary_core::{Failure, MediaFormat, MediaKind};

use crate::dialect::CallOf;
use crate::openai::{ChatReader, embed_reader, inside_answer, refusal, transcript_reader};
use crate::tool_names::OPENAI;
use crate::{
    BatchDialect, Dialect, HttpCall, Quirks, Reader, batches, call_ids, moderate, moved, tool_names, unwritable,
};

/// Its name in catalogs and configuration.
const NAME: &str = "mistral";

/// Mistral's wire format.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mistral;

impl Dialect for Mistral {
    fn name(&self) -> &'static str {
        NAME
    }

    fn batches(&self) -> Option<&'static dyn BatchDialect> {
        Some(&batches::MISTRAL)
    }

    fn encode(&self, call: &Call<'_>, quirks: &Quirks) -> Result<HttpCall, Failure> {
        match call.task {
            Task::Chat(chat) => {
                let (words, whose) = moved::last_or_only_words(chat);
                let (chat, from) = moved::to_the_user(&words, &[Role::Tool, Role::Assistant]);
                let chat = tool_names::spelled(call_ids::told_apart(chat, NAME, str::to_owned), OPENAI, NAME);
                let call = CallOf::new(&*chat, call, quirks);
                call.media_were_moved(&from);
                call.said_by_the_user(&whose);
                if let Some(completion) = &chat.completion {
                    return complete::encode(&call, completion);
                }
                let body = encode::body(&call)?;
                Ok(HttpCall::json("/chat/completions", body).without(&call))
            }
            Task::Read(read) => read::encode(&CallOf::new(read, call, quirks)),
            Task::Transcribe(transcribe) => transcribe::encode(&CallOf::new(transcribe, call, quirks)),
            Task::Embed(embed) => embed::encode(&CallOf::new(embed, call, quirks)),
            Task::Speak(speak) => Ok(speak::encode(&CallOf::new(speak, call, quirks))),
            Task::Moderate(task) => moderate::encode(&CallOf::new(task, call, quirks), NAME, false),
            Task::GenerateVideo(_) | Task::Rerank(_) => Err(unwritable::task(NAME, call.task.kind())),
            Task::Image(_) => Err(unwritable::task(NAME, call.task.kind())),
        }
    }

    fn reader(&self, task: &Task, stream: bool) -> Box<dyn Reader> {
        match task {
            Task::Chat(chat) => Box::new(ChatReader::new(chat, stream)),
            Task::Read(_) => read::reader(),
            Task::Transcribe(_) => transcript_reader(stream),
            Task::Embed(embed) => embed_reader(embed),
            Task::Speak(speak) => speak::reader(speak),
            Task::Moderate(task) => moderate::reader(task, inside_answer),
            Task::GenerateVideo(_) | Task::Rerank(_) => unwritable::reader(NAME, task.kind()),
            Task::Image(_) => unwritable::reader(NAME, task.kind()),
        }
    }

    fn failure(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> Failure {
        refusal(status, headers, body)
    }

    fn formats(&self, kind: MediaKind) -> &'static [MediaFormat] {
        carries::formats(kind)
    }

    fn carries(&self, format: MediaFormat) -> bool {
        carries::carries(format)
    }

    fn soft_parameters(&self) -> Option<&'static [&'static str]> {
        Some(encode::SOFT)
    }
}
