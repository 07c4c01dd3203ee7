//! Pollinations' videos: everything stands in the path, and the answer is the file, minutes later.
//!
//! It stands beside the API that is called by chats, one step up.

use mediary_core::Failure;
use mediary_core::task::{GenerateVideo, JobReport};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::Form;
use crate::dialect::CallOf;
use crate::{HttpCall, JobCall, unwritable};

/// Longer prompts make addresses that are not taken.
const LONGEST_PROMPT_BYTES: usize = 2_000;

pub(super) struct Pollinations;

impl Form for Pollinations {
    fn submit(&self, call: &CallOf<'_, GenerateVideo>) -> Result<HttpCall, Failure> {
        let asked = call.task;
        if asked.prompt.len() > LONGEST_PROMPT_BYTES {
            let detail = format!("this provider takes prompts of at most {LONGEST_PROMPT_BYTES} bytes");
            return Err(Failure::new(mediary_core::FailureKind::Unacceptable, detail));
        }
        if asked.start.is_some() && asked.start_url.is_none() {
            return Err(Failure::new(
                mediary_core::FailureKind::Unacceptable,
                "this provider takes pictures by address only",
            ));
        }
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let mut path = format!("/../video/{}?model={}", encoded(&asked.prompt), encoded(call.model()));
        let seed = asked.extras.get("seed").and_then(Value::as_i64);
        let parameters = [
            ("duration", asked.seconds.map(|seconds| seconds.to_string())),
            ("aspectRatio", asked.proportions().map(|aspect| encoded(&aspect.to_string()))),
            ("audio", asked.audio.map(|audio| audio.to_string())),
            ("image", asked.start_url.as_deref().map(encoded)),
            ("seed", seed.map(|seed| seed.to_string())),
        ];
        for (name, value) in parameters {
            if let Some(value) = value {
                path.push_str(&format!("&{name}={value}"));
            }
        }
        for name in asked.extras.keys().filter(|name| *name != "seed") {
            call.leave_out(name.clone());
        }
        Ok(HttpCall::get(path))
    }

    fn state(&self, _job: &str) -> Option<JobCall> {
        None
    }

    fn report(&self, _job: &str, _answer: &Value) -> Result<JobReport, Failure> {
        Err(unwritable::job("openai"))
    }
}
