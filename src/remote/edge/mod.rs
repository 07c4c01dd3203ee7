//! The dialect of the read-aloud voices of Microsoft Edge: speech, over a WebSocket, without a key.
//!
//! Unofficial: the service is meant for that browser alone, is covered by no public contract and may change or close
//! without notice. So its catalog is off until it is configured, and the version it is told stands in the catalog
//! (`quirks.client_version`). Only prosody and voice can be said in its SSML; MP3 is what comes back.
//!
//! Source: the behaviour of the service as public clients have described it, as of December 2025.

mod hear;
mod speak;
mod ssml;
#[cfg(test)]
mod tests;
mod token;

use http::header::HeaderMap;
use mediary_core::provider::Call;
use mediary_core::task::Task;
use mediary_core::{Failure, FailureKind, MediaFormat, MediaKind};

use crate::dialect::CallOf;
use crate::{Dialect, HttpCall, OpenAi, Quirks, Reader, Talk, unwritable};

/// Its name in catalogs and configuration.
const NAME: &str = "edge";
/// What a client is refused with whose version or token is not the service's.
const FORBIDDEN: u16 = 403;

/// The wire format of Edge's voices.
#[derive(Debug, Clone, Copy, Default)]
pub struct Edge;

impl Dialect for Edge {
    fn name(&self) -> &'static str {
        NAME
    }

    fn encode(&self, call: &Call<'_>, _quirks: &Quirks) -> Result<HttpCall, Failure> {
        Err(unwritable::task(NAME, call.task.kind()))
    }

    fn reader(&self, task: &Task, _stream: bool) -> Box<dyn Reader> {
        unwritable::reader(NAME, task.kind())
    }

    fn talk(&self, call: &Call<'_>, quirks: &Quirks) -> Option<Box<dyn Talk>> {
        match call.task {
            Task::Speak(speak) => Some(Box::new(speak::Spoken::of(&CallOf::new(speak, call, quirks)))),
            Task::Chat(_)
            | Task::Read(_)
            | Task::Rerank(_)
            | Task::Moderate(_)
            | Task::Transcribe(_)
            | Task::Embed(_)
            | Task::Image(_)
            | Task::GenerateVideo(_) => None,
        }
    }

    fn failure(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> Failure {
        if status == FORBIDDEN {
            let detail = "the service refuses this version of its client; write a newer one as `quirks.client_version` \
                          of the provider `edge`, or do without it";
            return Failure::new(FailureKind::ModelGone, detail);
        }
        OpenAi.failure(status, headers, body)
    }

    fn formats(&self, _kind: MediaKind) -> &'static [MediaFormat] {
        &[]
    }

    fn carries(&self, _format: MediaFormat) -> bool {
        false
    }

    fn soft_parameters(&self) -> Option<&'static [&'static str]> {
        Some(&[])
    }
}
