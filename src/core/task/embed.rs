//! Embedding: from texts to vectors that lie close where meanings do.
//!
//! Vectors of different models cannot be compared, so whatever is embedded for one index has to come from one *family*:
//! models whose vectors are the same up to rounding (see [`crate::capability::VectorSpace`]).

use serde_json::Value;

use super::Extras;

/// Texts to embed.
#[derive(Debug, Clone, Default)]
pub struct Embed {
    /// The texts, each of which becomes a vector; never empty.
    pub inputs: Vec<EmbedInput>,
    /// How many dimensions the vectors shall have; `None`: as many as the model gives.
    pub dimensions: Option<u32>,
    /// Everything else that was asked for.
    pub extras: Extras,
}

/// A text to embed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmbedInput {
    /// As characters.
    Text(String),
    /// As the numbers of a tokenizer, `cl100k_base` unless the model has one of its own.
    Tokens(Vec<u32>),
}

impl EmbedInput {
    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Tokens(tokens) => tokens.is_empty(),
        }
    }
}

/// What texts are embedded for, where a model tells the two apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputType {
    /// They ask: the left side of a search.
    Query,
    /// They are what is searched.
    Passage,
}

impl Embed {
    /// What the texts are for, by the field `input_type` as vendors spell it; `None`: it was not said, or in words that are
    /// one vendor's alone.
    #[must_use]
    pub fn input_type(&self) -> Option<InputType> {
        match self.extras.get("input_type")?.as_str()? {
            "query" | "search_query" => Some(InputType::Query),
            "passage" | "document" | "search_document" => Some(InputType::Passage),
            _ => None,
        }
    }

    /// Whether texts that are too long are to be cut, by the field `truncate` as vendors spell it; usually they are refused.
    #[must_use]
    pub fn cuts_long_texts(&self) -> bool {
        match self.extras.get("truncate") {
            Some(Value::Bool(cuts)) => *cuts,
            Some(Value::String(which)) => which.eq_ignore_ascii_case("end"),
            Some(_) | None => false,
        }
    }

    /// Whether any of the texts comes as tokens.
    #[must_use]
    pub fn has_tokens(&self) -> bool {
        self.inputs.iter().any(|input| matches!(input, EmbedInput::Tokens(_)))
    }
}
