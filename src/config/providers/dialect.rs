//! The names of the wire formats providers speak, and which files each has a form for.
//!
//! Names only: the formats themselves are in the remote crate. Whether a single model reads a file is said by its entry;
//! this is what its dialect could carry at all, so that no entry promises more.

use mediary_core::MediaFormat::{
    self, Aac, Avi, Bmp, Csv, Flac, Gif, Html, Jpeg, Json, M4a, Markdown, Mkv, Mov, Mp3, Mp4, Opus, Pdf, Png, Text,
    Tiff, Vorbis, Wav, Webm, Webp, Xml,
};
use mediary_core::MediaKind;
use serde::Deserialize;

/// A provider's wire format, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DialectName {
    /// OpenAI's chat completions, which most providers speak.
    Openai,
    /// Google's `generateContent`.
    Gemini,
    /// Anthropic's messages.
    Anthropic,
    /// Mistral's own variety of chat completions.
    Mistral,
    /// Ollama's native chat.
    Ollama,
}

impl DialectName {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Openai, Self::Gemini, Self::Anthropic, Self::Mistral, Self::Ollama];

    /// Its name in catalogs and configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Openai => "openai",
            Self::Gemini => "gemini",
            Self::Anthropic => "anthropic",
            Self::Mistral => "mistral",
            Self::Ollama => "ollama",
        }
    }

    /// What a medium's name means to it: the formats that servers of this dialect usually read. What it carries beyond
    /// these has to be named by its format.
    #[must_use]
    pub fn formats(self, kind: MediaKind) -> &'static [MediaFormat] {
        match (self, kind) {
            (Self::Gemini, MediaKind::Image) => &[Png, Jpeg, Webp],
            (Self::Gemini, MediaKind::Audio) => &[Wav, Mp3, Flac, Opus, Vorbis, Aac],
            (Self::Gemini, MediaKind::Video) => &[Mp4, Mov, Webm, Avi],
            (Self::Ollama, MediaKind::Image) => &[Png, Jpeg],
            (Self::Openai, MediaKind::Video) => &[Mp4, Mov, Webm],
            (Self::Openai | Self::Anthropic | Self::Mistral, MediaKind::Image) => &[Png, Jpeg, Webp, Gif],
            (Self::Openai | Self::Gemini | Self::Anthropic | Self::Mistral, MediaKind::Document) => &[Pdf],
            (Self::Openai | Self::Mistral, MediaKind::Audio) => &[Wav, Mp3],
            // Words of a message go everywhere; text files go as files only here.
            (Self::Gemini | Self::Anthropic, MediaKind::Text) => &[Text, Markdown, Csv, Json, Xml, Html],
            (Self::Openai | Self::Mistral | Self::Ollama, MediaKind::Text)
            | (Self::Anthropic | Self::Mistral | Self::Ollama, MediaKind::Video)
            | (Self::Anthropic | Self::Ollama, MediaKind::Audio)
            | (Self::Ollama, MediaKind::Document) => &[],
        }
    }

    /// Whether it has a form for a file of this format in a chat.
    #[must_use]
    pub fn carries(self, format: MediaFormat) -> bool {
        let further: &[MediaFormat] = match self {
            Self::Openai => &[Tiff, Bmp, Flac, M4a, Aac, Opus, Vorbis, Mkv, Avi],
            Self::Gemini => &[Bmp, M4a],
            Self::Mistral => &[Tiff, Bmp, Flac, M4a, Aac, Opus, Vorbis],
            Self::Ollama => &[Webp],
            Self::Anthropic => &[],
        };
        self.formats(format.kind()).contains(&format) || further.contains(&format)
    }
}
