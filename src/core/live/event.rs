//! What a client says to its session, and what the session says to its client.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::{Item, LiveSettings};
use crate::Target;

/// What a client asks of its session.
#[derive(Debug, Clone, PartialEq)]
pub enum ClientEvent {
    /// From here on the conversation is held like this.
    Update(Box<LiveSettings>),
    /// More sound, in the form of the session's input.
    Append(Bytes),
    /// What was heard so far is a turn.
    Commit,
    /// What was heard so far is to be forgotten.
    Clear,
    /// A piece of the conversation.
    AddItem {
        /// Which; an empty id is to be made up.
        item: Item,
        /// The item that it follows; `None`: the last one; `root`: none.
        after: Option<String>,
    },
    /// To be told a piece of the conversation.
    Retrieve(String),
    /// To remove one.
    Delete(String),
    /// No more than this was heard of what was spoken.
    Truncate {
        /// The item.
        id: String,
        /// Which of its pieces.
        content: u32,
        /// So much was heard.
        heard_ms: u64,
    },
    /// To be answered.
    Respond(Box<ResponseWish>),
    /// To end the answer that is being given.
    Cancel,
}

/// How one answer is wanted; what is `None` is as the session has it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResponseWish {
    /// The session's settings with those of this answer laid over them.
    pub settings: Option<Box<LiveSettings>>,
    /// Whether it becomes a part of the conversation.
    pub is_apart: bool,
    /// What it answers instead of the conversation.
    pub input: Option<Vec<Item>>,
    /// What its client knows it by.
    pub metadata: Map<String, Value>,
}

/// Where in an answer something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The answer.
    pub response: String,
    /// The item.
    pub item: String,
    /// Which of the answer's.
    pub output: u32,
    /// Which piece of it.
    pub content: u32,
}

/// How an answer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseState {
    /// It is being given.
    InProgress,
    /// It is whole.
    Completed,
    /// Its client ended it.
    Cancelled,
    /// A new turn of the person's ended it.
    Interrupted,
    /// It was as long as allowed.
    CutOff,
    /// Its target would not say it.
    Filtered,
    /// No target gave it.
    Failed,
}

/// Tokens of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LiveUsage {
    /// Of what was asked, words and sound, and …
    pub input: u64,
    /// … of that, those of sound, and …
    pub input_sound: u64,
    /// … those its provider had kept.
    pub cached: u64,
    /// Of the answer, and …
    pub output: u64,
    /// … of that, those of sound.
    pub output_sound: u64,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct SpokenReply {
    /// What it is called.
    pub id: String,
    /// How it stands.
    pub state: ResponseState,
    /// What is wrong, where it failed.
    pub failure: Option<Box<LiveError>>,
    /// What it is made of.
    pub output: Vec<Item>,
    /// How it was asked for.
    pub settings: Box<LiveSettings>,
    /// The conversation that it is a part of, if it is.
    pub conversation: Option<String>,
    /// What its client knows it by.
    pub metadata: Map<String, Value>,
    /// What it took, once that is known.
    pub usage: Option<LiveUsage>,
}

/// Something went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveError {
    /// Its family, such as `invalid_request_error`.
    pub family: &'static str,
    /// What programs can tell errors apart by.
    pub code: String,
    /// A sentence that says what was wrong and what to do.
    pub message: String,
    /// The field to blame.
    pub param: Option<String>,
    /// The client's event to blame.
    pub event: Option<String>,
}

/// What a session tells its client.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    missing_docs,
    reason = "each is the event of its name in OpenAI's realtime interface, with that event's fields"
)]
pub enum ServerEvent {
    /// An event as the target wrote it.
    AsWritten(String),
    SessionCreated,
    SessionUpdated,
    ItemAdded {
        item: Item,
        after: Option<String>,
    },
    ItemDone {
        item: Item,
        after: Option<String>,
    },
    ItemRetrieved {
        item: Item,
    },
    ItemDeleted {
        id: String,
    },
    ItemTruncated {
        id: String,
        content: u32,
        heard_ms: u64,
    },
    HeardDelta {
        item: String,
        delta: String,
    },
    Heard {
        item: String,
        words: String,
        seconds: f64,
    },
    HeardFailed {
        item: String,
        error: LiveError,
    },
    SpeechStarted {
        item: String,
        at_ms: u64,
    },
    SpeechStopped {
        item: String,
        at_ms: u64,
    },
    Committed {
        item: String,
        after: Option<String>,
    },
    Cleared,
    ResponseCreated(Box<SpokenReply>),
    OutputAdded {
        response: String,
        output: u32,
        item: Item,
    },
    PartAdded {
        place: Place,
        aloud: bool,
    },
    TextDelta {
        place: Place,
        delta: String,
    },
    TextDone {
        place: Place,
        text: String,
    },
    SoundDelta {
        place: Place,
        bytes: Bytes,
    },
    SoundDone {
        place: Place,
    },
    WordsDelta {
        place: Place,
        delta: String,
    },
    WordsDone {
        place: Place,
        text: String,
    },
    ArgumentsDelta {
        place: Place,
        call: String,
        delta: String,
    },
    ArgumentsDone {
        place: Place,
        call: String,
        name: String,
        arguments: String,
    },
    PartDone {
        place: Place,
        aloud: bool,
        text: String,
    },
    OutputDone {
        response: String,
        output: u32,
        item: Item,
    },
    ResponseDone(Box<SpokenReply>),
    Failed(LiveError),
    /// From here on another target answers.
    TargetChanged {
        from: Option<Target>,
        to: Target,
        why: String,
    },
}
