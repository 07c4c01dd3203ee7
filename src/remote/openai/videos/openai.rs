//! OpenAI's jobs (`POST /videos`), as servers have them that speak after it.
//!
//! Source: OpenAI's API reference. Its own service is announced to end; the form outlives it.

use bytes::Bytes;
use http::Method;
use mediary_core::Failure;
use mediary_core::task::{GenerateVideo, JobContent, JobReport};
use serde_json::{Value, json};

use super::{Form, failed, given_up, leave_out, request, status};
use crate::blame::garbled;
use crate::dialect::CallOf;
use crate::{HttpCall, JobCall, videos};

pub(super) struct OpenAi;

impl Form for OpenAi {
    fn submit(&self, call: &CallOf<'_, GenerateVideo>) -> Result<HttpCall, Failure> {
        let GenerateVideo { prompt, start, seconds, size, audio, remixes, .. } = call.task;
        if let Some(job) = remixes {
            return Ok(request(&format!("/videos/{job}/remix"), call, json!({ "prompt": prompt })));
        }
        leave_out(call, [("audio", audio.is_some()), ("aspect_ratio", size.is_none() && call.task.aspect.is_some())]);
        let start = start.as_ref().map(videos::data_url).transpose()?;
        let fields = json!({
            "model": call.model(),
            "prompt": prompt,
            // A text, as the vendor has it.
            "seconds": seconds.map(|seconds| seconds.to_string()),
            "size": size.map(|size| size.to_string()),
            "input_reference": start.map(|url| json!({ "image_url": url })),
        });
        Ok(request("/videos", call, fields))
    }

    fn state(&self, job: &str) -> Option<JobCall> {
        Some(JobCall::of(Method::GET, format!("/videos/{job}")))
    }

    fn report(&self, job: &str, answer: &Value) -> Result<JobReport, Failure> {
        Ok(match &*status(answer, "status")? {
            "completed" | "succeeded" => JobReport::Done(content(job, answer)?),
            "failed" => failed(answer.get("error")),
            gone @ ("cancelled" | "canceled" | "expired") => given_up(gone),
            _ => JobReport::Running { percent: videos::percent(answer.get("progress")) },
        })
    }

    fn end(&self, job: &str) -> Option<JobCall> {
        Some(JobCall::of(Method::DELETE, format!("/videos/{job}")))
    }
}

/// Where the file is: inside of the answer, at an address that it names, or below the job.
pub(super) fn content(job: &str, answer: &Value) -> Result<JobContent, Failure> {
    let first = answer.get("data").and_then(|data| data.get(0)).unwrap_or(answer);
    if let Some(encoded) = first.get("b64_json").and_then(Value::as_str) {
        return base64(encoded);
    }
    let unsigned = answer.get("unsigned_urls").and_then(|urls| urls.get(0));
    let named = unsigned.or_else(|| first.get("url")).or_else(|| first.get("video_url")).and_then(Value::as_str);
    Ok(match named.filter(|address| address.starts_with("http")) {
        Some(address) => JobContent::Public(address.to_owned()),
        None => JobContent::AtProvider(format!("/videos/{job}/content")),
    })
}

/// A file in base64.
pub(super) fn base64(encoded: &str) -> Result<JobContent, Failure> {
    use base64::Engine as _;
    let decoded = base64::engine::general_purpose::STANDARD.decode(encoded);
    Ok(JobContent::Bytes(Bytes::from(decoded.map_err(|_| garbled("its file is no base64"))?)))
}
