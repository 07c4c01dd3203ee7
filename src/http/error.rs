//! The one place that chooses statuses: every refusal and failure becomes one shape, OpenAI's, unless the route speaks
//! another protocol.
//!
//! It knows nothing of the work that failed beyond its [`Failure`]. Handlers and layers return an [`ApiError`]; `visit`
//! logs it and adds the request's id where a user is told to look something up.

use std::borrow::Cow;
use std::time::Duration;

use axum::Json;
use axum::http::header::{HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use mediary_core::{Failure, FailureKind};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::request_id::RequestId;
use crate::protocol::anthropic::MessagesErrors;
use crate::protocol::gemini::GeminiErrors;
use crate::protocol::mistral::OcrErrors;
use crate::protocol::ollama::OllamaErrors;
use crate::protocol::openai::CHAT;
use crate::protocol::process::BadField;
use crate::protocol::{ErrorFields, Errors, Spelling, TriedBody};

/// An answer that is an error: what the client is told, and what only the log is told.
#[derive(Debug, Clone)]
pub struct ApiError {
    /// The status of the answer.
    pub status: StatusCode,
    /// What programs can tell errors apart by: a few words in snake_case.
    pub code: &'static str,
    /// A sentence that says what was wrong and what to do.
    pub message: String,
    /// The field that is to blame, when it is one.
    pub param: Option<String>,
    /// When it is worth trying again.
    pub retry_after: Option<Duration>,
    /// What broke, for the log; clients are not shown it.
    pub detail: Option<Box<str>>,
    /// The calls that failed on the way to this.
    pub tried: Box<[TriedBody]>,
}

/// The body of every error.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// What was wrong.
    pub error: ErrorFields,
}

/// The body of every error of Anthropic's routes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MessagesErrorBody {
    /// Always `error`.
    pub r#type: &'static str,
    /// What was wrong; its `type` is one of Anthropic's.
    pub error: ErrorFields,
    /// The request's id.
    pub request_id: Option<String>,
}

/// The body of every error of Google's routes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GeminiErrorBody {
    /// What was wrong: `code` is the status, `status` its word, `details` has the reason and the field.
    #[schema(value_type = Object)]
    pub error: Value,
}

/// The errors that clients of a route expect, whatever refuses them there.
pub(super) fn errors_of(method: &Method, route: &str) -> &'static dyn Errors {
    match route {
        "/v1/ocr" => &OcrErrors,
        // What is posted to a model is Google's, in the stable version of its API.
        "/v1/models/{*id}" if *method == Method::POST => &GeminiErrors,
        route if speaks_anthropic(route) => &MessagesErrors,
        route if route.starts_with("/v1beta/") => &GeminiErrors,
        route if route.starts_with("/api/admin/") => &CHAT,
        route if route.starts_with("/api/") => &OllamaErrors,
        _ => &CHAT,
    }
}

fn speaks_anthropic(route: &str) -> bool {
    route.starts_with("/v1/messages")
}

/// A second header in which the clients of a route look for the request's id.
pub(super) fn id_header_of(route: &str) -> Option<HeaderName> {
    speaks_anthropic(route).then(|| HeaderName::from_static("request-id"))
}

/// The status by which the clients of a route know overload.
pub(super) fn overload_of(route: &str) -> StatusCode {
    let theirs = speaks_anthropic(route).then(|| StatusCode::from_u16(529).ok()).flatten();
    theirs.unwrap_or(StatusCode::SERVICE_UNAVAILABLE)
}

/// A status that is never seen, since the client has left; logs and metrics count by it.
pub(super) const CLIENT_CLOSED_REQUEST: u16 = 499;

