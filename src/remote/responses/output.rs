//! The items of an answer as they grow: what was told of each, so that whatever an item says at its end and was not told
//! in pieces is told then. A whole answer is items that all come at their end.

use std::collections::BTreeMap;

use mediary_core::task::{Chat, ReplyEvent};
use serde_json::{Map, Value, json};

use super::free_text;
use crate::tool_names::{OPENAI, Renamed};

/// There is only ever one reply.
const CHOICE: u32 = 0;
/// What parts two pieces of what the model says or thinks.
const BREAK: &str = "\n\n";

/// The items of one answer, by their places.
#[derive(Debug, Default)]
pub(super) struct Items {
    items: BTreeMap<u32, Item>,
    calls: u32,
    /// Whether the client is told the items themselves besides.
    is_native: bool,
    has_spoken: bool,
    has_thought: bool,
    renamed: Renamed,
}

/// What is known of one item.
#[derive(Debug, Clone, Copy)]
struct Item {
    kind: Kind,
    /// Something of it was told: words, thoughts, a refusal, arguments.
    has_said: bool,
    has_refused: bool,
    has_annotated: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Message,
    Thoughts,
    Call {
        index: u32,
        is_free: bool,
    },
    /// A note of what a tool did that runs at the provider.
    Hosted,
}

impl Items {
    /// Those of an answer to a chat whose client speaks this format, or another.
    pub(super) fn of(chat: &Chat, is_native: bool) -> Self {
        Self { is_native, renamed: Renamed::of(chat, OPENAI, super::WIRE_FORMAT), ..Self::default() }
    }

    /// Whether anything was called.
    pub(super) fn has_called(&self) -> bool {
        self.calls > 0
    }

    /// Whether nothing was told of any.
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// An item begins.
    pub(super) fn added(&mut self, place: u32, item: &Value, events: &mut Vec<ReplyEvent>) {
        if self.items.contains_key(&place) {
            return;
        }
        let text = |field: &str| item[field].as_str().unwrap_or_default().to_owned();
        let kind = match item["type"].as_str().unwrap_or_default() {
            "message" => {
                self.begins(events);
                if std::mem::replace(&mut self.has_spoken, true) && !self.is_native {
                    events.push(ReplyEvent::Text { choice: CHOICE, text: BREAK.to_owned() });
                }
                Kind::Message
            }
            "reasoning" => {
                self.begins(events);
                Kind::Thoughts
            }
            kind @ ("function_call" | "custom_tool_call") => {
                let (index, is_free) = (self.calls, kind == "custom_tool_call");
                self.calls += 1;
                let arguments = if is_free { free_text::beginning() } else { String::new() };
                let (id, name) = (Some(text("call_id")), Some(self.renamed.back(text("name"))));
                events.push(ReplyEvent::ToolCall { choice: CHOICE, index, id, name, arguments, signature: None });
                Kind::Call { index, is_free }
            }
            _ => {
                self.own(ReplyEvent::TOOL_RUNS, || item.clone(), events);
                Kind::Hosted
            }
        };
        self.items.insert(place, Item { kind, has_said: false, has_refused: false, has_annotated: false });
    }

    /// For clients of this format, in which what follows is an item by itself.
    fn begins(&self, events: &mut Vec<ReplyEvent>) {
        self.own("begins", || Value::Null, events);
    }

    fn own(&self, field: &'static str, value: impl FnOnce() -> Value, events: &mut Vec<ReplyEvent>) {
        if self.is_native {
            events.push(ReplyEvent::Own { wire_format: super::WIRE_FORMAT, field, value: value() });
        }
    }

    fn item(&mut self, place: u32, of: &str, events: &mut Vec<ReplyEvent>) -> &mut Item {
        if !self.items.contains_key(&place) {
            // Some servers do not say that an item begins.
            self.added(place, &json!({ "type": of }), events);
        }
        self.items.entry(place).or_insert(Item {
            kind: Kind::Message,
            has_said: false,
            has_refused: false,
            has_annotated: false,
        })
    }

    /// More words.
    pub(super) fn says(&mut self, place: u32, text: &str, logprobs: Option<Value>, events: &mut Vec<ReplyEvent>) {
        self.item(place, "message", events).has_said |= !text.is_empty();
        if !text.is_empty() {
            events.push(ReplyEvent::Text { choice: CHOICE, text: text.to_owned() });
        }
        if let Some(logprobs @ Value::Array(_)) =
            logprobs.filter(|all| all.as_array().is_some_and(|all| !all.is_empty()))
        {
            events.push(ReplyEvent::Extra { choice: CHOICE, name: "logprobs", value: json!({ "content": logprobs }) });
        }
    }

    /// More of a refusal.
    pub(super) fn refuses(&mut self, place: u32, text: &str, events: &mut Vec<ReplyEvent>) {
        self.item(place, "message", events).has_refused = true;
        events.push(ReplyEvent::Refusal { choice: CHOICE, text: text.to_owned() });
    }

    /// More thoughts.
    pub(super) fn thinks(&mut self, place: u32, text: &str, events: &mut Vec<ReplyEvent>) {
        let item = self.item(place, "reasoning", events);
        let continues = std::mem::replace(&mut item.has_said, true);
        self.think(text, continues, events);
    }

