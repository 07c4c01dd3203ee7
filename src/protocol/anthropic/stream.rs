//! From a reply's events to the events of a stream of the Messages API.
//!
//! Blocks never overlap there: while a call is open, everything else waits for the end. Frames of a provider that speaks
//! this format pass as they came.

use std::borrow::Cow;

use mediary_core::task::{Finish, ReplyEvent, ReplyFrame, Usage};
use serde::Deserialize;
use serde_json::{Value, json};

use super::encode::{call_id, counted, stop_reason};
use super::{shown, signed};
use crate::protocol::{AnswerHead, StreamWriter, json_into};

/// Writes one stream.
#[derive(Debug)]
pub(super) struct EventWriter {
    head: AnswerHead,
    passes_raw: bool,
    has_begun: bool,
    /// The next block's place.
    index: u32,
    open: Option<Open>,
    later: Vec<Later>,
    finish: Option<Finish>,
    has_calls: bool,
    is_refused: bool,
    /// Whether the provider's own frames have said why it ended, and that it has.
    has_told_end: bool,
    has_ended: bool,
    /// The target that goes on, until the first event of it is written.
    continued_by: Option<String>,
}

/// The block that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Text,
    Thinking {
        is_signed: bool,
    },
    Call(u32),
    /// One that only its vendor knows.
    Other,
}

/// What waits until the open call is complete.
#[derive(Debug)]
enum Later {
    Text(String),
    Thinking { text: String, signature: Option<String> },
    Call { index: u32, id: Option<String>, name: String, arguments: String, signature: Option<String> },
    Picture(Value),
}

/// As much of a provider's frame as has to be known of it.
#[derive(Deserialize)]
struct Told<'a> {
    #[serde(borrow)]
    r#type: Cow<'a, str>,
    #[serde(default)]
    index: u32,
    #[serde(default, borrow)]
    content_block: Option<ToldBlock<'a>>,
}

#[derive(Deserialize)]
struct ToldBlock<'a> {
    #[serde(borrow)]
    r#type: Cow<'a, str>,
}

impl EventWriter {
    pub(super) fn new(head: AnswerHead, passes_raw: bool) -> Self {
        Self {
            head,
            passes_raw,
            has_begun: false,
            index: 0,
            open: None,
            later: Vec::new(),
            finish: None,
            has_calls: false,
            is_refused: false,
            has_told_end: false,
            has_ended: false,
            continued_by: None,
        }
    }

    fn event(&mut self, event: &ReplyEvent, into: &mut Vec<u8>) {
        match event {
            ReplyEvent::Begun { model, .. } => {
                if let Some(model) = model {
                    self.head.model.clone_from(model);
                }
            }
            ReplyEvent::Continued { by } => {
                into.extend_from_slice(format!(": continued by {}\n\n", by.replace(['\r', '\n'], " ")).as_bytes());
                self.continued_by = Some(by.clone());
            }
            // Of several replies only the first has a place here; more cannot be asked for.
            other if other.choice().is_some_and(|choice| choice > 0) => {}
            ReplyEvent::Text { text, .. } => self.text(text, into),
            ReplyEvent::Refusal { text, .. } => {
                self.is_refused = true;
                self.text(text, into);
            }
            ReplyEvent::Reasoning { text, signature, .. } => self.thinking(text, signature.as_deref(), into),
            ReplyEvent::ToolCall { index, id, name, arguments, signature, .. } => {
                self.has_calls = true;
                let call = Later::Call {
                    index: *index,
                    id: id.clone(),
                    name: name.clone().unwrap_or_default(),
                    arguments: arguments.clone(),
                    signature: signature.clone(),
                };
                self.call(call, into);
            }
            ReplyEvent::Finish { finish, .. } => self.finish = Some(*finish),
            // Told once, at the end.
            ReplyEvent::Usage(_) => {}
            ReplyEvent::Extra { name: shown::FIELD, value, .. } => {
                shown::blocks(value).into_iter().for_each(|block| self.picture(block, into));
            }
            // Not in these words: what only another format has, log probabilities, sound.
            ReplyEvent::Own { .. } | ReplyEvent::Extra { .. } => {}
            // Chats have none of these.
            ReplyEvent::Page(_)
            | ReplyEvent::Segment(_)
            | ReplyEvent::Vector { .. }
            | ReplyEvent::Ranked { .. }
            | ReplyEvent::Judged { .. }
            | ReplyEvent::Bytes(_) => {}
            ReplyEvent::Heard { .. } | ReplyEvent::Sound(_) | ReplyEvent::Picture(_) => {}
            ReplyEvent::Accepted { .. } => {}
        }
    }