impl ApiError {
    /// An error with its status, code and sentence.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            param: None,
            retry_after: None,
            detail: None,
            tried: Box::default(),
        }
    }

    /// 400: the request cannot be understood.
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", message)
    }

    /// 401: no key, or a wrong one.
    pub fn unauthorised(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, message)
    }

    /// 403: the caller is not let in.
    pub fn forbidden(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, message)
    }

    /// 404: there is no such thing.
    pub fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// 405: the route exists, but not for this method. The router adds `Allow`.
    pub fn method_not_allowed(method: &Method) -> Self {
        let message =
            format!("This route does not answer {method}; the Allow header names the methods it does answer.");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
    }

    /// 408: the client stood still in the middle of its request.
    pub fn request_timeout(message: impl Into<String>) -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "request_timeout", message)
    }

    /// 500: a fault of ours. `detail` goes to the log, the client is sent there with its request's id.
    pub fn broken(detail: impl Into<String>) -> Self {
        let message = "Mediary could not finish this request through a fault of its own. Try again; if it happens \
                       again, the server's log says more.";
        let error = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", message);
        Self { detail: Some(detail.into().into()), ..error }
    }

    /// The same error, blaming one field of the request.
    #[must_use]
    pub fn about(self, param: impl Into<String>) -> Self {
        Self { param: Some(param.into()), ..self }
    }

    /// The same error, with fields and places as its client wrote them.
    #[must_use]
    pub(super) fn spelled(self, spelling: &Spelling) -> Self {
        let mut message = spelling.sentence(&self.message);
        let param = self.param.as_deref().map(|param| {
            let its = spelling.blamed(param);
            // As targets are said to be passed over for it, and as sentences quote it.
            for (before, after) in [("cannot honour ", "."), ("`", "`")] {
                message = message.replace(&format!("{before}{param}{after}"), &format!("{before}{its}{after}"));
            }
            its
        });
        Self { message, param, ..self }
    }

    /// What the error says, as it stands under `error` in an answer of ours.
    pub fn body(&self) -> Value {
        json!(self.fields())
    }

    /// What the error says.
    pub(super) fn fields(&self) -> ErrorFields {
        let r#type = family(self.status);
        let (message, param, tried) = (self.message.clone(), self.param.clone(), self.tried.to_vec());
        ErrorFields { message, r#type, param, code: self.code, status: self.status.as_u16(), request_id: None, tried }
    }

    /// The same error, with this status if it says that there is too much to do.
    #[must_use]
    pub(super) fn overloaded_as(self, overloaded: StatusCode) -> Self {
        let status = if self.status == StatusCode::SERVICE_UNAVAILABLE { overloaded } else { self.status };
        Self { status, ..self }
    }

    /// The same error, telling the client under which id the log says more. Only our own faults are looked up there.
    #[must_use]
    pub(super) fn naming(mut self, request: &RequestId) -> Self {
        if self.status == StatusCode::INTERNAL_SERVER_ERROR {
            self.message = format!("{} Look for request {request}.", self.message);
        }
        self
    }

    /// What the error says to the client that sent a request.
    pub(super) fn told(self, request: &RequestId) -> ErrorFields {
        ErrorFields { request_id: Some(request.to_string()), ..self.naming(request).fields() }
    }

    /// Writes failures of the server's side to the log, once per error; what the client did wrong is its own affair.
    pub(super) fn log(&self) {
        let detail = self.detail.as_deref().unwrap_or(&self.message);
        match self.status {
            StatusCode::INTERNAL_SERVER_ERROR => {
                tracing::error!(error.code = self.code, error.detail = detail, "failed");
            }
            status if status.is_server_error() => {
                tracing::warn!(error.code = self.code, error.detail = detail, "refused");
            }
            _ => {}
        }
    }
}

/// A wait as it is told. A fraction of a second is rounded up: 0 would invite a client to come back at once.
pub(super) fn whole_seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

fn family(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "authentication_error",
        StatusCode::FORBIDDEN => "permission_error",
        StatusCode::NOT_FOUND => "not_found_error",
        StatusCode::TOO_MANY_REQUESTS => "rate_limit_error",
        status if status.is_server_error() => "server_error",
        _ => "invalid_request_error",
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        let (detail, place) = (failure.to_string(), failure.place);
        let error = Self::of(&failure.kind, detail);
        match place {
            Some(place) => error.about(place.to_string()),
            None => error,
        }
    }
}

