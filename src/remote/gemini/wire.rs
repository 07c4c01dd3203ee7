//! The shapes of Gemini's JSON: what is sent, and as much of what comes back as is read.
//!
//! Requests borrow from the chat, base64 included. Answers may lack any array at any time, so nothing in them is
//! required.

use std::borrow::Cow;

use mediary_core::task::Extras;
use serde::ser::{Error as _, SerializeMap};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::body::Base64;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request<'a> {
    /// Only inside of a request that says what is to be counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_instruction: Option<Content<'a>>,
    pub contents: Vec<Content<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Tools<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_config: Option<AnyToolConfig<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub safety_settings: Option<&'a Value>,
    #[serde(skip_serializing_if = "GenerationConfig::is_empty")]
    pub generation_config: GenerationConfig<'a>,
    /// What a client of this format asked for that nothing else says.
    #[serde(flatten)]
    pub own: Extras,
}

/// A request whose tokens are to be counted.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CountRequest<'a> {
    pub generate_content_request: Request<'a>,
}

#[derive(Debug, Serialize)]
pub(super) struct Content<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<&'static str>,
    pub parts: Vec<Part<'a>>,
}

/// A payload under its own name, and beside it the signature. Written by hand, since flattening would copy media.
#[derive(Debug)]
pub(super) struct Part<'a> {
    pub payload: Payload<'a>,
    pub thought_signature: Option<&'a str>,
}

impl<'a> From<Payload<'a>> for Part<'a> {
    fn from(payload: Payload<'a>) -> Self {
        Self { payload, thought_signature: None }
    }
}

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let (Payload::Written(raw), None) = (&self.payload, self.thought_signature) {
            return raw.serialize(serializer);
        }
        let mut part = serializer.serialize_map(None)?;
        match &self.payload {
            Payload::Written(raw) => {
                let fields: Map<String, Value> = serde_json::from_str(raw.get()).map_err(S::Error::custom)?;
                for (name, value) in fields.iter().filter(|(name, _)| *name != SIGNATURE) {
                    part.serialize_entry(name, value)?;
                }
            }
            Payload::Text(text) => part.serialize_entry("text", text)?,
            Payload::InlineData(data) => part.serialize_entry("inlineData", data)?,
            Payload::FileData(file) => part.serialize_entry("fileData", file)?,
            Payload::FunctionCall(call) => part.serialize_entry("functionCall", call)?,
            Payload::FunctionResponse(response) => part.serialize_entry("functionResponse", response)?,
        }
        if let Some(signature) = self.thought_signature {
            part.serialize_entry(SIGNATURE, signature)?;
        }
        part.end()
    }
}

/// Where a part's signature stands.
const SIGNATURE: &str = "thoughtSignature";

#[derive(Debug)]
pub(super) enum Payload<'a> {
    /// As a client of this format wrote it.
    Written(&'a RawValue),
    Text(&'a str),
    InlineData(SentData<'a>),
    FileData(FileData<'a>),
    FunctionCall(SentCall<'a>),
    FunctionResponse(FunctionResponse<'a>),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SentData<'a> {
    pub mime_type: &'static str,
    pub data: Base64<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FileData<'a> {
    pub mime_type: &'static str,
    pub file_uri: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct SentCall<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub args: Value,
}

#[derive(Debug, Serialize)]
pub(super) struct FunctionResponse<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
    pub name: Cow<'a, str>,
    pub response: Value,
}

#[derive(Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub(super) enum Tools<'a> {
    Functions {
        function_declarations: Vec<AnyDeclaration<'a>>,
    },
    /// What runs at the provider.
    Hosted(&'a Value),
}

/// A function, in our words or as a client of this format wrote it.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum AnyDeclaration<'a> {
    Ours(Declaration<'a>),
    Written(&'a RawValue),
}

/// Whether functions are called, likewise.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum AnyToolConfig<'a> {
    Ours(ToolConfig<'a>),
    Theirs(&'a Value),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Declaration<'a> {
    pub name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters_json_schema: Option<Value>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ToolConfig<'a> {
    pub function_calling_config: CallingConfig<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CallingConfig<'a> {
    pub mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_function_names: Option<[&'a str; 1]>,
}

#[derive(Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GenerationConfig<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_k: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidate_count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_sequences: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_logprobs: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logprobs: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_mime_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_json_schema: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_modalities: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thinking_config: Option<ThinkingConfig>,
    /// What a client of this format asked for that nothing else says, or that it put in its own way.
    #[serde(flatten)]
    pub own: Extras,
}

impl GenerationConfig<'_> {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ThinkingConfig {
    pub include_thoughts: bool,
    #[serde(flatten)]
    pub amount: Thinking,
}

/// How long to think: the older models count tokens, the newer ones take a level.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Thinking {
    ThinkingBudget(u32),
    ThinkingLevel(&'static str),
}

/// How many tokens a request has.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Counted {
    pub total_tokens: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    pub error: Option<Value>,
    pub candidates: Option<Vec<Candidate>>,
    pub prompt_feedback: Option<PromptFeedback>,
    pub usage_metadata: Option<UsageMetadata>,
    pub model_version: Option<String>,
    pub response_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Candidate {
    pub index: Option<u32>,
    pub content: Option<AnswerContent>,
    pub finish_reason: Option<String>,
    pub logprobs_result: Option<LogprobsResult>,
    pub grounding_metadata: Option<Grounding>,
}

/// What Gemini's own search found, and which words stand on it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Grounding {
    pub grounding_chunks: Vec<GroundingChunk>,
    pub grounding_supports: Vec<GroundingSupport>,
    pub web_search_queries: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct GroundingChunk {
    pub web: Option<WebSource>,
}

#[derive(Debug, Deserialize)]
pub(super) struct WebSource {
    pub uri: String,
    #[serde(default)]
    pub title: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct GroundingSupport {
    pub segment: Segment,
    pub grounding_chunk_indices: Vec<usize>,
}

/// Words, by the bytes before their beginning and their end; a beginning of 0 is left out.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Segment {
    pub start_index: usize,
    pub end_index: usize,
}

impl Candidate {
    /// Whether functions are called.
    pub(super) fn calls(&self) -> bool {
        let parts = self.content.as_ref().and_then(|content| content.parts.as_ref());
        parts.into_iter().flatten().any(|part| part.function_call.is_some())
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct AnswerContent {
    pub parts: Option<Vec<AnswerPart>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AnswerPart {
    pub text: Option<String>,
    #[serde(default)]
    pub thought: bool,
    pub thought_signature: Option<String>,
    pub function_call: Option<FunctionCall>,
    pub inline_data: Option<InlineData>,
}

#[derive(Debug, Deserialize)]
pub(super) struct FunctionCall {
    pub id: Option<String>,
    pub name: Option<String>,
    pub args: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InlineData {
    pub mime_type: Option<String>,
    pub data: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PromptFeedback {
    pub block_reason: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UsageMetadata {
    pub prompt_token_count: Option<u64>,
    pub candidates_token_count: Option<u64>,
    pub thoughts_token_count: Option<u64>,
    pub cached_content_token_count: Option<u64>,
    pub tool_use_prompt_token_count: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogprobsResult {
    pub chosen_candidates: Option<Vec<TokenLogprob>>,
    pub top_candidates: Option<Vec<TopCandidates>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct TopCandidates {
    pub candidates: Option<Vec<TokenLogprob>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TokenLogprob {
    pub token: Option<String>,
    pub log_probability: Option<f64>,
}
