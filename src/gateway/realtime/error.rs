//! What a session tells its client when something is wrong.

use mediary_core::Failure;
use mediary_core::live::LiveError;

use super::super::routing::CallError;

/// The client asked for what cannot be.
pub(super) fn refused(param: impl Into<String>, message: impl Into<String>) -> LiveError {
    LiveError { param: Some(param.into()), ..plain("invalid_request_error", "invalid_value", message) }
}

/// The client asked for what cannot be now.
pub(super) fn untimely(code: &str, message: impl Into<String>) -> LiveError {
    plain("invalid_request_error", code, message)
}

/// The gateway, or what is behind it, could not do it.
pub(super) fn failed(code: &str, message: impl Into<String>) -> LiveError {
    plain("server_error", code, message)
}

fn plain(family: &'static str, code: &str, message: impl Into<String>) -> LiveError {
    LiveError { family, code: code.to_owned(), message: message.into(), param: None, event: None }
}

/// A failure on its way to what explains it.
pub(super) fn as_call_error(failure: Failure) -> CallError {
    CallError::Failed(failure)
}
