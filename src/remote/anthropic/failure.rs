//! What went wrong, out of Anthropic's errors, whose types say more than their statuses.
//!
//! The edge in front of the API answers in pages of its own, so a body that is no error leaves the status to speak.

use http::header::HeaderMap;
use mediary_core::{Failure, FailureKind};
use serde_json::Value;

use crate::blame;

/// The failure of an answer that is no success.
pub(super) fn failure(status: u16, headers: &HeaderMap, body: &[u8]) -> Failure {
    let parsed = serde_json::from_slice::<Value>(body).unwrap_or_default();
    of_error(Some(status), headers, parsed.get("error").unwrap_or(&Value::Null))
}

/// The failure of an error event in the midst of an answer.
pub(super) fn in_stream(error: &Value) -> Failure {
    of_error(None, &HeaderMap::new(), error)
}

fn of_error(answered: Option<u16>, headers: &HeaderMap, error: &Value) -> Failure {
    let message = error.get("message").and_then(Value::as_str).unwrap_or_default();
    let text = message.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let begins = |openings: &[&str]| openings.iter().any(|opening| text.starts_with(opening));
    let code = error.pointer("/details/error_code").and_then(Value::as_str);
    let status = error.get("type").and_then(Value::as_str).and_then(status_of).or(answered).unwrap_or(500);
    let kind = match status {
        400 if says(&["prompt is too long", "exceed context limit", "exceeds the context"]) => {
            FailureKind::ContextTooLong
        }
        // A spent balance or a spend limit is called a bad request. What stands later in a sentence may be the client's words.
        400 if begins(&["your credit balance", "you have reached your", "this organization has reached"]) => {
            FailureKind::QuotaSpent { resets_in: None }
        }
        400 if begins(&["output blocked by content filtering policy"]) => FailureKind::ContentRefused,
        400 | 403 if begins(&["this organization has been disabled"]) => FailureKind::BadKey,
        429 if code == Some("enforced_spend_limit_reached") => FailureKind::QuotaSpent { resets_in: None },
        _ => blame::kind_of_status(status, headers, message),
    };
    blame::failure(kind, answered, message)
}

/// The status that a type of error has where it is an answer of its own.
fn status_of(class: &str) -> Option<u16> {
    Some(match class {
        "invalid_request_error" => 400,
        "authentication_error" => 401,
        "billing_error" => 402,
        "permission_error" => 403,
        "not_found_error" => 404,
        "timeout_error" => 408,
        "conflict_error" => 409,
        "request_too_large" => 413,
        "rate_limit_error" => 429,
        "api_error" => 500,
        "overloaded_error" => 529,
        _ => return None,
    })
}
