//! The `[realtime]` section: how many live conversations there are at once, how long each may last, and which models hold
//! them where no provider does.
//!
//! Only bounds and names; `gateway/realtime` keeps to them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::check::Check;
use super::keys::Key;
use super::quantity::Bytes;

/// The checked `[realtime]` section.
#[derive(Debug, Clone)]
pub struct Realtime {
    /// Most conversations at once.
    pub sessions: usize,
    /// How long one lasts at most.
    pub lasts: Duration,
    /// Most bytes of an event of a client's.
    pub message_bytes: Bytes,
    /// How long a turn of speech is at most.
    pub turn: Duration,
    /// The model of conversations whose clients name none that holds them.
    pub model: String,
    /// What writes down what is said; `local`: the engines of this process, as far as they are there.
    pub transcription_model: String,
    /// What speaks the answers, likewise.
    pub speech_model: String,
}

impl Default for Realtime {
    fn default() -> Self {
        super::Config::default().realtime
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawRealtime {
    sessions: u32,
    minutes: u32,
    message_bytes: Bytes,
    turn_seconds: u32,
    model: String,
    transcription_model: String,
    speech_model: String,
}

impl Default for RawRealtime {
    fn default() -> Self {
        Self {
            sessions: 100,
            minutes: 60,
            message_bytes: Bytes::mega(4),
            turn_seconds: 120,
            model: "auto".to_owned(),
            transcription_model: "local".to_owned(),
            speech_model: "local".to_owned(),
        }
    }
}

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "realtime.sessions",
        "a whole number, 0 or more",
        "most live conversations (`/v1/realtime`) at once; more are refused with 503",
    ),
    Key::new("realtime.minutes", "a whole number, 1 or more", "how long a live conversation lasts at most"),
    Key::new(
        "realtime.message_bytes",
        "a size such as \"4 MB\", 64 KB or more",
        "most bytes of one event that a client sends; it holds a part of `admission.bytes` for as long as it lasts",
    ),
    Key::new(
        "realtime.turn_seconds",
        "a whole number of seconds, 1 or more",
        "most of what is said in one turn; a longer one is answered there",
    ),
    Key::new(
        "realtime.model",
        "a model or a tier",
        "what answers conversations that no provider holds and whose clients name no model that chats",
    ),
    Key::new(
        "realtime.transcription_model",
        "a model, or \"local\"",
        "what writes down what is said in such conversations, unless the client names a model; `local`: the engines of this process, as far as they are installed",
    ),
    Key::new(
        "realtime.speech_model",
        "a model, or \"local\"",
        "what speaks the answers of such conversations; `local`: the engines of this process, as far as they are installed",
    ),
];

impl RawRealtime {
    pub(super) fn check(self, check: &mut Check<'_>) -> Realtime {
        check.require("realtime.minutes", self.minutes > 0);
        check.require("realtime.message_bytes", self.message_bytes.get() >= 64_000);
        check.require("realtime.turn_seconds", self.turn_seconds > 0);
        check.require("realtime.model", !self.model.trim().is_empty());
        check.require("realtime.transcription_model", !self.transcription_model.trim().is_empty());
        check.require("realtime.speech_model", !self.speech_model.trim().is_empty());
        Realtime {
            sessions: self.sessions as usize,
            lasts: Duration::from_secs(u64::from(self.minutes) * 60),
            message_bytes: self.message_bytes,
            turn: Duration::from_secs(self.turn_seconds.into()),
            model: self.model,
            transcription_model: self.transcription_model,
            speech_model: self.speech_model,
        }
    }
}
