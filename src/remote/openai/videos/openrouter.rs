//! OpenRouter's jobs: OpenAI's paths, with fields and states of their own.
//!
//! Source: OpenRouter's reference of its video API.

use mediary_core::Failure;
use mediary_core::task::{GenerateVideo, JobReport};
use serde_json::{Value, json};

use super::openai::OpenAi;
use super::{Form, request};
use crate::dialect::CallOf;
use crate::{HttpCall, JobCall, videos};

pub(super) struct OpenRouter;

impl Form for OpenRouter {
    fn submit(&self, call: &CallOf<'_, GenerateVideo>) -> Result<HttpCall, Failure> {
        let asked = call.task;
        let start = asked.start.as_ref().map(videos::data_url).transpose()?;
        let frame = |url| json!([{ "type": "image_url", "image_url": { "url": url }, "frame_type": "first_frame" }]);
        let fields = json!({
            "model": call.model(),
            "prompt": asked.prompt,
            "duration": asked.seconds,
            "aspect_ratio": asked.proportions().map(|aspect| aspect.to_string()),
            "resolution": asked.resolution().map(|lines| format!("{lines}p")),
            "generate_audio": asked.audio,
            "frame_images": start.map(frame),
        });
        Ok(request("/videos", call, fields))
    }

    fn state(&self, job: &str) -> Option<JobCall> {
        OpenAi.state(job)
    }

    fn report(&self, job: &str, answer: &Value) -> Result<JobReport, Failure> {
        OpenAi.report(job, answer)
    }
}
