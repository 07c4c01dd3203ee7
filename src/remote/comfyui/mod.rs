//! The dialect of ComfyUI: a picture is a job. A graph of nodes is put into its queue, its history is asked until the job is
//! done, then the pictures are fetched by their names. Pictures to begin with are uploaded before.
//!
//! The graph is the usual one for a checkpoint, which is named by the model. Chats and all else have no form here. Source:
//! ComfyUI's server routes.

mod graph;
mod job;
#[cfg(test)]
mod tests;

use http::header::HeaderMap;
use mediary_core::provider::Call;
use mediary_core::task::Task;
use mediary_core::{Failure, MediaFormat, MediaKind};

use crate::dialect::CallOf;
use crate::{Dialect, HttpCall, OpenAi, Quirks, Reader, unwritable};

/// Its name in catalogs and configuration.
const NAME: &str = "comfyui";

/// ComfyUI's wire format.
#[derive(Debug, Clone, Copy, Default)]
pub struct ComfyUi;

impl Dialect for ComfyUi {
    fn name(&self) -> &'static str {
        NAME
    }

    fn encode(&self, call: &Call<'_>, quirks: &Quirks) -> Result<HttpCall, Failure> {
        match call.task {
            Task::Image(job) => graph::encode(&CallOf::new(job, call, quirks)),
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

    fn reader(&self, task: &Task, _stream: bool) -> Box<dyn Reader> {
        match task {
            Task::Image(_) => job::reader(),
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
        Some(graph::SOFT)
    }
}
