//! Tiers: virtual models that stand for whatever serves a purpose best.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A purpose that can be asked for instead of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// Whichever of the others suits the request.
    Auto,
    /// A quick answer.
    Fast,
    /// Everyday work.
    Standard,
    /// Thinking it through.
    Reasoning,
    /// Long work with tools.
    Agentic,
    /// Programs.
    Code,
    /// Pictures.
    Vision,
    /// Any mixture of media.
    Multimodal,
    /// Very long requests.
    LongContext,
}

impl Tier {
    /// All of them, `auto` first.
    pub const ALL: [Self; 9] = [
        Self::Auto,
        Self::Fast,
        Self::Standard,
        Self::Reasoning,
        Self::Agentic,
        Self::Code,
        Self::Vision,
        Self::Multimodal,
        Self::LongContext,
    ];

    /// Its name in requests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Fast => "fast",
            Self::Standard => "standard",
            Self::Reasoning => "reasoning",
            Self::Agentic => "agentic",
            Self::Code => "code",
            Self::Vision => "vision",
            Self::Multimodal => "multimodal",
            Self::LongContext => "long-context",
        }
    }

    /// Its name in Spanish, where it has one of its own.
    #[must_use]
    pub fn spanish(self) -> Option<&'static str> {
        match self {
            Self::Fast => Some("rapido"),
            Self::Reasoning => Some("razonamiento"),
            Self::Agentic => Some("agentico"),
            Self::Code => Some("codigo"),
            Self::Vision => Some("vista"),
            Self::LongContext => Some("contexto-largo"),
            Self::Auto | Self::Standard | Self::Multimodal => None,
        }
    }

    /// What it is for, in a few words.
    #[must_use]
    pub fn purpose(self) -> &'static str {
        match self {
            Self::Auto => "whichever tier suits the request",
            Self::Fast => "short answers, soon",
            Self::Standard => "everyday work",
            Self::Reasoning => "problems that want thinking",
            Self::Agentic => "long work with tools",
            Self::Code => "writing and reading programs",
            Self::Vision => "pictures",
            Self::Multimodal => "mixtures of media",
            Self::LongContext => "very long requests",
        }
    }

    /// The tier of this name, in either language.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.name() == name || tier.spanish() == Some(name))
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
