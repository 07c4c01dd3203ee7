//! An answer's blocks as Anthropic wrote them, put together again from the pieces of a stream.
//!
//! A client of this format that wants a whole answer gets them unchanged, however its target was asked: thoughts would be
//! refused in the next turn with a letter of them changed, and citations and tools of the provider's have no other words.

use mediary_core::task::ReplyEvent;
use serde_json::{Map, Value};

/// The blocks of one answer.
#[derive(Debug, Default)]
pub(super) struct OwnBlocks {
    open: Option<Value>,
    /// The arguments of an open call, which come as pieces of JSON.
    input: String,
    /// What the beginning said of usage, over which the end's goes.
    usage: Map<String, Value>,
}

impl OwnBlocks {
    /// Takes a frame; blocks that are complete, and how the answer ended, come out as events.
    pub(super) fn take(&mut self, data: &[u8], events: &mut Vec<ReplyEvent>) {
        // What cannot be read is the reader's to complain about.
        let Ok(mut frame) = serde_json::from_slice::<Value>(data) else { return };
        match frame["type"].as_str() {
            Some("message") => {
                for block in frame["content"].as_array_mut().map(std::mem::take).unwrap_or_default() {
                    events.push(own("content", block));
                }
                self.end(&mut frame, events);
            }
            Some("message_start") => {
                if let Some(usage) = frame["message"]["usage"].as_object_mut() {
                    self.usage.append(usage);
                }
            }
            Some("content_block_start") => {
                self.close(events);
                self.open = Some(frame["content_block"].take());
            }
            Some("content_block_delta") => self.delta(frame["delta"].take()),
            Some("content_block_stop") => self.close(events),
            Some("message_delta") => {
                let usage = frame["usage"].take();
                let mut end = frame["delta"].take();
                end["usage"] = usage;
                self.end(&mut end, events);
            }
            _ => {}
        }
    }

    fn delta(&mut self, mut delta: Value) {
        let Some(open) = &mut self.open else { return };
        match delta["type"].as_str() {
            Some("text_delta") => append(&mut open["text"], &delta["text"]),
            Some("thinking_delta") => append(&mut open["thinking"], &delta["thinking"]),
            Some("signature_delta") => open["signature"] = delta["signature"].take(),
            Some("input_json_delta") => self.input.push_str(delta["partial_json"].as_str().unwrap_or_default()),
            Some("citations_delta") => {
                let citation = delta["citation"].take();
                match open["citations"].as_array_mut() {
                    Some(citations) => citations.push(citation),
                    None => open["citations"] = Value::Array(vec![citation]),
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, events: &mut Vec<ReplyEvent>) {
        let input = std::mem::take(&mut self.input);
        let Some(mut block) = self.open.take() else { return };
        if !input.is_empty() {
            block["input"] = crate::functions::arguments(&input);
        }
        events.push(own("content", block));
    }

    fn end(&mut self, end: &mut Value, events: &mut Vec<ReplyEvent>) {
        if end["stop_reason"].is_null() {
            return;
        }
        let mut usage = std::mem::take(&mut self.usage);
        if let Value::Object(last) = end["usage"].take() {
            usage.extend(last.into_iter().filter(|(_, value)| !value.is_null()));
        }
        let mut told = Map::new();
        for name in ["stop_reason", "stop_sequence", "stop_details", "container", "context_management"] {
            if let Some(value) = end.get_mut(name) {
                told.insert(name.to_owned(), value.take());
            }
        }
        told.insert("usage".to_owned(), Value::Object(usage));
        events.push(own("end", Value::Object(told)));
    }
}

fn append(text: &mut Value, more: &Value) {
    let more = more.as_str().unwrap_or_default();
    match text {
        Value::String(text) => text.push_str(more),
        _ => *text = Value::String(more.to_owned()),
    }
}

fn own(field: &'static str, value: Value) -> ReplyEvent {
    ReplyEvent::Own { wire_format: super::NAME, field, value }
}
