//! Answers as events, line by line. Calls of functions come whole.
//!
//! An error may stand in the midst of a success.

use mediary_core::Failure;
use mediary_core::task::{Chat, Finish, ReplyEvent, ReplyFrame, Usage};
use serde_json::{Value, json};

use super::failure;
use super::wire::{Line, MadeCall};
use crate::call_ids::AnswerIds;
use crate::{Frame, Reader, blame};

/// There is only ever one reply.
const CHOICE: u32 = 0;

/// Reads one answer.
#[derive(Debug, Default)]
pub(super) struct Stream {
    /// When the reply was begun, in digits; tells its calls from those of other turns.
    stamp: Option<String>,
    calls: u32,
    ids: AnswerIds,
    is_finished: bool,
}

impl Reader for Stream {
    fn read(&mut self, frame: &Frame<'_>, into: &mut ReplyFrame) -> Result<(), Failure> {
        let line: Line = serde_json::from_slice(frame.data).map_err(blame::shapeless)?;
        if line.error.is_some() {
            return Err(failure::in_stream(frame.data));
        }
        into.is_canonical = is_canonical(&line);
        let events = &mut into.events;
        if self.stamp.is_none() {
            let created = line.created_at.unwrap_or_default();
            self.stamp = Some(created.chars().filter(char::is_ascii_digit).collect());
            events.push(ReplyEvent::Begun { id: None, model: line.model });
        }
        if let Some(message) = line.message {
            if let Some(text) = message.thinking.filter(|text| !text.is_empty()) {
                events.push(ReplyEvent::Reasoning { choice: CHOICE, text, signature: None });
            }
            if let Some(text) = message.content.filter(|text| !text.is_empty()) {
                events.push(ReplyEvent::Text { choice: CHOICE, text });
            }
            for call in message.tool_calls.unwrap_or_default() {
                events.push(self.call(call));
            }
        }
        if let Some(content) = line.logprobs.filter(|all| !all.is_empty()) {
            let value = json!({ "content": content, "refusal": null });
            events.push(ReplyEvent::Extra { choice: CHOICE, name: "logprobs", value });
        }
        if line.done && !self.is_finished {
            self.is_finished = true;
            events.push(ReplyEvent::Finish { choice: CHOICE, finish: self.finish(line.done_reason.as_deref()) });
            // A prompt that was cached may not be counted; half a count is none.
            if let (Some(prompt_tokens), Some(completion_tokens)) = (line.prompt_eval_count, line.eval_count) {
                events.push(ReplyEvent::Usage(Usage { prompt_tokens, completion_tokens, ..Usage::default() }));
            }
        }
        Ok(())
    }

    fn end(&mut self, _into: &mut ReplyFrame) -> Result<(), Failure> {
        if self.is_finished { Ok(()) } else { Err(blame::broken_off()) }
    }

    fn is_complete(&self) -> bool {
        self.is_finished
    }
}

/// Whether clients of the format are told all that they look for.
fn is_canonical(line: &Line) -> bool {
    let has_head = line.model.is_some() && line.created_at.is_some();
    let is_called = |call: &MadeCall| {
        call.id.as_ref().is_some_and(|id| !id.is_empty()) && matches!(call.function.arguments, Some(Value::Object(_)))
    };
    let calls = line.message.as_ref().map(|message| message.tool_calls.iter().flatten().all(is_called));
    let is_counted = line.prompt_eval_count.is_some() && line.eval_count.is_some() && line.done_reason.is_some();
    has_head && calls == Some(true) && (is_counted || !line.done)
}

impl Stream {
    /// A reader for the answer to `chat`.
    pub(super) fn of(chat: &Chat) -> Self {
        Self { ids: AnswerIds::after(chat), ..Self::default() }
    }

    fn call(&mut self, call: MadeCall) -> ReplyEvent {
        let index = self.calls;
        self.calls += 1;
        let stamp = self.stamp.as_deref().filter(|stamp| !stamp.is_empty());
        let stamp = stamp.map(|stamp| format!("{stamp}_")).unwrap_or_default();
        let id = self.ids.of(call.id, |number| format!("call_{stamp}{number}"));
        let arguments = match call.function.arguments {
            None | Some(Value::Null) => "{}".to_owned(),
            // Some models write a text where an object belongs.
            Some(Value::String(text)) => text,
            Some(arguments) => arguments.to_string(),
        };
        ReplyEvent::ToolCall {
            choice: CHOICE,
            index,
            id: Some(id),
            name: Some(call.function.name),
            arguments,
            signature: None,
        }
    }

    fn finish(&self, reason: Option<&str>) -> Finish {
        match reason {
            Some("length") => Finish::Length,
            // Older servers give no reason; others call the loading of a model one.
            Some(_) | None if self.calls > 0 => Finish::ToolCalls,
            Some(_) | None => Finish::Stop,
        }
    }
}
