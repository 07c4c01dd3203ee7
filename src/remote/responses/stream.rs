//! Reading an answer, event by event; a whole one is read as the events that it could have been.
//!
//! A stream is complete when its last event says how the response ended. Without that it is a failure, however much of it
//! looks like an answer.

use mediary_core::task::{Chat, Finish, ReplyEvent, ReplyFrame};
use mediary_core::{Failure, FailureKind};
use serde_json::{Value, json};

use super::is_ours;
use super::output::Items;
use super::wire::{Event, Response, Text};
use crate::{Frame, Reader, blame, openai};

/// Reads one answer.
#[derive(Debug, Default)]
pub(super) struct Stream {
    has_begun: bool,
    items: Items,
    is_finished: bool,
}

impl Stream {
    /// A reader of the answer to a chat.
    pub(super) fn of(chat: &Chat) -> Self {
        Self { items: Items::of(chat, is_ours(chat)), ..Self::default() }
    }

    fn begin(&mut self, response: &Response, events: &mut Vec<ReplyEvent>) {
        if !std::mem::replace(&mut self.has_begun, true) {
            events.push(ReplyEvent::Begun { id: response.id.clone(), model: response.model.clone() });
        }
    }

    /// How a response ended. What of its output was not told before is told now.
    fn end_of(&mut self, response: &Response, events: &mut Vec<ReplyEvent>) -> Result<(), Failure> {
        self.begin(response, events);
        if let Some(failure) = failed(response) {
            return Err(failure);
        }
        if self.items.is_empty() {
            for (place, item) in (0..).zip(&response.output) {
                self.items.done(place, item, events);
            }
        }
        if let Some(usage) = &response.usage {
            events.extend(openai::counted(usage).usage.map(ReplyEvent::Usage));
        }
        let finish = match (response.status.as_deref(), self.items.has_called()) {
            (Some("incomplete"), _) if is_filtered(response) => Finish::ContentFilter,
            (Some("incomplete"), _) => Finish::Length,
            (_, true) => Finish::ToolCalls,
            (_, false) => Finish::Stop,
        };
        if !std::mem::replace(&mut self.is_finished, true) {
            events.push(ReplyEvent::Finish { choice: 0, finish });
        }
        Ok(())
    }

    fn event(
        &mut self,
        name: &str,
        event: &Event<'_>,
        data: &[u8],
        events: &mut Vec<ReplyEvent>,
    ) -> Result<(), Failure> {
        let place = event.output_index.unwrap_or(0);
        let delta = event.delta.as_ref().map_or("", Text::as_str);
        match name {
            "response.created" | "response.queued" | "response.in_progress" => self.begin(&response(event)?, events),
            "response.output_item.added" => {
                if let Some(item) = &event.item {
                    self.items.added(place, item, events);
                }
            }
            "response.output_text.delta" => self.items.says(place, delta, event.logprobs.clone(), events),
            "response.output_text.annotation.added" => {
                if let Some(annotation) = &event.annotation {
                    self.items.annotates(place, annotation, events);
                }
            }
            "response.refusal.delta" => self.items.refuses(place, delta, events),
            "response.reasoning_summary_part.added" => self.items.thinks_on(place, events),
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                self.items.thinks(place, delta, events);
            }
            "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta" => {
                self.items.argues(place, delta, events);
            }
            "response.output_item.done" => {
                if let Some(item) = &event.item {
                    self.items.done(place, item, events);
                }
            }
            "response.completed" | "response.incomplete" | "response.failed" | "response.cancelled" => {
                self.end_of(&response(event)?, events)?;
            }
            "error" => return Err(openai::complaint(data)),
            _ if event.output_index.is_some() => {
                let whole = || serde_json::from_slice(data).unwrap_or(Value::Null);
                self.items.happens(place, whole, events);
            }
            _ => {}
        }
        Ok(())
    }
}

impl Reader for Stream {
    fn read(&mut self, frame: &Frame<'_>, into: &mut ReplyFrame) -> Result<(), Failure> {
        let Ok(event) = serde_json::from_slice::<Event<'_>>(frame.data) else {
            return Err(openai::inside_answer(frame.data));
        };
        // Ids are made anew for clients of this format, so no frame passes as it came.
        into.is_canonical = false;
        let events = &mut into.events;
        match event.r#type.as_deref().or(frame.event) {
            Some(name) => self.event(name, &event, frame.data, events),
            None if event.object.as_deref() == Some("response") => {
                let response: Response = serde_json::from_slice(frame.data).map_err(blame::shapeless)?;
                match response.status.as_deref() {
                    Some("queued" | "in_progress") => {
                        let detail = "the provider answered with a response that is not complete";
                        Err(Failure::new(FailureKind::Garbled, detail))
                    }
                    _ => self.end_of(&response, events),
                }
            }
            None => Err(openai::inside_answer(frame.data)),
        }
    }

    fn end(&mut self, _into: &mut ReplyFrame) -> Result<(), Failure> {
        if self.is_finished { Ok(()) } else { Err(blame::broken_off()) }
    }

    fn is_complete(&self) -> bool {
        self.is_finished
    }
}

/// The response of an event that has one.
fn response(event: &Event<'_>) -> Result<Response, Failure> {
    let raw = event.response.map_or("{}", |raw| raw.get());
    serde_json::from_str(raw).map_err(blame::shapeless)
}

/// What went wrong, if the response says that something did.
fn failed(response: &Response) -> Option<Failure> {
    let error = response.error.as_ref().filter(|error| !error.is_null());
    match (response.status.as_deref(), error) {
        (Some("failed"), None) | (Some("cancelled"), _) => Some(broke_down()),
        (_, Some(error)) => Some(openai::complaint(json!({ "error": error }).to_string().as_bytes())),
        (_, None) => None,
    }
}

fn broke_down() -> Failure {
    let kind = FailureKind::Overloaded { retry_after: None };
    Failure::new(kind, "the provider broke down in the middle of its reply")
}

fn is_filtered(response: &Response) -> bool {
    response.incomplete_details.as_ref().is_some_and(|details| details["reason"] == "content_filter")
}
