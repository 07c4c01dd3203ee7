//! Whisper: 99 languages, told apart and written down, or put into English.
//!
//! A segment is encoded at its own length with a second of silence behind it, and once more at the full 30 seconds when
//! that led into a loop or to words that are hardly believed. The likeliest token is taken, and where it is
//! not sure, several ways are tried (`search`). Tokens of times are not asked for; the times of words come from the
//! attention (`times`). Nothing here knows where a recording was cut.

mod choice;
mod decoder;
mod mel;
mod model;
mod search;
mod times;
mod vocabulary;

pub(super) use choice::probability;
pub use model::WhisperFiles;
pub(super) use model::{Heard, Wanted, Whisper};
