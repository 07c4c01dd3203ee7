//! Answers as lines of JSON: pieces as they come, then one line with how it ended and what it cost.
//!
//! Calls are whole in one line. Durations are ours, from the request on.

use std::time::Instant;

use bytes::Bytes;
use mediary_core::task::{Finish, Piece, ReplyEvent, ReplyFrame, Usage, WholeReply};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::rfc3339;
use crate::protocol::{AnswerHead, Encode, StreamWriter, json_bytes, json_into};

/// The field that says what a request cost: these clients know no comments, and pass over a field that they do not know.
const COST: &str = "mediary_cost_usd";

/// Where the words stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// In a message.
    Chat,
    /// In a field of the line.
    Generate,
}

/// How an answer is written.
#[derive(Debug, Clone)]
pub(super) struct LineAnswer {
    /// The model as its client calls it.
    model: String,
    shape: Shape,
    begun: Instant,
}

impl LineAnswer {
    pub(super) fn new(model: String, shape: Shape) -> Self {
        Self { model, shape, begun: Instant::now() }
    }

    /// A line that says this.
    fn line(&self, head: &AnswerHead, said: Said<'_>, is_done: bool) -> Value {
        let model = if self.model.is_empty() { &head.model } else { &self.model };
        let mut line = json!({ "model": model, "created_at": rfc3339(head.created) });
        match self.shape {
            Shape::Chat => {
                let mut message = json!({ "role": "assistant", "content": said.text });
                if !said.thinking.is_empty() {
                    message["thinking"] = said.thinking.into();
                }
                if !said.images.is_empty() {
                    message["images"] = said.images.into();
                }
                if !said.calls.is_empty() {
                    message["tool_calls"] = said.calls.into();
                }
                line["message"] = message;
            }
            Shape::Generate => {
                line["response"] = said.text.into();
                if !said.thinking.is_empty() {
                    line["thinking"] = said.thinking.into();
                }
                if !said.images.is_empty() {
                    line["images"] = said.images.into();
                }
            }
        }
        line["done"] = is_done.into();
        line
    }

    /// How it ended and what it cost, over the last line.
    fn end(&self, line: &mut Value, finish: Option<Finish>, usage: Usage, first: Option<Instant>) {
        let nanoseconds = |duration: std::time::Duration| u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        // The clock is read once: the parts of the whole time never add up to more than it.
        let ended = Instant::now();
        let first = first.unwrap_or(ended);
        let counted = json!({
            "done_reason": done_reason(finish),
            "total_duration": nanoseconds(ended.duration_since(self.begun)),
            "load_duration": 0,
            "prompt_eval_count": usage.prompt_tokens,
            "prompt_eval_duration": nanoseconds(first.duration_since(self.begun)),
            "eval_count": usage.completion_tokens,
            "eval_duration": nanoseconds(ended.duration_since(first)),
        });
        if let (Some(line), Value::Object(counted)) = (line.as_object_mut(), counted) {
            line.extend(counted);
        }
    }
}

fn done_reason(finish: Option<Finish>) -> &'static str {
    match finish {
        Some(Finish::Length) => "length",
        Some(Finish::Paused) => Finish::PAUSED,
        Some(Finish::Stop | Finish::ToolCalls | Finish::ContentFilter) | None => "stop",
    }
}

/// What a line says.
#[derive(Debug, Default)]
struct Said<'a> {
    text: &'a str,
    thinking: &'a str,
    /// Pictures as base64.
    images: Vec<&'a str>,
    calls: Vec<Value>,
}

impl Encode for LineAnswer {
    fn whole(&self, head: AnswerHead, reply: &WholeReply) -> Vec<u8> {
        let choice = reply.choices.first().cloned().unwrap_or_default();
        let thinking = choice.reasoning.as_ref().map_or("", |reasoning| reasoning.text.as_str());
        let (mut text, mut images) = (String::new(), Vec::new());
        for piece in choice.pieces() {
            match piece {
                Piece::Words(words) => text.push_str(words),
                Piece::Picture(url) => match shown(url) {
                    Shown::Bytes(base64) => images.push(base64),
                    Shown::Elsewhere(named) => text.push_str(&named),
                },
            }
        }
        text.push_str(choice.refusal.as_deref().unwrap_or_default());
        let calls = choice.tool_calls.iter().enumerate();
        let calls = calls.map(|(index, its)| call(index, &its.id, &its.name, &its.arguments)).collect();
        let mut line = self.line(&head, Said { text: &text, thinking, images, calls }, true);
        self.end(&mut line, choice.finish, reply.usage.unwrap_or_default(), None);
        json_bytes(&line)
    }

