//! SiliconFlow's videos: `POST /video/submit` names a request, `POST /video/status` says how it stands.

use http::Method;
use mediary_core::Failure;
use mediary_core::task::{GenerateVideo, JobContent, JobReport};
use serde_json::{Value, json};

use super::{Form, failed, leave_out, request, status};
use crate::blame::garbled;
use crate::dialect::CallOf;
use crate::{HttpCall, JobCall, videos};

pub(super) struct SiliconFlow;

impl Form for SiliconFlow {
    fn submit(&self, call: &CallOf<'_, GenerateVideo>) -> Result<HttpCall, Failure> {
        let GenerateVideo { prompt, start, seconds, size, aspect, audio, .. } = call.task;
        leave_out(call, [("seconds", seconds.is_some()), ("audio", audio.is_some())]);
        if size.is_none() && aspect.is_some() {
            call.leave_out("aspect_ratio");
        }
        let fields = json!({
            "model": call.model(),
            "prompt": prompt,
            "image_size": size.map(|size| size.to_string()),
            "image": start.as_ref().map(videos::data_url).transpose()?,
        });
        Ok(request("/video/submit", call, fields))
    }

    fn state(&self, job: &str) -> Option<JobCall> {
        let body = json!({ "requestId": job }).to_string();
        Some(JobCall { body: Some(body.into()), ..JobCall::of(Method::POST, "/video/status") })
    }

    fn report(&self, _job: &str, answer: &Value) -> Result<JobReport, Failure> {
        Ok(match &*status(answer, "status")? {
            "succeed" => {
                let first = answer.get("results").and_then(|results| results.get("videos")).and_then(|all| all.get(0));
                let url = first.and_then(|first| first.get("url")).and_then(Value::as_str);
                JobReport::Done(JobContent::Public(
                    url.ok_or_else(|| garbled("a job is done without a file"))?.to_owned(),
                ))
            }
            "failed" => failed(answer.get("reason")),
            _ => JobReport::Running { percent: None },
        })
    }
}
