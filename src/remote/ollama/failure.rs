//! What went wrong, out of Ollama's errors, which are a sentence and no more.
//!
//! In a stream the status is a success and the sentence is all there is.

use http::header::HeaderMap;
use mediary_core::{Failure, FailureKind};

use crate::blame::{self, Complaint};

/// The failure of an answer that is no success.
pub(super) fn failure(status: u16, headers: &HeaderMap, body: &[u8]) -> Failure {
    of_error(Some(status), headers, body)
}

/// The failure of a line that is an error.
pub(super) fn in_stream(line: &[u8]) -> Failure {
    of_error(None, &HeaderMap::new(), line)
}

fn of_error(answered: Option<u16>, headers: &HeaderMap, body: &[u8]) -> Failure {
    let status = answered.unwrap_or(500);
    let message = Complaint::of_body(body).message;
    let text = message.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let kind = match status {
        // Not fetched yet, or known to the cloud only by another plan.
        _ if says(&["try pulling it", "requires a subscription", "upgrade for access"]) => FailureKind::ModelGone,
        _ if says(&["context size", "context length", "context window", "prompt too long"]) => {
            FailureKind::ContextTooLong
        }
        _ if says(&["does not support", "image: unknown format", "failed to process inputs", "illegal base64"]) => {
            FailureKind::Unacceptable
        }
        429 if says(&["usage limit", "hourly", "daily", "weekly"]) => {
            FailureKind::QuotaSpent { resets_in: blame::retry_after(headers, &message) }
        }
        404 if !says(&["model"]) && !text.is_empty() => FailureKind::Garbled,
        _ => blame::kind_of_status(status, headers, &message),
    };
    blame::failure(kind, answered, &message)
}
