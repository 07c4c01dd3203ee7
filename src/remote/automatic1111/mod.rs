//! The dialect of AUTOMATIC1111's web interface, which Forge and SD.Next speak as well: pictures from words and from
//! pictures, all on one server with one model at a time.
//!
//! Chats and all else have no form here. How requests are written is shared (see `images`). Source: the server's own API
//! description.

#[cfg(test)]
mod tests;

use http::header::HeaderMap;
use mediary_core::provider::Call;
use mediary_core::task::Task;
use mediary_core::{Failure, MediaFormat, MediaKind};

use crate::images::{self, ImageForm};
use crate::{Dialect, HttpCall, OpenAi, Quirks, Reader, unwritable};

/// Its name in catalogs and configuration.
const NAME: &str = "automatic1111";

/// AUTOMATIC1111's wire format.
#[derive(Debug, Clone, Copy, Default)]
pub struct Automatic1111;

impl Dialect for Automatic1111 {
    fn name(&self) -> &'static str {
        NAME
    }

    fn encode(&self, call: &Call<'_>, quirks: &Quirks) -> Result<HttpCall, Failure> {
        match call.task {
            Task::Image(job) => images::encode(ImageForm::Automatic1111, job, call, quirks),
            Task::Chat(_)
            | Task::Embed(_)
            | Task::Read(_)
            | Task::Rerank(_)
            | Task::Moderate(_)
            | Task::Transcribe(_)
            | Task::Speak(_)
            | Task::GenerateVideo(_) => Err(unwritable::task(NAME, call.task.kind())),
        }
    }

    fn reader(&self, task: &Task, stream: bool) -> Box<dyn Reader> {
        match task {
            Task::Image(_) => images::reader(stream),
            Task::Chat(_)
            | Task::Embed(_)
            | Task::Read(_)
            | Task::Rerank(_)
            | Task::Moderate(_)
            | Task::Transcribe(_)
            | Task::Speak(_)
            | Task::GenerateVideo(_) => unwritable::reader(NAME, task.kind()),
        }
    }

    fn failure(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> Failure {
        OpenAi.failure(status, headers, body)
    }

    fn formats(&self, _kind: MediaKind) -> &'static [MediaFormat] {
        &[]
    }

    fn carries(&self, _format: MediaFormat) -> bool {
        false
    }

    fn soft_parameters(&self) -> Option<&'static [&'static str]> {
        None
    }
}
