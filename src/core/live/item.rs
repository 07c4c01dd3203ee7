//! What a live conversation is made of: messages, calls of functions and their results.

use bytes::Bytes;

use crate::task::{Part, Role};

/// A piece of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What it is called.
    pub id: String,
    /// How far it has come.
    pub state: ItemState,
    /// What it is.
    pub kind: ItemKind,
}

/// How far an item has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemState {
    /// It grows.
    InProgress,
    /// It is whole.
    Completed,
    /// It was broken off.
    Incomplete,
}

/// What an item is.
#[derive(Debug, Clone, PartialEq)]
pub enum ItemKind {
    /// What one side said.
    Message {
        /// Which side.
        role: Role,
        /// In order.
        content: Vec<Content>,
    },
    /// A function that the model called.
    Call {
        /// What its result must name.
        call: String,
        /// Which function.
        name: String,
        /// JSON, if all went well.
        arguments: String,
    },
    /// What came of a call.
    Result {
        /// Which call.
        call: String,
        /// What it gave.
        output: String,
    },
}

/// A piece of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Words that were sent.
    Text(String),
    /// Sound that was sent: 16-bit samples, little-endian, one channel, at the rate of the session's input.
    Sound {
        /// The samples; empty for what came through the session's own input.
        samples: Bytes,
        /// What is said in it, once that is known.
        words: Option<String>,
    },
    /// A picture.
    Picture(LivePicture),
    /// Words that the model wrote.
    Written(String),
    /// Words that the model spoke.
    Spoken(String),
}

/// A picture as it was sent.
#[derive(Debug, Clone)]
pub struct LivePicture {
    /// Its address, mostly a data URL.
    pub url: String,
    /// What a model is told of it.
    pub part: Option<Part>,
}

impl PartialEq for LivePicture {
    /// Pictures are told apart by their addresses.
    fn eq(&self, other: &Self) -> bool {
        self.url == other.url
    }
}

impl Item {
    /// Its words, as far as they are known: of a message all of its texts and transcripts.
    #[must_use]
    pub fn words(&self) -> String {
        let ItemKind::Message { content, .. } = &self.kind else { return String::new() };
        let words = content.iter().filter_map(|content| match content {
            Content::Text(text) | Content::Written(text) | Content::Spoken(text) => Some(text.as_str()),
            Content::Sound { words, .. } => words.as_deref(),
            Content::Picture(_) => None,
        });
        words.filter(|words| !words.is_empty()).collect::<Vec<_>>().join("\n")
    }
}
