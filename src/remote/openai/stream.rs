//! Reading an answer, chunk by chunk; a whole one is a single chunk.
//!
//! A stream is complete when every reply that began has said why it ended. Without that it is a failure, however much
//! of it looks like an answer.

use mediary_core::task::{Finish, ReplyEvent, ReplyFrame};
use mediary_core::{Failure, FailureKind};

use super::calls::Calls;
use super::decode;
use super::failure;
use super::wire::{Choice, Chunk, Delta};
use crate::{Frame, Reader};

/// Reads the answers of OpenAI-like providers.
#[derive(Debug)]
pub(crate) struct ChatReader {
    is_stream: bool,
    has_begun: bool,
    choices: Vec<ChoiceState>,
}

/// What is known of one of the replies.
#[derive(Debug, Default)]
struct ChoiceState {
    index: u32,
    calls: Calls,
    finished: bool,
}

impl ChatReader {
    /// A reader for a stream, or for one whole body.
    pub(crate) fn new(is_stream: bool) -> Self {
        Self { is_stream, has_begun: false, choices: Vec::new() }
    }

    fn choice(&mut self, choice: Choice, events: &mut Vec<ReplyEvent>) -> Result<(), Failure> {
        if let Some(error) = choice.error {
            return Err(failure::inside(&error));
        }
        let index = choice.index.unwrap_or(0);
        let at = self.choices.iter().position(|known| known.index == index).unwrap_or_else(|| {
            self.choices.push(ChoiceState { index, ..ChoiceState::default() });
            self.choices.len() - 1
        });
        let state = &mut self.choices[at];
        // Some send a message of null beside each delta, and some a whole message in their only chunk.
        let delta = choice.message.or(choice.delta).unwrap_or_default();
        state.delta(delta, events);
        if let Some(value) = choice.logprobs {
            events.push(ReplyEvent::Extra { choice: index, name: "logprobs", value });
        }
        let reason = choice.finish_reason.some();
        match reason {
            Some(reason) => {
                let finish = decode::finish(&reason, state.calls.any())?;
                state.finish(finish, events)
            }
            // A whole body is complete by being one.
            None if !self.is_stream => {
                let finish = if state.calls.any() { Finish::ToolCalls } else { Finish::Stop };
                state.finish(finish, events)
            }
            None => Ok(()),
        }
    }
}

impl Reader for ChatReader {
    fn read(&mut self, frame: &Frame<'_>, into: &mut ReplyFrame) -> Result<(), Failure> {
        let chunk: Chunk = match serde_json::from_slice(frame.data) {
            Ok(chunk) => chunk,
            Err(_) => return Err(failure::unreadable(frame.data)),
        };
        let is_complaint = frame.event == Some("error")
            || chunk.base_resp.as_ref().is_some_and(|base| base.status_code != 0)
            || (chunk.choices.is_none() && chunk.usage.is_none() && failure::looks_like_complaint(frame.data));
        let error = chunk.error.as_ref().or(chunk.x_groq.as_ref().and_then(|groq| groq.error.as_ref()));
        if is_complaint || error.is_some() {
            // What stands beside the error, such as its code, belongs to it.
            return Err(failure::inside_body(frame.data));
        }
        if !self.is_stream && chunk.choices.as_ref().is_none_or(Vec::is_empty) {
            let kind = if chunk.choices.is_some() { FailureKind::EmptyAnswer } else { FailureKind::Garbled };
            return Err(Failure::new(kind, "the provider answered without a reply"));
        }
        let events = &mut into.events;
        if !self.has_begun {
            self.has_begun = true;
            events.push(ReplyEvent::Begun { id: chunk.id.some(), model: chunk.model.some() });
        }
        for choice in chunk.choices.unwrap_or_default() {
            self.choice(choice, events)?;
        }
        let tokens = chunk.usage.or_else(|| chunk.x_groq.and_then(|groq| groq.usage));
        events.extend(tokens.map(|tokens| ReplyEvent::Usage(tokens.usage())));
        Ok(())
    }

    fn end(&mut self, _into: &mut ReplyFrame) -> Result<(), Failure> {
        if self.choices.is_empty() {
            return Err(Failure::new(FailureKind::EmptyAnswer, "the provider's stream ended without a reply"));
        }
        match self.choices.iter().all(|choice| choice.finished) {
            true => Ok(()),
            false => Err(Failure::new(FailureKind::Garbled, "the provider's stream ended in the middle of the reply")),
        }
    }
}

impl ChoiceState {
    fn delta(&mut self, delta: Delta, events: &mut Vec<ReplyEvent>) {
        let choice = self.index;
        // The same thoughts may come under several names.
        let thoughts = [delta.reasoning_content, delta.reasoning, delta.reasoning_details];
        let told = thoughts.into_iter().map(|content| content.text + &content.thoughts);
        let thought = told.into_iter().find(|text| !text.is_empty()).unwrap_or_default() + &delta.content.thoughts;
        if !thought.is_empty() {
            events.push(ReplyEvent::Reasoning { choice, text: thought, signature: None });
        }
        if !delta.content.text.is_empty() {
            events.push(ReplyEvent::Text { choice, text: delta.content.text });
        }
        if let Some(text) = delta.refusal.some() {
            events.push(ReplyEvent::Refusal { choice, text });
        }
        for call in delta.tool_calls.unwrap_or_default() {
            self.calls.delta(choice, call, events);
        }
        if let Some(function) = delta.function_call {
            self.calls.function(choice, function, events);
        }
        let extras = [("audio", delta.audio), ("annotations", delta.annotations), ("images", delta.images)];
        for (name, value) in extras {
            let value = value.filter(|value| !value.as_array().is_some_and(Vec::is_empty));
            events.extend(value.map(|value| ReplyEvent::Extra { choice, name, value }));
        }
    }

    fn finish(&mut self, finish: Finish, events: &mut Vec<ReplyEvent>) -> Result<(), Failure> {
        // Some repeat the reason beside the usage.
        if !self.finished {
            self.calls.complete()?;
            self.finished = true;
            events.push(ReplyEvent::Finish { choice: self.index, finish });
        }
        Ok(())
    }
}
