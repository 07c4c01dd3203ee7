//! What a target of this very format says beyond the words that all share: notes of tools that ran at the provider with
//! their events, the fields of its items, thoughts in cipher. Ids that clients find responses by are ours; those of such
//! notes are the provider's, which wants them back.

use std::collections::HashMap;

use mediary_core::task::{ReplyEvent, WholeReply};
use serde_json::Value;

use super::stream::EventWriter;
use super::{WIRE_FORMAT, namespaces, object, signed};
use crate::protocol::AnswerHead;

/// The notes of a stream: the place of each by its id.
#[derive(Debug, Default)]
pub(super) struct Notes(HashMap<String, usize>);

impl EventWriter {
    /// Writes what a target of this format said by itself.
    pub(super) fn relays(&mut self, field: &str, value: &Value, into: &mut Vec<u8>) {
        match field {
            "begins" if self.has_open() => self.close(into),
            ReplyEvent::TOOL_RUNS => {
                self.note(value, into);
            }
            "event" => {
                let (Some(name), Some(id)) = (value["type"].as_str(), value["item_id"].as_str()) else { return };
                let Some(index) = self.notes.0.get(id).copied() else { return };
                let mut fields = value.clone();
                fields["output_index"] = index.into();
                let name = name.to_owned();
                self.write(&name, fields, into);
            }
            "output" => match value["type"].as_str() {
                Some("message" | "reasoning") if self.has_open() => {
                    self.further = value.as_object().cloned().unwrap_or_default();
                    self.close(into);
                    self.further.clear();
                }
                // Calls are told to their end with all the others.
                Some("message" | "reasoning" | "function_call" | "custom_tool_call") => {}
                _ => {
                    let index = self.note(value, into);
                    self.done(index, value, into);
                }
            },
            _ => {}
        }
    }

    /// The place of a note, which is added if it is new.
    fn note(&mut self, item: &Value, into: &mut Vec<u8>) -> usize {
        let id = item["id"].as_str().unwrap_or_default();
        if let Some(index) = self.notes.0.get(id) {
            return *index;
        }
        self.close(into);
        let index = self.add(item, into);
        self.notes.0.insert(id.to_owned(), index);
        index
    }
}

/// The fields of an item that are none of ours.
pub(super) fn extend(item: &mut Value, further: &serde_json::Map<String, Value>) {
    let Some(fields) = item.as_object_mut() else { return };
    for (name, value) in further {
        if !fields.contains_key(name) && name != "encrypted_content" {
            fields.insert(name.clone(), value.clone());
        }
    }
}

/// The items of a whole answer as a target of this format wrote them; `None`: it did not.
pub(super) fn output(head: &AnswerHead, reply: &WholeReply, custom_tools: &[String]) -> Option<Vec<Value>> {
    let theirs = reply.own.iter().filter(|(format, field, _)| *format == WIRE_FORMAT && *field == "output");
    let items: Vec<Value> =
        theirs.enumerate().map(|(index, (_, _, item))| adopted(head, index, item, custom_tools)).collect();
    (!items.is_empty()).then_some(items)
}

/// An item with what is ours on it.
fn adopted(head: &AnswerHead, index: usize, item: &Value, custom_tools: &[String]) -> Value {
    let mut adopted = item.clone();
    let text = |field: &str| item[field].as_str().unwrap_or_default();
    let prefix = match item["type"].as_str() {
        Some("message") => "msg",
        Some("reasoning") => {
            if let Some(cipher) = item["encrypted_content"].as_str() {
                adopted["encrypted_content"] = signed::out(head.wire_format, cipher).into();
            }
            "rs"
        }
        // The target was told of a function in place of a tool for free text.
        Some("function_call") if custom_tools.iter().any(|name| name == text("name")) => {
            return object::call(head, index, text("call_id"), text("name"), text("arguments"), true);
        }
        Some("function_call") => "fc",
        Some("custom_tool_call") => "ctc",
        _ => return adopted,
    };
    adopted["id"] = object::item_id(prefix, head, index).into();
    if let (Some(namespace), name) = namespaces::apart(text("name")) {
        adopted["name"] = name.into();
        adopted["namespace"] = namespace.into();
    }
    adopted
}
