//! Requests of `POST /v1/chat/completions` as they are written, borrowed from the body where that is possible.
//!
//! A file in a request is one long string; as long as it is not escaped it is never copied here.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::custom::{WireCustom, WireCustomCall};
use super::numbers::{Limit, Seed};
use crate::protocol::Open;

/// A string of the body.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Str<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// A chat as it is sent.
#[derive(Debug, Deserialize)]
pub(super) struct Request<'a> {
    #[serde(default)]
    pub(super) model: Option<String>,
    #[serde(borrow)]
    pub(super) messages: Vec<Open<WireMessage<'a>>>,
    #[serde(default)]
    pub(super) tools: Option<Vec<Open<WireTool>>>,
    #[serde(default)]
    pub(super) tool_choice: Option<Value>,
    #[serde(default)]
    pub(super) parallel_tool_calls: Option<bool>,
    #[serde(default)]
    pub(super) functions: Option<Vec<Open<WireFunction>>>,
    #[serde(default)]
    pub(super) function_call: Option<Value>,
    #[serde(default)]
    pub(super) response_format: Option<WireFormat>,
    #[serde(default)]
    pub(super) max_tokens: Limit,
    #[serde(default)]
    pub(super) max_completion_tokens: Limit,
    #[serde(default)]
    pub(super) temperature: Option<f64>,
    #[serde(default)]
    pub(super) top_p: Option<f64>,
    #[serde(default)]
    pub(super) top_k: Limit,
    #[serde(default)]
    pub(super) stop: Option<OneOrMany>,
    #[serde(default)]
    pub(super) n: Option<u32>,
    #[serde(default)]
    pub(super) seed: Seed,
    #[serde(default)]
    pub(super) presence_penalty: Option<f64>,
    #[serde(default)]
    pub(super) frequency_penalty: Option<f64>,
    #[serde(default)]
    pub(super) logprobs: Option<bool>,
    #[serde(default)]
    pub(super) top_logprobs: Option<u32>,
    #[serde(default)]
    pub(super) reasoning_effort: Option<String>,
    #[serde(default)]
    pub(super) stream: Option<bool>,
    #[serde(default)]
    pub(super) stream_options: Option<StreamOptions>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct StreamOptions {
    #[serde(default)]
    pub(super) include_usage: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Debug, Deserialize)]
