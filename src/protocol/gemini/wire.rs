//! Requests of Gemini's API as they are written, borrowed from the body: parts are kept as they stand there, since some have
//! to go on letter by letter. Names are written in either way that JSON has for fields of protocol buffers.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::{BadField, inside};
use crate::protocol::{Open, from_json};

/// A chat as it is sent.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request<'a> {
    #[serde(default, borrow)]
    pub(super) contents: Option<&'a RawValue>,
    #[serde(default, borrow, alias = "system_instruction")]
    pub(super) system_instruction: Option<&'a RawValue>,
    #[serde(default, borrow)]
    pub(super) tools: Option<&'a RawValue>,
    #[serde(default, alias = "tool_config")]
    pub(super) tool_config: Option<Value>,
    #[serde(default, alias = "generation_config")]
    pub(super) generation_config: Option<Map<String, Value>>,
    #[serde(default, alias = "cached_content")]
    pub(super) cached_content: Option<String>,
}

/// One turn.
#[derive(Debug, Deserialize)]
pub(super) struct Content<'a> {
    #[serde(default, borrow)]
    pub(super) role: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    pub(super) parts: Option<&'a RawValue>,
}

/// A part; it has one of the first five, and what modifies it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WirePart<'a> {
    #[serde(default)]
    pub(super) text: Option<String>,
    #[serde(default, borrow, alias = "inline_data")]
    pub(super) inline_data: Option<Inline<'a>>,
    #[serde(default, borrow, alias = "file_data")]
    pub(super) file_data: Option<FileData<'a>>,
    #[serde(default, alias = "function_call")]
    pub(super) function_call: Option<MadeCall>,
    #[serde(default, borrow, alias = "function_response")]
    pub(super) function_response: Option<Open<CallResult<'a>>>,
    #[serde(default)]
    pub(super) thought: Option<bool>,
    #[serde(default, alias = "thought_signature")]
    pub(super) thought_signature: Option<String>,
}

/// A medium's bytes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Inline<'a> {
    #[serde(default, alias = "mime_type")]
    pub(super) mime_type: Option<String>,
    #[serde(borrow)]
    pub(super) data: Cow<'a, str>,
    #[serde(default, alias = "display_name")]
    pub(super) display_name: Option<String>,
}

/// A medium's address.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FileData<'a> {
    #[serde(borrow, alias = "file_uri")]
    pub(super) file_uri: Cow<'a, str>,
    #[serde(default, alias = "display_name")]
    pub(super) display_name: Option<String>,
}

/// A call that the model made.
#[derive(Debug, Deserialize)]
pub(super) struct MadeCall {
    #[serde(default)]
    pub(super) id: Option<String>,
    pub(super) name: String,
    #[serde(default)]
    pub(super) args: Option<Value>,
}

/// What came of a call.
#[derive(Debug, Deserialize)]
pub(super) struct CallResult<'a> {
    #[serde(default)]
    pub(super) id: Option<String>,
    pub(super) name: String,
    #[serde(default)]
    pub(super) response: Option<Value>,
    #[serde(default, borrow)]
    pub(super) parts: Option<&'a RawValue>,
}

/// A function that is offered.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Declaration {
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) parameters: Option<Value>,
    #[serde(default, alias = "parameters_json_schema")]
    pub(super) parameters_json_schema: Option<Value>,
}

/// The elements of a list; one that stands alone is a list of one.
pub(super) fn elements<'a>(raw: Option<&'a RawValue>, path: &str) -> Result<Vec<&'a RawValue>, BadField> {
    match raw.map(|raw| (raw, raw.get())) {
        None | Some((_, "null")) => Ok(Vec::new()),
        Some((_, text)) if text.starts_with('[') => {
            from_json(text.as_bytes(), "a list").map_err(|bad| inside(path, bad))
        }
        Some((raw, _)) => Ok(vec![raw]),
    }
}

/// A field's name as it is documented, whichever way it was written.
pub(super) fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let mut written = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        written.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        written.push_str(letters.as_str());
    }
    written
}
