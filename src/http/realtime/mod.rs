//! Live conversations over HTTP: short-lived tokens, and the WebSocket on which a conversation is held.
//!
//! Nothing is decided here: the gateway has the session, the protocol reads and writes its events, and this carries them
//! between the session and the client's socket.

mod door;
mod secrets;
mod socket;
mod upgrade;

pub(super) use secrets::{
    __path_client_secrets, __path_sessions, __path_transcription_sessions, client_secrets, sessions,
    transcription_sessions,
};
pub(super) use upgrade::{__path_calls, __path_socket, calls, socket, used_up};

/// The route of the socket.
pub(super) const SOCKET: &str = "/v1/realtime";
