//! What of a target can be tried by itself, with a small request of its own.
//!
//! A catalog claims it; a probe proves it or refutes it. Which requests probe it is said above this crate.

use serde::{Deserialize, Serialize};

use super::{Abilities, Structured, TaskKind};
use crate::{MediaFormat, MediaKind};

/// What of a target can be tried by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ability {
    /// It chats in text.
    Text,
    /// It goes on with a text.
    Completion,
    /// It reads pictures.
    Image,
    /// It reads PDFs.
    Pdf,
    /// It hears recordings in a chat.
    Audio,
    /// It watches videos.
    Video,
    /// It calls functions.
    Tools,
    /// It holds to a JSON schema.
    Schema,
    /// It embeds texts.
    Embedding,
    /// It ranks documents.
    Rerank,
    /// It judges texts.
    Moderation,
    /// It reads pages.
    Ocr,
    /// It writes down what is said.
    Transcription,
    /// It writes down in English what is said.
    Translation,
    /// It speaks.
    Speech,
    /// It makes pictures.
    ImageGeneration,
    /// It changes pictures.
    ImageEdit,
    /// It makes pictures that are like another.
    ImageVariation,
}

impl Ability {
    /// All of them, in the order in which they are tried: what others stand on comes first.
    pub const ALL: [Self; 18] = [
        Self::Text,
        Self::Completion,
        Self::Image,
        Self::Pdf,
        Self::Audio,
        Self::Video,
        Self::Tools,
        Self::Schema,
        Self::Embedding,
        Self::Rerank,
        Self::Moderation,
        Self::Ocr,
        Self::Transcription,
        Self::Translation,
        Self::Speech,
        Self::ImageGeneration,
        Self::ImageEdit,
        Self::ImageVariation,
    ];

    /// Its name in requests and answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Completion => "completion",
            Self::Image => "image",
            Self::Pdf => "pdf",
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Tools => "tools",
            Self::Schema => "schema",
            Self::Embedding => "embedding",
            Self::Rerank => "rerank",
            Self::Moderation => "moderation",
            Self::Ocr => "ocr",
            Self::Transcription => "transcription",
            Self::Translation => "translation",
            Self::Speech => "speech",
            Self::ImageGeneration => "image_generation",
            Self::ImageEdit => "image_edit",
            Self::ImageVariation => "image_variation",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ability| ability.name() == name)
    }

    /// The kind of work that it belongs to.
    #[must_use]
    pub fn task(self) -> TaskKind {
        match self {
            Self::Text | Self::Image | Self::Pdf | Self::Audio | Self::Video | Self::Tools | Self::Schema => {
                TaskKind::Chat
            }
            Self::Completion => TaskKind::Completion,
            Self::Embedding => TaskKind::Embedding,
            Self::Rerank => TaskKind::Rerank,
            Self::Moderation => TaskKind::Moderation,
            Self::Ocr => TaskKind::Ocr,
            Self::Transcription => TaskKind::Transcription,
            Self::Translation => TaskKind::Translation,
            Self::Speech => TaskKind::Speech,
            Self::ImageGeneration => TaskKind::ImageGeneration,
            Self::ImageEdit => TaskKind::ImageEdit,
            Self::ImageVariation => TaskKind::ImageVariation,
        }
    }

    /// Whether it is a kind of work as a whole: a target that cannot do it is of no use for any request of that kind.
    #[must_use]
    pub fn is_whole_task(self) -> bool {
        !matches!(self, Self::Image | Self::Pdf | Self::Audio | Self::Video | Self::Tools | Self::Schema)
    }

    /// Whether to show it a picture is made, which is the dearest thing to ask for.
    #[must_use]
    pub fn makes_pictures(self) -> bool {
        matches!(self, Self::ImageGeneration | Self::ImageEdit | Self::ImageVariation)
    }

    /// Whether it is about this format.
    #[must_use]
    pub fn is_about(self, format: MediaFormat) -> bool {
        match self {
            Self::Image => format.kind() == MediaKind::Image,
            Self::Pdf => format == MediaFormat::Pdf,
            Self::Audio => format.kind() == MediaKind::Audio,
            Self::Video => format.kind() == MediaKind::Video,
            _ => false,
        }
    }

    /// Whether a target is said to have it.
    #[must_use]
    pub fn is_claimed_by(self, row: &Abilities) -> bool {
        row.does(self.task())
            && match self {
                Self::Image | Self::Pdf | Self::Audio | Self::Video => {
                    row.accepts.iter().any(|accepted| self.is_about(accepted.format))
                }
                Self::Tools => row.tools,
                Self::Schema => row.structured == Structured::Schema,
                // Where pictures are changed, a variation is a change of nothing in particular.
                Self::ImageVariation => !row.does(TaskKind::ImageEdit),
                _ => true,
            }
    }

    /// All that a target is said to have.
    #[must_use]
    pub fn claimed_by(row: &Abilities) -> Vec<Self> {
        Self::ALL.into_iter().filter(|ability| ability.is_claimed_by(row)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Acceptance;
    use super::*;

    #[test]
    fn what_is_claimed_follows_from_the_row() {
        let target = || "p/m".parse().unwrap();
        let names = |row: &Abilities| Ability::claimed_by(row).into_iter().map(Ability::name).collect::<Vec<_>>();
        assert_eq!(names(&Abilities::chat(target())), ["text"]);
        let accepts = [MediaFormat::Png, MediaFormat::Pdf, MediaFormat::Mp4].map(Acceptance::of).into();
        let able = Abilities { accepts, tools: true, structured: Structured::Schema, ..Abilities::chat(target()) };
        assert_eq!(names(&able), ["text", "image", "pdf", "video", "tools", "schema"]);
        // A recogniser takes recordings, and hears none in a chat.
        let accepts = vec![Acceptance::of(MediaFormat::Wav)];
        let hears = Abilities { accepts, ..Abilities::of(target(), TaskKind::Transcription) };
        assert_eq!(names(&hears), ["transcription"]);
        assert_eq!(names(&Abilities::of(target(), TaskKind::Ocr)), ["ocr"]);
        let edits = Abilities::of(target(), TaskKind::ImageEdit);
        assert_eq!(names(&edits), ["image_edit"], "a variation would only cost a picture more");
        // A video costs dollars and takes minutes, however short it is.
        assert_eq!(names(&Abilities::of(target(), TaskKind::VideoGeneration)), [""; 0]);
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        assert!(Ability::ALL.into_iter().all(|ability| Ability::named(ability.name()) == Some(ability)));
        assert_eq!(Ability::named("sight"), None);
    }
}
