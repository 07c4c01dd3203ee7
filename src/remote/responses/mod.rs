//! The dialect of OpenAI's Responses API, for chats; everything else is OpenAI's.
//!
//! Some models answer only there, and clients of this very format lose nothing on the way: tools that run at the
//! provider, thoughts in cipher, items of kinds that nothing else has. Nothing is kept at the provider: what goes on
//! before a request is sent with it, so that any target may go on.

mod carries;
mod encode;
mod free_text;
mod input;
mod output;
mod stream;
#[cfg(test)]
mod tests;
mod wire;

use http::header::HeaderMap;
use mediary_core::capability::{self, Abilities};
use mediary_core::provider::Call;
use mediary_core::task::{Chat, JobReport, Part, Role, Task};
use mediary_core::{Failure, MediaFormat, MediaKind};

use crate::dialect::CallOf;
use crate::tool_names::OPENAI;
use crate::{
    BatchDialect, Dialect, FileForm, HttpCall, JobCall, OpenAi, Quirks, Reader, batches, call_ids, moved, tool_names,
    unwritable,
};

/// Its name in catalogs and configuration.
const NAME: &str = "responses";
/// What clients of it are known by, who speak it too.
const WIRE_FORMAT: &str = "openai-responses";

/// The wire format of OpenAI's Responses API.
#[derive(Debug, Clone, Copy, Default)]
pub struct Responses;

/// Whether a target that also chats in another format is given a task in this one: where it answers in no other, or where
/// the client speaks it too and there is a form for all that it says.
pub(crate) fn is_spoken(task: &Task, abilities: &Abilities) -> bool {
    let Task::Chat(chat) = task else { return false };
    match abilities.responses {
        capability::Responses::None => false,
        capability::Responses::Only => chat.completion.is_none(),
        capability::Responses::Also => is_ours(chat) && chat.messages.iter().flat_map(|it| &it.parts).all(has_form),
    }
}

/// Whether a chat's client speaks this format.
fn is_ours(chat: &Chat) -> bool {
    chat.own.as_ref().is_some_and(|own| own.wire_format == WIRE_FORMAT)
}

fn has_form(part: &Part) -> bool {
    match part {
        Part::Text(_) | Part::Remote { .. } => true,
        Part::Media(part) => carries::carries(part.media.format),
    }
}

impl Dialect for Responses {
    fn name(&self) -> &'static str {
        NAME
    }

    fn wire_format(&self) -> &'static str {
        WIRE_FORMAT
    }

    fn tool_format(&self) -> &'static str {
        WIRE_FORMAT
    }

    fn batches(&self) -> Option<&'static dyn BatchDialect> {
        Some(&batches::OPENAI)
    }

    fn files(&self) -> Option<FileForm> {
        Some(FileForm::Responses)
    }

    fn encode(&self, call: &Call<'_>, quirks: &Quirks) -> Result<HttpCall, Failure> {
        match call.task {
            Task::Chat(chat) if chat.completion.is_some() => Err(unwritable::task(NAME, call.task.kind())),
            Task::Chat(chat) => {
                let (chat, from) = moved::to_the_user(chat, &[Role::Assistant]);
                let chat = call_ids::told_apart(chat, WIRE_FORMAT, str::to_owned);
                let chat = tool_names::spelled(chat, OPENAI, WIRE_FORMAT);
                let call = CallOf::new(&*chat, call, quirks);
                call.media_were_moved(&from);
                let body = encode::body(&call)?;
                Ok(HttpCall::json("/responses", body).without(&call))
            }
            Task::Embed(_)
            | Task::Transcribe(_)
            | Task::Speak(_)
            | Task::GenerateVideo(_)
            | Task::Image(_)
            | Task::Rerank(_)
            | Task::Moderate(_)
            | Task::Read(_) => OpenAi.encode(call, quirks),
        }
    }

    fn reader(&self, task: &Task, stream: bool) -> Box<dyn Reader> {
        match task {
            // A whole response is told from events by its type.
            Task::Chat(chat) => Box::new(stream::Stream::of(chat)),
            Task::Embed(_)
            | Task::Transcribe(_)
            | Task::Speak(_)
            | Task::GenerateVideo(_)
            | Task::Image(_)
            | Task::Rerank(_)
            | Task::Moderate(_)
            | Task::Read(_) => OpenAi.reader(task, stream),
        }
    }

    fn job_state(&self, job: &str, quirks: &Quirks) -> Option<JobCall> {
        OpenAi.job_state(job, quirks)
    }

    fn job_report(&self, job: &str, body: &[u8], quirks: &Quirks) -> Result<JobReport, Failure> {
        OpenAi.job_report(job, body, quirks)
    }

    fn job_end(&self, job: &str, quirks: &Quirks) -> Option<JobCall> {
        OpenAi.job_end(job, quirks)
    }

    fn failure(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> Failure {
        OpenAi.failure(status, headers, body)
    }

    fn formats(&self, kind: MediaKind) -> &'static [MediaFormat] {
        carries::formats(kind)
    }

    fn carries(&self, format: MediaFormat) -> bool {
        carries::carries(format)
    }

    fn soft_parameters(&self) -> Option<&'static [&'static str]> {
        Some(&encode::SOFT)
    }
}
