//! Veo: a video is made by a long-running operation, which is asked for until it is done. The file stays two days.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use mediary_core::task::{GenerateVideo, JobContent, JobReport};
use mediary_core::{Failure, FailureKind};
use serde_json::{Map, Value, json};

use super::encode::{in_path, plain_name};
use super::failure;
use crate::blame::{self, garbled};
use crate::dialect::CallOf;
use crate::{HttpCall, JobCall, body, videos};

/// Extras that are parameters here, under both spellings.
const PARAMETERS: [(&str, &str); 4] = [
    ("negative_prompt", "negativePrompt"),
    ("seed", "seed"),
    ("person_generation", "personGeneration"),
    ("enhance_prompt", "enhancePrompt"),
];

/// Writes a submission.
pub(super) fn encode(call: &CallOf<'_, GenerateVideo>) -> Result<HttpCall, Failure> {
    let asked = call.task;
    let mut instance = json!({ "prompt": asked.prompt });
    if let Some(start) = &asked.start {
        let encoded = videos::base64(start)?;
        instance["image"] = json!({ "bytesBase64Encoded": encoded, "mimeType": start.format.mime() });
    }
    let mut parameters = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            parameters.insert(name.to_owned(), value);
        }
    };
    set("aspectRatio", asked.proportions().map(|aspect| aspect.to_string().into()));
    set("durationSeconds", asked.seconds.map(Value::from));
    set("resolution", asked.resolution().map(|lines| format!("{lines}p").into()));
    for (name, theirs) in PARAMETERS {
        set(theirs, asked.extras.get(name).or_else(|| asked.extras.get(theirs)).cloned());
    }
    let is_known = |name: &str| PARAMETERS.iter().any(|(ours, theirs)| *ours == name || *theirs == name);
    for name in asked.extras.keys().filter(|name| !is_known(name)) {
        call.leave_out(name.clone());
    }
    // These models decide on sound by themselves.
    if asked.audio.is_some() {
        call.leave_out("audio");
    }
    let request = json!({ "instances": [instance], "parameters": parameters });
    let mut out = body::Buffer::default();
    body::value(&mut out, &request);
    let name = plain_name(call.model());
    Ok(HttpCall::json(format!("/models/{}:predictLongRunning", in_path(name)), out).without(call))
}

/// The name of an operation in the answer to a submission.
pub(super) fn named(body: &[u8]) -> Result<String, Failure> {
    let answer: Value = serde_json::from_slice(body).map_err(|error| failure::wrapped(body, error))?;
    match answer.get("error") {
        Some(error) => Err(failure::in_stream(error)),
        None => videos::name_in(&answer, &["name"]),
    }
}

/// The request that asks how an operation stands.
pub(super) fn state(job: &str) -> JobCall {
    JobCall::of(Method::GET, format!("/{job}"))
}

/// Reads the answer to that.
pub(super) fn report(body: &[u8]) -> Result<JobReport, Failure> {
    let answer: Value = serde_json::from_slice(body).map_err(blame::shapeless)?;
    if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
        return Ok(JobReport::Failed(of_operation(error)));
    }
    if answer.get("done").and_then(Value::as_bool) != Some(true) {
        if answer.get("name").is_none() {
            return Err(garbled("it does not say how a job stands"));
        }
        let percent = answer.get("metadata").and_then(|metadata| metadata.get("progressPercent"));
        return Ok(JobReport::Running { percent: videos::percent(percent) });
    }
    let response = answer.get("response").and_then(|response| response.get("generateVideoResponse"));
    let response = response.or_else(|| answer.get("response")).unwrap_or(&Value::Null);
    let samples = response.get("generatedSamples").or_else(|| response.get("generatedVideos"));
    let video = samples.and_then(|all| all.get(0)).and_then(|first| first.get("video"));
    let filtered = response.get("raiMediaFilteredCount").and_then(Value::as_u64).unwrap_or(0);
    match video {
        Some(video) => content(video).map(JobReport::Done),
        None if filtered > 0 => Ok(JobReport::Failed(Failure::new(
            FailureKind::ContentRefused,
            "the provider would not give out the video",
        ))),
        None => Ok(JobReport::Failed(Failure::new(FailureKind::EmptyAnswer, "the provider's job made no video"))),
    }
}

fn content(video: &Value) -> Result<JobContent, Failure> {
    let encoded = video.get("bytesBase64Encoded").or_else(|| video.get("encodedVideo")).and_then(Value::as_str);
    if let Some(encoded) = encoded {
        let decoded = STANDARD.decode(encoded).map_err(|_| garbled("its file is no base64"))?;
        return Ok(JobContent::Bytes(decoded.into()));
    }
    let uri = video.get("uri").and_then(Value::as_str);
    uri.map(|uri| JobContent::Public(uri.to_owned())).ok_or_else(|| garbled("a job is done without a file"))
}

/// The failure of an operation. Its code is that of gRPC, not a status.
fn of_operation(error: &Value) -> Failure {
    let said = error.get("message").and_then(Value::as_str).unwrap_or_default();
    let kind = match error.get("code").and_then(Value::as_i64) {
        // Invalid argument, failed precondition, out of range; among them what is against the rules of use.
        Some(3 | 9 | 11)
            if ["safety", "usage guidelines", "policy", "violat"].iter().any(|word| said.contains(word)) =>
        {
            FailureKind::ContentRefused
        }
        Some(3 | 9 | 11) => FailureKind::Unacceptable,
        Some(8) => FailureKind::RateLimited { retry_after: None },
        _ => FailureKind::Overloaded { retry_after: None },
    };
    blame::failure(kind, None, said)
}
