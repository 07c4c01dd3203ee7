//! The shapes of Ollama's JSON: what is sent, and as much of what comes back as is read.
//!
//! Requests borrow from the chat, base64 included.

use std::borrow::Cow;
use std::collections::BTreeMap;

use mediary_core::task::Extra;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::body::Base64;

#[derive(Debug, Serialize)]
pub(super) struct Request<'a> {
    pub model: &'a str,
    pub messages: Vec<Message<'a>>,
    /// Always said: left out, it means a stream.
    pub stream: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Cow<'a, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub think: Option<Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub options: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_alive: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncate: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shift: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logprobs: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_logprobs: Option<u32>,
    /// Fields of a client of this format that are not known here.
    #[serde(flatten)]
    pub further: BTreeMap<&'a str, &'a Extra>,
}

#[derive(Debug, Serialize)]
pub(super) struct Message<'a> {
    pub role: &'static str,
    pub content: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thinking: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Base64<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<SentCall<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub(super) struct SentCall<'a> {
    pub id: &'a str,
    pub function: SentFunction<'a>,
}

#[derive(Debug, Serialize)]
pub(super) struct SentFunction<'a> {
    pub index: usize,
    pub name: &'a str,
    pub arguments: Value,
}

#[derive(Debug, Serialize)]
pub(super) struct Tool<'a> {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub function: Function<'a>,
}

#[derive(Debug, Serialize)]
pub(super) struct Function<'a> {
    pub name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
    pub parameters: Cow<'a, Value>,
}

/// A line of a stream, or a whole answer.
#[derive(Debug, Deserialize)]
pub(super) struct Line {
    pub error: Option<Value>,
    pub model: Option<String>,
    pub created_at: Option<String>,
    pub message: Option<AnswerMessage>,
    #[serde(default)]
    pub done: bool,
    pub done_reason: Option<String>,
    pub prompt_eval_count: Option<u64>,
    pub eval_count: Option<u64>,
    pub logprobs: Option<Vec<Value>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct AnswerMessage {
    pub content: Option<String>,
    pub thinking: Option<String>,
    pub tool_calls: Option<Vec<MadeCall>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct MadeCall {
    pub id: Option<String>,
    pub function: MadeFunction,
}

#[derive(Debug, Deserialize)]
pub(super) struct MadeFunction {
    pub name: String,
    pub arguments: Option<Value>,
}
