//! Refusals that are none of the provider's API: pages of a proxy, a firewall or a portal in front of it.
//!
//! They blame neither the key nor the model: the API behind them was not asked. What they stand for passes as an overload
//! does, when a backend is up again or the wall is open.

use http::header::{CONTENT_TYPE, HeaderMap};
use mediary_core::{Failure, FailureKind};
use serde::de::IgnoredAny;

use super::{failure, retry_after};

/// What a page means that came in place of a refusal; `None`: it is one of the API's own.
pub(crate) fn page(status: u16, headers: &HeaderMap, body: &[u8]) -> Option<Failure> {
    let text = body.trim_ascii_start();
    let is_html = is_html(headers) || text.starts_with(b"<");
    let is_page = match status {
        401 => is_html,
        // `default backend - 404`, `error code: 1020`
        403..=405 | 410 => is_html || (!text.is_empty() && serde_json::from_slice::<IgnoredAny>(body).is_err()),
        _ => false,
    };
    is_page.then(|| failure(FailureKind::Overloaded { retry_after: retry_after(headers, "") }, Some(status), ""))
}

/// Whether the media type is a web page's; media types are compared without case.
pub(crate) fn is_html(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).map(|value| value.as_bytes().trim_ascii_start());
    value.and_then(|value| value.get(..9)).is_some_and(|start| start.eq_ignore_ascii_case(b"text/html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_from_refusals() {
        let html = "text/html; charset=utf-8";
        let rows = [
            (404, html, "<html>default backend</html>", true),
            (404, "text/plain", "default backend - 404", true),
            (404, "", "  <!doctype html>", true),
            (403, "Text/HTML", "", true),
            (403, "text/plain", "error code: 1020", true),
            (401, html, "<html>Log in</html>", true),
            (401, "text/plain", "Unauthorized", false),
            (404, "application/json", r#"{"error":{"message":"The model does not exist"}}"#, false),
            (404, "", "", false),
            (403, "application/json", r#"{"error":{"message":"key"}}"#, false),
            (400, html, "<html>Bad Request</html>", false),
            (413, html, "<html>Request Entity Too Large</html>", false),
            (429, html, "<html>slow down</html>", false),
        ];
        for (status, media_type, body, is_page) in rows {
            let mut headers = HeaderMap::new();
            if !media_type.is_empty() {
                headers.insert(CONTENT_TYPE, media_type.parse().unwrap());
            }
            let found = page(status, &headers, body.as_bytes());
            assert_eq!(found.is_some(), is_page, "{status} {media_type} {body}");
            assert!(found.is_none_or(|failure| failure.kind == FailureKind::Overloaded { retry_after: None }));
        }
    }
}
