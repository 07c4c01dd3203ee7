//! The shapes of error bodies among OpenAI-like providers, brought into one.
//!
//! An object under `error`, or a text; the same fields without it; `detail` as FastAPI has it; a list under `errors`;
//! MiniMax's `base_resp`; a bare JSON string; plain text. A web page says nothing that could be used.

use serde_json::{Map, Value};

/// The longest plain text that is taken for a message.
const MOST_TEXT_BYTES: usize = 4096;
/// What gateways say when the real complaint is the one they hand on below it.
const HOLLOW: &str = "Provider returned error";

/// What a provider complains about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Complaint {
    /// Its code, in lower case.
    pub(crate) code: String,
    /// Its type, in lower case.
    pub(crate) class: String,
    /// The field it is about, as the provider names it.
    pub(crate) field: String,
    /// Its words.
    pub(crate) message: String,
    /// The status it names, for errors inside of answers that are successes by their own.
    pub(crate) status: Option<u16>,
    /// Whether it came as JSON, as those of an API do.
    pub(crate) is_structured: bool,
}

impl Complaint {
    /// What a body complains about; nothing, if it does not say.
    pub(crate) fn of_body(body: &[u8]) -> Self {
        if let Ok(value) = serde_json::from_slice::<Value>(body) {
            return Self { is_structured: true, ..Self::of_value(&value) };
        }
        let text = String::from_utf8_lossy(&body[..body.len().min(MOST_TEXT_BYTES)]);
        let text = text.trim();
        match text.starts_with(['<', '{', '[']) {
            // A page, or JSON that was cut off.
            true => Self::default(),
            false => Self { message: text.to_owned(), ..Self::default() },
        }
    }

    /// What a value complains about.
    pub(crate) fn of_value(value: &Value) -> Self {
        match value {
            Value::String(text) => Self { message: text.clone(), ..Self::default() },
            Value::Array(items) => items.first().map(Self::of_value).unwrap_or_default(),
            Value::Object(object) => Self::of_object(object),
            Value::Null | Value::Bool(_) | Value::Number(_) => Self::default(),
        }
    }

    fn of_object(object: &Map<String, Value>) -> Self {
        // What stands beside the inner object counts where that says nothing.
        let outer = Self::of_fields(object);
        let inner = match object.get("error").or_else(|| object.get("base_resp")) {
            Some(inner @ (Value::Object(_) | Value::String(_))) => Self::of_value(inner),
            Some(_) | None => match object.get("errors") {
                Some(errors @ Value::Array(_)) => Self::of_value(errors),
                Some(_) | None => return outer,
            },
        };
        let or = |inner: String, outer: String| if inner.is_empty() { outer } else { inner };
        Self {
            code: or(inner.code, outer.code),
            class: or(inner.class, outer.class),
            field: or(inner.field, outer.field),
            message: or(inner.message, outer.message),
            status: inner.status.or(outer.status),
            is_structured: true,
        }
    }

    fn of_fields(object: &Map<String, Value>) -> Self {
        let word = |name: &str| match object.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        let code = match word("code") {
            // MiniMax's numbers mean other things than the same numbers elsewhere.
            code if code.is_empty() && object.contains_key("status_code") => {
                format!("base_resp {}", word("status_code"))
            }
            code => code,
        };
        let mut complaint = Self {
            status: [code.as_str(), &word("status")].iter().find_map(|text| status(text)),
            code: code.to_ascii_lowercase(),
            class: word("type").to_ascii_lowercase(),
            field: word("param"),
            message: String::new(),
            is_structured: true,
        };
        // OpenRouter: what a moderator found stands beside the status.
        if object.get("metadata").is_some_and(|metadata| metadata.get("flagged_input").is_some()) {
            complaint.code = "content_policy".to_owned();
        }
        for name in ["message", "msg", "status_msg", "detail", "title"] {
            match object.get(name) {
                Some(Value::String(text)) if !text.is_empty() => {
                    complaint.message = text.clone();
                    break;
                }
                Some(details @ (Value::Array(_) | Value::Object(_))) => {
                    complaint.take_details(details);
                    break;
                }
                _ => {}
            }
        }
        if complaint.field.is_empty() {
            complaint.field = place(object.get("loc"));
        }
        if let Some(raw) = object.get("metadata").and_then(|metadata| metadata.get("raw")).and_then(Value::as_str)
            && (complaint.message.is_empty() || complaint.message == HOLLOW)
        {
            let raw = Self::of_body(raw.as_bytes());
            complaint = Self { status: complaint.status.or(raw.status), is_structured: true, ..raw };
        }
        complaint
    }

