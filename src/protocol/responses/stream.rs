//! From a reply's events to the events of a response's stream.
//!
//! Thoughts and words follow one another, each closed before the next opens; calls may be open side by side until the end.
//! Every event has the next number, and what was added is always done before the response is.

use std::collections::BTreeMap;

use mediary_core::task::{Finish, FreeText, ReplyEvent, ReplyFrame, Usage};
use serde_json::{Map, Value, json};

use super::answer::ResponseAnswer;
use super::growing::{Delta, Open, OpenCall, Part};
use super::object::{self, Status};
use super::relayed::{self, Notes};
use super::{WIRE_FORMAT, event, namespaces};
use crate::protocol::{AnswerHead, ErrorFields, StreamWriter, json_into};

/// Writes one stream.
#[derive(Debug, Default)]
pub(super) struct EventWriter {
    head: AnswerHead,
    answer: ResponseAnswer,
    has_begun: bool,
    sequence: u64,
    /// The items, each in its place once it is done.
    output: Vec<Value>,
    open: Option<Open>,
    calls: BTreeMap<u32, OpenCall>,
    finish: Option<Finish>,
    usage: Option<Usage>,
    /// Notes of tools that ran at the provider.
    pub(super) notes: Notes,
    /// Fields of the item that ends which are none of ours.
    pub(super) further: Map<String, Value>,
    /// The target that goes on, until the first event of it is written.
    continued_by: Option<String>,
}

impl EventWriter {
    pub(super) fn new(head: AnswerHead, answer: ResponseAnswer) -> Self {
        let sequence = answer.told_before;
        Self { head, has_begun: sequence > 0, sequence, answer, ..Self::default() }
    }

    fn event(&mut self, event: &ReplyEvent, into: &mut Vec<u8>) {
        match event {
            ReplyEvent::Begun { model, .. } => {
                if let Some(model) = model.as_ref().filter(|_| !self.has_begun) {
                    self.head.model.clone_from(model);
                }
            }
            ReplyEvent::Continued { by } => {
                into.extend_from_slice(format!(": continued by {}\n\n", by.replace(['\r', '\n'], " ")).as_bytes());
                self.continued_by = Some(by.clone());
            }
            // Of several replies only the first has a place here; more cannot be asked for.
            other if other.choice().is_some_and(|choice| choice > 0) => {}
            ReplyEvent::Text { text, .. } if text.is_empty() => {}
            ReplyEvent::Text { text, .. } => self.says(text, false, into),
            ReplyEvent::Refusal { text, .. } => self.says(text, true, into),
            ReplyEvent::Reasoning { text, signature, .. } => self.thinks(text, signature.as_deref(), into),
            ReplyEvent::ToolCall { index, id, name, arguments, signature, .. } => {
                let begun = (id.as_deref(), name.as_deref(), signature.as_deref());
                self.calls(*index, begun, arguments, into);
            }
            ReplyEvent::Extra { name: "annotations", value, .. } => self.annotates(value, into),
            ReplyEvent::Extra { name: "logprobs", value, .. } => {
                if let Some(Open::Message { part, .. }) = &mut self.open {
                    part.logprobs.extend(object::logprobs(value));
                }
            }
            ReplyEvent::Extra { name: "images", value, .. } => {
                for url in object::pictures(value) {
                    let Some(base64) = object::bytes_of(url) else {
                        self.says(&object::named(url), false, into);
                        continue;
                    };
                    self.close(into);
                    let item = object::picture(&self.head, self.output.len(), base64);
                    let index = self.add(&item, into);
                    self.done(index, &item, into);
                }
            }
            ReplyEvent::Finish { finish, .. } => self.finish = Some(*finish),
            // Told once, at the end.
            ReplyEvent::Usage(usage) => self.usage = Some(*usage),
            ReplyEvent::Own { wire_format, field, value } if *wire_format == WIRE_FORMAT => {
                self.relays(field, value, into);
            }
            // Not in these words: what only another format has, sound.
            ReplyEvent::Own { .. } | ReplyEvent::Extra { .. } => {}
            // Chats have none of these.
            ReplyEvent::Page(_) | ReplyEvent::Segment(_) | ReplyEvent::Vector { .. } | ReplyEvent::Bytes(_) => {}
            ReplyEvent::Heard { .. } | ReplyEvent::Sound(_) | ReplyEvent::Picture(_) => {}
            ReplyEvent::Accepted { .. } | ReplyEvent::Ranked { .. } | ReplyEvent::Judged { .. } => {}
        }
    }