    fn text(&mut self, text: &str, into: &mut Vec<u8>) {
        if text.is_empty() {
            return;
        }
        if matches!(self.open, Some(Open::Call(_))) {
            match self.later.last_mut() {
                Some(Later::Text(before)) => before.push_str(text),
                _ => self.later.push(Later::Text(text.to_owned())),
            }
            return;
        }
        if self.open != Some(Open::Text) {
            self.begin_block(Open::Text, &json!({ "type": "text", "text": "" }), into);
        }
        self.delta("text_delta", "text", text, into);
    }

    fn thinking(&mut self, text: &str, signature: Option<&str>, into: &mut Vec<u8>) {
        if text.is_empty() && signature.is_none() {
            return;
        }
        if matches!(self.open, Some(Open::Call(_))) {
            match self.later.last_mut() {
                Some(Later::Thinking { text: before, signature: its }) if its.is_none() => {
                    before.push_str(text);
                    *its = signature.map(str::to_owned);
                }
                _ => {
                    let (text, signature) = (text.to_owned(), signature.map(str::to_owned));
                    self.later.push(Later::Thinking { text, signature });
                }
            }
            return;
        }
        // What is signed is complete.
        if !matches!(self.open, Some(Open::Thinking { is_signed: false })) {
            let block = json!({ "type": "thinking", "thinking": "", "signature": "" });
            self.begin_block(Open::Thinking { is_signed: false }, &block, into);
        }
        if !text.is_empty() {
            self.delta("thinking_delta", "thinking", text, into);
        }
        if let Some(signature) = signature {
            self.sign(Some(signature), into);
        }
    }

    fn sign(&mut self, signature: Option<&str>, into: &mut Vec<u8>) {
        let signature = signed::out(self.head.wire_format, signature);
        self.delta("signature_delta", "signature", &signature, into);
        self.open = Some(Open::Thinking { is_signed: true });
    }

    fn call(&mut self, call: Later, into: &mut Vec<u8>) {
        let Later::Call { index, id, name, arguments, signature } = call else { return };
        match self.open {
            Some(Open::Call(open)) if open == index => self.delta("input_json_delta", "partial_json", &arguments, into),
            Some(Open::Call(_)) => {
                let waiting = self.later.iter_mut().find_map(|later| match later {
                    Later::Call { index: its, arguments, .. } if *its == index => Some(arguments),
                    Later::Call { .. } | Later::Text(_) | Later::Thinking { .. } | Later::Picture(_) => None,
                });
                match waiting {
                    Some(before) => before.push_str(&arguments),
                    None => self.later.push(Later::Call { index, id, name, arguments, signature }),
                }
            }
            Some(Open::Text | Open::Thinking { .. } | Open::Other) | None => {
                let id = call_id(&self.head, index as usize, id.as_deref(), signature.as_deref());
                let block = json!({ "type": "tool_use", "id": id, "name": name, "input": {} });
                self.begin_block(Open::Call(index), &block, into);
                if !arguments.is_empty() {
                    self.delta("input_json_delta", "partial_json", &arguments, into);
                }
            }
        }
    }

    /// A picture is a block of one piece.
    fn picture(&mut self, block: Value, into: &mut Vec<u8>) {
        if matches!(self.open, Some(Open::Call(_))) {
            self.later.push(Later::Picture(block));
            return;
        }
        self.begin_block(Open::Other, &block, into);
        self.close_block(into);
    }

    fn begin(&mut self, into: &mut Vec<u8>) {
        if std::mem::replace(&mut self.has_begun, true) {
            return;
        }
        let usage = Usage { prompt_tokens: self.head.prompt_tokens, completion_tokens: 1, ..Usage::default() };
        let message = json!({
            "id": format!("msg_{}", self.head.id),
            "type": "message",
            "role": "assistant",
            "model": self.head.model,
            "content": [],
            "stop_reason": null,
            "stop_sequence": null,
            "usage": counted(usage),
        });
        event("message_start", &json!({ "type": "message_start", "message": message }), into);
    }

    fn begin_block(&mut self, open: Open, block: &Value, into: &mut Vec<u8>) {
        self.begin(into);
        self.close_block(into);
        self.open = Some(open);
        let start = json!({ "type": "content_block_start", "index": self.index, "content_block": block });
        self.tell("content_block_start", start, into);
    }

