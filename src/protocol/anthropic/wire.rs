//! Requests of the Messages API as they are written, borrowed from the body: blocks are kept as they stand there, since
//! some have to go on letter by letter.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// A chat as it is sent.
#[derive(Debug, Deserialize)]
pub(super) struct Request<'a> {
    #[serde(default)]
    pub(super) model: Option<String>,
    #[serde(borrow)]
    pub(super) messages: Vec<Turn<'a>>,
    #[serde(default, borrow)]
    pub(super) system: Option<&'a RawValue>,
    #[serde(default, borrow)]
    pub(super) tools: Option<Vec<&'a RawValue>>,
    #[serde(default)]
    pub(super) tool_choice: Option<Choice>,
    #[serde(default)]
    pub(super) max_tokens: Option<u32>,
    #[serde(default)]
    pub(super) temperature: Option<f64>,
    #[serde(default)]
    pub(super) top_p: Option<f64>,
    #[serde(default)]
    pub(super) top_k: Option<u32>,
    #[serde(default)]
    pub(super) stop_sequences: Option<Vec<String>>,
    #[serde(default)]
    pub(super) stream: Option<bool>,
    #[serde(default)]
    pub(super) thinking: Option<Value>,
    #[serde(default)]
    pub(super) output_config: Option<Value>,
    #[serde(default)]
    pub(super) output_format: Option<Value>,
    #[serde(default)]
    pub(super) cache_control: Option<Value>,
}

/// One turn.
#[derive(Debug, Deserialize)]
pub(super) struct Turn<'a> {
    #[serde(borrow)]
    pub(super) role: Cow<'a, str>,
    #[serde(default, borrow)]
    pub(super) content: Option<&'a RawValue>,
}

/// A block; which fields it has depends on its type.
#[derive(Debug, Deserialize)]
pub(super) struct Block<'a> {
    #[serde(borrow)]
    pub(super) r#type: Cow<'a, str>,
    #[serde(default)]
    pub(super) text: Option<String>,
    #[serde(default, borrow)]
    pub(super) source: Option<&'a RawValue>,
    #[serde(default)]
    pub(super) title: Option<String>,
    #[serde(default)]
    pub(super) context: Option<String>,
    #[serde(default)]
    pub(super) cache_control: Option<Value>,
    #[serde(default)]
    pub(super) id: Option<String>,
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) input: Option<Value>,
    #[serde(default)]
    pub(super) thinking: Option<String>,
    #[serde(default)]
    pub(super) signature: Option<String>,
    #[serde(default)]
    pub(super) data: Option<String>,
    #[serde(default)]
    pub(super) tool_use_id: Option<String>,
    #[serde(default)]
    pub(super) is_error: Option<bool>,
    #[serde(default, borrow)]
    pub(super) content: Option<&'a RawValue>,
}

/// Where a picture or a document is.
#[derive(Debug, Deserialize)]
pub(super) struct Source<'a> {
    #[serde(borrow)]
    pub(super) r#type: Cow<'a, str>,
    #[serde(default)]
    pub(super) media_type: Option<String>,
    #[serde(default, borrow)]
    pub(super) data: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    pub(super) url: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    pub(super) file_id: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    pub(super) content: Option<&'a RawValue>,
}

/// A tool: a function of the client's, or one of the provider's by its type.
#[derive(Debug, Deserialize)]
pub(super) struct WireTool {
    #[serde(default)]
    pub(super) r#type: Option<String>,
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) input_schema: Option<Value>,
    #[serde(default)]
    pub(super) strict: Option<bool>,
    #[serde(default)]
    pub(super) cache_control: Option<Value>,
}

/// Whether tools are called.
#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    pub(super) r#type: String,
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) disable_parallel_tool_use: Option<bool>,
}
