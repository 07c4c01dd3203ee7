//! From a reply's events to chunks, each an answer that holds only what is new: events, or elements of one array.
//!
//! Calls come whole here, so they are told once their reply is complete. Frames of a provider that speaks this format pass
//! as they came.

use std::borrow::Cow;

use mediary_core::task::{Finish, ReplyEvent, ReplyFrame, Usage};
use serde_json::{Map, Value, json};

use super::encode::{call, counted, ended, thought};
use super::{GeminiErrors, WIRE_FORMAT, extras, signed};
use crate::protocol::{AnswerHead, ErrorFields, Errors as _, StreamWriter};

/// No provider gives more replies than this; whatever claims to be beyond is not told.
const MOST_CHOICES: usize = 128;
/// … nor more calls in one of them.
const MOST_CALLS: usize = 1024;

/// How chunks follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// As server-sent events.
    Events,
    /// As elements of an array.
    Array,
}

/// The pieces of a stream.
#[derive(Debug)]
pub(super) struct Pieces {
    shape: Shape,
    has_begun: bool,
}

impl Pieces {
    pub(super) fn new(shape: Shape) -> Self {
        Self { shape, has_begun: false }
    }

    /// Writes what stands before a piece.
    fn open(&mut self, into: &mut Vec<u8>) {
        into.extend_from_slice(match (self.shape, self.has_begun) {
            (Shape::Events, _) => b"data: ",
            (Shape::Array, false) => b"[",
            (Shape::Array, true) => b",\r\n",
        });
        self.has_begun = true;
    }

    fn close(&self, into: &mut Vec<u8>) {
        if self.shape == Shape::Events {
            into.extend_from_slice(b"\n\n");
        }
    }

    fn piece(&mut self, text: &str, into: &mut Vec<u8>) {
        self.open(into);
        into.extend_from_slice(text.as_bytes());
        self.close(into);
    }

    /// Writes a piece that nothing follows.
    pub(super) fn last(&mut self, text: &str, into: &mut Vec<u8>) {
        self.piece(text, into);
        self.end(into);
    }

    fn end(&self, into: &mut Vec<u8>) {
        match (self.shape, self.has_begun) {
            (Shape::Events, _) => {}
            (Shape::Array, true) => into.extend_from_slice(b"]"),
            (Shape::Array, false) => into.extend_from_slice(b"[]"),
        }
    }
}

/// Writes one stream.
#[derive(Debug)]
pub(super) struct ChunkWriter {
    head: AnswerHead,
    pieces: Pieces,
    passes_raw: bool,
    choices: Vec<Choice>,
    /// What every chunk ends with, once it is known.
    tail: Option<String>,
    /// Whether the provider's own last chunk has passed.
    has_ended: bool,
    /// What it cost, as fields of the last chunk: clients of this format take neither comments nor other events.
    cost: Option<[String; 2]>,
}

/// How far one of the replies is.
#[derive(Debug, Default)]
struct Choice {
    calls: Vec<Call>,
    finish: Option<Finish>,
    is_refused: bool,
}

#[derive(Debug, Default)]
struct Call {
    id: String,
    name: String,
    arguments: String,
    signature: Option<String>,
}

/// What is told of one reply in one chunk.
#[derive(Debug, Default)]
struct Told {
    parts: Vec<Value>,
    fields: Map<String, Value>,
}

impl ChunkWriter {
    pub(super) fn new(head: AnswerHead, shape: Shape, passes_raw: bool) -> Self {
        Self {
            head,
            pieces: Pieces::new(shape),
            passes_raw,
            choices: Vec::new(),
            tail: None,
            has_ended: false,
            cost: None,
        }
    }

    fn choice(&mut self, index: u32) -> Option<&mut Choice> {
        let index = index as usize;
        if index >= self.choices.len() && index < MOST_CHOICES {
            self.choices.resize_with(index + 1, Choice::default);
        }
        self.choices.get_mut(index)
    }

