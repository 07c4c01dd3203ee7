//! What a client asks for and what a target answers, in no vendor's wire format.
//!
//! Protocols decode requests into these types and write replies out of them; dialects and engines do the reverse.
//! Nothing here knows a URL, a key or a status. A field that only some vendors know travels in `extras` under its OpenAI
//! name, so that it survives between two ends that speak the same wire format.

mod chat;
mod completion;
mod embed;
mod extras;
mod image;
mod message;
mod moderate;
mod own;
mod path;
mod read;
mod reply;
mod rerank;
mod speak;
mod tools;
mod transcribe;
mod video;
mod whole;

pub use chat::{Chat, Effort, Granted, ReplyFormat, Sampling};
pub use completion::{Completion, Prompt};
pub use embed::{Embed, EmbedInput, InputType};
pub use extras::{Extra, Extras};
pub use image::{Attachment, ImageJob, ImageSize, ImageWork, Picture, PicturePlace};
pub use message::{Detail, MediaPart, Message, Part, Reasoning, Role};
pub use moderate::{Judgement, Moderate};
pub use own::{HostedTool, Original, OwnFields};
pub use path::{PartPath, Written};
pub use read::{PageText, Read};
pub use reply::{Finish, ReplyEvent, ReplyFrame, Usage};
pub use rerank::Rerank;
pub use speak::{SoundForm, Speak};
pub use tools::{FreeText, Tool, ToolCall, ToolChoice};
pub use transcribe::{Certainty, Segment, SpokenWord, Times, Transcribe};
pub use video::{Aspect, FrameSize, GenerateVideo, JobContent, JobReport};
pub use whole::{Choice, Piece, WholeReply};

use crate::capability::TaskKind;

/// A piece of work for one target.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "nearly all are chats, and each would be an allocation more")]
pub enum Task {
    /// The next message of a conversation.
    Chat(Chat),
    /// The text of a page.
    Read(Read),
    /// What is said in a recording.
    Transcribe(Transcribe),
    /// Vectors of texts.
    Embed(Embed),
    /// A voice that says a text.
    Speak(Speak),
    /// A video.
    GenerateVideo(GenerateVideo),
    /// Pictures.
    Image(ImageJob),
    /// The order of documents.
    Rerank(Rerank),
    /// What texts and pictures show.
    Moderate(Moderate),
}

impl Task {
    /// Which kind of work it is.
    #[must_use]
    pub fn kind(&self) -> TaskKind {
        match self {
            Self::Chat(chat) if chat.completion.is_some() => TaskKind::Completion,
            Self::Chat(_) => TaskKind::Chat,
            Self::Read(_) => TaskKind::Ocr,
            Self::Transcribe(transcribe) if transcribe.into_english => TaskKind::Translation,
            Self::Transcribe(_) => TaskKind::Transcription,
            Self::Embed(_) => TaskKind::Embedding,
            Self::Speak(_) => TaskKind::Speech,
            Self::GenerateVideo(_) => TaskKind::VideoGeneration,
            Self::Image(job) => job.kind(),
            Self::Rerank(_) => TaskKind::Rerank,
            Self::Moderate(_) => TaskKind::Moderation,
        }
    }

    /// What is lost of the fields that a target is not sent, by their names.
    #[must_use]
    pub fn lost(&self, dropped: &[String]) -> Vec<String> {
        if let Self::Chat(chat) = self { chat.lost(dropped) } else { dropped.to_vec() }
    }

    /// Whether the reply is wanted as it grows.
    #[must_use]
    pub fn streams(&self) -> bool {
        match self {
            Self::Chat(chat) => chat.stream,
            Self::Transcribe(transcribe) => transcribe.stream,
            // A sound leaves as it is made, whatever was asked.
            Self::Speak(_) => true,
            Self::Image(job) => job.partial_images.is_some(),
            Self::Read(_) | Self::Embed(_) | Self::GenerateVideo(_) | Self::Rerank(_) | Self::Moderate(_) => false,
        }
    }
}