    /// Writes an event; the first after a seam says whose it is.
    fn tell(&mut self, name: &str, mut data: Value, into: &mut Vec<u8>) {
        if let Some(by) = self.continued_by.take() {
            data["mediary"] = json!({ "continued_by": by });
        }
        event(name, &data, into);
    }

    fn delta(&mut self, kind: &str, field: &str, text: &str, into: &mut Vec<u8>) {
        if self.continued_by.is_none() {
            // There is such an event for each word, so no tree is made of it first.
            into.extend_from_slice(b"event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":");
            json_into(&self.index, into);
            for piece in [",\"delta\":{\"type\":\"", kind, "\",\"", field, "\":"] {
                into.extend_from_slice(piece.as_bytes());
            }
            json_into(&text, into);
            into.extend_from_slice(b"}}\n\n");
            return;
        }
        let delta = json!({ "type": kind, field: text });
        let delta = json!({ "type": "content_block_delta", "index": self.index, "delta": delta });
        self.tell("content_block_delta", delta, into);
    }

    fn close_block(&mut self, into: &mut Vec<u8>) {
        if self.open == Some(Open::Thinking { is_signed: false }) {
            self.sign(None, into);
        }
        if self.open.take().is_some() {
            event("content_block_stop", &json!({ "type": "content_block_stop", "index": self.index }), into);
            self.index += 1;
        }
    }

    /// What waited for a call that is complete now.
    fn catch_up(&mut self, into: &mut Vec<u8>) {
        self.close_block(into);
        for later in std::mem::take(&mut self.later) {
            match later {
                Later::Text(text) => self.text(&text, into),
                Later::Thinking { text, signature } => self.thinking(&text, signature.as_deref(), into),
                call @ Later::Call { .. } => self.call(call, into),
                Later::Picture(block) => self.picture(block, into),
            }
            self.close_block(into);
        }
    }

    /// Passes a frame as it came, with the name that its event has.
    fn pass(&mut self, raw: &[u8], into: &mut Vec<u8>) {
        let Ok(told) = serde_json::from_slice::<Told<'_>>(raw) else { return };
        match &*told.r#type {
            "message_start" => self.has_begun = true,
            "content_block_start" => {
                self.index = told.index;
                self.open = Some(match told.content_block.as_ref().map(|block| &*block.r#type) {
                    Some("text") => Open::Text,
                    Some("thinking") => Open::Thinking { is_signed: true },
                    _ => Open::Other,
                });
            }
            "content_block_stop" => {
                self.open = None;
                self.index = told.index + 1;
            }
            "message_delta" => self.has_told_end = true,
            "message_stop" => self.has_ended = true,
            _ => {}
        }
        into.extend_from_slice(b"event: ");
        into.extend_from_slice(told.r#type.as_bytes());
        into.push(b'\n');
        for line in raw.split(|byte| *byte == b'\n') {
            into.extend_from_slice(b"data: ");
            into.extend_from_slice(line);
            into.push(b'\n');
        }
        into.push(b'\n');
    }
}

impl StreamWriter for EventWriter {
    fn frame(&mut self, frame: &ReplyFrame, into: &mut Vec<u8>) {
        // What a reader held back to the end has no frame of its own.
        if self.passes_raw && frame.is_canonical && !frame.raw.is_empty() && self.continued_by.is_none() {
            self.pass(&frame.raw, into);
            return;
        }
        for event in &frame.events {
            self.event(event, into);
        }
    }

    fn end(&mut self, usage: Usage, into: &mut Vec<u8>) {
        if self.has_ended {
            return;
        }
        self.begin(into);
        self.catch_up(into);
        if !self.has_told_end {
            let reason = stop_reason(self.finish, self.has_calls, self.is_refused);
            let delta = json!({ "stop_reason": reason, "stop_sequence": null });
            let last = json!({ "type": "message_delta", "delta": delta, "usage": counted(usage) });
            self.tell("message_delta", last, into);
        }
        event("message_stop", &json!({ "type": "message_stop" }), into);
    }
}

/// Writes an event.
pub(super) fn event(name: &str, data: &Value, into: &mut Vec<u8>) {
    into.extend_from_slice(b"event: ");
    into.extend_from_slice(name.as_bytes());
    into.extend_from_slice(b"\ndata: ");
    into.extend_from_slice(data.to_string().as_bytes());
    into.extend_from_slice(b"\n\n");
}
