//! From a reply's events to the chunks of a stream.
//!
//! Frames of a provider that speaks this very format pass as they came, if nothing in them had to be mended; only a chunk
//! of usage that only the gateway asked for is kept back.

use mediary_core::task::{ReplyEvent, ReplyFrame, Usage};
use serde_json::{Value, json};

use super::super::{AnswerHead, StreamWriter};
use super::custom::CustomCalls;
use super::{encode, legacy};

/// The end of a stream that is complete.
const DONE: &[u8] = b"data: [DONE]\n\n";

/// Writes one stream.
#[derive(Debug)]
pub struct ChunkWriter {
    head: AnswerHead,
    include_usage: bool,
    passes_raw: bool,
    /// The replies whose role was named.
    begun: Vec<u32>,
    has_sent_usage: bool,
    /// The target that goes on, until the first chunk of it is written.
    continued_by: Option<String>,
    /// Whether calls are written as they were before there were tools.
    is_legacy: bool,
    custom: CustomCalls,
}

impl ChunkWriter {
    /// A writer. `passes_raw` when the provider's frames are of this format; `include_usage` when the client wants a
    /// last chunk of usage.
    #[must_use]
    pub fn new(head: AnswerHead, include_usage: bool, passes_raw: bool) -> Self {
        Self {
            head,
            include_usage,
            passes_raw,
            begun: Vec::new(),
            has_sent_usage: false,
            continued_by: None,
            is_legacy: false,
            custom: CustomCalls::default(),
        }
    }

    /// The same where some tools take free text.
    pub(super) fn with_custom_tools(self, names: Vec<String>) -> Self {
        Self { custom: CustomCalls::of(names), ..self }
    }

    /// The same for a client that knows calls as they were before there were tools.
    #[must_use]
    pub fn before_tools(self) -> Self {
        Self { is_legacy: true, passes_raw: false, ..self }
    }
}

impl StreamWriter for ChunkWriter {
    fn frame(&mut self, frame: &ReplyFrame, into: &mut Vec<u8>) {
        // What a reader held back to the end has no frame of its own.
        if self.passes_raw && frame.is_canonical && !frame.raw.is_empty() {
            // A chunk of ours that follows must name the same answer, and no role twice.
            if let Some(begun @ ReplyEvent::Begun { .. }) = frame.events.first() {
                self.event(begun, into);
            }
            self.has_begun(&frame.events);
            let only_usage = !frame.events.is_empty()
                && frame.events.iter().all(|event| matches!(event, ReplyEvent::Usage(_) | ReplyEvent::Begun { .. }));
            let has_usage = frame.events.iter().any(|event| matches!(event, ReplyEvent::Usage(_)));
            if only_usage && has_usage && !self.include_usage {
                return;
            }
            self.has_sent_usage |= has_usage;
            for line in frame.raw.split(|byte| *byte == b'\n') {
                into.extend_from_slice(b"data: ");
                into.extend_from_slice(line);
                into.push(b'\n');
            }
            into.push(b'\n');
            return;
        }
        for event in &frame.events {
            self.event(event, into);
        }
    }

    fn end(&mut self, usage: Usage, into: &mut Vec<u8>) {
        if self.include_usage && !self.has_sent_usage {
            self.chunk(&json!([]), Some(usage), into);
        }
        into.extend_from_slice(DONE);
    }
}

