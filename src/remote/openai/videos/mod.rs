//! Videos among OpenAI-like providers: OpenAI's own jobs, and those of vendors that make videos by other requests. Which a
//! provider has is said in its catalog ([`VideoForm`]).
//!
//! Every form writes a submission, asks how its job stands, and reads the answer; the name of a job is found in the answer
//! to a submission by the same reader for all.

mod dashscope;
mod hugging_face;
mod minimax;
mod openai;
mod openrouter;
mod outcome;
mod pollinations;
mod siliconflow;
#[cfg(test)]
mod tests;
mod xai;
mod zai;

use mediary_core::Failure;
use mediary_core::task::{GenerateVideo, JobReport};
use serde_json::{Map, Value};

use outcome::{failed, given_up, status};

use super::encode::sends;
use super::failure;
use crate::blame;
use crate::dialect::CallOf;
use crate::{HttpCall, JobCall, Quirks, Reader, VideoForm, body, videos};

/// By which requests a vendor makes videos.
trait Form: Sync {
    /// Writes a submission.
    fn submit(&self, call: &CallOf<'_, GenerateVideo>) -> Result<HttpCall, Failure>;

    /// The request that asks how a job stands; `None`: answers are the files themselves.
    fn state(&self, job: &str) -> Option<JobCall>;

    /// Reads the answer to that.
    fn report(&self, job: &str, answer: &Value) -> Result<JobReport, Failure>;

    /// The request that ends a job and removes what it made.
    fn end(&self, _job: &str) -> Option<JobCall> {
        None
    }
}

fn form(quirks: &Quirks) -> &'static dyn Form {
    match quirks.videos {
        VideoForm::OpenAi => &openai::OpenAi,
        VideoForm::OpenRouter => &openrouter::OpenRouter,
        VideoForm::Xai => &xai::Xai,
        VideoForm::Zai => &zai::Zai,
        VideoForm::SiliconFlow => &siliconflow::SiliconFlow,
        VideoForm::MiniMax => &minimax::MiniMax,
        VideoForm::Pollinations => &pollinations::Pollinations,
        VideoForm::HuggingFace => &hugging_face::HuggingFace,
        VideoForm::DashScope => &dashscope::DashScope,
    }
}

/// Writes a submission.
pub(super) fn encode(call: &CallOf<'_, GenerateVideo>) -> Result<HttpCall, Failure> {
    Ok(form(call.quirks).submit(call)?.without(call))
}

/// A reader for the answer to a submission.
pub(super) fn reader(is_file: bool) -> Box<dyn Reader> {
    videos::reader(is_file, named)
}

fn named(body: &[u8]) -> Result<String, Failure> {
    let answer = understood(body)?;
    // DashScope names the job further down, beside an id of the request; Z.ai tells that beside the job's.
    let told = answer.get("output").filter(|output| output.is_object()).unwrap_or(&answer);
    videos::name_in(told, &["id", "task_id", "requestId", "request_id"])
}

/// The request that asks how a job stands.
pub(super) fn state(job: &str, quirks: &Quirks) -> Option<JobCall> {
    form(quirks).state(job)
}

/// Reads the answer to that.
pub(super) fn report(job: &str, body: &[u8], quirks: &Quirks) -> Result<JobReport, Failure> {
    let answer: Value = serde_json::from_slice(body).map_err(blame::shapeless)?;
    form(quirks).report(job, &answer)
}

/// The request that ends a job.
pub(super) fn end(job: &str, quirks: &Quirks) -> Option<JobCall> {
    form(quirks).end(job)
}

/// An answer to a submission, if it is none that complains.
fn understood(body: &[u8]) -> Result<Value, Failure> {
    let answer: Value = serde_json::from_slice(body).map_err(|_| failure::unreadable(body))?;
    minimax::complaint(&answer)?;
    let fails = answer.get("error").is_some_and(|error| !error.is_null());
    if fails || failure::looks_like_complaint(body) && answer.get("id").is_none() {
        return Err(failure::inside_body(body));
    }
    Ok(answer)
}

/// A request as it is put together: fields that are `null` are left out, and what else was asked for is added.
fn request(path: &str, call: &CallOf<'_, GenerateVideo>, fields: Value) -> HttpCall {
    let Value::Object(fields) = fields else { return HttpCall::json(path, Vec::new()) };
    let mut request: Map<String, Value> = fields.into_iter().filter(|(_, value)| !value.is_null()).collect();
    for (name, value) in &call.task.extras {
        if sends(call, name) && !request.contains_key(name) {
            request.insert(name.clone(), value.value().clone());
        }
    }
    let mut out = body::Buffer::default();
    body::value(&mut out, &Value::Object(request));
    HttpCall::json(path, out)
}

/// Notes each of these that was asked for and has no place in a request.
fn leave_out(call: &CallOf<'_, GenerateVideo>, fields: [(&str, bool); 2]) {
    for (name, is_asked) in fields {
        if is_asked {
            call.leave_out(name);
        }
    }
}