    /// FastAPI's list of what is wrong, of which the first is as good as any.
    fn take_details(&mut self, details: &Value) {
        let inner = Self::of_value(details);
        self.message = inner.message;
        self.field = inner.field;
        if self.class.is_empty() {
            self.class = inner.class;
        }
    }
}

/// An HTTP status that says something went wrong.
fn status(text: &str) -> Option<u16> {
    text.parse().ok().filter(|status| (400..=599).contains(status))
}

/// `["body","messages",0]` as `messages.0`.
fn place(loc: Option<&Value>) -> String {
    let steps = loc.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let words = steps.iter().map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned));
    words.filter(|word| word != "body").collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_of_complaint_is_read() {
        let rows = [
            (
                r#"{"error":{"message":"M","type":"Invalid_Request_Error","param":"n","code":"bad"}}"#,
                "bad|invalid_request_error|n|M|",
            ),
            (r#"{"error":{"message":"M","code":429}}"#, "429|||M|429"),
            (r#"{"error":"M","code":"C"}"#, "c|||M|"),
            (r#"{"error":"M","estimated_time":20}"#, "|||M|"),
            (r#"{"message":"M","type":"t","param":"p","code":"c"}"#, "c|t|p|M|"),
            (
                r#"{"object":"error","message":"M","type":"rate_limited","param":null,"code":"1300"}"#,
                "1300|rate_limited||M|",
            ),
            (r#"{"detail":"Unauthorized"}"#, "|||Unauthorized|"),
            (
                r#"{"detail":[{"loc":["body","messages",0,"role"],"msg":"M","type":"missing"}]}"#,
                "|missing|messages.0.role|M|",
            ),
            (
                r#"{"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","user"],"msg":"M"}]}}"#,
                "|extra_forbidden|user|M|",
            ),
            (r#"{"type":"about:blank","title":"T","status":404,"detail":"D"}"#, "|about:blank||D|404"),
            (r#"{"success":false,"errors":[{"code":3036,"message":"M"}]}"#, "3036|||M|"),
            (r#"{"base_resp":{"status_code":1008,"status_msg":"M"}}"#, "base_resp 1008|||M|"),
            (
                r#"{"error":{"code":400,"message":"Provider returned error","metadata":{"raw":"{\"error\":{\"message\":\"deep\",\"code\":\"context_length_exceeded\"}}"}}}"#,
                "context_length_exceeded|||deep|400",
            ),
            (r#"{"status":400,"success":false,"error":{"code":"BAD_REQUEST","message":"M"}}"#, "bad_request|||M|400"),
            (r#""bare""#, "|||bare|"),
            ("plain words", "|||plain words|"),
            ("<html>no</html>", "||||"),
            (r#"{"error":{"message":"cut o"#, "||||"),
            ("", "||||"),
        ];
        for (body, expected) in rows {
            let Complaint { code, class, field, message, status, is_structured: _ } =
                Complaint::of_body(body.as_bytes());
            let status = status.map_or(String::new(), |status| status.to_string());
            assert_eq!(format!("{code}|{class}|{field}|{message}|{status}"), expected, "{body}");
        }
    }
}
