//! Requests of Ollama's API as they are written. Pictures are borrowed from the body.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Map, Value};

/// A request of `/api/chat`.
#[derive(Debug, Deserialize)]
pub(super) struct ChatRequest<'a> {
    pub(super) model: String,
    #[serde(borrow)]
    pub(super) messages: Vec<WireMessage<'a>>,
    #[serde(default)]
    pub(super) tools: Option<Vec<WireTool>>,
    #[serde(flatten)]
    pub(super) shared: Shared,
}

/// A request of `/api/generate`.
#[derive(Debug, Deserialize)]
pub(super) struct GenerateRequest<'a> {
    pub(super) model: String,
    #[serde(default)]
    pub(super) prompt: String,
    #[serde(default)]
    pub(super) system: Option<String>,
    #[serde(default, borrow)]
    pub(super) images: Option<Vec<Picture<'a>>>,
    #[serde(flatten)]
    pub(super) shared: Shared,
}

/// A picture in base64.
#[derive(Debug, Deserialize)]
pub(super) struct Picture<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// What both have.
#[derive(Debug, Deserialize)]
pub(super) struct Shared {
    #[serde(default)]
    pub(super) stream: Option<bool>,
    #[serde(default)]
    pub(super) format: Option<Value>,
    #[serde(default)]
    pub(super) think: Option<Value>,
    #[serde(default)]
    pub(super) options: Option<Map<String, Value>>,
    #[serde(default)]
    pub(super) logprobs: Option<bool>,
    #[serde(default)]
    pub(super) top_logprobs: Option<u32>,
    #[serde(flatten)]
    pub(super) further: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct WireMessage<'a> {
    pub(super) role: String,
    #[serde(default)]
    pub(super) content: Option<String>,
    #[serde(default)]
    pub(super) thinking: Option<String>,
    #[serde(default, borrow)]
    pub(super) images: Option<Vec<Picture<'a>>>,
    #[serde(default)]
    pub(super) tool_calls: Option<Vec<WireCall>>,
    #[serde(default)]
    pub(super) tool_name: Option<String>,
    #[serde(default)]
    pub(super) tool_call_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct WireCall {
    #[serde(default)]
    pub(super) id: Option<String>,
    pub(super) function: WireCalled,
}

#[derive(Debug, Deserialize)]
pub(super) struct WireCalled {
    pub(super) name: String,
    #[serde(default)]
    pub(super) arguments: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct WireTool {
    pub(super) function: WireFunction,
}

#[derive(Debug, Deserialize)]
pub(super) struct WireFunction {
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) parameters: Option<Value>,
}

/// A request of `/api/embed` or `/api/embeddings`.
#[derive(Debug, Deserialize)]
pub(super) struct EmbedRequest {
    pub(super) model: String,
    #[serde(default)]
    pub(super) input: Option<Texts>,
    #[serde(default)]
    pub(super) prompt: Option<String>,
    #[serde(default)]
    pub(super) dimensions: Option<u32>,
    #[serde(default)]
    pub(super) truncate: Option<bool>,
    #[serde(flatten)]
    pub(super) further: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Texts {
    One(String),
    Many(Vec<String>),
}

/// As much of a request as names its model.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    pub(super) model: Option<String>,
    pub(super) name: Option<String>,
}

/// As much of a request as says whether it only loads a model.
#[derive(Debug, Deserialize)]
pub(super) struct Loading {
    pub(super) model: Option<String>,
    pub(super) name: Option<String>,
    pub(super) messages: Option<Vec<serde::de::IgnoredAny>>,
    pub(super) prompt: Option<String>,
    pub(super) images: Option<serde::de::IgnoredAny>,
    pub(super) keep_alive: Option<Value>,
}
