//! What an error says, whatever the format it is told in. Statuses are chosen by `http/`.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The errors of a wire format.
pub trait Errors: Send + Sync {
    /// The body of an error.
    fn error(&self, error: &ErrorFields) -> Value;
}

/// What an error says.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ErrorFields {
    /// A sentence that says what was wrong and what to do.
    pub message: String,
    /// The family of the error: `invalid_request_error`, `authentication_error`, `permission_error`,
    /// `not_found_error`, `rate_limit_error` or `server_error`.
    pub r#type: &'static str,
    /// The field that is to blame, when it is one.
    pub param: Option<String>,
    /// What programs can tell errors apart by.
    #[schema(example = "file_too_large")]
    pub code: &'static str,
    /// The status that it is told with, for formats that repeat it.
    #[serde(skip)]
    pub status: u16,
    /// The request's id, for formats that name it in the body.
    #[serde(skip)]
    pub request_id: Option<String>,
    /// The calls that failed, where it took several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tried: Vec<TriedBody>,
}

/// A call to a target that failed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TriedBody {
    /// The target.
    #[schema(example = "groq/openai/gpt-oss-20b")]
    pub target: String,
    /// What programs can tell failures apart by.
    #[schema(example = "rate_limited")]
    pub failure: &'static str,
    /// A sentence about it.
    pub message: String,
}
