//! Errors as Anthropic writes them: a type for each status, and the request's id.

use serde_json::{Value, json};

use crate::protocol::{ErrorFields, Errors};

/// The errors of `/v1/messages` and what is below it.
#[derive(Debug, Clone, Copy)]
pub struct MessagesErrors;

impl Errors for MessagesErrors {
    fn error(&self, error: &ErrorFields) -> Value {
        let mut said = json!({ "type": kind(error.status), "message": error.message, "code": error.code });
        if let Some(param) = &error.param {
            said["param"] = param.as_str().into();
        }
        if !error.tried.is_empty() {
            said["tried"] = json!(error.tried);
        }
        json!({ "type": "error", "error": said, "request_id": error.request_id })
    }
}

/// What a status is called.
fn kind(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        408 | 504 => "timeout_error",
        409 => "conflict_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        503 | 529 => "overloaded_error",
        500.. => "api_error",
        _ => "invalid_request_error",
    }
}
