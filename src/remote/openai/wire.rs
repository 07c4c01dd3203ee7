//! What OpenAI-like providers answer, whole or in chunks: one set of types for both, lenient in every field.

use serde::Deserialize;
use serde_json::Value;

use super::lenient::{Arguments, Content, Index, Word};

/// A chunk, or a whole answer.
#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub(super) struct Chunk {
    pub(super) id: Word,
    pub(super) model: Word,
    /// `None` where there is no such field: then it may be a complaint in disguise.
    pub(super) choices: Option<Vec<Choice>>,
    pub(super) usage: Option<Value>,
    pub(super) x_groq: Option<Groq>,
    pub(super) error: Option<Value>,
    /// MiniMax's.
    pub(super) base_resp: Option<BaseResponse>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub(super) struct Groq {
    pub(super) usage: Option<Value>,
    pub(super) error: Option<Value>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub(super) struct BaseResponse {
    pub(super) status_code: i64,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub(super) struct Choice {
    pub(super) index: Index,
    pub(super) delta: Option<Delta>,
    pub(super) message: Option<Delta>,
    /// Where a prompt was gone on with.
    pub(super) text: Option<String>,
    pub(super) finish_reason: Option<Value>,
    pub(super) logprobs: Option<Value>,
    pub(super) error: Option<Value>,
}

/// A message, or what comes to it.
#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub(super) struct Delta {
    pub(super) role: Word,
    pub(super) content: Content,
    pub(super) reasoning_content: Content,
    pub(super) reasoning: Content,
    /// `OpenRouter`'s, which are wanted back as they are.
    pub(super) reasoning_details: Option<Value>,
    pub(super) refusal: Word,
    pub(super) tool_calls: Option<Vec<CallDelta>>,
    pub(super) function_call: Option<FunctionDelta>,
    pub(super) audio: Option<Value>,
    pub(super) annotations: Option<Value>,
    pub(super) images: Option<Value>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub(super) struct CallDelta {
    pub(super) index: Index,
    pub(super) id: Option<Word>,
    pub(super) r#type: Word,
    pub(super) function: Option<FunctionDelta>,
    pub(super) custom: Option<CustomDelta>,
}

/// A call of a tool whose input is free text.
#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub(super) struct CustomDelta {
    pub(super) name: Word,
    pub(super) input: Word,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub(super) struct FunctionDelta {
    pub(super) name: Option<Word>,
    pub(super) arguments: Arguments,
}
