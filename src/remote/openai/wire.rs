//! What OpenAI and its likes answer, whole or in chunks: one set of types for both, lenient in every field.
//!
//! Providers write null for nothing, numbers for texts, objects for strings of JSON and lists for texts; a field in a
//! shape nobody expected must not cost the answer around it.

use std::fmt;

use mediary_core::task::Usage;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// A chunk, or a whole answer.
#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub(super) struct Chunk {
    pub(super) id: Word,
    pub(super) model: Word,
    /// `None` where there is no such field: then it may be a complaint in disguise.
    pub(super) choices: Option<Vec<Choice>>,
    pub(super) usage: Option<Tokens>,
    pub(super) x_groq: Option<Groq>,
    pub(super) error: Option<Value>,
    /// MiniMax's.
    pub(super) base_resp: Option<BaseResponse>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub(super) struct Groq {
    pub(super) usage: Option<Tokens>,
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
    pub(super) index: Option<u32>,
    pub(super) delta: Option<Delta>,
    pub(super) message: Option<Delta>,
    pub(super) finish_reason: Word,
    pub(super) logprobs: Option<Value>,
    pub(super) error: Option<Value>,
}

/// A message, or what comes to it.
#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub(super) struct Delta {
    pub(super) content: Content,
    pub(super) reasoning_content: Content,
    pub(super) reasoning: Content,
    pub(super) reasoning_details: Content,
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
    pub(super) index: Option<u32>,
    pub(super) id: Word,
    pub(super) function: Option<FunctionDelta>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub(super) struct FunctionDelta {
    pub(super) name: Word,
    pub(super) arguments: Arguments,
}

/// Tokens as the vendors count them.
#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub(super) struct Tokens {
    #[serde(alias = "input_tokens")]
    prompt_tokens: Option<u64>,
    #[serde(alias = "output_tokens")]
    completion_tokens: Option<u64>,
    total_tokens: Option<u64>,
    prompt_tokens_details: Option<PromptDetails>,
    completion_tokens_details: Option<CompletionDetails>,
    /// DeepSeek's.
    prompt_cache_hit_tokens: Option<u64>,
    /// Mistral's.
    num_cached_tokens: Option<u64>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct PromptDetails {
    cached_tokens: Option<u64>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct CompletionDetails {
    reasoning_tokens: Option<u64>,
}

impl Tokens {
    /// What is counted in a field that may hold other things, such as seconds of a recording.
    pub(super) fn counted(usage: Value) -> Option<Usage> {
        let tokens: Self = serde_json::from_value(usage).ok()?;
        let prompt_tokens = Some(tokens.prompt_tokens.or(tokens.total_tokens)?);
        Some(Self { prompt_tokens, ..tokens }.usage())
    }

    pub(super) fn usage(&self) -> Usage {
        let prompt_tokens = self.prompt_tokens.unwrap_or(0);
        let total = self.total_tokens.unwrap_or(0);
        let reasoning_tokens = self.completion_tokens_details.as_ref().and_then(|d| d.reasoning_tokens).unwrap_or(0);
        let spoken = self.completion_tokens.unwrap_or_else(|| total.saturating_sub(prompt_tokens));
        // Some count thoughts beside the reply; then only the total tells.
        let beside = reasoning_tokens > 0 && prompt_tokens + spoken + reasoning_tokens == total;
        Usage {
            prompt_tokens,
            completion_tokens: if beside { spoken + reasoning_tokens } else { spoken },
            cached_tokens: self
                .prompt_tokens_details
                .as_ref()
                .and_then(|details| details.cached_tokens)
                .or(self.prompt_cache_hit_tokens)
                .or(self.num_cached_tokens)
                .unwrap_or(0),
            reasoning_tokens,
            estimated: false,
        }
    }
}

/// A text; empty where there is none. Numbers are taken as they are written.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Word(pub(super) String);

impl Word {
    pub(super) fn some(self) -> Option<String> {
        (!self.0.is_empty()).then_some(self.0)
    }
}

/// Content: a text, or a list of chunks in which thoughts and words are apart.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) text: String,
    pub(super) thoughts: String,
}

/// A piece of a list of content, or of thoughts.
#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Piece {
    text: Content,
    thinking: Content,
    summary: Content,
}

/// Arguments of a call: a string of JSON, or, against the specification, the object itself.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Arguments(pub(super) String);

macro_rules! lenient {
    ($type:ident, $visitor:ident, { $($more:tt)* }) => {
        struct $visitor;

        impl<'de> Visitor<'de> for $visitor {
            type Value = $type;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("anything")
            }

            fn visit_unit<E>(self) -> Result<$type, E> {
                Ok($type::default())
            }

            fn visit_bool<E>(self, _: bool) -> Result<$type, E> {
                Ok($type::default())
            }

            $($more)*
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any($visitor)
            }
        }
    };
}

lenient!(Word, WordVisitor, {
    fn visit_str<E>(self, text: &str) -> Result<Word, E> {
        Ok(Word(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Word, E> {
        Ok(Word(text))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Word, E> {
        Ok(Word(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Word, E> {
        Ok(Word(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Word, E> {
        Ok(Word(number.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Word, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Word::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Word, A::Error> {
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Word::default())
    }
});

lenient!(Content, ContentVisitor, {
    fn visit_str<E>(self, text: &str) -> Result<Content, E> {
        Ok(Content { text: text.to_owned(), thoughts: String::new() })
    }

    fn visit_string<E>(self, text: String) -> Result<Content, E> {
        Ok(Content { text, thoughts: String::new() })
    }

    fn visit_u64<E>(self, number: u64) -> Result<Content, E> {
        Ok(Content { text: number.to_string(), thoughts: String::new() })
    }

    fn visit_i64<E>(self, number: i64) -> Result<Content, E> {
        Ok(Content { text: number.to_string(), thoughts: String::new() })
    }

    fn visit_f64<E>(self, number: f64) -> Result<Content, E> {
        Ok(Content { text: number.to_string(), thoughts: String::new() })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Content, A::Error> {
        let mut content = Content::default();
        while let Some(item) = items.next_element::<Content>()? {
            content.text.push_str(&item.text);
            content.thoughts.push_str(&item.thoughts);
        }
        Ok(content)
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Content, A::Error> {
        let piece = Piece::deserialize(serde::de::value::MapAccessDeserializer::new(fields))?;
        let thoughts = piece.thinking.text + &piece.summary.text;
        Ok(Content { text: piece.text.text, thoughts })
    }
});

lenient!(Arguments, ArgumentsVisitor, {
    fn visit_str<E>(self, text: &str) -> Result<Arguments, E> {
        Ok(Arguments(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Arguments, E> {
        Ok(Arguments(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Arguments, A::Error> {
        let value = Value::deserialize(serde::de::value::SeqAccessDeserializer::new(items))?;
        Ok(Arguments(value.to_string()))
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Arguments, A::Error> {
        let value = Value::deserialize(serde::de::value::MapAccessDeserializer::new(fields))?;
        Ok(Arguments(value.to_string()))
    }
});
