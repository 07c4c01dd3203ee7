//! Hugging Face's text-to-video task: inputs and parameters to a model, the file back. It stands beside the API that is
//! called by chats, one step up.

use mediary_core::Failure;
use mediary_core::task::{GenerateVideo, JobReport};
use serde_json::{Value, json};

use super::Form;
use crate::dialect::CallOf;
use crate::{HttpCall, JobCall, body, unwritable, videos};

pub(super) struct HuggingFace;

impl Form for HuggingFace {
    fn submit(&self, call: &CallOf<'_, GenerateVideo>) -> Result<HttpCall, Failure> {
        let GenerateVideo { prompt, start, seconds, size, aspect, audio, extras, .. } = call.task;
        let asked = [("seconds", seconds.is_some()), ("aspect_ratio", aspect.is_some()), ("audio", audio.is_some())];
        asked.into_iter().filter(|(_, is_asked)| *is_asked).for_each(|(name, _)| call.leave_out(name));
        let mut parameters = extras.clone();
        if let Some(size) = size {
            parameters.insert("width", Value::from(size.width_pixels.get()));
            parameters.insert("height", Value::from(size.height_pixels.get()));
        }
        // With a picture that is the input, and the words a parameter.
        let inputs = match start {
            Some(picture) => {
                parameters.insert("prompt", Value::from(prompt.as_str()));
                videos::base64(picture)?
            }
            None => prompt.clone(),
        };
        let mut request = json!({ "inputs": inputs });
        if !parameters.is_empty() {
            request["parameters"] = json!(parameters);
        }
        let mut out = body::Buffer::default();
        body::value(&mut out, &request);
        Ok(HttpCall::json(format!("/../hf-inference/models/{}", call.model()), out))
    }

    fn state(&self, _job: &str) -> Option<JobCall> {
        None
    }

    fn report(&self, _job: &str, _answer: &Value) -> Result<JobReport, Failure> {
        Err(unwritable::job("openai"))
    }
}
