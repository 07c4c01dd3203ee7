//! One message of a conversation and the parts it is made of.

use serde_json::Value;

use super::{Extras, Original, ToolCall, Written};
use crate::Media;

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The application that set the conversation up; OpenAI's `developer` too.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
    /// A function that the model called.
    Tool,
}

/// One turn.
#[derive(Debug, Clone)]
pub struct Message {
    /// Whose turn it is.
    pub role: Role,
    /// What is said, in order. Tool results too may hold media.
    pub parts: Vec<Part>,
    /// Functions an assistant called.
    pub tool_calls: Vec<ToolCall>,
    /// Which call a tool answers.
    pub tool_call_id: Option<String>,
    /// The speaker's name, or that of the function.
    pub name: Option<String>,
    /// Whether what a tool was to do failed. Its first part says so in words, for targets that know no other way.
    pub has_failed: bool,
    /// What an assistant thought before it spoke.
    pub reasoning: Option<Reasoning>,
    /// What an assistant said instead of an answer.
    pub refusal: Option<String>,
    /// Parts up to which its provider is to keep the prompt: which, and how in Anthropic's words. A part that was treated
    /// may have become several; then the mark stands a little before where it stood.
    pub cache_marks: Vec<(usize, Value)>,
    /// Fields without a place here.
    pub extras: Extras,
    /// The message as its client wrote it, where that says more.
    pub original: Option<Original>,
    /// Where its client wrote it; `None`: where OpenAI's chats have it.
    pub written: Option<Written>,
}

impl Message {
    /// What stands before the result of a tool that failed, for targets that have no other word for it.
    pub const FAILED: &str = "The call failed.";

    /// A message with nothing in it yet.
    #[must_use]
    pub fn new(role: Role) -> Self {
        Self {
            role,
            parts: Vec::new(),
            tool_calls: Vec::new(),
            tool_call_id: None,
            name: None,
            has_failed: false,
            reasoning: None,
            refusal: None,
            cache_marks: Vec::new(),
            extras: Extras::new(),
            original: None,
            written: None,
        }
    }

    /// A message that is one text.
    #[must_use]
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self { parts: vec![Part::Text(text.into())], ..Self::new(role) }
    }

    /// Whether it neither says nor shows anything.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, Part::Text(text) if text.is_empty()))
    }

    /// Whether a conversation asks nothing: all of it is the person's, and says nothing.
    #[must_use]
    pub fn all_say_nothing(messages: &[Self]) -> bool {
        let says_nothing = |its: &Self| {
            its.role == Role::User
                && its.is_nothing()
                && its.original.as_ref().is_none_or(|original| original.names.is_empty())
        };
        messages.iter().filter(|its| its.role != Role::System).all(says_nothing)
    }

    /// Notes that a part was treated: what its client wrote no longer says what is to be sent.
    pub fn is_changed(&mut self) {
        if let Some(original) = &mut self.original {
            original.is_changed = true;
        }
    }

    /// How the prompt up to a part of it is to be kept.
    #[must_use]
    pub fn cache_control(&self, part: usize) -> Option<&Value> {
        self.cache_marks.iter().find(|(marked, _)| *marked == part).map(|(_, control)| control)
    }

    /// Its texts, a line break between two; media are left out.
    #[must_use]
    pub fn joined_text(&self) -> String {
        let texts = self.parts.iter().filter_map(|part| match part {
            Part::Text(text) => Some(text.as_str()),
            Part::Media(_) | Part::Remote { .. } => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    }
}

/// What an assistant thought.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reasoning {
    /// The thoughts, or a summary of them.
    pub text: String,
    /// What its provider wants back with them, as it gave it.
    pub signature: Option<String>,
    /// The wire format of the provider that thought; `None`: not known.
    pub thought_by: Option<String>,
    /// Where in its request each of them stands, as its client names it.
    pub places: Vec<String>,
}

impl Reasoning {
    /// The signature, for targets of this wire format: another vendor's is refused.
    #[must_use]
    pub fn signature_for(&self, wire_format: &str) -> Option<&str> {
        let is_theirs = self.thought_by.as_deref().is_none_or(|its| its == wire_format);
        self.signature.as_deref().filter(|_| is_theirs)
    }
}

/// A piece of a message.
#[derive(Debug, Clone)]
pub enum Part {
    /// Words.
    Text(String),
    /// A medium whose bytes are here.
    Media(MediaPart),
    /// A medium that is only named. The gateway fetches and classifies it before it plans; no dialect ever sees one.
    Remote {
        /// Its address, `http` or `https`.
        url: String,
        /// The file name that came with it.
        name: Option<String>,
        /// How closely a picture is to be looked at.
        detail: Option<Detail>,
    },
}

/// A medium in a message.
#[derive(Debug, Clone)]
pub struct MediaPart {
    /// What it is.
    pub media: Media,
    /// Its file name.
    pub name: Option<String>,
    /// How closely a picture is to be looked at.
    pub detail: Option<Detail>,
    /// An address at which the target can get it by itself: the one it was fetched from, or the file it was uploaded
    /// to there. A dialect that can sends this instead of the bytes.
    pub url: Option<String>,
}

impl MediaPart {
    /// A medium without a name.
    #[must_use]
    pub fn new(media: Media) -> Self {
        Self { media, name: None, detail: None, url: None }
    }
}

/// How closely a picture is looked at, for models that charge by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the vendor's")]
pub enum Detail {
    Auto,
    Low,
    High,
}

impl Detail {
    /// Its name in requests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Low => "low",
            Self::High => "high",
        }
    }
}