    /// A few words, which is what nearly every chunk is.
    fn word(&mut self, choice: u32, text: &str, into: &mut Vec<u8>) {
        self.pieces.open(into);
        into.extend_from_slice(b"{\"candidates\":[{\"content\":{\"parts\":[{\"text\":");
        into.extend_from_slice(Value::from(text).to_string().as_bytes());
        into.extend_from_slice(b"}],\"role\":\"model\"},\"index\":");
        into.extend_from_slice(choice.to_string().as_bytes());
        into.extend_from_slice(b"}]");
        into.extend_from_slice(self.tail().as_bytes());
        into.push(b'}');
        self.pieces.close(into);
    }

    fn tail(&mut self) -> &str {
        let AnswerHead { id, model, .. } = &self.head;
        self.tail.get_or_insert_with(|| {
            format!(",\"modelVersion\":{},\"responseId\":{}", Value::from(model.as_str()), Value::from(id.as_str()))
        })
    }

    fn chunk(&mut self, candidates: Vec<Value>, usage: Option<Usage>, into: &mut Vec<u8>) {
        let usage = usage.map_or_else(String::new, |usage| format!(",\"usageMetadata\":{}", counted(usage)));
        let cost = self.cost.take().map_or_else(String::new, |cost| format!(",{}", costs(&cost)));
        let text = format!("{{\"candidates\":{}{usage}{cost}{}}}", Value::Array(candidates), self.tail());
        self.pieces.piece(&text, into);
    }

    /// What a reply's event adds to its chunk.
    fn told(&mut self, event: &ReplyEvent, told: &mut Told) {
        match event {
            ReplyEvent::Text { text, .. } if !text.is_empty() => told.parts.push(json!({ "text": text })),
            ReplyEvent::Refusal { choice, text } if !text.is_empty() => {
                if let Some(choice) = self.choice(*choice) {
                    choice.is_refused = true;
                }
                told.parts.push(json!({ "text": text }));
            }
            ReplyEvent::Reasoning { text, signature, .. } => {
                let is_ours = self.head.wire_format == WIRE_FORMAT;
                match signature {
                    Some(signature) if is_ours && text.is_empty() => {
                        told.parts.push(json!({ "text": "", "thoughtSignature": signature }));
                    }
                    Some(signature) => {
                        told.parts.push(thought(text, Some(&signed::out(self.head.wire_format, signature))));
                    }
                    None if text.is_empty() => {}
                    None => told.parts.push(thought(text, None)),
                }
            }
            ReplyEvent::ToolCall { choice, index, id, name, arguments, signature } => {
                let Some(choice) = self.choice(*choice) else { return };
                let index = *index as usize;
                if index >= choice.calls.len() && index < MOST_CALLS {
                    choice.calls.resize_with(index + 1, Call::default);
                }
                if let Some(call) = choice.calls.get_mut(index) {
                    id.iter().for_each(|id| call.id.clone_from(id));
                    name.iter().for_each(|name| call.name.clone_from(name));
                    call.arguments.push_str(arguments);
                    if signature.is_some() {
                        call.signature.clone_from(signature);
                    }
                }
            }
            ReplyEvent::Extra { name, value, .. } => {
                told.parts.extend(extras::parts(name, value));
                extras::fields(name, value, &mut told.fields);
            }
            ReplyEvent::Finish { choice, finish } => {
                if let Some(choice) = self.choice(*choice) {
                    choice.finish = Some(*finish);
                    told.parts.extend(choice.take_calls());
                }
            }
            ReplyEvent::Text { .. } | ReplyEvent::Refusal { .. } => {}
            ReplyEvent::Begun { id, model } => {
                if let Some(model) = model {
                    self.head.model.clone_from(model);
                }
                if let Some(id) = id {
                    self.head.id.clone_from(id);
                }
                self.tail = None;
            }
            // Told at the end, or in words that only another format has.
            ReplyEvent::Usage(_) | ReplyEvent::Own { .. } | ReplyEvent::Continued { .. } => {}
            // Chats have none of these.
            ReplyEvent::Page(_) | ReplyEvent::Segment(_) | ReplyEvent::Vector { .. } | ReplyEvent::Bytes(_) => {}
            ReplyEvent::Heard { .. } | ReplyEvent::Sound(_) | ReplyEvent::Picture(_) => {}
            ReplyEvent::Accepted { .. } | ReplyEvent::Ranked { .. } | ReplyEvent::Judged { .. } => {}
        }
    }

