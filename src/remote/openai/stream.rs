//! Reading an answer, chunk by chunk; a whole one is a single chunk.
//!
//! A stream is complete when every reply that began has said why it ended. Without that it is a failure, however much
//! of it looks like an answer. A frame that cannot be read in the midst of good ones is skipped if the stream then ends well.
//! A frame may pass to clients as it came only if nothing in it had to be mended.

use std::collections::HashSet;
use std::sync::Arc;

use mediary_core::task::{Chat, Finish, ReplyEvent, ReplyFrame};
use mediary_core::{Failure, FailureKind};
use serde::Deserialize as _;
use serde_json::Value;

use super::calls::{Calls, Coming};
use super::lenient::{Content, Index};
use super::torn::{self, Torn};
use super::wire::{Choice, Chunk, Delta};
use super::{NAME, decode, failure, usage};
use crate::tool_names::{OPENAI, Renamed};
use crate::{Frame, Reader};

/// Reads the answers of OpenAI-like providers.
#[derive(Debug)]
pub(crate) struct ChatReader {
    is_stream: bool,
    /// How many replies were asked for.
    asked: usize,
    has_begun: bool,
    choices: Vec<ChoiceState>,
    /// Ids of calls in the conversation before.
    ids: Arc<HashSet<String>>,
    /// Functions that it may know by other names.
    renamed: Arc<Renamed>,
    /// Frames that could not be read, and what was wrong with the first.
    skipped: u32,
    malformed: Option<Failure>,
}

/// What is known of one of the replies.
#[derive(Debug, Default)]
struct ChoiceState {
    index: u32,
    calls: Calls,
    text: Torn,
    thoughts: Torn,
    refusal: Torn,
    has_role: bool,
    has_spoken: bool,
    finished: bool,
}

impl ChatReader {
    /// A reader for a stream, or for one whole body, that answers `chat`.
    pub(crate) fn new(chat: &Chat, is_stream: bool) -> Self {
        let prompts = chat.completion.as_ref().map_or(1, |completion| completion.prompts.len());
        let asked = usize::try_from(chat.sampling.n).unwrap_or(1).max(1) * prompts;
        let calls = chat.messages.iter().flat_map(|message| &message.tool_calls);
        let ids = Arc::new(calls.map(|call| call.id.clone()).collect());
        let renamed = Arc::new(Renamed::of(chat, OPENAI, NAME));
        Self { is_stream, asked, has_begun: false, choices: Vec::new(), ids, renamed, skipped: 0, malformed: None }
    }

    /// Reads a choice; gives whether it was as the format has it.
    fn choice(&mut self, choice: Choice, events: &mut Vec<ReplyEvent>) -> Result<bool, Failure> {
        if let Some(error) = choice.error {
            return Err(failure::inside(&error));
        }
        let mut is_canonical = choice.index.is_canonical();
        let index = choice.index.number.unwrap_or(0);
        let at = self.choices.iter().position(|known| known.index == index).unwrap_or_else(|| {
            let calls = Calls::after(Arc::clone(&self.ids), Arc::clone(&self.renamed));
            self.choices.push(ChoiceState { index, calls, ..ChoiceState::default() });
            self.choices.len() - 1
        });
        let state = &mut self.choices[at];
        is_canonical &= !state.is_torn();
        let coming = if self.is_stream { Coming::InPieces } else { Coming::Whole };
        // Some send a whole message in their only chunk, and some beside each delta all that was said so far.
        let (delta, is_in_place) = match (choice.delta, choice.message, coming) {
            (Some(delta), Some(_), Coming::InPieces) if state.has_spoken || !delta.is_empty() => (delta, true),
            (Some(delta), None, Coming::InPieces) => (delta, true),
            (_, Some(message), coming) => (message, coming == Coming::Whole),
            (delta, None, _) => (delta.unwrap_or_default(), false),
        };
        is_canonical &= state.delta(delta, coming, events) && is_in_place;
        if let Some(text) = choice.text.filter(|text| !text.is_empty()) {
            is_canonical = false;
            events.push(ReplyEvent::Text { choice: index, text });
        }
        if let Some(value) = choice.logprobs {
            events.push(ReplyEvent::Extra { choice: index, name: "logprobs", value });
        }
        let has_reason = choice.finish_reason.is_some();
        let is_text = choice.finish_reason.as_ref().is_some_and(Value::is_string);
        match choice.finish_reason.and_then(decode::reason) {
            Some(reason) => {
                let finish = decode::finish(&reason, state.calls.any())?;
                is_canonical &= is_text && reason == finish.name() && !state.finished;
                state.finish(finish, events)?;
            }
            // A whole body is complete by being one.
            None if !self.is_stream => {
                is_canonical = false;
                let finish = if state.calls.any() { Finish::ToolCalls } else { Finish::Stop };
                state.finish(finish, events)?;
            }
            None => is_canonical &= !has_reason,
        }
        Ok(is_canonical)
    }

