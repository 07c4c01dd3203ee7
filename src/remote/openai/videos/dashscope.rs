//! DashScope's videos, below `…/api/v1`: a task that is asked for by a header, and then by its name.
//!
//! Sources: Alibaba's reference of its text-to-video and image-to-video models (their protocol up to wan2.6), and the Alibaba
//! provider of vercel/ai; seen on 2026-11-30.

use http::Method;
use mediary_core::Failure;
use mediary_core::task::{GenerateVideo, JobContent, JobReport};
use serde_json::{Map, Value, json};

use super::super::encode::sends;
use super::{Form, failed, given_up, status};
use crate::blame::garbled;
use crate::dialect::CallOf;
use crate::{HttpCall, JobCall, body, videos};

/// Of what only this vendor knows, what stands beside the words; all else is how the video is made.
const BESIDE_THE_PROMPT: [&str; 3] = ["negative_prompt", "audio_url", "template"];

pub(super) struct DashScope;

impl Form for DashScope {
    fn submit(&self, call: &CallOf<'_, GenerateVideo>) -> Result<HttpCall, Failure> {
        let asked = call.task;
        let start = asked.start.as_ref().map(videos::data_url).transpose()?;
        let begins_with_picture = start.is_some();
        // A video that begins with a picture has its proportions, and as many lines as are asked for; else it has a size.
        let lines = asked.resolution().filter(|_| begins_with_picture).map(|lines| format!("{lines}P"));
        let size = asked.size.filter(|_| !begins_with_picture);
        let size = size.map(|size| format!("{}*{}", size.width_pixels, size.height_pixels));
        let is_shapeless = begins_with_picture || size.is_none();
        let left_out = [
            ("aspect_ratio", asked.aspect.is_some() && is_shapeless),
            ("resolution", asked.lines.is_some() && !begins_with_picture && size.is_none()),
            ("audio", asked.audio == Some(false) && !begins_with_picture),
        ];
        left_out.iter().filter(|(_, is_lost)| *is_lost).for_each(|(name, _)| call.leave_out(*name));
        let mut input = given(json!({ "prompt": asked.prompt, "img_url": start }));
        let mut parameters = given(json!({
            "size": size,
            "resolution": lines,
            "duration": asked.seconds,
            "audio": asked.audio.filter(|_| begins_with_picture),
        }));
        for (name, value) in asked.extras.iter().filter(|(name, _)| sends(call, name)) {
            let place = if BESIDE_THE_PROMPT.contains(&name.as_str()) { &mut input } else { &mut parameters };
            place.entry(name.clone()).or_insert_with(|| value.value().clone());
        }
        let mut out = body::Buffer::default();
        body::value(&mut out, &json!({ "model": call.model(), "input": input, "parameters": parameters }));
        let written = HttpCall::json("/services/aigc/video-generation/video-synthesis", out);
        Ok(HttpCall { headers: vec![("x-dashscope-async", "enable".to_owned())], ..written })
    }

    fn state(&self, job: &str) -> Option<JobCall> {
        Some(JobCall::of(Method::GET, format!("/tasks/{job}")))
    }

    fn report(&self, _job: &str, answer: &Value) -> Result<JobReport, Failure> {
        let output = answer.get("output").unwrap_or(answer);
        Ok(match &*status(output, "task_status")? {
            "succeeded" => {
                let url = output.get("video_url").and_then(Value::as_str);
                JobReport::Done(JobContent::Public(
                    url.ok_or_else(|| garbled("a job is done without a file"))?.to_owned(),
                ))
            }
            "failed" => failed(Some(output)),
            "canceled" => given_up("canceled"),
            // After a day its name is not known any more.
            "unknown" => given_up("not known any more"),
            _ => JobReport::Running { percent: None },
        })
    }

    /// Only a task that waits is ended so; one that is being made goes on, and is forgotten after a day.
    fn end(&self, job: &str) -> Option<JobCall> {
        Some(JobCall::of(Method::POST, format!("/tasks/{job}/cancel")))
    }
}

/// The fields that are not `null`.
fn given(fields: Value) -> Map<String, Value> {
    let Value::Object(fields) = fields else { return Map::new() };
    fields.into_iter().filter(|(_, value)| !value.is_null()).collect()
}
