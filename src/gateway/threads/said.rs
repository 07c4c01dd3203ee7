//! What was really said in a stream, as it leaves: kept at its end, or where it broke off, or where its client left.

use mediary_core::task::{ReplyEvent, ReplyFrame, WholeReply};

use super::super::routing::Route;
use super::Remembering;

/// An answer that grows beyond this is kept up to here, as one that broke off.
const MOST_BYTES: usize = 8 << 20;

/// Listens to a stream. Dropped before the end, it keeps what was said so far, marked as incomplete.
#[derive(Debug)]
pub struct Recording {
    /// `None`: it is kept.
    remembering: Option<Remembering>,
    reply: WholeReply,
    model: String,
    wire_format: &'static str,
    bytes: usize,
}

impl Recording {
    /// Listens for a request that names a thread.
    #[must_use]
    pub fn of(remembering: Remembering) -> Self {
        let (reply, model, wire_format, bytes) = (WholeReply::default(), String::new(), "", 0);
        Self { remembering: Some(remembering), reply, model, wire_format, bytes }
    }

    /// Takes in what is about to be written.
    pub fn hears(&mut self, frame: &ReplyFrame, route: &Route) {
        if self.remembering.is_none() {
            return;
        }
        if self.wire_format.is_empty() {
            (self.model, self.wire_format) = (route.target.to_string(), route.wire_format);
        }
        for event in &frame.events {
            let (choice, bytes) = match event {
                ReplyEvent::Text { choice, text }
                | ReplyEvent::Refusal { choice, text }
                | ReplyEvent::Reasoning { choice, text, .. } => (*choice, text.len()),
                ReplyEvent::ToolCall { choice, arguments, .. } => (*choice, arguments.len()),
                ReplyEvent::Extra { choice, value, .. } => (*choice, size_of_texts(value)),
                ReplyEvent::Finish { choice: 0, .. } => {
                    // Kept before its client can know of the end, and go on.
                    self.keep(true);
                    return;
                }
                _ => continue,
            };
            // Of several answers the first one is kept.
            if choice != 0 {
                continue;
            }
            self.bytes += bytes;
            if self.bytes > MOST_BYTES {
                self.keep(false);
                return;
            }
            self.reply.push(event.clone());
        }
    }

    /// Keeps what was said: the stream has ended as it should.
    pub fn ends(&mut self) {
        self.keep(true);
    }

    fn keep(&mut self, is_complete: bool) {
        if let Some(remembering) = self.remembering.take() {
            remembering.ended(&self.reply, &self.model, self.wire_format, is_complete);
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.keep(false);
    }
}

fn size_of_texts(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::String(text) => text.len(),
        serde_json::Value::Array(all) => all.iter().map(size_of_texts).sum(),
        serde_json::Value::Object(all) => all.values().map(size_of_texts).sum(),
        _ => 0,
    }
}
