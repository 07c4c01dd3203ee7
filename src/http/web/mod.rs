//! The web: searched, its pages and videos read, and pages opened in a browser.
//!
//! What is asked of search engines and how pages are read is the gateway's affair; here requests are read and answers written.

pub(super) mod browser;
mod pages;
mod search;
mod transcripts;

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

use super::error::ApiError;
use super::state::AppState;
use super::unpacked::json_body;
use crate::protocol::from_json;

pub(super) use pages::{__path_read, read};
pub(super) use search::{__path_search, search, unsearched};
pub(super) use transcripts::{__path_transcript, transcript};

/// The body of a request. `what` is what it should be: `a search`.
async fn body<T: DeserializeOwned>(request: Request, state: &AppState, what: &str) -> Result<T, ApiError> {
    let body = json_body(request, state).await?;
    Ok(from_json(&body, what)?)
}

fn wrong(field: &str, wanted: &str) -> ApiError {
    ApiError::malformed(format!("`{field}` must be {wanted}")).about(field)
}

/// Whether bare text is wanted rather than JSON.
fn is_plain_wanted<'a>(mut accept: impl Iterator<Item = &'a HeaderValue>) -> bool {
    accept.any(|value| value.to_str().is_ok_and(|text| text.trim_start().starts_with("text/plain")))
}

/// Bare text ends with a line end, as terminals and tools expect of a text.
fn plain(text: &str) -> Response {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], format!("{text}\n")).into_response()
}

/// A text of so many characters at most, and whether it was longer.
fn shortened(mut text: String, most: Option<usize>) -> (String, bool) {
    let end = most.and_then(|most| text.char_indices().nth(most)).map(|(end, _)| end);
    end.inspect(|end| text.truncate(*end));
    (text, end.is_some())
}
