//! The dialect of Google's Gemini API: `generateContent` and its stream.
//!
//! Every medium is read natively here, from bytes or by the address of an uploaded file; uploading itself is in
//! [`upload`]. Thoughts come back with signatures that must return in the same place, or newer models refuse the call.

mod carries;
mod embed;
mod encode;
mod failure;
mod files;
mod generation;
mod image;
mod live;
mod speak;
mod stream;
#[cfg(test)]
mod tests;
mod turns;
#[cfg(test)]
mod video_tests;
mod videos;
mod wire;

use http::header::HeaderMap;
use mediary_core::provider::Call;
use mediary_core::task::{JobReport, Task};
use mediary_core::{Failure, MediaFormat, MediaKind};

pub(crate) use files::upload;
pub(crate) use turns::mime;

use crate::dialect::CallOf;
use crate::live::LiveDialect;
use crate::tool_names::Spelling;
use crate::{Dialect, HttpCall, JobCall, Quirks, Reader, blame, call_ids, images, moved, tool_names, unwritable};

/// Its name in catalogs and configuration.
const NAME: &str = "gemini";

/// The names of functions that it takes.
const NAMES: Spelling = Spelling { marks: "_.:-", begins_freely: false, most_chars: 64 };

/// Gemini's wire format.
#[derive(Debug, Clone, Copy)]
pub struct Gemini;

impl Dialect for Gemini {
    fn name(&self) -> &'static str {
        NAME
    }

    fn live(&self) -> Option<&'static dyn LiveDialect> {
        Some(&live::Live)
    }

    fn batches(&self) -> Option<&'static dyn crate::batches::BatchDialect> {
        Some(&crate::batches::GENERATIONS)
    }

    fn files(&self) -> Option<crate::FileForm> {
        Some(crate::FileForm::Gemini)
    }

    fn encode(&self, call: &Call<'_>, quirks: &Quirks) -> Result<HttpCall, Failure> {
        match call.task {
            Task::Chat(chat) if chat.completion.is_some() => Err(unwritable::task(NAME, call.task.kind())),
            Task::Chat(chat) => {
                let (chat, whose) = moved::last_words(chat);
                let chat = tool_names::spelled(call_ids::told_apart(chat, NAME, str::to_owned), NAMES, NAME);
                let call = CallOf::new(&*chat, call, quirks);
                call.said_by_the_user(&whose);
                encode::encode(&call)
            }
            Task::Embed(embed) => embed::encode(&CallOf::new(embed, call, quirks)),
            Task::Speak(speak) => Ok(speak::encode(&CallOf::new(speak, call, quirks))),
            Task::GenerateVideo(video) => videos::encode(&CallOf::new(video, call, quirks)),
            Task::Image(job) => image::encode(&CallOf::new(job, call, quirks)),
            Task::Read(_) | Task::Rerank(_) | Task::Moderate(_) | Task::Transcribe(_) => {
                Err(unwritable::task(NAME, call.task.kind()))
            }
        }
    }

    fn reader(&self, task: &Task, stream: bool) -> Box<dyn Reader> {
        match task {
            // A whole answer has the shape of the only chunk of a stream.
            Task::Chat(chat) => Box::new(stream::Stream::of(chat)),
            Task::Embed(embed) => embed::reader(embed),
            Task::Speak(_) => speak::reader(),
            Task::GenerateVideo(_) => crate::videos::reader(stream, videos::named),
            Task::Image(_) => images::reader(stream),
            Task::Read(_) | Task::Rerank(_) | Task::Moderate(_) | Task::Transcribe(_) => {
                unwritable::reader(NAME, task.kind())
            }
        }
    }

    fn counts_tokens(&self) -> bool {
        true
    }

    fn encode_count(&self, call: &Call<'_>, quirks: &Quirks) -> Result<HttpCall, Failure> {
        match call.task {
            Task::Chat(chat) => {
                let (chat, _) = moved::last_words(chat);
                let chat = tool_names::spelled(call_ids::told_apart(chat, NAME, str::to_owned), NAMES, NAME);
                encode::encode_count(&CallOf::new(&*chat, call, quirks))
            }
            other => Err(unwritable::task(NAME, other.kind())),
        }
    }

    fn counted(&self, body: &[u8]) -> Result<u64, Failure> {
        let counted: wire::Counted = serde_json::from_slice(body).map_err(blame::shapeless)?;
        Ok(counted.total_tokens)
    }

    fn job_state(&self, job: &str, _quirks: &Quirks) -> Option<JobCall> {
        Some(videos::state(job))
    }

    fn job_report(&self, _job: &str, body: &[u8], _quirks: &Quirks) -> Result<JobReport, Failure> {
        videos::report(body)
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

    fn inline_bytes(&self) -> Option<u64> {
        // As base64 this stays below 50 MB, the least of the limits on what is sent inline.
        Some(36_000_000)
    }

    fn soft_parameters(&self) -> Option<&'static [&'static str]> {
        Some(carries::SOFT)
    }

    fn soft_parameters_of_texts(&self) -> &'static [&'static str] {
        &["task_type", "title"]
    }
}
