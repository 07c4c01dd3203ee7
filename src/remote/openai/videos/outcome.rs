//! How a job stands, out of what vendors say of it: words for its state, and what failed.

use std::borrow::Cow;

use mediary_core::task::JobReport;
use mediary_core::{Failure, FailureKind};
use serde_json::Value;

use super::super::failure;
use crate::blame::garbled;

/// The words of a job's state, in lower case.
pub(super) fn status<'a>(answer: &'a Value, field: &str) -> Result<Cow<'a, str>, Failure> {
    let status =
        answer.get(field).and_then(Value::as_str).ok_or_else(|| garbled("it does not say how a job stands"))?;
    Ok(status.to_ascii_lowercase().into())
}

/// A job that failed, out of what is said about it. What is refused for what it shows is told from what broke.
pub(super) fn failed(said: Option<&Value>) -> JobReport {
    let Some(said) = said.filter(|said| !said.is_null()) else {
        return JobReport::Failed(Failure::new(
            FailureKind::Overloaded { retry_after: None },
            "the provider's job failed",
        ));
    };
    let failure = failure::inside(said);
    let words = said.to_string().to_lowercase();
    let is_refused = ["moderation", "content policy", "content_policy", "safety", "sensitive", "nsfw"];
    match is_refused.iter().any(|word| words.contains(word)) {
        true => JobReport::Failed(Failure::new(FailureKind::ContentRefused, "the provider refuses this content")),
        false => JobReport::Failed(failure),
    }
}

/// A job that is gone before it was done.
pub(super) fn given_up(what: &str) -> JobReport {
    let detail = format!("the provider gave the job up: it is {what}");
    JobReport::Failed(Failure::new(FailureKind::Overloaded { retry_after: None }, detail))
}