    fn begin(&mut self, into: &mut Vec<u8>) {
        if !self.has_begun {
            self.has_begun = true;
            let response = self.response(Status::InProgress, None);
            self.write("response.created", json!({ "response": response }), into);
            self.write("response.in_progress", json!({ "response": response }), into);
        }
    }

    fn says(&mut self, text: &str, is_refusal: bool, into: &mut Vec<u8>) {
        self.begin(into);
        let is_open = matches!(&self.open, Some(Open::Message { part, .. }) if part.is_refusal == is_refusal);
        if !is_open {
            self.open_part(is_refusal, into);
        }
        let Some(Open::Message { index, done, part }) = &mut self.open else { return };
        part.text.push_str(text);
        let (index, content_index) = (*index, done.len());
        if !is_refusal && self.continued_by.is_none() {
            self.word(index, content_index, text, into);
            return;
        }
        let mut fields = self.at("msg", index);
        fields["content_index"] = content_index.into();
        fields["delta"] = text.into();
        if !is_refusal {
            fields["logprobs"] = json!([]);
        }
        let name = if is_refusal { "response.refusal.delta" } else { "response.output_text.delta" };
        self.write(name, fields, into);
    }

    /// More words. There is such an event for each of them, so no tree is made of it first.
    fn word(&mut self, index: usize, content_index: usize, text: &str, into: &mut Vec<u8>) {
        into.extend_from_slice(b"event: response.output_text.delta\ndata: ");
        let delta = Delta {
            item_id: &object::item_id("msg", &self.head, index),
            output_index: index,
            content_index,
            delta: text,
            logprobs: [],
            r#type: "response.output_text.delta",
            sequence_number: self.sequence,
        };
        json_into(&delta, into);
        into.extend_from_slice(b"\n\n");
        self.sequence += 1;
    }

    /// Opens a part of a message: of the one that is open, or of a new one.
    fn open_part(&mut self, is_refusal: bool, into: &mut Vec<u8>) {
        if matches!(self.open, Some(Open::Thoughts { .. })) {
            self.close(into);
        }
        self.close_part(into);
        let part = Part { is_refusal, text: String::new(), annotations: Vec::new(), logprobs: Vec::new() };
        let empty = part.told();
        let (index, done) = match self.open.take() {
            Some(Open::Message { index, done, .. }) => (index, done),
            Some(Open::Thoughts { .. }) | None => {
                let id = object::item_id("msg", &self.head, self.output.len());
                (self.add(&object::message(&id, &[], "in_progress"), into), Vec::new())
            }
        };
        let mut fields = self.at("msg", index);
        fields["content_index"] = done.len().into();
        fields["part"] = empty;
        self.open = Some(Open::Message { index, done, part });
        self.write("response.content_part.added", fields, into);
    }

    fn thinks(&mut self, text: &str, signature: Option<&str>, into: &mut Vec<u8>) {
        if text.is_empty() && signature.is_none() {
            return;
        }
        self.begin(into);
        if !matches!(self.open, Some(Open::Thoughts { .. })) {
            self.close(into);
            let index = self.add(&object::reasoning(&self.head, self.output.len(), "", None), into);
            self.open = Some(Open::Thoughts { index, text: String::new(), signature: None });
        }
        let Some(Open::Thoughts { index, text: before, signature: its }) = &mut self.open else { return };
        let (index, is_first) = (*index, before.is_empty());
        before.push_str(text);
        if let Some(signature) = signature {
            *its = Some(signature.to_owned());
        }
        if text.is_empty() {
            return;
        }
        if is_first {
            let mut fields = self.at("rs", index);
            fields["summary_index"] = 0.into();
            fields["part"] = json!({ "type": "summary_text", "text": "" });
            self.write("response.reasoning_summary_part.added", fields, into);
        }
        let mut fields = self.at("rs", index);
        fields["summary_index"] = 0.into();
        fields["delta"] = text.into();
        self.write("response.reasoning_summary_text.delta", fields, into);
    }

