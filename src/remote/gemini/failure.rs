//! What went wrong, out of Google's errors: a status, a message, and details that name the quota.
//!
//! There are no rate headers; all that is known of limits stands in the details of a 429. The body may be wrapped in
//! an array, and a bad key is called a bad request.

use std::time::Duration;

use http::header::HeaderMap;
use mediary_core::quota::Axis;
use mediary_core::{Failure, FailureKind};
use serde_json::Value;

use crate::blame;

/// The failure of an answer that is no success.
pub(super) fn failure(status: u16, headers: &HeaderMap, body: &[u8]) -> Failure {
    let parsed = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let parsed = parsed.as_array().and_then(|items| items.first()).unwrap_or(&parsed);
    match parsed.get("error") {
        Some(error) => of_error(Some(status), headers, error),
        None => blame::failure(blame::kind_of_status(status, headers, ""), Some(status), ""),
    }
}

/// The failure of an error object in the midst of an answer.
pub(super) fn in_stream(error: &Value) -> Failure {
    of_error(None, &HeaderMap::new(), error)
}

/// The failure of what is no chunk: an error in an array, or nothing that could be read.
pub(super) fn wrapped(frame: &[u8], error: serde_json::Error) -> Failure {
    let items = serde_json::from_slice::<Vec<Value>>(frame).unwrap_or_default();
    match items.first().and_then(|item| item.get("error")) {
        Some(inner) => in_stream(inner),
        None => blame::shapeless(error),
    }
}

fn of_error(answered: Option<u16>, headers: &HeaderMap, error: &Value) -> Failure {
    let named = error.get("code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
    let status = answered.or(named).unwrap_or(500);
    let message = error.get("message").and_then(Value::as_str).unwrap_or_default();
    let details = error.get("details").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let text = message.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let has_reason = |reason: &str| details.iter().any(|detail| detail.get("reason").is_some_and(|its| its == reason));
    let kind = match status {
        // Google's own sentences, which stand at the beginning: what stands later may be the client's words.
        400 if has_reason("API_KEY_INVALID") || text.starts_with("api key ") => FailureKind::BadKey,
        // The free tier is not offered everywhere.
        400 if error.get("status").is_some_and(|status| status == "FAILED_PRECONDITION")
            && says(&["location", "country", "region", "billing"]) =>
        {
            FailureKind::ModelGone
        }
        400 if says(&["token count"]) && says(&["exceed"]) => FailureKind::ContextTooLong,
        // Files belong to the key that uploaded them, and live two days.
        403 | 404 if says(&["access the file", "file not found"]) => FailureKind::Unacceptable,
        429 => quota(&text, details, headers),
        _ => blame::kind_of_status(status, headers, message),
    };
    let failure = blame::failure(kind, answered, message);
    let limit = failure.limit.or_else(|| violated(details));
    Failure { limit, ..failure }
}

/// The limit that the first violation names.
fn violated(details: &[Value]) -> Option<(Axis, u64)> {
    let mut violations = details.iter().filter_map(|detail| detail.get("violations")?.as_array()).flatten();
    violations.find_map(|violation| {
        let (id, value) = (violation.get("quotaId")?.as_str()?, violation.get("quotaValue")?.as_str()?);
        blame::stated_limit(&format!("limit {value}: {id}"))
    })
}

fn quota(text: &str, details: &[Value], headers: &HeaderMap) -> FailureKind {
    let violations: Vec<&Value> =
        details.iter().filter_map(|detail| detail.get("violations").and_then(Value::as_array)).flatten().collect();
    let is_nothing = |violation: &Value| violation.get("quotaValue").is_some_and(|value| value == "0");
    let is_daily =
        |violation: &Value| violation.get("quotaId").and_then(Value::as_str).is_some_and(|id| id.contains("PerDay"));
    if violations.iter().any(|violation| is_nothing(violation)) || text.contains("limit: 0,") {
        // Not spent: the key's plan has none of this model at all.
        return FailureKind::ModelGone;
    }
    if violations.iter().any(|violation| is_daily(violation)) || text.contains("credits are depleted") {
        // Days end at midnight in California; without a clock here, the ledger's hour has to do.
        return FailureKind::QuotaSpent { resets_in: None };
    }
    let stated = details.iter().find_map(|detail| detail.get("retryDelay").and_then(Value::as_str).and_then(duration));
    FailureKind::RateLimited { retry_after: stated.or_else(|| blame::retry_after(headers, text)) }
}

/// A protobuf duration as JSON has it: `22s`, `0.5s`.
fn duration(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.strip_suffix('s')?.parse().ok()?).ok()
}
