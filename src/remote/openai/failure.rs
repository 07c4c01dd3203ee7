//! From a refusal, or an error inside of an answer, to a failure.
//!
//! Its kind is found by [`super::verdict`], its sentence by [`crate::blame`].

use std::time::SystemTime;

use http::header::HeaderMap;
use mediary_core::{Failure, FailureKind};
use serde_json::Value;

use super::verdict::verdict;
use crate::blame::{self, Complaint, garbled, stated_delay};

/// What an answer that is no success means.
pub(crate) fn failure(status: u16, headers: &HeaderMap, body: &[u8]) -> Failure {
    judged(Some(status), headers, &Complaint::of_body(body))
}

/// What an error inside of an answer means, given everything around it.
pub(crate) fn inside_body(body: &[u8]) -> Failure {
    inside_complaint(&Complaint::of_body(body))
}

/// What an error inside of an answer means.
pub(super) fn inside(error: &Value) -> Failure {
    inside_complaint(&Complaint::of_value(error))
}

/// What a frame means that is no chunk: an error in plain words, or nothing at all.
pub(crate) fn unreadable(frame: &[u8]) -> Failure {
    match looks_like_complaint(frame) {
        true => inside_body(frame),
        false => garbled("it is no JSON of the shape it should have"),
    }
}

/// Whether an object without replies is an error that is not called one.
pub(super) fn looks_like_complaint(frame: &[u8]) -> bool {
    let Ok(value) = serde_json::from_slice::<Value>(frame) else {
        return false;
    };
    let has = |name: &str| value.get(name).is_some_and(|value| !value.is_null());
    let is_called_one = value.get("object").and_then(Value::as_str) == Some("error");
    is_called_one || has("error") || has("errors") || has("detail") || (has("message") && (has("code") || has("type")))
}

fn inside_complaint(complaint: &Complaint) -> Failure {
    judged(complaint.status, &HeaderMap::new(), complaint)
}

fn judged(status: Option<u16>, headers: &HeaderMap, complaint: &Complaint) -> Failure {
    let delay = stated_delay(headers, &complaint.message, SystemTime::now());
    let mut kind = verdict(status, complaint, delay);
    if let FailureKind::Overloaded { retry_after } = &mut kind {
        // When rates begin anew says nothing of when a breakdown is over.
        *retry_after = blame::retry_after(headers, &complaint.message);
    }
    let is_limit = matches!(kind, FailureKind::RateLimited { .. } | FailureKind::QuotaSpent { .. });
    let failure = blame::failure(kind, status, &complaint.message);
    let limit = failure.limit.or_else(|| blame::reached_limit(headers).filter(|_| is_limit));
    Failure { limit, ..failure }
}
