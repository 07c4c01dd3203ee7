//! Errors as Google writes them: the status twice, as a number and as a word, and what is known besides as details.

use serde_json::{Value, json};

use crate::protocol::{ErrorFields, Errors};

/// Whose reasons they are.
const DOMAIN: &str = "mediary";

/// The errors of all routes under `/v1beta`, and of what is posted to a model under `/v1`.
#[derive(Debug, Clone, Copy)]
pub struct GeminiErrors;

impl Errors for GeminiErrors {
    fn error(&self, error: &ErrorFields) -> Value {
        let mut details = vec![json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": error.code.to_uppercase(),
            "domain": DOMAIN,
        })];
        if let Some(field) = &error.param {
            details.push(json!({
                "@type": "type.googleapis.com/google.rpc.BadRequest",
                "fieldViolations": [{ "field": field, "description": error.message }],
            }));
        }
        if let Some(id) = &error.request_id {
            details.push(json!({ "@type": "type.googleapis.com/google.rpc.RequestInfo", "requestId": id }));
        }
        if !error.tried.is_empty() {
            let entries: Vec<String> =
                error.tried.iter().map(|one| format!("{}: {}", one.target, one.message)).collect();
            details.push(json!({ "@type": "type.googleapis.com/google.rpc.DebugInfo", "stackEntries": entries }));
        }
        json!({ "error": {
            "code": error.status, "message": error.message, "status": word(error.status), "details": details,
        } })
    }
}

/// What a status is called.
fn word(status: u16) -> &'static str {
    match status {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        409 => "ABORTED",
        429 => "RESOURCE_EXHAUSTED",
        499 => "CANCELLED",
        405 | 501 => "UNIMPLEMENTED",
        502 | 503 => "UNAVAILABLE",
        408 | 504 => "DEADLINE_EXCEEDED",
        500.. => "INTERNAL",
        _ => "INVALID_ARGUMENT",
    }
}
