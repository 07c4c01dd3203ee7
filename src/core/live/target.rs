//! A target that holds live conversations by itself, as the gateway's session sees it.
//!
//! One that speaks the clients' own format is handed events as they were written; any other is told what happens in these
//! words, and its dialect writes them down.

use std::fmt;

use bytes::Bytes;

use super::{LiveUsage, ResponseState};
use crate::Failure;
use crate::provider::BoxFuture;
use crate::task::{Role, Tool, ToolCall};

/// What a target is told, and tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiveForm {
    /// Events of OpenAI's realtime interface, as they are.
    Events,
    /// Turns of sound, told apart by the session.
    Turns,
}

/// How a conversation with a target begins.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LiveSetup {
    /// The model, as its provider calls it.
    pub model: String,
    /// What it is told beforehand.
    pub instructions: String,
    /// The voice that answers; `None`: the provider's own choice.
    pub voice: Option<String>,
    /// Whether it answers with sound.
    pub aloud: bool,
    /// Functions that it may call.
    pub tools: Vec<Tool>,
    /// How answers are drawn.
    pub temperature: Option<f64>,
    /// The most tokens of an answer.
    pub max_tokens: Option<u32>,
    /// What was said before.
    pub history: Vec<LiveTurn>,
}

/// What one side said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveTurn {
    /// Which side.
    pub role: Role,
    /// In words.
    pub text: String,
}

/// What a target is told.
#[derive(Debug, Clone, PartialEq)]
pub enum LiveSaid {
    /// An event as the client wrote it.
    Event(String),
    /// The person begins to speak.
    Begins,
    /// More of what is said: 16,000 samples a second of 16 bits, little-endian.
    Sound(Bytes),
    /// The person has ended, and is to be answered.
    Ends,
    /// What is to be answered, in words.
    Words(Vec<LiveTurn>),
    /// What came of a call, and of which function.
    Result {
        /// Which call.
        call: String,
        /// Which function.
        name: String,
        /// What it gave.
        output: String,
    },
}

/// What a target tells.
#[derive(Debug, Clone, PartialEq)]
pub enum LiveHeard {
    /// An event for the client, as it is. What follows from it is told besides.
    Event(String),
    /// It begins an answer of this name.
    Answers(String),
    /// More of what it understood the person to say.
    Asked(String),
    /// More of its answer in words.
    Words(String),
    /// More of its answer: 24,000 samples a second of 16 bits, little-endian.
    Sound(Bytes),
    /// It calls functions, and waits for what they give.
    Calls(Vec<ToolCall>),
    /// It has stopped answering, since the person speaks.
    Interrupted,
    /// Its answer is complete.
    Over,
    /// Its answer ends otherwise.
    Ended(ResponseState),
    /// What it took so far.
    Used(LiveUsage),
    /// It will end the conversation soon.
    Leaves,
}

/// A conversation with a target. Dropping it ends it.
pub trait LiveTalk: Send + fmt::Debug {
    /// Says something.
    ///
    /// # Errors
    /// When the target has gone, or does not listen.
    fn say(&mut self, said: LiveSaid) -> BoxFuture<'_, Result<(), Failure>>;

    /// What it says next; `None` when it has ended. Not completing this future loses nothing.
    fn hear(&mut self) -> BoxFuture<'_, Option<Result<LiveHeard, Failure>>>;
}

/// A token that opens one conversation and little else, for a while.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveToken {
    /// The token.
    pub value: String,
    /// When it ends, in seconds since 1970.
    pub expires_at: u64,
    /// Where it is taken.
    pub connect_url: String,
    /// The session as its provider describes it, if it does.
    pub session: Option<serde_json::Value>,
}