    fn passes_raw(&self) -> bool {
        self.shape == Shape::Chat
    }

    fn stream_type(&self) -> &'static str {
        "application/x-ndjson"
    }

    fn ping(&self, head: &AnswerHead) -> Vec<u8> {
        // A line without a word: these clients know no comments.
        let mut line = json_bytes(&self.line(head, Said::default(), false));
        line.push(b'\n');
        line
    }

    fn stream(&self, head: AnswerHead, passes_raw: bool) -> Option<Box<dyn StreamWriter>> {
        let passes_raw = passes_raw && self.passes_raw();
        let answer = self.clone();
        Some(Box::new(LineWriter {
            answer,
            head,
            passes_raw,
            calls: Vec::new(),
            finish: None,
            first: None,
            created_at: None,
            last: None,
            cost: None,
            continued_by: None,
        }))
    }
}

/// Writes one stream.
#[derive(Debug)]
struct LineWriter {
    answer: LineAnswer,
    head: AnswerHead,
    passes_raw: bool,
    /// Id, name and arguments of the calls so far.
    calls: Vec<(String, String, String)>,
    finish: Option<Finish>,
    first: Option<Instant>,
    /// When the answer was made, as it stands in every line.
    created_at: Option<String>,
    /// The provider's own last line. It waits for what the request cost, which is known when nothing more comes.
    last: Option<Bytes>,
    /// What the request cost, for the last line.
    cost: Option<String>,
    /// The target that goes on, until the first line of it is written.
    continued_by: Option<String>,
}

/// A line with a word. There is one for each of them, so no tree is made of it first.
#[derive(Serialize)]
struct Word<'a> {
    model: &'a str,
    created_at: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<&'a str>,
    done: bool,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

impl LineWriter {
    fn word(&mut self, text: &str, into: &mut Vec<u8>) {
        if self.continued_by.is_some() {
            self.write(Said { text, ..Said::default() }, into);
            return;
        }
        let created_at = self.created_at.get_or_insert_with(|| rfc3339(self.head.created));
        let model = if self.answer.model.is_empty() { &self.head.model } else { &self.answer.model };
        let (message, response) = match self.answer.shape {
            Shape::Chat => (Some(Message { role: "assistant", content: text }), None),
            Shape::Generate => (None, Some(text)),
        };
        json_into(&Word { model, created_at, message, response, done: false }, into);
        into.push(b'\n');
    }

    fn write(&mut self, said: Said<'_>, into: &mut Vec<u8>) {
        let line = self.answer.line(&self.head, said, false);
        self.put(line, into);
    }

    fn put(&mut self, mut line: Value, into: &mut Vec<u8>) {
        if let Some(by) = self.continued_by.take() {
            line["mediary"] = json!({ "continued_by": by });
        }
        into.extend_from_slice(line.to_string().as_bytes());
        into.push(b'\n');
    }

    /// Writes the calls that are complete.
    fn say_calls(&mut self, into: &mut Vec<u8>) {
        let calls = std::mem::take(&mut self.calls).into_iter().enumerate();
        let calls: Vec<Value> =
            calls.map(|(index, (id, name, arguments))| call(index, &id, &name, &arguments)).collect();
        if !calls.is_empty() {
            self.write(Said { calls, ..Said::default() }, into);
        }
    }