    fn events(&mut self, events: &[ReplyEvent], into: &mut Vec<u8>) {
        if let [ReplyEvent::Text { choice, text }] = events
            && !text.is_empty()
        {
            self.choice(*choice);
            self.word(*choice, text, into);
            return;
        }
        let mut all: Vec<(u32, Told)> = Vec::new();
        for event in events {
            if let (ReplyEvent::Continued { by }, Shape::Events) = (event, self.pieces.shape) {
                into.extend_from_slice(format!(": continued by {}\n\n", by.replace(['\r', '\n'], " ")).as_bytes());
            }
            let index = event.choice().unwrap_or(0);
            let at = all.iter().position(|(known, _)| *known == index).unwrap_or_else(|| {
                all.push((index, Told::default()));
                all.len() - 1
            });
            self.told(event, &mut all[at].1);
        }
        let candidates: Vec<Value> = all.into_iter().filter_map(|(index, told)| told.candidate(index)).collect();
        if !candidates.is_empty() {
            self.chunk(candidates, None, into);
        }
    }
}

impl Choice {
    /// The calls that are complete, as parts.
    fn take_calls(&mut self) -> Vec<Value> {
        let calls = std::mem::take(&mut self.calls).into_iter();
        calls.map(|its| call(&its.id, &its.name, &its.arguments, its.signature.as_deref())).collect()
    }
}

impl Told {
    fn candidate(self, index: u32) -> Option<Value> {
        let Self { parts, fields } = self;
        if parts.is_empty() && fields.is_empty() {
            return None;
        }
        let mut candidate = json!({ "content": { "parts": parts, "role": "model" }, "index": index });
        for (name, value) in fields {
            candidate[name] = value;
        }
        Some(candidate)
    }
}

/// What a request cost, as fields of an object.
fn costs([sum, items]: &[String; 2]) -> String {
    format!("\"mediaryCostUsd\":{},\"mediaryCostItems\":{}", json!(sum), json!(items))
}

impl StreamWriter for ChunkWriter {
    fn frame(&mut self, frame: &ReplyFrame, into: &mut Vec<u8>) {
        // What a reader held back to the end has no frame of its own.
        if self.passes_raw && frame.is_canonical && !frame.raw.is_empty() {
            let raw = String::from_utf8_lossy(&frame.raw);
            // A break of the line, which JSON has between its words only, would end the event.
            let raw = if raw.contains(['\r', '\n']) { Cow::Owned(raw.replace(['\r', '\n'], " ")) } else { raw };
            self.pieces.piece(&raw, into);
            self.has_ended |= frame.events.iter().any(|event| matches!(event, ReplyEvent::Finish { .. }));
            return;
        }
        self.events(&frame.events, into);
    }

    fn cost(&mut self, sum: &str, items: &str, _into: &mut Vec<u8>) {
        self.cost = Some([sum, items].map(str::to_owned));
    }

    fn end(&mut self, usage: Usage, into: &mut Vec<u8>) {
        if !self.has_ended {
            if self.choices.is_empty() {
                self.choices.push(Choice::default());
            }
            let ends = self.choices.iter_mut().enumerate().map(|(index, choice)| {
                let content = json!({ "parts": choice.take_calls(), "role": "model" });
                ended(&content, index, choice.finish, choice.is_refused)
            });
            let ends = ends.collect();
            self.chunk(ends, Some(usage), into);
        } else if let Some(cost) = self.cost.take() {
            self.pieces.piece(&format!("{{{}}}", costs(&cost)), into);
        }
        self.pieces.end(into);
    }

    fn broke_off(&mut self, error: &ErrorFields, into: &mut Vec<u8>) -> bool {
        self.pieces.last(&GeminiErrors.error(error).to_string(), into);
        true
    }
}
