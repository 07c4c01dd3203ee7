//! The dialect of xAI: OpenAI's for chats, forms of its own for sound and pictures.
//!
//! Source: xAI's API reference. Chats are written and read by `openai`; only what has
//! a form of its own is here.

mod speak;
#[cfg(test)]
mod tests;
mod transcribe;

use http::header::HeaderMap;
use mediary_core::capability::Abilities;
use mediary_core::provider::Call;
use mediary_core::task::{JobReport, Task};
use mediary_core::{Failure, MediaFormat, MediaKind};

use crate::dialect::CallOf;
use crate::images::{self, ImageForm};
use crate::openai::{sound_reader, transcript_reader};
use crate::{Dialect, HttpCall, JobCall, OpenAi, Quirks, Reader, unwritable};

/// Its name in catalogs and configuration.
const NAME: &str = "xai";

/// xAI's wire format.
#[derive(Debug, Clone, Copy, Default)]
pub struct Xai;

impl Dialect for Xai {
    fn name(&self) -> &'static str {
        NAME
    }

    fn wire_format(&self) -> &'static str {
        OpenAi.name()
    }

    fn wire_format_of(&self, task: &Task, abilities: &Abilities) -> &'static str {
        OpenAi.wire_format_of(task, abilities)
    }

    fn tool_format(&self) -> &'static str {
        OpenAi.tool_format()
    }

    fn reader_of(&self, task: &Task, abilities: &Abilities, stream: bool) -> Box<dyn Reader> {
        match task {
            Task::Chat(_) => OpenAi.reader_of(task, abilities, stream),
            _ => self.reader(task, stream),
        }
    }

    fn encode(&self, call: &Call<'_>, quirks: &Quirks) -> Result<HttpCall, Failure> {
        match call.task {
            Task::Chat(_) | Task::Embed(_) => OpenAi.encode(call, quirks),
            Task::Transcribe(transcribe) => transcribe::encode(&CallOf::new(transcribe, call, quirks)),
            Task::Speak(speak) => Ok(speak::encode(&CallOf::new(speak, call, quirks))),
            Task::Image(job) => images::encode(ImageForm::Xai, job, call, quirks),
            Task::GenerateVideo(_) => OpenAi.encode(call, quirks),
            Task::Read(_) | Task::Rerank(_) | Task::Moderate(_) => Err(unwritable::task(NAME, call.task.kind())),
        }
    }

    fn reader(&self, task: &Task, stream: bool) -> Box<dyn Reader> {
        match task {
            Task::Chat(_) | Task::Embed(_) | Task::GenerateVideo(_) => OpenAi.reader(task, stream),
            Task::Transcribe(_) => transcript_reader(false),
            Task::Speak(speak) => sound_reader(speak, stream),
            Task::Image(_) => images::reader(stream),
            Task::Read(_) | Task::Rerank(_) | Task::Moderate(_) => unwritable::reader(NAME, task.kind()),
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
        OpenAi.formats(kind)
    }

    fn carries(&self, format: MediaFormat) -> bool {
        OpenAi.carries(format)
    }

    fn soft_parameters(&self) -> Option<&'static [&'static str]> {
        OpenAi.soft_parameters()
    }
}
