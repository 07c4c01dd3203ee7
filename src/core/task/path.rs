//! Where in a request a part stands, as errors, headers and plans spell it.

use std::fmt;

/// The path of a part from the root of its request; everything is counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PartPath {
    /// A part of a chat's message: `messages[2].content[1]`.
    Content {
        /// Which message.
        message: usize,
        /// Which of its parts.
        part: usize,
    },
    /// The one medium of a request that has a field for it: `document`, `file`.
    Field(&'static str),
    /// An entry of a list: `input[3]`.
    Item(&'static str, usize),
}

impl fmt::Display for PartPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Content { message, part } => write!(formatter, "messages[{message}].content[{part}]"),
            Self::Field(name) => formatter.write_str(name),
            Self::Item(name, index) => write!(formatter, "{name}[{index}]"),
        }
    }
}