    /// A frame that is no chunk. In a stream it is remembered, and counts if the stream does not end well.
    fn malformed(&mut self, frame: &Frame<'_>) -> Result<(), Failure> {
        let failure = failure::unreadable(frame.data);
        if !self.is_stream || failure.kind != FailureKind::Garbled {
            return Err(failure);
        }
        self.skipped += 1;
        self.malformed.get_or_insert(failure);
        Ok(())
    }
}

/// Gives each reply of a whole answer a place of its own where one lacks it or two share it: the one it has in the list.
/// More than were asked for are left out. Gives whether anything was changed.
fn were_put_in_place(choices: &mut Vec<Choice>, asked: usize) -> bool {
    let is_too_long = choices.len() > asked;
    choices.truncate(asked);
    let mut places = HashSet::new();
    let are_apart = choices.iter().all(|choice| choice.index.number.is_some_and(|place| places.insert(place)));
    if !are_apart {
        for (place, choice) in choices.iter_mut().enumerate() {
            choice.index = Index { number: u32::try_from(place).ok(), is_odd: true };
        }
    }
    is_too_long || !are_apart
}

/// A chunk out of a frame, and whether characters in it were torn apart.
fn chunk(frame: &[u8]) -> Option<(Chunk, bool)> {
    if let Ok(chunk) = serde_json::from_slice(frame) {
        return Some((chunk, false));
    }
    let marked = torn::marked(frame)?;
    let mut chunk: Chunk = serde_json::from_str(&marked).ok()?;
    for choice in chunk.choices.iter_mut().flatten() {
        choice.logprobs.iter_mut().for_each(torn::whole_value);
    }
    Some((chunk, true))
}

impl Reader for ChatReader {
    fn read(&mut self, frame: &Frame<'_>, into: &mut ReplyFrame) -> Result<(), Failure> {
        if frame.event == Some("error") {
            return Err(failure::inside_body(frame.data));
        }
        let Some((chunk, is_torn)) = chunk(frame.data) else { return self.malformed(frame) };
        let is_complaint = chunk.base_resp.as_ref().is_some_and(|base| base.status_code != 0)
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
        let mut is_canonical = !is_torn && !chunk.id.is_odd && !chunk.model.is_odd && chunk.choices.is_some();
        let events = &mut into.events;
        if !self.has_begun {
            self.has_begun = true;
            events.push(ReplyEvent::Begun { id: chunk.id.some(), model: chunk.model.some() });
        }
        let mut choices = chunk.choices.unwrap_or_default();
        is_canonical &= self.is_stream || !were_put_in_place(&mut choices, self.asked);
        for choice in choices {
            is_canonical &= self.choice(choice, events)?;
        }
        let (tokens, is_in_place) = match chunk.usage {
            Some(usage) => (Some(usage), true),
            None => (chunk.x_groq.and_then(|groq| groq.usage), false),
        };
        if let Some(tokens) = tokens {
            let counted = usage::counted(&tokens);
            is_canonical &= is_in_place && counted.is_canonical;
            events.extend(counted.usage.map(ReplyEvent::Usage));
        }
        into.is_canonical = is_canonical;
        Ok(())
    }

    fn end(&mut self, _into: &mut ReplyFrame) -> Result<(), Failure> {
        if !self.choices.is_empty() && self.choices.iter().all(|choice| choice.finished) {
            return Ok(());
        }
        if let Some(failure) = self.malformed.take() {
            return Err(failure);
        }
        Err(match self.choices.is_empty() {
            true => Failure::new(FailureKind::EmptyAnswer, "the provider's stream ended without a reply"),
            false => Failure::new(FailureKind::Garbled, "the provider's stream ended in the middle of the reply"),
        })
    }

    fn is_complete(&self) -> bool {
        self.choices.len() >= self.asked && self.choices.iter().all(|choice| choice.finished)
    }

    fn skipped(&self) -> u32 {
        self.skipped
    }
}

