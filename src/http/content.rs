//! `GET /content/{token}`: a file that was made for a client, for any client that has its link.
//!
//! The token is the secret, so no key is asked for and pages of other sites may show the file. One range of bytes (RFC
//! 9110 §14) is answered as players ask for it; of several the whole file is sent, as a server may.

use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, IF_RANGE, RANGE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use super::error::{ApiError, ErrorBody};
use super::landing::base_url;
use super::state::AppState;
use crate::config::Server;
use crate::gateway::{FoundContent, NoContent};

/// Where files are found.
pub(super) const PREFIX: &str = crate::gateway::CONTENT_PATH;

const FRESH: Duration = Duration::from_secs(60);

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The address of a file for the client of a request with these headers.
pub(super) fn address(server: &Server, headers: &HeaderMap, token: &str) -> String {
    format!("{}{PREFIX}{token}", base_url(server, headers))
}

/// Gives out a file.
#[utoipa::path(
    get,
    path = "/content/{token}",
    tag = "content",
    security(()),
    params(
        ("token" = String, Path, description = "out of a link in an answer; it is the secret, and good for a day unless configured \
            otherwise"),
        ("Range" = Option<String>, Header, description = "one range of bytes"),
    ),
    responses(
        (status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, description = "The range of it that was asked for", body = Vec<u8>,
            content_type = "application/octet-stream"),
        (status = 304, description = "The client has it already"),
        (status = 404, description = "There is no such file", body = ErrorBody),
        (status = 410, description = "The time of the link is over, or the file had to make way for others", body = ErrorBody),
        (status = 416, description = "The file has no such bytes", body = ErrorBody),
    )
)]
pub(super) async fn content(
    State(state): State<AppState>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Ok(given(state.gateway.content.find(&token).await.map_err(missing)?, &headers))
}

/// A file, or the range of it that a request with these headers asks for.
pub(super) fn given(found: FoundContent, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", found.hash);
    let mut answer = HeaderMap::new();
    // A file that is kept until it is removed is asked for again after a while.
    let fresh =
        found.expires.map_or(FRESH, |ends| ends.duration_since(SystemTime::now()).unwrap_or_default()).as_secs();
    set(&mut answer, ETAG, &tag);
    set(&mut answer, CACHE_CONTROL, &format!("private, max-age={fresh}, immutable"));
    set(&mut answer, ACCEPT_RANGES, "bytes");
    set(&mut answer, X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Nothing in a file may run as if it were a page of this server.
    set(&mut answer, CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; sandbox");
    set(&mut answer, CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin");
    let says = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if says(IF_NONE_MATCH).is_some_and(|tags| tags.split(',').any(|its| matches!(its.trim(), "*") || its.trim() == tag))
    {
        return (StatusCode::NOT_MODIFIED, answer).into_response();
    }
    set(&mut answer, CONTENT_TYPE, &found.media_type);
    let len_bytes = found.len_bytes();
    let asked = says(RANGE).filter(|_| says(IF_RANGE).is_none_or(|its| its == tag));
    let (status, at, count) = match asked.map_or(Asked::Everything, |range| Asked::of(range, len_bytes)) {
        Asked::Everything => (StatusCode::OK, 0, len_bytes),
        Asked::Part { at, count } => {
            set(&mut answer, CONTENT_RANGE, &format!("bytes {at}-{}/{len_bytes}", at + count - 1));
            (StatusCode::PARTIAL_CONTENT, at, count)
        }
        Asked::Nothing => {
            let message = format!("the file has {len_bytes} bytes; ask for a range within them");
            let error = ApiError::new(StatusCode::RANGE_NOT_SATISFIABLE, "range_not_satisfiable", message);
            let mut response = error.into_response();
            set(response.headers_mut(), CONTENT_RANGE, &format!("bytes */{len_bytes}"));
            return response;
        }
    };
    answer.insert(CONTENT_LENGTH, HeaderValue::from(count));
    (status, answer, pieces(found, at, count)).into_response()
}

pub(super) fn set(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(name, value);
    }
}

pub(super) fn missing(why: NoContent) -> ApiError {
    match why {
        NoContent::Unknown => {
            ApiError::not_found("no_such_content", "There is no such file; links are good as they are given only.")
        }
        NoContent::Gone => {
            let message = "The file is gone: its time is over, or it had to make way for others. Make it again, or raise \
                           `hours` or `bytes` in [content].";
            ApiError::new(StatusCode::GONE, "content_gone", message)
        }
        NoContent::Failed(failure) => failure.into(),
    }
}

/// The bytes, read as the client takes them.
fn pieces(found: FoundContent, at: u64, count: u64) -> Body {
    Body::from_stream(stream::unfold(Some((found, at, count)), |state| async move {
        let (found, at, left) = state.filter(|(_, _, left)| *left > 0)?;
        match found.piece(at, left).await {
            Ok((bytes, found)) => {
                let read = bytes.len() as u64;
                Some((Ok(bytes), Some((found, at + read, left - read))))
            }
            Err(failure) => {
                tracing::warn!(error.detail = %failure, "a file cannot be read to its end");
                Some((Err(std::io::Error::other("the file cannot be read")), None))
            }
        }
    }))
}

/// What of a file is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Everything,
    Part {
        at: u64,
        count: u64,
    },
    /// Bytes that it does not have.
    Nothing,
}

impl Asked {
    /// What a `Range` header asks for. One that is not understood, or asks for several, is as none.
    fn of(range: &str, len_bytes: u64) -> Self {
        let Some(range) = range.trim().strip_prefix("bytes=") else { return Self::Everything };
        let Some((first, last)) = range.trim().split_once('-') else { return Self::Everything };
        let number = |text: &str| {
            (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| text.parse().unwrap_or(u64::MAX))
        };
        let (at, end) = match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => (first, last.saturating_add(1).min(len_bytes)),
            (Some(first), None) if last.is_empty() => (first, len_bytes),
            (None, Some(count)) if first.is_empty() => (len_bytes.saturating_sub(count), len_bytes),
            _ => return Self::Everything,
        };
        if at < end { Self::Part { at, count: end - at } } else { Self::Nothing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_understood_as_players_write_them() {
        let part = |at, count| Asked::Part { at, count };
        let rows = [
            ("bytes=0-", part(0, 100)),
            ("bytes=0-0", part(0, 1)),
            ("bytes=10-19", part(10, 10)),
            ("bytes=90-1000", part(90, 10)),
            ("bytes=99-", part(99, 1)),
            ("bytes=-5", part(95, 5)),
            ("bytes=-500", part(0, 100)),
            ("bytes=100-", Asked::Nothing),
            ("bytes=-0", Asked::Nothing),
            ("bytes=99999999999999999999-", Asked::Nothing),
            ("bytes=20-10", Asked::Everything),
            ("bytes=0-1,5-6", Asked::Everything),
            ("bytes=a-b", Asked::Everything),
            ("bytes=-", Asked::Everything),
            ("lines=1-2", Asked::Everything),
        ];
        for (range, expected) in rows {
            assert_eq!(Asked::of(range, 100), expected, "{range}");
        }
        assert_eq!(Asked::of("bytes=0-", 0), Asked::Nothing);
    }
}