impl ApiError {
    fn of(kind: &FailureKind, detail: String) -> Self {
        match kind {
            FailureKind::Malformed => Self::malformed(detail),
            FailureKind::UnsupportedMedium => {
                Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
            }
            FailureKind::TooLarge => Self::new(StatusCode::PAYLOAD_TOO_LARGE, "file_too_large", detail),
            FailureKind::Unreadable => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unreadable_file", detail),
            FailureKind::Unknown => Self::not_found("not_found", detail),
            FailureKind::Busy { retry_after } => {
                let error = Self::new(StatusCode::SERVICE_UNAVAILABLE, "engine_busy", detail);
                Self { retry_after: Some(*retry_after), ..error }
            }
            FailureKind::NotInstalled => Self::new(StatusCode::SERVICE_UNAVAILABLE, "engine_not_installed", detail),
            FailureKind::TimedOut => Self::new(StatusCode::GATEWAY_TIMEOUT, "timed_out", detail),
            FailureKind::Unreachable => Self::new(StatusCode::BAD_GATEWAY, "upstream_unreachable", detail),
            FailureKind::Lost => Self::new(StatusCode::BAD_GATEWAY, "upstream_lost", detail),
            FailureKind::Unacceptable => Self::new(StatusCode::BAD_REQUEST, "unsupported_value", detail),
            FailureKind::ContextTooLong => Self::new(StatusCode::BAD_REQUEST, "context_length_exceeded", detail),
            FailureKind::ContentRefused => Self::new(StatusCode::BAD_REQUEST, "content_policy_violation", detail),
            FailureKind::RateLimited { retry_after } => {
                let error = Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded", detail);
                Self { retry_after: *retry_after, ..error }
            }
            FailureKind::Overloaded { retry_after } => {
                let error = Self::new(StatusCode::SERVICE_UNAVAILABLE, "upstream_overloaded", detail);
                Self { retry_after: *retry_after, ..error }
            }
            FailureKind::QuotaSpent { resets_in } => {
                let error = Self::new(StatusCode::SERVICE_UNAVAILABLE, "upstream_quota_spent", detail);
                Self { retry_after: *resets_in, ..error }
            }
            FailureKind::ModelGone => Self::new(StatusCode::BAD_GATEWAY, "upstream_model_gone", detail),
            FailureKind::OverBudget { resets_in } => {
                let error = Self::new(StatusCode::PAYMENT_REQUIRED, "budget_exceeded", detail);
                Self { retry_after: Some(*resets_in), ..error }
            }
            FailureKind::NotAllowed => Self::forbidden("not_allowed", detail),
            FailureKind::BadKey => Self::new(StatusCode::BAD_GATEWAY, "upstream_refused_key", detail),
            FailureKind::Garbled => Self::new(StatusCode::BAD_GATEWAY, "upstream_garbled", detail),
            FailureKind::EmptyAnswer => Self::new(StatusCode::BAD_GATEWAY, "upstream_empty", detail),
            FailureKind::ClientGone => {
                let status = StatusCode::from_u16(CLIENT_CLOSED_REQUEST).expect("499 is a status");
                Self::new(status, "client_closed_request", detail)
            }
            FailureKind::Broken => Self::broken(detail),
        }
    }
}

impl From<BadField> for ApiError {
    fn from(BadField { field, message }: BadField) -> Self {
        let error = Self::malformed(with_short_quotes(&message));
        if field.is_empty() { error } else { error.about(shortened(&field, MOST_FIELD_CHARS)) }
    }
}

/// More of a value that a complaint quotes says no more about it.
const MOST_QUOTED_CHARS: usize = 64;
/// No path of a field is longer, unless a client made up its names.
const MOST_FIELD_CHARS: usize = 256;
/// No sentence of ours is longer.
const MOST_COMPLAINT_CHARS: usize = 1_000;

/// A complaint about a field, with what stands between backquotes cut: it may be a value as long as the request.
fn with_short_quotes(message: &str) -> String {
    let pieces = message.split('`').enumerate();
    let pieces = pieces.map(|(at, piece)| match at % 2 {
        0 => shortened(piece, MOST_COMPLAINT_CHARS),
        _ => shortened(piece, MOST_QUOTED_CHARS),
    });
    // A value may hold so many backquotes of its own that nothing of it counts as quoted.
    let pieces: Vec<_> = pieces.take(MOST_COMPLAINT_CHARS).collect();
    shortened(&pieces.join("`"), MOST_COMPLAINT_CHARS).into_owned()
}

/// The beginning of a text, if it is longer than that.
pub(super) fn shortened(text: &str, most_chars: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most_chars) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(ErrorBody { error: self.fields() })).into_response();
        let headers = response.headers_mut();
        if let Some(wait) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(whole_seconds(wait)));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_repeat_no_more_of_a_value_than_tells_which_it_is() {
        let long = "a".repeat(100_000);
        let of = |message: String| ApiError::from(BadField { field: "f".repeat(10_000), message });
        let said = of(format!("`{long}` is no role; use user or assistant"));
        assert_eq!(said.message, format!("`{}…` is no role; use user or assistant", "a".repeat(64)));
        assert!(said.param.is_some_and(|param| param.chars().count() <= MOST_FIELD_CHARS + 1));
        for value in ["`".repeat(100_000), format!("a`{long}"), format!("{long}`{long}")] {
            let message = of(format!("`{value}` is no role; use user or assistant")).message;
            assert!(message.chars().count() <= MOST_COMPLAINT_CHARS + 1, "{} bytes", message.len());
        }
        let short = "`tools` has no `name`; send one";
        assert_eq!(of(short.to_owned()).message, short);
    }
}
