//! xAI's videos: `POST /videos/generations` names a request, which is asked for below `/videos`.

use http::Method;
use mediary_core::Failure;
use mediary_core::task::{GenerateVideo, JobContent, JobReport};
use serde_json::{Value, json};

use super::{Form, failed, given_up, leave_out, request, status};
use crate::blame::garbled;
use crate::dialect::CallOf;
use crate::{HttpCall, JobCall, videos};

pub(super) struct Xai;

impl Form for Xai {
    fn submit(&self, call: &CallOf<'_, GenerateVideo>) -> Result<HttpCall, Failure> {
        let asked = call.task;
        leave_out(call, [("audio", asked.audio.is_some()), ("remix", asked.remixes.is_some())]);
        let start = asked.start.as_ref().map(videos::data_url).transpose()?;
        let fields = json!({
            "model": call.model(),
            "prompt": asked.prompt,
            "duration": asked.seconds,
            "aspect_ratio": asked.proportions().map(|aspect| aspect.to_string()),
            "resolution": asked.resolution().map(|lines| format!("{lines}p")),
            "image": start.map(|url| json!({ "url": url })),
        });
        Ok(request("/videos/generations", call, fields))
    }

    fn state(&self, job: &str) -> Option<JobCall> {
        Some(JobCall::of(Method::GET, format!("/videos/{job}")))
    }

    fn report(&self, _job: &str, answer: &Value) -> Result<JobReport, Failure> {
        let video = answer.get("video").filter(|video| !video.is_null());
        // Some answers to a finished request only have the video.
        let status = match (status(answer, "status"), video) {
            (Err(_), Some(_)) => "done".into(),
            (status, _) => status?,
        };
        Ok(match &*status {
            "done" | "completed" => {
                if video.is_some_and(|video| video.get("respect_moderation") == Some(&Value::Bool(false))) {
                    return Ok(failed(Some(&json!("moderation"))));
                }
                let url = video.and_then(|video| video.get("url")).and_then(Value::as_str);
                JobReport::Done(JobContent::Public(
                    url.ok_or_else(|| garbled("a job is done without a file"))?.to_owned(),
                ))
            }
            "failed" => failed(answer.get("error")),
            "expired" => given_up("expired"),
            _ => JobReport::Running { percent: videos::percent(answer.get("progress")) },
        })
    }
}