pub(super) struct WireFormat {
    pub(super) r#type: String,
    #[serde(default)]
    pub(super) json_schema: Option<WireSchema>,
    #[serde(default)]
    pub(super) schema: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct WireSchema {
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) schema: Option<Value>,
    #[serde(default)]
    pub(super) strict: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub(super) struct WireTool {
    #[serde(default)]
    pub(super) r#type: Option<String>,
    #[serde(default)]
    pub(super) function: Option<Open<WireFunction>>,
    #[serde(default)]
    pub(super) custom: Option<WireCustom>,
    /// Anthropic's, as clients of several vendors send it.
    #[serde(default)]
    pub(super) cache_control: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct WireFunction {
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) parameters: Option<Value>,
    #[serde(default)]
    pub(super) strict: Option<bool>,
    #[serde(default)]
    pub(super) cache_control: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct WireMessage<'a> {
    pub(super) role: String,
    #[serde(default, borrow)]
    pub(super) content: Content<'a>,
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) tool_calls: Option<Vec<WireCall>>,
    #[serde(default)]
    pub(super) function_call: Option<WireCalled>,
    #[serde(default)]
    pub(super) tool_call_id: Option<String>,
    #[serde(default)]
    pub(super) refusal: Option<String>,
    #[serde(default)]
    pub(super) reasoning_content: Option<String>,
    /// What others call it, some beside the other name.
    #[serde(default)]
    pub(super) reasoning: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct WireCall {
    #[serde(default)]
    pub(super) id: Option<String>,
    #[serde(default)]
    pub(super) function: Option<WireCalled>,
    #[serde(default)]
    pub(super) custom: Option<WireCustomCall>,
    /// Where thought signatures travel with clients that know of them.
    #[serde(default)]
    pub(super) extra_content: Option<Value>,
    /// A mark that no target is told.
    #[serde(default)]
    pub(super) cache_control: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
pub(super) struct WireCalled {
    pub(super) name: String,
    #[serde(default)]
    pub(super) arguments: Option<Value>,
}

/// What a message says: nothing, one text or parts.
#[derive(Debug, Default)]
pub(super) enum Content<'a> {
    #[default]
    Nothing,
    Text(Cow<'a, str>),
    Parts(Vec<Open<WirePart<'a>>>),
}

/// A part; which fields it has depends on its type.
#[derive(Debug, Deserialize)]
pub(super) struct WirePart<'a> {
    /// Parts as Gemini has them come without.
    #[serde(default)]
    pub(super) r#type: String,
    #[serde(default, borrow)]
    pub(super) text: Option<Str<'a>>,
    #[serde(default, borrow)]
    pub(super) image_url: Option<WireUrl<'a>>,
    #[serde(default, borrow)]
    pub(super) video_url: Option<WireUrl<'a>>,
    #[serde(default, borrow)]
    pub(super) input_audio: Option<WireAudio<'a>>,
    #[serde(default, borrow)]
    pub(super) input_video: Option<WireAudio<'a>>,
    /// Gemini's: bytes.
    #[serde(default, borrow, alias = "inlineData")]
    pub(super) inline_data: Option<WireInline<'a>>,
    /// Gemini's: an address. Or the file itself, as OpenAI's newer format has it.
    #[serde(default, borrow, alias = "fileData")]
    pub(super) file_data: Option<WireFileData<'a>>,
    #[serde(default)]
    pub(super) filename: Option<String>,
    #[serde(default, borrow)]
    pub(super) file: Option<WireFile<'a>>,
    #[serde(default, borrow)]
    pub(super) document_url: Option<Str<'a>>,
    #[serde(default)]
    pub(super) document_name: Option<String>,
    /// Anthropic's: up to here the prompt is to be kept.
    #[serde(default)]
    pub(super) cache_control: Option<Value>,
    #[serde(default)]
    pub(super) refusal: Option<String>,
}

/// An address or a data URL, bare or in an object.
#[derive(Debug)]
pub(super) struct WireUrl<'a> {
    pub(super) url: Cow<'a, str>,
    pub(super) detail: Option<String>,
}

/// A recording; Mistral's clients send its bytes or its address without the object around them.
#[derive(Debug)]
pub(super) struct WireAudio<'a> {
    pub(super) data: Cow<'a, str>,
    pub(super) format: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct WireInline<'a> {
    #[serde(default, alias = "mimeType")]
    pub(super) mime_type: Option<String>,
    #[serde(borrow)]
    pub(super) data: Cow<'a, str>,
    #[serde(default, alias = "displayName")]
    pub(super) display_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a file as base64, or an object with `file_uri`")]
pub(super) enum WireFileData<'a> {
    Here(#[serde(borrow)] Str<'a>),
    There {
        #[serde(borrow, alias = "fileUri")]
        file_uri: Cow<'a, str>,
    },
}

#[derive(Debug, Deserialize)]
pub(super) struct WireFile<'a> {
    #[serde(default)]
    pub(super) filename: Option<String>,
    #[serde(default, borrow)]
    pub(super) file_data: Option<Str<'a>>,
    #[serde(default)]
    pub(super) file_id: Option<String>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Content<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ContentVisitor;
        impl<'de> Visitor<'de> for ContentVisitor {
            type Value = Content<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a text or a list of parts")
            }

            fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
                Ok(Content::Nothing)
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Content::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Content::Text(Cow::Owned(text.to_owned())))
            }

            fn visit_string<E: de::Error>(self, text: String) -> Result<Self::Value, E> {
                Ok(Content::Text(Cow::Owned(text)))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::with_capacity(parts.size_hint().unwrap_or(0));
                while let Some(part) = parts.next_element()? {
                    all.push(part);
                }
                Ok(Content::Parts(all))
            }
        }
        deserializer.deserialize_any(ContentVisitor)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for WireAudio<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Spelling<'a> {
            Bare(#[serde(borrow)] Str<'a>),
            Object {
                #[serde(borrow)]
                data: Cow<'a, str>,
                #[serde(default)]
                format: Option<String>,
            },
        }
        let spelling = Spelling::deserialize(deserializer)
            .map_err(|_| de::Error::custom("expected base64, or an object with `data`"))?;
        Ok(match spelling {
            Spelling::Bare(Str(data)) => Self { data, format: None },
            Spelling::Object { data, format } => Self { data, format },
        })
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for WireUrl<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Spelling<'a> {
            Bare(#[serde(borrow)] Str<'a>),
            Object {
                #[serde(borrow)]
                url: Cow<'a, str>,
                #[serde(default)]
                detail: Option<String>,
            },
        }
        let spelling = Spelling::deserialize(deserializer)
            .map_err(|_| de::Error::custom("expected a URL, or an object with `url`"))?;
        Ok(match spelling {
            Spelling::Bare(Str(url)) => Self { url, detail: None },
            Spelling::Object { url, detail } => Self { url, detail },
        })
    }
}
