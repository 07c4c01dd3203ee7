//! A message of the protocol, as much of it as the door has to know.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

/// What a message is about.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Message<'a> {
    #[serde(default, borrow)]
    method: Cow<'a, str>,
    #[serde(default)]
    params: Params,
}

#[derive(Debug, Default, Deserialize)]
struct Params {
    #[serde(default, rename = "requestId")]
    request_id: Value,
}

impl<'a> Message<'a> {
    /// Reads it; what is no message is none of these.
    pub(super) fn read(body: &'a [u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }

    /// Whether a conversation of the older protocol begins with it.
    pub(super) fn begins(&self) -> bool {
        self.method == "initialize"
    }

    /// The request that it takes back.
    pub(super) fn taken_back(&self) -> Option<String> {
        match &self.params.request_id {
            _ if self.method != "notifications/cancelled" => None,
            Value::String(id) => Some(id.clone()),
            Value::Number(id) => Some(id.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_takes_a_request_back_names_one() {
        let rows = [
            (r#"{"method":"notifications/cancelled","params":{"requestId":7,"reason":"r"}}"#, Some("7")),
            (r#"{"method":"notifications/cancelled","params":{"requestId":"a\"b"}}"#, Some("a\"b")),
            (r#"{"method":"notifications/cancelled","params":{}}"#, None),
            (r#"{"method":"tools/call","id":3,"params":{"requestId":7}}"#, None),
            (r#"[{"method":"notifications/cancelled"}]"#, None),
            ("no JSON", None),
        ];
        for (body, expected) in rows {
            assert_eq!(Message::read(body.as_bytes()).taken_back().as_deref(), expected, "{body}");
        }
        assert!(Message::read(br#"{"method":"initialize","id":1,"params":{"protocolVersion":"2025-11-25"}}"#).begins());
    }
}
