//! The contract of a dialect that is spoken over WebSockets (RFC 6455): still pure translation, with time and chance as
//! arguments. `remote/socket` holds the conversations.

use std::fmt;
use std::time::SystemTime;

use mediary_core::Failure;
use mediary_core::task::ReplyFrame;

/// A task as it is carried out over WebSockets, one conversation after the other.
pub trait Talk: Send + fmt::Debug {
    /// How the next conversation begins; `None`: all has been said. Asked anew where it could not begin.
    fn opening(&mut self, now: SystemTime, chance: [u128; 3]) -> Option<Opening>;

    /// Takes what the other side says.
    ///
    /// # Errors
    /// What it says went wrong; garbled when it cannot be understood.
    fn hear(&mut self, said: Said<'_>, into: &mut ReplyFrame) -> Result<Turn, Failure>;

    /// What is left out of the task, by names of the request's fields.
    fn left_out(&self) -> Vec<String>;
}

/// The beginning of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// What to append to the provider's base URL, with its query.
    pub path: String,
    /// Headers of the handshake.
    pub headers: Vec<(&'static str, String)>,
    /// What is said first, in text.
    pub messages: Vec<String>,
}

/// What the other side says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said<'a> {
    /// A message of text.
    Text(&'a str),
    /// A message of bytes.
    Bytes(&'a [u8]),
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The other side has more to say.
    Theirs,
    /// This conversation is over.
    Over,
}
