//! From a refusal, or an error inside of an answer, to a failure with its sentence.
//!
//! What the provider said itself is shown only where the fault is the client's: elsewhere it speaks of our account.

use std::time::SystemTime;

use mediary_core::{Failure, FailureKind};
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::verdict::verdict;
use crate::blame::{Complaint, shown, stated_delay};

/// What an answer that is no success means.
pub(crate) fn failure(status: u16, headers: &HeaderMap, body: &[u8]) -> Failure {
    judged(Some(status), headers, &Complaint::of_body(body))
}

/// What an error inside of an answer means, given everything around it.
pub(super) fn inside_body(body: &[u8]) -> Failure {
    inside_complaint(&Complaint::of_body(body))
}

/// What an error inside of an answer means.
pub(super) fn inside(error: &Value) -> Failure {
    inside_complaint(&Complaint::of_value(error))
}

/// What a frame means that is no chunk: an error in plain words, or nothing at all.
pub(super) fn unreadable(frame: &[u8]) -> Failure {
    match looks_like_complaint(frame) {
        true => inside_body(frame),
        false => Failure::new(FailureKind::Garbled, "the provider's answer cannot be understood"),
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
    let kind = verdict(status, complaint, delay);
    let mut detail = sentence(&kind).to_owned();
    if let Some(status) = status {
        detail.push_str(&format!(" ({status})"));
    }
    let is_the_clients = matches!(
        kind,
        FailureKind::Malformed | FailureKind::Unacceptable | FailureKind::ContextTooLong | FailureKind::ContentRefused
    );
    let said = if is_the_clients { shown(&complaint.message) } else { String::new() };
    if !said.is_empty() {
        detail.push_str(": ");
        detail.push_str(&said);
    }
    Failure::new(kind, detail)
}

fn sentence(kind: &FailureKind) -> &'static str {
    match kind {
        FailureKind::Malformed => "the provider finds the request malformed",
        FailureKind::Unacceptable => "the provider does not take something in the request",
        FailureKind::ContextTooLong => "the request is too long for the model",
        FailureKind::ContentRefused => "the provider refuses this content",
        FailureKind::ModelGone => "the provider has no such model, or not for this key",
        FailureKind::BadKey => "the provider refused the key",
        FailureKind::RateLimited { .. } => "the provider's key has asked too often",
        FailureKind::QuotaSpent { .. } => "the quota or credit of the provider's key is spent",
        FailureKind::Overloaded { .. } => "the provider is overloaded or broke down",
        FailureKind::Garbled => "the provider could not make the model keep to the form",
        FailureKind::UnsupportedMedium
        | FailureKind::TooLarge
        | FailureKind::Unreadable
        | FailureKind::Unknown
        | FailureKind::Busy { .. }
        | FailureKind::NotInstalled
        | FailureKind::TimedOut
        | FailureKind::Unreachable
        | FailureKind::EmptyAnswer
        | FailureKind::ClientGone
        | FailureKind::Broken => "the provider failed",
    }
}