    fn event(&mut self, event: &ReplyEvent, into: &mut Vec<u8>) {
        match event {
            // Of several replies only the first has a place here; more cannot be asked for.
            other if other.choice().is_some_and(|choice| choice > 0) => {}
            ReplyEvent::Text { text, .. } | ReplyEvent::Refusal { text, .. } if !text.is_empty() => {
                self.word(text, into);
            }
            ReplyEvent::Reasoning { text, .. } if !text.is_empty() => {
                self.write(Said { thinking: text, ..Said::default() }, into);
            }
            ReplyEvent::ToolCall { index, id, name, arguments, .. } => {
                let index = *index as usize;
                // No more are kept than any model makes.
                if index >= self.calls.len() && index < 1024 {
                    self.calls.resize_with(index + 1, Default::default);
                }
                if let Some((its_id, its_name, its_arguments)) = self.calls.get_mut(index) {
                    id.iter().for_each(|id| its_id.clone_from(id));
                    name.iter().for_each(|name| its_name.clone_from(name));
                    its_arguments.push_str(arguments);
                }
            }
            ReplyEvent::Extra { name: "images", value, .. } => {
                let all = value.as_array().into_iter().flatten();
                let urls = all.filter_map(|image| image.pointer("/image_url/url")?.as_str());
                for url in urls {
                    match shown(url) {
                        Shown::Bytes(base64) => self.write(Said { images: vec![base64], ..Said::default() }, into),
                        Shown::Elsewhere(named) => self.write(Said { text: &named, ..Said::default() }, into),
                    }
                }
            }
            ReplyEvent::Finish { finish, .. } => self.finish = Some(*finish),
            ReplyEvent::Text { .. } | ReplyEvent::Refusal { .. } | ReplyEvent::Reasoning { .. } => {}
            ReplyEvent::Continued { by } => self.continued_by = Some(by.clone()),
            ReplyEvent::Begun { .. } | ReplyEvent::Usage(_) => {}
            // Not in these words.
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
}

impl StreamWriter for LineWriter {
    fn frame(&mut self, frame: &ReplyFrame, into: &mut Vec<u8>) {
        if self.first.is_none() && frame.events.iter().any(ReplyEvent::is_content) {
            self.first = Some(Instant::now());
        }
        // What a reader held back to the end has no frame of its own.
        if self.passes_raw && frame.is_canonical && !frame.raw.is_empty() && self.continued_by.is_none() {
            // A call that had to be mended stands before the end.
            self.say_calls(into);
            if frame.events.iter().any(|event| matches!(event, ReplyEvent::Finish { .. })) {
                self.last = Some(frame.raw.clone());
                return;
            }
            into.extend_from_slice(&frame.raw);
            into.push(b'\n');
            return;
        }
        for event in &frame.events {
            self.event(event, into);
        }
    }

    fn cost(&mut self, sum: &str, _items: &str, _into: &mut Vec<u8>) {
        self.cost = Some(sum.to_owned());
    }

    fn end(&mut self, usage: Usage, into: &mut Vec<u8>) {
        let cost = self.cost.take();
        if let Some(last) = self.last.take() {
            // It passes as it came, but for what only we know.
            let line = cost.as_ref().and_then(|cost| priced(&last, cost));
            into.extend_from_slice(line.as_deref().unwrap_or(&last));
            into.push(b'\n');
            return;
        }
        self.say_calls(into);
        let mut line = self.answer.line(&self.head, Said::default(), true);
        self.answer.end(&mut line, self.finish, usage, self.first);
        if let Some(cost) = cost {
            line[COST] = cost.into();
        }
        self.put(line, into);
    }
}

/// A line with what the request cost; `None`: it is no object.
fn priced(line: &[u8], cost: &str) -> Option<Vec<u8>> {
    let mut object: Map<String, Value> = serde_json::from_slice(line).ok()?;
    object.insert(COST.to_owned(), cost.into());
    serde_json::to_vec(&object).ok()
}

/// How a picture is shown.
enum Shown<'a> {
    Bytes(&'a str),
    /// In the words: messages have no place for addresses.
    Elsewhere(String),
}

fn shown(url: &str) -> Shown<'_> {
    let base64 = url.strip_prefix("data:").and_then(|url| url.split_once(";base64,"));
    base64.map_or_else(|| Shown::Elsewhere(format!("![picture]({url})")), |(_, base64)| Shown::Bytes(base64))
}

/// A call. Its arguments are an object here.
fn call(index: usize, id: &str, name: &str, arguments: &str) -> Value {
    let arguments = match serde_json::from_str(arguments) {
        Ok(Value::Object(object)) => Value::Object(object),
        _ if arguments.trim().is_empty() => Value::Object(Map::new()),
        _ => json!({ "raw": arguments }),
    };
    let id = if id.is_empty() { format!("call_{index}") } else { id.to_owned() };
    json!({ "id": id, "function": { "index": index, "name": name, "arguments": arguments } })
}
