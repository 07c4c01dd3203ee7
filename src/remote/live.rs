//! The contract of live conversations: a provider's format of them as pure translation.
//!
//! A dialect says where its providers hold them, writes what is said and reads what comes back; it opens no connection.
//! [`crate::Remote`] does the rest (`remote/live.rs`).

use std::collections::VecDeque;
use std::fmt;

use bytes::Bytes;
use http::Method;
use mediary_core::Failure;
use mediary_core::live::{LiveForm, LiveHeard, LiveSaid, LiveSettings, LiveSetup, LiveToken};

/// How a dialect holds live conversations.
pub trait LiveDialect: Sync + fmt::Debug {
    /// What a conversation consists of.
    fn form(&self) -> LiveForm;

    /// Where a conversation with a model is held, in full, from where its provider is.
    fn address(&self, base_url: &str, model: &str) -> String;

    /// A conversation that begins.
    fn wire(&self, setup: LiveSetup) -> Box<dyn LiveWire>;

    /// The request for a token that opens one. `until` is what time it is, and when it is too late to begin, in seconds
    /// since 1970.
    fn token(&self, base_url: &str, model: &str, settings: &LiveSettings, until: (u64, u64)) -> TokenCall;

    /// Reads the answer to that.
    ///
    /// # Errors
    /// Garbled when it is no token.
    fn token_of(&self, body: &[u8], base_url: &str, model: &str, until: (u64, u64)) -> Result<LiveToken, Failure>;
}

/// A request for a token, without the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenCall {
    /// How it is asked.
    pub method: Method,
    /// Where, in full.
    pub address: String,
    /// A body of JSON.
    pub body: Bytes,
}

/// One conversation, as its provider writes it.
pub trait LiveWire: Send + fmt::Debug {
    /// What is sent first.
    fn opening(&mut self) -> Vec<String>;

    /// Whether the provider is ready for what is said.
    fn is_ready(&self) -> bool;

    /// What to send for something that is said.
    fn say(&mut self, said: LiveSaid) -> Vec<String>;

    /// Reads a message.
    ///
    /// # Errors
    /// What it says went wrong; garbled when it cannot be understood.
    fn hear(&mut self, message: &str, heard: &mut VecDeque<LiveHeard>) -> Result<(), Failure>;
}
