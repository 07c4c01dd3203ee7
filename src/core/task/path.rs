//! Where in a request a part stands, as errors, headers and plans spell it.

use std::fmt;

use super::Part;

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

/// Where in its request a message stands, as its client names it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// The message: `input[3]`.
    pub at: String,
    /// Its media, and which of its parts each of them is: `input[3].content[1]`.
    pub media: Vec<(usize, String)>,
}

impl Written {
    /// A message that stands there.
    pub fn at(place: impl Into<String>) -> Self {
        Self { at: place.into(), media: Vec::new() }
    }

    /// Notes the media among parts of which the first is the part `from` of the message, which stand at `place` together.
    pub fn notes(&mut self, from: usize, parts: &[Part], place: &str) {
        let media = parts.iter().enumerate().filter(|(_, part)| !matches!(part, Part::Text(_)));
        self.media.extend(media.map(|(at, _)| (from + at, place.to_owned())));
    }
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