    fn calls(
        &mut self,
        number: u32,
        (id, name, signature): (Option<&str>, Option<&str>, Option<&str>),
        arguments: &str,
        into: &mut Vec<u8>,
    ) {
        self.begin(into);
        if !self.calls.contains_key(&number) {
            self.close(into);
            let name = name.unwrap_or_default().to_owned();
            let is_custom = self.answer.custom_tools.contains(&name);
            let call_id = object::call_id(&self.head, self.output.len(), id.unwrap_or_default(), signature);
            let (_, _, field) = object::call_words(is_custom);
            let mut item = object::call(&self.head, self.output.len(), &call_id, &name, "", is_custom);
            item["status"] = "in_progress".into();
            item[field] = "".into();
            let index = self.add(&item, into);
            self.calls.insert(number, OpenCall { index, call_id, name, arguments: String::new(), is_custom });
        }
        let Some(call) = self.calls.get_mut(&number) else { return };
        call.arguments.push_str(arguments);
        // What a piece of JSON says is known at its end, so free text leaves in one piece.
        if arguments.is_empty() || call.is_custom {
            return;
        }
        let index = call.index;
        let mut fields = self.at("fc", index);
        fields["delta"] = arguments.into();
        self.write("response.function_call_arguments.delta", fields, into);
    }

    fn annotates(&mut self, value: &Value, into: &mut Vec<u8>) {
        for annotation in object::annotations(value) {
            let Some(Open::Message { index, done, part }) = &mut self.open else { return };
            let (index, content_index, place) = (*index, done.len(), part.annotations.len());
            part.annotations.push(annotation.clone());
            let mut fields = self.at("msg", index);
            fields["content_index"] = content_index.into();
            fields["annotation_index"] = place.into();
            fields["annotation"] = annotation;
            self.write("response.output_text.annotation.added", fields, into);
        }
    }

    /// Ends the part that grows.
    fn close_part(&mut self, into: &mut Vec<u8>) {
        let Some(Open::Message { index, done, part }) = &mut self.open else { return };
        let (index, content_index, told, is_refusal) = (*index, done.len(), part.told(), part.is_refusal);
        done.push(told.clone());
        let mut fields = self.at("msg", index);
        fields["content_index"] = content_index.into();
        let mut ended = fields.clone();
        let (name, field) = if is_refusal { ("refusal", "refusal") } else { ("output_text", "text") };
        ended[field] = told[field].clone();
        if !is_refusal {
            ended["logprobs"] = told["logprobs"].clone();
        }
        self.write(&format!("response.{name}.done"), ended, into);
        fields["part"] = told;
        self.write("response.content_part.done", fields, into);
    }

    /// Whether an item grows.
    pub(super) fn has_open(&self) -> bool {
        self.open.is_some()
    }

    /// Ends the item that grows.
    pub(super) fn close(&mut self, into: &mut Vec<u8>) {
        self.begin(into);
        self.close_part(into);
        match self.open.take() {
            None => {}
            Some(Open::Message { index, done, .. }) => {
                let id = object::item_id("msg", &self.head, index);
                let mut item = object::message(&id, &done, "completed");
                object::is_cut(&mut item, self.finish);
                relayed::extend(&mut item, &self.further);
                self.done(index, &item, into);
            }
            Some(Open::Thoughts { index, text, signature }) => {
                if !text.is_empty() {
                    let mut fields = self.at("rs", index);
                    fields["summary_index"] = 0.into();
                    let mut part = fields.clone();
                    fields["text"] = text.as_str().into();
                    part["part"] = json!({ "type": "summary_text", "text": text });
                    self.write("response.reasoning_summary_text.done", fields, into);
                    self.write("response.reasoning_summary_part.done", part, into);
                }
                self.done(index, &object::reasoning(&self.head, index, &text, signature.as_deref()), into);
            }
        }
    }

