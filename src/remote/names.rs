//! The names of the dialects, as catalogs and configuration write them, and the dialect of each.

use mediary_core::{MediaFormat, MediaKind};
use serde::Deserialize;

use crate::{
    Anthropic, Automatic1111, Cloudflare, ComfyUi, Dialect, Edge, Gemini, HuggingFace, MiniMax, Mistral, Ollama,
    OpenAi, Responses, Xai,
};

/// A provider's wire format, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DialectName {
    /// OpenAI's chat completions and what belongs to them, which most providers speak.
    Openai,
    /// OpenAI's Responses API, and OpenAI's for all that is no chat.
    Responses,
    /// Google's `generateContent`.
    Gemini,
    /// Anthropic's messages.
    Anthropic,
    /// Mistral's own variety of chat completions.
    Mistral,
    /// Ollama's native API.
    Ollama,
    /// AUTOMATIC1111's API of Stable Diffusion.
    Automatic1111,
    /// ComfyUI's queue of graphs.
    Comfyui,
    /// Cloudflare's Workers AI: OpenAI's for chats, a form of each model's own for the rest.
    Cloudflare,
    /// Hugging Face's router: OpenAI's for chats, its inference service for the rest.
    HuggingFace,
    /// MiniMax: OpenAI's for chats, its own for sound and pictures.
    MiniMax,
    /// xAI: OpenAI's for chats, its own for sound and pictures.
    Xai,
    /// The read-aloud voices of Microsoft Edge, over a WebSocket. Unofficial.
    Edge,
}

impl DialectName {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Openai,
        Self::Responses,
        Self::Gemini,
        Self::Anthropic,
        Self::Mistral,
        Self::Ollama,
        Self::Cloudflare,
        Self::HuggingFace,
        Self::MiniMax,
        Self::Xai,
        Self::Edge,
        Self::Automatic1111,
        Self::Comfyui,
    ];

    /// The dialect of this name.
    #[must_use]
    pub fn dialect(self) -> &'static dyn Dialect {
        match self {
            Self::Openai => &OpenAi,
            Self::Responses => &Responses,
            Self::Gemini => &Gemini,
            Self::Anthropic => &Anthropic,
            Self::Mistral => &Mistral,
            Self::Ollama => &Ollama,
            Self::Automatic1111 => &Automatic1111,
            Self::Comfyui => &ComfyUi,
            Self::Cloudflare => &Cloudflare,
            Self::HuggingFace => &HuggingFace,
            Self::MiniMax => &MiniMax,
            Self::Xai => &Xai,
            Self::Edge => &Edge,
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.dialect().name()
    }

    /// What a medium's name means to it in a chat: see [`Dialect::formats`].
    #[must_use]
    pub fn formats(self, kind: MediaKind) -> &'static [MediaFormat] {
        self.dialect().formats(kind)
    }

    /// Whether it has a form for a file of this format in a chat.
    #[must_use]
    pub fn carries(self, format: MediaFormat) -> bool {
        self.dialect().carries(format)
    }
}

#[cfg(test)]
mod tests {
    use serde::de::value::{Error, StrDeserializer};
    use serde::de::{Deserialize, IntoDeserializer};

    use super::*;

    #[test]
    fn every_dialect_is_found_by_the_name_it_gives_itself() {
        for name in DialectName::ALL {
            let text: StrDeserializer<'_, Error> = name.as_str().into_deserializer();
            assert_eq!(DialectName::deserialize(text), Ok(name));
        }
    }
}
