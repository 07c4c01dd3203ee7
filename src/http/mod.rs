//! The door for HTTP: which callers are let in, which route answers, which status tells the truth.
//!
//! It decides nothing about media; handlers hand requests to the gateway and write down what it answers. `mediary serve`
//! calls [`serve()`]; tests drive [`router()`] without a socket.

mod admin;
mod audio;
mod batches;
mod body;
mod connection;
mod content;
mod current;
mod dashboard;
mod docs;
mod error;
mod files;
mod fleet;
mod forks;
mod google;
mod guard;
mod health;
mod images;
mod json_weight;
mod kept_files;
mod landing;
mod lanes;
mod logged;
mod mcp;
mod metrics;
mod models;
mod ocr;
mod ollama;
mod plan;
mod projects;
mod realtime;
mod reminders;
mod request_id;
mod router;
mod serve;
mod state;
mod takeover;
mod tasks;
mod threads;
mod unpacked;
mod videos;
mod visit;
mod watched;
mod web;

#[cfg(test)]
mod tests;

pub use batches::door;
pub use current::Current;
pub use docs::openapi;
pub use error::{ApiError, ErrorBody};
pub use mcp::RouterDoor;
pub use plan::explained;
pub use request_id::RequestId;
pub use router::router;
pub use serve::{serve, serve_current, stop_signal};
pub use state::{AppState, Parts, Upkeep};
pub use tasks::{kept_responses, refused};

/// The version that answers, logs and documents name.
const VERSION: &str = env!("CARGO_PKG_VERSION");
