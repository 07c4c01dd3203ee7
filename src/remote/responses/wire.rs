//! What a provider answers in the format of the Responses API: events, and the one object that a whole answer is. Every
//! field that any of them has, lenient: what kind of event it is decides which are looked at.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// An event, or a whole response.
#[derive(Debug, Deserialize)]
pub(super) struct Event<'a> {
    #[serde(default, borrow)]
    pub(super) r#type: Option<Cow<'a, str>>,
    #[serde(default)]
    pub(super) output_index: Option<u32>,
    #[serde(default, borrow)]
    pub(super) delta: Option<Text<'a>>,
    #[serde(default)]
    pub(super) logprobs: Option<Value>,
    #[serde(default)]
    pub(super) annotation: Option<Value>,
    #[serde(default)]
    pub(super) item: Option<Value>,
    #[serde(default, borrow)]
    pub(super) response: Option<&'a RawValue>,
    /// A whole response's own type.
    #[serde(default, borrow)]
    pub(super) object: Option<Cow<'a, str>>,
}

/// A text that may be another value: then it says nothing.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Text<'a> {
    Is(#[serde(borrow)] Cow<'a, str>),
    IsNone(serde::de::IgnoredAny),
}

impl Text<'_> {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Is(text) => text,
            Self::IsNone(_) => "",
        }
    }
}

/// A response as it is at its beginning or at its end.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Response {
    #[serde(default)]
    pub(super) id: Option<String>,
    #[serde(default)]
    pub(super) model: Option<String>,
    #[serde(default)]
    pub(super) status: Option<String>,
    #[serde(default)]
    pub(super) error: Option<Value>,
    #[serde(default)]
    pub(super) incomplete_details: Option<Value>,
    #[serde(default)]
    pub(super) output: Vec<Value>,
    #[serde(default)]
    pub(super) usage: Option<Value>,
}