impl ChoiceState {
    /// Whether a character was torn apart, and its rest has not come yet.
    fn is_torn(&self) -> bool {
        self.text.is_torn() || self.thoughts.is_torn() || self.refusal.is_torn() || self.calls.is_torn()
    }

    /// Reads what comes to a reply; gives whether it was as the format has it.
    fn delta(&mut self, delta: Delta, coming: Coming, events: &mut Vec<ReplyEvent>) -> bool {
        let choice = self.index;
        let begun = events.len();
        let mut is_canonical = delta.is_well_formed(coming);
        let is_opening = !delta.role.is_empty() && !std::mem::replace(&mut self.has_role, true);
        // The same thoughts may come under several names.
        let is_named = !delta.reasoning_content.text.is_empty();
        let details = delta.reasoning_details.as_ref().map(|details| Content::deserialize(details).unwrap_or_default());
        let thoughts = [delta.reasoning_content, delta.reasoning, details.unwrap_or_default()];
        let told = thoughts.into_iter().map(|content| content.text + &content.thoughts);
        let thought = told.into_iter().find(|text| !text.is_empty()).unwrap_or_default() + &delta.content.thoughts;
        is_canonical &= thought.is_empty() || is_named;
        let thought = self.thoughts.join(thought);
        if !thought.is_empty() {
            events.push(ReplyEvent::Reasoning { choice, text: thought, signature: None });
        }
        let text = self.text.join(delta.content.text);
        if !text.is_empty() {
            events.push(ReplyEvent::Text { choice, text });
        }
        if let Some(text) = delta.refusal.some() {
            events.push(ReplyEvent::Refusal { choice, text: self.refusal.join(text) });
        }
        for call in delta.tool_calls.unwrap_or_default() {
            is_canonical &= self.calls.delta(choice, call, coming, events);
        }
        if let Some(function) = delta.function_call {
            is_canonical = false;
            self.calls.function(choice, function, events);
        }
        let extras = [
            ("audio", delta.audio),
            ("annotations", delta.annotations),
            ("images", delta.images),
            ("reasoning_details", delta.reasoning_details),
        ];
        for (name, value) in extras {
            let value = value.filter(|value| !value.as_array().is_some_and(Vec::is_empty));
            events.extend(value.map(|value| ReplyEvent::Extra { choice, name, value }));
        }
        let has_spoken = events.len() > begun;
        self.has_spoken |= has_spoken;
        // A role alone begins a reply that says nothing yet.
        if is_opening && !has_spoken && coming == Coming::InPieces {
            events.push(ReplyEvent::Text { choice, text: String::new() });
        }
        is_canonical
    }

    fn finish(&mut self, finish: Finish, events: &mut Vec<ReplyEvent>) -> Result<(), Failure> {
        // Some repeat the reason beside the usage.
        if self.finished {
            return Ok(());
        }
        let choice = self.index;
        if let Some(rest) = self.thoughts.rest() {
            events.push(ReplyEvent::Reasoning { choice, text: rest.to_string(), signature: None });
        }
        events.extend(self.text.rest().map(|rest| ReplyEvent::Text { choice, text: rest.to_string() }));
        events.extend(self.refusal.rest().map(|rest| ReplyEvent::Refusal { choice, text: rest.to_string() }));
        self.calls.complete(choice, events)?;
        self.finished = true;
        events.push(ReplyEvent::Finish { choice, finish });
        Ok(())
    }
}

impl Delta {
    /// Whether nothing is said in it.
    fn is_empty(&self) -> bool {
        let has = |value: &Option<Value>| value.as_ref().is_some_and(|value| !value.is_null());
        let contents = [&self.content, &self.reasoning_content, &self.reasoning];
        contents.iter().all(|content| content.text.is_empty() && content.thoughts.is_empty())
            && self.refusal.is_empty()
            && self.tool_calls.as_ref().is_none_or(Vec::is_empty)
            && self.function_call.is_none()
            && !has(&self.reasoning_details)
            && !has(&self.audio)
            && !has(&self.images)
    }

    /// Whether each of its texts is a text, and its speaker the assistant.
    fn is_well_formed(&self, coming: Coming) -> bool {
        let is_said_by_assistant = match self.role.text.as_str() {
            "assistant" => true,
            // Only the first piece names it.
            "" => coming == Coming::InPieces,
            _ => false,
        };
        let contents = [&self.content, &self.reasoning_content];
        is_said_by_assistant
            && !self.role.is_odd
            && !self.refusal.is_odd
            && !contents.iter().any(|content| content.is_odd)
    }
}