impl ChunkWriter {
    fn event(&mut self, event: &ReplyEvent, into: &mut Vec<u8>) {
        match event {
            ReplyEvent::Begun { id, model } => {
                if let Some(id) = id {
                    self.head.id.clone_from(id);
                }
                if let Some(model) = model {
                    self.head.model.clone_from(model);
                }
            }
            ReplyEvent::Continued { by } => {
                into.extend_from_slice(format!(": continued by {}\n\n", by.replace(['\r', '\n'], " ")).as_bytes());
                self.continued_by = Some(by.clone());
            }
            // A reply that begins without a word.
            ReplyEvent::Text { choice, text } if text.is_empty() => self.begin(*choice, into),
            ReplyEvent::Text { choice, text } => self.delta(*choice, &json!({ "content": text }), into),
            ReplyEvent::Reasoning { text, .. } if text.is_empty() => {}
            ReplyEvent::Reasoning { choice, text, .. } => {
                self.delta(*choice, &json!({ "reasoning_content": text }), into);
            }
            ReplyEvent::Refusal { choice, text } => self.delta(*choice, &json!({ "refusal": text }), into),
            ReplyEvent::ToolCall { choice, index, name, arguments, .. } if self.is_legacy => {
                if let Some(delta) = legacy::piece(*index, name.as_deref(), arguments) {
                    self.delta(*choice, &delta, into);
                }
            }
            ReplyEvent::ToolCall { choice, index, id, name, arguments, signature } => {
                let custom = self.custom.takes((*choice, *index), id.as_deref(), name.as_deref(), arguments);
                if let Some(beginning) = custom {
                    if let Some(call) = beginning {
                        self.delta(*choice, &json!({ "tool_calls": [call] }), into);
                    }
                    return;
                }
                let mut call = json!({ "index": index, "function": { "arguments": arguments } });
                if let Some(id) = id {
                    call["id"] = id.as_str().into();
                    call["type"] = "function".into();
                }
                if let Some(name) = name {
                    call["function"]["name"] = name.as_str().into();
                }
                if let Some(signature) = signature {
                    call["extra_content"] = encode::signed(signature);
                }
                self.delta(*choice, &json!({ "tool_calls": [call] }), into);
            }
            ReplyEvent::Extra { choice, name: "logprobs", value } => {
                self.begin(*choice, into);
                let choices = json!([{ "index": choice, "delta": {}, "logprobs": value, "finish_reason": null }]);
                self.chunk(&choices, None, into);
            }
            ReplyEvent::Extra { choice, name, value } => self.delta(*choice, &json!({ *name: value }), into),
            ReplyEvent::Finish { choice, finish } => {
                self.begin(*choice, into);
                for input in self.custom.ended(*choice) {
                    self.delta(*choice, &json!({ "tool_calls": [input] }), into);
                }
                let reason = if self.is_legacy { legacy::finish(finish.name()) } else { finish.name() };
                let mut ended = json!({ "index": choice, "delta": {}, "logprobs": null, "finish_reason": reason });
                encode::name_pause(&mut ended, *finish);
                let choices = json!([ended]);
                self.chunk(&choices, None, into);
            }
            // Told once, at the end.
            ReplyEvent::Usage(_) => {}
            // Not in these words.
            ReplyEvent::Own { .. } => {}
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

    fn delta(&mut self, choice: u32, delta: &Value, into: &mut Vec<u8>) {
        self.begin(choice, into);
        self.chunk(&json!([{ "index": choice, "delta": delta, "logprobs": null, "finish_reason": null }]), None, into);
    }

    /// Notes the replies of which something passed as it came.
    fn has_begun(&mut self, events: &[ReplyEvent]) {
        for choice in events.iter().filter_map(ReplyEvent::choice) {
            if !self.begun.contains(&choice) {
                self.begun.push(choice);
            }
        }
    }

    /// The first chunk of a reply names the role.
    fn begin(&mut self, choice: u32, into: &mut Vec<u8>) {
        if !self.begun.contains(&choice) {
            self.begun.push(choice);
            self.delta(choice, &json!({ "role": "assistant", "content": "" }), into);
        }
    }

    fn chunk(&mut self, choices: &Value, usage: Option<Usage>, into: &mut Vec<u8>) {
        let mut body = json!({
            "id": self.head.id,
            "object": "chat.completion.chunk",
            "created": self.head.created,
            "model": self.head.model,
            "choices": choices,
        });
        if self.include_usage {
            body["usage"] = usage.map_or(Value::Null, encode::usage);
        }
        if let Some(by) = self.continued_by.take() {
            body["mediary"] = json!({ "continued_by": by });
        }
        into.extend_from_slice(b"data: ");
        into.extend_from_slice(body.to_string().as_bytes());
        into.extend_from_slice(b"\n\n");
    }
}
