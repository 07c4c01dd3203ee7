//! What a client asks for and what a provider answers, in nobody's wire format.
//!
//! Protocols decode requests into these types and write replies out of them; dialects do the reverse towards
//! providers. Nothing here knows a URL, a key or a status. A field that only some vendors know travels in `extras`
//! under its OpenAI name, so that it survives between two ends that speak the same wire format.

mod chat;
mod message;
mod reply;
mod tools;
mod whole;

pub use chat::{Chat, Effort, ReplyFormat, Sampling};
pub use message::{Detail, MediaPart, Message, Part, Place, Reasoning, Role};
pub use reply::{Finish, ReplyEvent, ReplyFrame, Usage};
pub use tools::{Tool, ToolCall, ToolChoice};
pub use whole::{Choice, WholeReply};

/// Fields that have no place of their own here, by their names in OpenAI's wire format.
pub type Extras = serde_json::Map<String, serde_json::Value>;
