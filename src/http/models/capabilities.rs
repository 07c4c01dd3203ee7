//! What a model can do as Mistral's clients read it: they take an entry without this for one of a kind they do not know.
//!
//! Says nothing that the abilities beside it do not say. Made by [`super::body`].

use mediary_core::MediaKind;
use mediary_core::capability::{Abilities, TaskKind};
use serde::Serialize;
use utoipa::ToSchema;

/// One flag for each ability.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "so the clients read it")]
pub(in crate::http) struct Capabilities {
    /// Whether it chats.
    completion_chat: bool,
    /// Whether it calls functions.
    function_calling: bool,
    /// Whether it thinks before it answers.
    reasoning: bool,
    /// Whether it sees pictures in a chat.
    vision: bool,
    /// Whether it reads documents.
    ocr: bool,
    /// Whether it hears sound in a chat.
    audio: bool,
    /// Whether it writes down what is spoken.
    audio_transcription: bool,
}

impl Capabilities {
    /// What is true of any tier: something in it chats, and calls functions.
    pub(super) fn of_tier() -> Self {
        Self { completion_chat: true, function_calling: true, ..Self::default() }
    }

    /// Those of a target that reads these media as they are.
    pub(super) fn of(row: &Abilities, accepts: &[MediaKind]) -> Self {
        let chats = row.does(TaskKind::Chat);
        Self {
            completion_chat: chats,
            function_calling: chats && row.tools,
            reasoning: chats && row.reasoning,
            vision: chats && accepts.contains(&MediaKind::Image),
            ocr: row.does(TaskKind::Ocr),
            audio: chats && accepts.contains(&MediaKind::Audio),
            audio_transcription: row.does(TaskKind::Transcription),
        }
    }
}
