//! MiniMax's videos: a task, its state, and then a file that has to be asked where it is. Errors ride in answers that are
//! successes by their status.

use http::Method;
use mediary_core::Failure;
use mediary_core::task::{GenerateVideo, JobContent, JobReport};
use serde_json::{Value, json};

use super::super::failure;
use super::{Form, failed, leave_out, request, status};
use crate::blame::garbled;
use crate::dialect::CallOf;
use crate::{HttpCall, JobCall, videos};

pub(super) struct MiniMax;

impl Form for MiniMax {
    fn submit(&self, call: &CallOf<'_, GenerateVideo>) -> Result<HttpCall, Failure> {
        let asked = call.task;
        leave_out(call, [("audio", asked.audio.is_some()), ("aspect_ratio", asked.aspect.is_some())]);
        let fields = json!({
            "model": call.model(),
            "prompt": asked.prompt,
            "first_frame_image": asked.start.as_ref().map(videos::data_url).transpose()?,
            "duration": asked.seconds,
            "resolution": asked.resolution().map(|lines| format!("{lines}P")),
        });
        Ok(request("/video_generation", call, fields))
    }

    fn state(&self, job: &str) -> Option<JobCall> {
        Some(JobCall::of(Method::GET, format!("/query/video_generation?task_id={job}")))
    }

    fn report(&self, _job: &str, answer: &Value) -> Result<JobReport, Failure> {
        complaint(answer)?;
        if let Some(url) = answer.get("file").and_then(|file| file.get("download_url")).and_then(Value::as_str) {
            return Ok(JobReport::Done(JobContent::Public(url.to_owned())));
        }
        Ok(match &*status(answer, "status")? {
            "success" => {
                let file = videos::name_in(answer, &["file_id"]);
                JobReport::At(format!(
                    "/files/retrieve?file_id={}",
                    file.map_err(|_| garbled("a job is done without a file"))?
                ))
            }
            "fail" => failed(answer.get("base_resp").or(Some(answer))),
            _ => JobReport::Running { percent: None },
        })
    }
}

/// The error that an answer holds, if it holds one.
pub(super) fn complaint(answer: &Value) -> Result<(), Failure> {
    let code = answer.get("base_resp").and_then(|base| base.get("status_code")).and_then(Value::as_i64);
    match code {
        None | Some(0) => Ok(()),
        Some(_) => Err(failure::inside(answer)),
    }
}
