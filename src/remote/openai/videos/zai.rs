//! Z.ai's videos: `POST /videos/generations` gives a task, whose result is asked for at `/async-result`.

use http::Method;
use mediary_core::Failure;
use mediary_core::task::{GenerateVideo, JobContent, JobReport};
use serde_json::{Value, json};

use super::{Form, failed, request, status};
use crate::blame::garbled;
use crate::dialect::CallOf;
use crate::{HttpCall, JobCall, videos};

pub(super) struct Zai;

impl Form for Zai {
    fn submit(&self, call: &CallOf<'_, GenerateVideo>) -> Result<HttpCall, Failure> {
        let GenerateVideo { prompt, start, seconds, size, aspect, audio, .. } = call.task;
        if size.is_none() && aspect.is_some() {
            call.leave_out("aspect_ratio");
        }
        let fields = json!({
            "model": call.model(),
            "prompt": prompt,
            "image_url": start.as_ref().map(videos::data_url).transpose()?,
            "size": size.map(|size| size.to_string()),
            "duration": seconds,
            "with_audio": audio,
        });
        Ok(request("/videos/generations", call, fields))
    }

    fn state(&self, job: &str) -> Option<JobCall> {
        Some(JobCall::of(Method::GET, format!("/async-result/{job}")))
    }

    fn report(&self, _job: &str, answer: &Value) -> Result<JobReport, Failure> {
        Ok(match &*status(answer, "task_status")? {
            "success" => {
                let first = answer.get("video_result").and_then(|results| results.get(0));
                let url = first.and_then(|first| first.get("url")).and_then(Value::as_str);
                JobReport::Done(JobContent::Public(
                    url.ok_or_else(|| garbled("a job is done without a file"))?.to_owned(),
                ))
            }
            "fail" => failed(answer.get("error").or(Some(answer))),
            _ => JobReport::Running { percent: None },
        })
    }
}
