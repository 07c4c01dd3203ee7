//! Requests of `POST /v1/responses` as they are written, borrowed from the body where that is possible.
//!
//! Items are of many types; each is read with all the fields that any of them has.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::protocol::Open;

/// A request. What is not named here is kept for the echo and named as dropped.
#[derive(Debug, Deserialize)]
pub(super) struct Request<'a> {
    #[serde(default)]
    pub(super) model: Option<String>,
    #[serde(default, borrow)]
    pub(super) input: Option<&'a RawValue>,
    #[serde(default)]
    pub(super) instructions: Option<Value>,
    #[serde(default)]
    pub(super) tools: Option<Vec<Value>>,
    #[serde(default)]
    pub(super) tool_choice: Option<Value>,
    #[serde(default)]
    pub(super) parallel_tool_calls: Option<bool>,
    #[serde(default)]
    pub(super) text: Option<Open<TextWish>>,
    #[serde(default)]
    pub(super) reasoning: Option<Open<ReasoningWish>>,
    #[serde(default)]
    pub(super) max_output_tokens: Option<u32>,
    #[serde(default)]
    pub(super) temperature: Option<f64>,
    #[serde(default)]
    pub(super) top_p: Option<f64>,
    #[serde(default)]
    pub(super) top_logprobs: Option<u32>,
    #[serde(default)]
    pub(super) truncation: Option<String>,
    #[serde(default)]
    pub(super) include: Option<Vec<String>>,
    #[serde(default)]
    pub(super) stream: Option<bool>,
    #[serde(default)]
    pub(super) store: Option<bool>,
    #[serde(default)]
    pub(super) background: Option<bool>,
    #[serde(default)]
    pub(super) previous_response_id: Option<String>,
    #[serde(default)]
    pub(super) metadata: Option<Value>,
}

#[derive(Debug, Default, Clone, Deserialize)]
pub(super) struct TextWish {
    #[serde(default)]
    pub(super) format: Option<Value>,
    #[serde(default)]
    pub(super) verbosity: Option<String>,
}

#[derive(Debug, Default, Clone, Deserialize)]
pub(super) struct ReasoningWish {
    #[serde(default)]
    pub(super) effort: Option<String>,
    #[serde(default)]
    pub(super) summary: Option<String>,
}

/// An item of the input.
#[derive(Debug, Deserialize)]
pub(super) struct Item<'a> {
    #[serde(default)]
    pub(super) r#type: Option<String>,
    #[serde(default)]
    pub(super) id: Option<IgnoredAny>,
    #[serde(default)]
    pub(super) role: Option<String>,
    #[serde(default, borrow)]
    pub(super) content: Option<&'a RawValue>,
    #[serde(default)]
    pub(super) call_id: Option<String>,
    #[serde(default)]
    pub(super) name: Option<String>,
    /// The group that a function is of.
    #[serde(default)]
    pub(super) namespace: Option<String>,
    #[serde(default)]
    pub(super) arguments: Option<Value>,
    #[serde(default)]
    pub(super) input: Option<String>,
    #[serde(default, borrow)]
    pub(super) output: Option<&'a RawValue>,
    #[serde(default)]
    pub(super) summary: Option<Vec<Said>>,
    #[serde(default)]
    pub(super) encrypted_content: Option<String>,
}

/// A piece of a summary of thoughts, or of the thoughts themselves.
#[derive(Debug, Deserialize)]
pub(super) struct Said {
    #[serde(default)]
    pub(super) text: String,
}

/// A part of a message or of a call's result.
#[derive(Debug, Deserialize)]
pub(super) struct WirePart<'a> {
    pub(super) r#type: String,
    #[serde(default)]
    pub(super) text: Option<String>,
    #[serde(default)]
    pub(super) refusal: Option<String>,
    #[serde(default, borrow)]
    pub(super) image_url: Option<&'a RawValue>,
    #[serde(default)]
    pub(super) detail: Option<String>,
    #[serde(default)]
    pub(super) file_id: Option<String>,
    #[serde(default, borrow)]
    pub(super) file_data: Option<Str<'a>>,
    #[serde(default, borrow)]
    pub(super) file_url: Option<Str<'a>>,
    #[serde(default)]
    pub(super) filename: Option<String>,
    #[serde(default, borrow)]
    pub(super) input_audio: Option<WireAudio<'a>>,
}

/// A string of the body.
#[derive(Debug, Deserialize)]
pub(super) struct Str<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// An address in an object, as chats have it.
#[derive(Debug, Deserialize)]
pub(super) struct WireUrl<'a> {
    #[serde(borrow)]
    pub(super) url: Cow<'a, str>,
}

#[derive(Debug, Deserialize)]
pub(super) struct WireAudio<'a> {
    #[serde(borrow)]
    pub(super) data: Cow<'a, str>,
    #[serde(default)]
    pub(super) format: Option<String>,
}
