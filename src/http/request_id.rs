//! The id that a request keeps through logs, errors and the answer's `X-Request-Id`.
//!
//! A UUIDv7 of ours, unless the client brought one that can stand in a header and a log line. It is only a name; nothing
//! is looked up by it. `visit` gives every request one; handlers find it among the request's extensions.

use std::fmt;
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// The header that carries the id, both ways.
pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const LONGEST: usize = 128;

/// The id of one request: visible ASCII, at most 128 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The client's own id when it is a valid one, else a new one.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let theirs = headers.get(X_REQUEST_ID).and_then(|value| value.to_str().ok()).filter(|id| is_valid(id));
        let ours = || Arc::from(&*Uuid::now_v7().hyphenated().encode_lower(&mut Uuid::encode_buffer()));
        Self(theirs.map_or_else(ours, Into::into))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn to_header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).expect("an id is visible ASCII")
    }
}

fn is_valid(id: &str) -> bool {
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_valid_id_of_the_client_is_kept_and_any_other_replaced() {
        let longest = "x".repeat(LONGEST);
        let too_long = "x".repeat(LONGEST + 1);
        let rows: &[(&[u8], bool)] = &[
            (b"abc-123", true),
            (b"{\"a\":1}", true),
            (longest.as_bytes(), true),
            (too_long.as_bytes(), false),
            (b"", false),
            (b"two words", false),
            (b"tab\there", false),
            ("hé".as_bytes(), false),
        ];
        for (sent, kept) in rows {
            let headers = HeaderMap::from_iter([(X_REQUEST_ID, HeaderValue::from_bytes(sent).unwrap())]);
            let id = RequestId::of(&headers);
            assert_eq!(id.as_str().as_bytes() == *sent, *kept, "{sent:?}");
            if !kept {
                assert_eq!(Uuid::parse_str(id.as_str()).unwrap().get_version_num(), 7);
            }
        }
    }

    #[test]
    fn requests_without_an_id_get_ids_of_their_own() {
        assert_ne!(RequestId::of(&HeaderMap::new()), RequestId::of(&HeaderMap::new()));
    }
}
