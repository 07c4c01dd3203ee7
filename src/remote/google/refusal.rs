//! Why Google does not do what it is asked, from its status and the reasons that it gives.

use bytes::Bytes;
use http::HeaderMap;
use mediary_core::{Failure, FailureKind};
use serde_json::Value;

use crate::blame::{retry_after, shown};

/// The failure that an answer of an API stands for which is no success.
#[must_use]
pub fn google_refusal(status: u16, headers: &HeaderMap, body: &Bytes) -> Failure {
    let told: Value = serde_json::from_slice(body).unwrap_or_default();
    let error = &told["error"];
    let message = error["message"].as_str().or(told["error_description"].as_str()).unwrap_or_default();
    let reasons = error["errors"].as_array().into_iter().flatten().filter_map(|one| one["reason"].as_str());
    let details = error["details"].as_array().into_iter().flatten().filter_map(|one| one["reason"].as_str());
    let all: Vec<&str> = reasons.chain(details).chain(error["status"].as_str()).collect();
    let says = |words: &[&str]| all.iter().any(|reason| words.contains(reason));
    let wait = || retry_after(headers, message);
    let (kind, what) = match status {
        401 => (FailureKind::BadKey, "does not take the account's token"),
        403 | 429 if says(&["dailyLimitExceeded", "quotaExceeded", "storageQuotaExceeded"]) => {
            (FailureKind::QuotaSpent { resets_in: wait() }, "finds a quota used up")
        }
        429 => (FailureKind::RateLimited { retry_after: wait() }, "was asked too often"),
        403 if says(&["rateLimitExceeded", "userRateLimitExceeded", "RESOURCE_EXHAUSTED"]) => {
            (FailureKind::RateLimited { retry_after: wait() }, "was asked too often")
        }
        403 if says(&["accessNotConfigured", "SERVICE_DISABLED"]) => (
            FailureKind::NotInstalled,
            "has this API turned off in the project of the client; turn it on in its console",
        ),
        403 if says(&["exportSizeLimitExceeded"]) => (FailureKind::TooLarge, "does not export so large a file"),
        403 => (FailureKind::NotAllowed, "does not allow it to this account"),
        404 | 410 => (FailureKind::Unknown, "knows nothing of that with this account"),
        400..=499 => (FailureKind::Unacceptable, "does not take the request"),
        500..=599 => (FailureKind::Overloaded { retry_after: wait() }, "is overloaded or broke down"),
        _ => (FailureKind::Unreachable, "gave no usable answer"),
    };
    let said = match kind {
        FailureKind::Unacceptable | FailureKind::NotAllowed => shown(message),
        _ => String::new(),
    };
    let said = if said.is_empty() { said } else { format!(": {said}") };
    Failure::new(kind, format!("Google {what} ({status}){said}"))
}
