//! Whisper: 99 languages, told apart and written down, or put into English.
//!
//! A segment is encoded at its own length with a second of silence behind it, and once more at the full 30 seconds when
//! that led into a loop. Greedy, without times; the times of words come from the attention (`times`). Nothing here knows
//! where a recording was cut.

mod mel;
mod model;
mod times;
mod vocabulary;

pub use model::WhisperFiles;
pub(super) use model::{Heard, Wanted, Whisper};