    fn close_calls(&mut self, into: &mut Vec<u8>) {
        for call in std::mem::take(&mut self.calls).into_values() {
            let OpenCall { index, call_id, name, arguments, is_custom } = call;
            let (_, prefix, _) = object::call_words(is_custom);
            let mut fields = self.at(prefix, index);
            if is_custom {
                let input = FreeText::input_of(&arguments);
                fields["delta"] = input.as_str().into();
                self.write("response.custom_tool_call_input.delta", fields, into);
                let mut fields = self.at(prefix, index);
                fields["input"] = input.into();
                self.write("response.custom_tool_call_input.done", fields, into);
            } else {
                fields["name"] = namespaces::apart(&name).1.into();
                fields["arguments"] = arguments.as_str().into();
                self.write("response.function_call_arguments.done", fields, into);
            }
            let mut item = object::call(&self.head, index, &call_id, &name, &arguments, is_custom);
            if index + 1 == self.output.len() {
                object::is_cut(&mut item, self.finish);
            }
            self.done(index, &item, into);
        }
    }

    /// Adds an item; gives its place.
    pub(super) fn add(&mut self, item: &Value, into: &mut Vec<u8>) -> usize {
        let index = self.output.len();
        self.output.push(item.clone());
        self.write("response.output_item.added", json!({ "output_index": index, "item": item }), into);
        index
    }

    pub(super) fn done(&mut self, index: usize, item: &Value, into: &mut Vec<u8>) {
        if let Some(place) = self.output.get_mut(index) {
            place.clone_from(item);
        }
        self.write("response.output_item.done", json!({ "output_index": index, "item": item }), into);
    }

    /// The fields that say where something happens.
    fn at(&self, prefix: &str, index: usize) -> Value {
        json!({ "item_id": object::item_id(prefix, &self.head, index), "output_index": index })
    }

    fn response(&self, status: Status<'_>, usage: Option<Usage>) -> Value {
        object::response(&self.head, &self.answer.echo, status, &self.output, usage)
    }

    pub(super) fn write(&mut self, name: &str, mut fields: Value, into: &mut Vec<u8>) {
        fields["type"] = name.into();
        fields["sequence_number"] = self.sequence.into();
        self.sequence += 1;
        if let Some(by) = self.continued_by.take() {
            fields["mediary"] = json!({ "continued_by": by });
        }
        event(name, &fields, into);
    }

    /// The last event, whose response is the one that is kept.
    fn ends(&mut self, name: &str, response: &Value, into: &mut Vec<u8>) {
        self.answer.kept(response);
        self.write(name, json!({ "response": response }), into);
    }
}

impl StreamWriter for EventWriter {
    fn frame(&mut self, frame: &ReplyFrame, into: &mut Vec<u8>) {
        for event in &frame.events {
            self.event(event, into);
        }
    }

    fn end(&mut self, usage: Usage, into: &mut Vec<u8>) {
        self.close(into);
        self.close_calls(into);
        let response = self.response(Status::Ended(self.finish), Some(usage));
        let name = match self.finish {
            Some(Finish::Length | Finish::ContentFilter | Finish::Paused) => "response.incomplete",
            Some(Finish::Stop | Finish::ToolCalls) | None => "response.completed",
        };
        self.ends(name, &response, into);
    }

    fn broke_off(&mut self, error: &ErrorFields, into: &mut Vec<u8>) -> bool {
        self.begin(into);
        // What did not come to its end is not told as an item of the whole.
        let open = self.calls.values().map(|call| call.index).chain(self.open.iter().map(Open::index));
        let open: Vec<usize> = open.collect();
        let mut place = 0;
        self.output.retain(|_| {
            place += 1;
            !open.contains(&(place - 1))
        });
        let response = self.response(Status::Failed(error), self.usage);
        self.ends("response.failed", &response, into);
        true
    }
}
