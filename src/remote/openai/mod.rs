//! The dialect of OpenAI's API, which most providers speak: chats, embeddings, transcriptions, speech. Where providers
//! depart from it is data ([`crate::Quirks`]).
//!
//! Source: OpenAI's API reference and its OpenAPI document, version 2.3.0. Reading is more lenient than any one provider
//! needs, since the same readers serve all of them, and `mistral` as well.

mod calls;
mod carries;
mod complete;
mod decode;
mod embed;
mod encode;
mod failure;
mod habits;
mod lenient;
mod live;
mod parts;
mod read;
mod speak;
mod stream;
#[cfg(test)]
mod tests;
mod torn;
mod transcribe;
mod transcript;
mod usage;
mod verdict;
mod videos;
mod wire;

pub(crate) use embed::reader as embed_reader;
pub(crate) use encode::{extras, response_format, sends, tools};
pub(crate) use failure::{failure as refusal, inside_body as complaint, unreadable as inside_answer};
pub(crate) use habits::{messages as messages_as_wanted, tells_allowed, temperature, tools as tools_as_wanted};
pub(crate) use speak::{name as sound_name, reader as sound_reader};
pub(crate) use stream::ChatReader;
pub(crate) use transcribe::granularities;
pub(crate) use transcript::{read as read_transcript, reader as transcript_reader};
pub(crate) use usage::counted;

use http::header::HeaderMap;
use mediary_core::capability::Abilities;
use mediary_core::provider::Call;
use mediary_core::task::{JobReport, Task};
use mediary_core::{Failure, MediaFormat, MediaKind};

use crate::dialect::CallOf;
use crate::live::LiveDialect;
use crate::{
    BatchDialect, Dialect, FileForm, HttpCall, JobCall, Quirks, Reader, Responses, batches, images, moderate, rerank,
    responses, unwritable,
};

/// Its name in catalogs and configuration.
const NAME: &str = "openai";

/// OpenAI's wire format.
#[derive(Debug, Clone, Copy, Default)]
pub struct OpenAi;

impl Dialect for OpenAi {
    fn name(&self) -> &'static str {
        NAME
    }

    fn wire_format_of(&self, task: &Task, abilities: &Abilities) -> &'static str {
        if responses::is_spoken(task, abilities) { Responses.wire_format() } else { NAME }
    }

    fn tool_format(&self) -> &'static str {
        Responses.tool_format()
    }

    fn live(&self) -> Option<&'static dyn LiveDialect> {
        Some(&live::Realtime)
    }

    fn batches(&self) -> Option<&'static dyn BatchDialect> {
        Some(&batches::OPENAI)
    }

    fn files(&self) -> Option<FileForm> {
        Some(FileForm::OpenAi)
    }

    fn encode(&self, call: &Call<'_>, quirks: &Quirks) -> Result<HttpCall, Failure> {
        match call.task {
            Task::Chat(_) if responses::is_spoken(call.task, call.abilities) => Responses.encode(call, quirks),
            Task::Chat(chat) => encode::chat(chat, call, quirks),
            Task::Embed(embed) => embed::encode(&CallOf::new(embed, call, quirks)),
            Task::Transcribe(transcribe) => transcribe::encode(&CallOf::new(transcribe, call, quirks)),
            Task::Speak(speak) => Ok(speak::encode(&CallOf::new(speak, call, quirks))),
            Task::GenerateVideo(video) => videos::encode(&CallOf::new(video, call, quirks)),
            Task::Image(job) => images::encode(quirks.images, job, call, quirks),
            Task::Rerank(task) => Ok(rerank::encode(&CallOf::new(task, call, quirks))),
            Task::Moderate(task) => moderate::encode(&CallOf::new(task, call, quirks), NAME, true),
            Task::Read(task) if quirks.layout_parsing => read::encode(&CallOf::new(task, call, quirks)),
            Task::Read(_) => Err(unwritable::task(NAME, call.task.kind())),
        }
    }

    fn reader_of(&self, task: &Task, abilities: &Abilities, stream: bool) -> Box<dyn Reader> {
        match responses::is_spoken(task, abilities) {
            true => Responses.reader(task, stream),
            false => self.reader(task, stream),
        }
    }

    fn reader(&self, task: &Task, stream: bool) -> Box<dyn Reader> {
        match task {
            Task::Chat(chat) => Box::new(ChatReader::new(chat, stream)),
            Task::Embed(embed) => embed::reader(embed),
            Task::Transcribe(_) => transcript::reader(stream),
            Task::Speak(speak) => speak::reader(speak, stream),
            Task::GenerateVideo(_) => videos::reader(stream),
            Task::Image(_) => images::reader(stream),
            Task::Rerank(task) => rerank::reader(task, failure::unreadable),
            Task::Moderate(task) => moderate::reader(task, failure::unreadable),
            Task::Read(_) => read::reader(),
        }
    }

    fn job_state(&self, job: &str, quirks: &Quirks) -> Option<JobCall> {
        videos::state(job, quirks)
    }

    fn job_report(&self, job: &str, body: &[u8], quirks: &Quirks) -> Result<JobReport, Failure> {
        videos::report(job, body, quirks)
    }

    fn job_end(&self, job: &str, quirks: &Quirks) -> Option<JobCall> {
        videos::end(job, quirks)
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

    fn soft_parameters(&self) -> Option<&'static [&'static str]> {
        None
    }
}
