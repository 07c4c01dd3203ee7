//! OpenAI's formats as clients speak them: chat completions, embeddings, transcriptions and speech.
//!
//! Pure translation: requests become tasks, replies become bodies or chunks. Which models there are, what is done to
//! media and which target answers is the gateway's affair.

pub mod batches;
mod completions;
mod cues;
pub(in crate::protocol) mod custom;
mod decode;
mod drawn;
mod embeddings;
mod encode;
mod files;
mod images;
mod inputs;
mod interpret;
mod legacy;
mod moderations;
mod numbers;
mod rerank;
mod speech;
mod stream;
#[cfg(test)]
mod tests;
mod tools;
mod transcript;
mod transcriptions;
mod videos;
mod wire;

pub use completions::OpenAiCompletions;
pub use decode::ChatForm;
pub(super) use decode::effort_of_budget;
pub use drawn::{AnswerFacts, BodyPiece, Told, ToldPicture, image_event, images_answer};
pub use embeddings::OpenAiEmbeddings;
pub use encode::completion;
pub use files::{
    AnnouncedFile, FileFields, file_json, file_list, file_name, file_removed, files_json, part_ids, part_json,
    upload_json,
};
pub use images::{ImageRequest, MOST_SOURCES, OpenAiImages};
pub use interpret::Interpret;
pub use moderations::OpenAiModerations;
pub use rerank::Reranking;
pub use speech::{OpenAiSpeech, SpeechRequest, last_event, media_type, sound_event};
pub use stream::ChunkWriter;
pub(super) use tools::withhold;
pub use transcriptions::{OpenAiTranscriptions, TranscriptionForm};
pub use videos::{
    OpenAiVideos, VideoPage, VideoRequest, remix_prompt, video_file_name, video_json, video_list, video_removed,
};

use mediary_core::task::{Task, WholeReply};
use serde_json::{Value, json};

use super::process::BadField;
use super::{AnswerHead, Decoded, Encode, ErrorFields, Errors, JsonProtocol, Protocol, Sent, StreamWriter, json_bytes};

/// `POST /v1/chat/completions`.
#[derive(Debug, Clone, Copy)]
pub struct OpenAiChat;

/// The protocol of `/v1/chat/completions`.
pub static CHAT: OpenAiChat = OpenAiChat;
/// The protocol of `/v1/completions`.
pub static COMPLETIONS: OpenAiCompletions = OpenAiCompletions;
/// The protocol of `/v1/embeddings`.
pub static EMBEDDINGS: OpenAiEmbeddings = OpenAiEmbeddings;
/// The protocol of `/v1/images/generations` and its sisters.
pub static IMAGES: OpenAiImages = OpenAiImages;
/// The protocol of `/v1/moderations`.
pub static MODERATIONS: OpenAiModerations = OpenAiModerations;
/// The protocol of `/v1/rerank` and `/v2/rerank`.
pub static RERANK: Reranking = Reranking;
/// The protocol of `/v1/interpret`.
pub static INTERPRET: Interpret = Interpret;
/// The protocol of `/v1/audio/speech`.
pub static SPEECH: OpenAiSpeech = OpenAiSpeech;
/// The protocol of `/v1/audio/transcriptions` and `/v1/audio/translations`.
pub static TRANSCRIPTIONS: OpenAiTranscriptions = OpenAiTranscriptions;

impl OpenAiChat {
    const WIRE_FORMAT: &'static str = "openai";
}

impl Errors for OpenAiChat {
    fn error(&self, error: &ErrorFields) -> Value {
        json!({ "error": error })
    }
}

impl Protocol for OpenAiChat {
    fn wire_format(&self) -> &'static str {
        Self::WIRE_FORMAT
    }
}

impl JsonProtocol for OpenAiChat {
    fn decode(&self, sent: &Sent) -> Result<Decoded, BadField> {
        let ChatForm { model, chat, include_usage, is_legacy, custom_tools } = ChatForm::decode(&sent.body)?;
        let answer = ChatAnswer { include_usage, is_legacy, custom_tools };
        Ok(Decoded { task: Task::Chat(chat), model, answer: Box::new(answer), dropped: Vec::new() })
    }
}

/// How the answer to one chat is written.
#[derive(Debug)]
struct ChatAnswer {
    /// Whether a stream is to end with a chunk of usage.
    include_usage: bool,
    /// Whether calls are written as they were before there were tools.
    is_legacy: bool,
    /// The tools whose input is free text.
    custom_tools: Vec<String>,
}

impl Encode for ChatAnswer {
    fn whole(&self, head: AnswerHead, reply: &WholeReply) -> Vec<u8> {
        let mut body = completion(&named(head), reply);
        if self.is_legacy {
            legacy::whole(&mut body);
        }
        custom::whole(&mut body, &self.custom_tools);
        json_bytes(&body)
    }

    fn stream(&self, head: AnswerHead, passes_raw: bool) -> Option<Box<dyn StreamWriter>> {
        let writer = ChunkWriter::new(named(head), self.include_usage, passes_raw && self.passes_raw());
        let writer = writer.with_custom_tools(self.custom_tools.clone());
        Some(Box::new(if self.is_legacy { writer.before_tools() } else { writer }))
    }

    fn passes_raw(&self) -> bool {
        !self.is_legacy && self.custom_tools.is_empty()
    }
}

/// The head of a chat's answer, whose ids begin as OpenAI's do.
fn named(head: AnswerHead) -> AnswerHead {
    AnswerHead { id: format!("chatcmpl-{}", head.id), ..head }
}