    fn think(&mut self, text: &str, continues: bool, events: &mut Vec<ReplyEvent>) {
        // Thoughts of another item; clients of this format know where they begin.
        let is_apart = std::mem::replace(&mut self.has_thought, true) && !continues && !self.is_native;
        let text = if is_apart { format!("{BREAK}{text}") } else { text.to_owned() };
        events.push(ReplyEvent::Reasoning { choice: CHOICE, text, signature: None });
    }

    /// Another piece of the summary of one thought.
    pub(super) fn thinks_on(&mut self, place: u32, events: &mut Vec<ReplyEvent>) {
        if self.item(place, "reasoning", events).has_said {
            events.push(ReplyEvent::Reasoning { choice: CHOICE, text: BREAK.to_owned(), signature: None });
        }
    }

    /// More of a call's arguments.
    pub(super) fn argues(&mut self, place: u32, text: &str, events: &mut Vec<ReplyEvent>) {
        let Some(item) = self.items.get_mut(&place) else { return };
        let Kind::Call { index, is_free } = item.kind else { return };
        item.has_said = true;
        let arguments = if is_free { free_text::piece(text) } else { text.to_owned() };
        events.push(more(index, arguments));
    }

    /// A note about words.
    pub(super) fn annotates(&mut self, place: u32, annotation: &Value, events: &mut Vec<ReplyEvent>) {
        self.item(place, "message", events).has_annotated = true;
        events.push(annotations(std::slice::from_ref(annotation)));
    }

    /// What happens within an item that has no words of its own here.
    pub(super) fn happens(&mut self, place: u32, event: impl FnOnce() -> Value, events: &mut Vec<ReplyEvent>) {
        if self.items.get(&place).is_some_and(|item| item.kind == Kind::Hosted) {
            self.own("event", event, events);
        }
    }

    /// An item is complete.
    pub(super) fn done(&mut self, place: u32, item: &Value, events: &mut Vec<ReplyEvent>) {
        self.added(place, item, events);
        let Some(known) = self.items.get(&place).copied() else { return };
        match known.kind {
            Kind::Message => self.said(place, known, item, events),
            Kind::Thoughts => {
                let thought = [&item["content"], &item["summary"]].map(texts).into_iter().find(|text| !text.is_empty());
                if let Some(text) = thought.filter(|_| !known.has_said) {
                    self.think(&text, false, events);
                }
                let cipher = item["encrypted_content"].as_str().filter(|cipher| !cipher.is_empty());
                if let Some(cipher) = cipher {
                    let signature = Some(cipher.to_owned());
                    events.push(ReplyEvent::Reasoning { choice: CHOICE, text: String::new(), signature });
                }
            }
            Kind::Call { index, is_free } => {
                let whole = item[if is_free { "input" } else { "arguments" }].as_str().unwrap_or_default();
                if !known.has_said && !whole.is_empty() {
                    self.argues(place, whole, events);
                }
                if is_free {
                    events.push(more(index, free_text::END.to_owned()));
                }
            }
            Kind::Hosted => {
                if let Some(base64) = item["result"].as_str().filter(|_| item["type"] == "image_generation_call")
                    && !self.is_native
                {
                    let format = item["output_format"].as_str().unwrap_or("png");
                    let url = format!("data:image/{format};base64,{base64}");
                    let value = json!([{ "type": "image_url", "image_url": { "url": url } }]);
                    events.push(ReplyEvent::Extra { choice: CHOICE, name: "images", value });
                }
            }
        }
        self.own("output", || item.clone(), events);
    }

    /// What a message says at its end and was not told.
    fn said(&mut self, place: u32, known: Item, item: &Value, events: &mut Vec<ReplyEvent>) {
        for part in item["content"].as_array().into_iter().flatten() {
            match part["type"].as_str() {
                Some("refusal") if !known.has_refused => {
                    self.refuses(place, part["refusal"].as_str().unwrap_or_default(), events);
                }
                Some("output_text") => {
                    if !known.has_said {
                        let logprobs = part.get("logprobs").cloned();
                        self.says(place, part["text"].as_str().unwrap_or_default(), logprobs, events);
                    }
                    let notes = part["annotations"].as_array().map(Vec::as_slice).unwrap_or_default();
                    if !known.has_annotated && !notes.is_empty() {
                        events.push(annotations(notes));
                    }
                }
                _ => {}
            }
        }
    }
}

fn more(index: u32, arguments: String) -> ReplyEvent {
    ReplyEvent::ToolCall { choice: CHOICE, index, id: None, name: None, arguments, signature: None }
}

/// The texts of a list of parts.
fn texts(parts: &Value) -> String {
    let all = parts.as_array().into_iter().flatten().filter_map(|part| part["text"].as_str());
    all.collect::<Vec<_>>().join(BREAK)
}

/// Notes in the shape that chats have for them: their fields in an object of their type's name.
fn annotations(flat: &[Value]) -> ReplyEvent {
    let wrapped = flat.iter().map(|note| {
        let kind = note["type"].as_str().unwrap_or_default();
        let fields = note.as_object().into_iter().flatten().filter(|(name, _)| *name != "type");
        let fields: Map<String, Value> = fields.map(|(name, value)| (name.clone(), value.clone())).collect();
        json!({ "type": kind, kind: fields })
    });
    ReplyEvent::Extra { choice: CHOICE, name: "annotations", value: wrapped.collect() }
}
