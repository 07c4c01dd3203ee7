//! What holds for every dialect alike, and how one that is not among them is added.

mod carried;
mod large;
mod secrecy;
mod tasks;
mod toy;

use std::sync::Arc;

use mediary_core::task::{Chat, Read, Task, Transcribe};
use mediary_core::{MediaFormat, Raster};

use crate::golden::{embed, media};
use crate::{Anthropic, Cloudflare, Dialect, Gemini, HuggingFace, MiniMax, Mistral, Ollama, OpenAi, Responses, Xai};

/// All dialects.
const ALL: [&dyn Dialect; 10] =
    [&OpenAi, &Responses, &Gemini, &Anthropic, &Mistral, &Ollama, &Cloudflare, &HuggingFace, &MiniMax, &Xai];

/// A task of each kind.
fn every_task() -> [Task; 4] {
    let raster = Arc::new(Raster::filled(1, 1, [255; 3]));
    [
        Task::Chat(Chat::default()),
        Task::Read(Read { raster, picture: Some(media(MediaFormat::Png).media), words: false }),
        Task::Transcribe(Transcribe::of(media(MediaFormat::Mp3).media)),
        Task::Embed(embed(&["a", "b"])),
    ]
}
