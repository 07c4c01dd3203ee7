//! The dialect of Hugging Face's router: OpenAI's for chats; models of other tasks are called by
//! their names at Hugging Face's own inference service.
//!
//! Source: the reference of Hugging Face's inference providers. Chats are written and read by `openai`; only what has
//! a form of its own is here.

mod speak;
#[cfg(test)]
mod tests;
mod transcribe;

use std::time::Duration;

use http::header::HeaderMap;
use mediary_core::capability::Abilities;
use mediary_core::provider::Call;
use mediary_core::task::{JobReport, Task};
use mediary_core::{Failure, FailureKind, MediaFormat, MediaKind};
use serde::Deserialize;

use crate::dialect::CallOf;
use crate::images::{self, ImageForm};
use crate::openai::sound_reader;
use crate::{Dialect, HttpCall, JobCall, OpenAi, Quirks, Reader, model_path, unwritable};

/// Its name in catalogs and configuration.
const NAME: &str = "huggingface";
/// Where what is OpenAI's stands, below the base URL.
const CHATS: &str = "/v1";

/// Hugging Face's router's wire format.
#[derive(Debug, Clone, Copy, Default)]
pub struct HuggingFace;

impl Dialect for HuggingFace {
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
            Task::Chat(_) | Task::Embed(_) => {
                let written = OpenAi.encode(call, quirks)?;
                Ok(HttpCall { path: format!("{CHATS}{}", written.path), ..written })
            }
            Task::Transcribe(transcribe) => transcribe::encode(&CallOf::new(transcribe, call, quirks)),
            Task::Speak(speak) => speak::encode(&CallOf::new(speak, call, quirks)),
            Task::Image(job) => images::encode(ImageForm::HuggingFace, job, call, quirks),
            Task::GenerateVideo(_) => OpenAi.encode(call, quirks),
            Task::Read(_) | Task::Rerank(_) | Task::Moderate(_) => Err(unwritable::task(NAME, call.task.kind())),
        }
    }

    fn reader(&self, task: &Task, stream: bool) -> Box<dyn Reader> {
        match task {
            Task::Chat(_) | Task::Embed(_) | Task::GenerateVideo(_) => OpenAi.reader(task, stream),
            Task::Transcribe(_) => transcribe::reader(),
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
        let mut failure = OpenAi.failure(status, headers, body);
        if let FailureKind::Overloaded { retry_after: after @ None } = &mut failure.kind {
            *after = loaded_in(body);
        }
        failure
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

    fn models_path(&self) -> &'static str {
        "/v1/models"
    }
}

/// Where the inference service has a model.
fn place(model: &str) -> Result<String, Failure> {
    model_path::below("/hf-inference/models", model)
}

/// When a model that is still being loaded will be there, as an answer says.
fn loaded_in(body: &[u8]) -> Option<Duration> {
    #[derive(Deserialize)]
    struct Loading {
        estimated_time: f64,
    }
    let Loading { estimated_time } = serde_json::from_slice(body).ok()?;
    Duration::try_from_secs_f64(estimated_time).ok()
}
