//! What clients ask the gateway for, on top of routing, documents and treatments: chats, embeddings, and plans without
//! calls.
//!
//! Each file says how its task is prepared for a candidate and what its answer must be, and runs through the one attempt
//! loop in `routing`. Pages and transcripts, which treatments need as well, do so in `documents` and `treatments`.

mod chat;
mod embed;
mod explain;

pub use chat::{Answered, WholeAnswer};
pub use embed::Embedded;
