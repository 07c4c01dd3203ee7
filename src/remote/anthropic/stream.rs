//! Answers as events. A whole message is read as the stream it could have been.
//!
//! What its own search found is passed on as sources of the block that cites them; what else its own tools did is told to
//! clients of this format alone.

use mediary_core::Failure;
use mediary_core::task::{Chat, Finish, ReplyEvent, ReplyFrame, Usage};
use serde_json::Value;

use super::own::OwnBlocks;
use super::turns::REDACTED;
use super::wire::{self, AnswerBlock, Citation, Event, MessageDelta, Piece};
use super::{NAME, NAMES, failure};
use crate::citations::{Said, citation};
use crate::tool_names::Renamed;
use crate::{Frame, Reader, blame};

/// There is only ever one reply.
const CHOICE: u32 = 0;

/// Reads one answer.
#[derive(Debug, Default)]
pub(super) struct Stream {
    calls: u32,
    /// The call whose arguments are coming, with those it began with, until more come.
    open_call: Option<(u32, Option<Value>)>,
    input: Input,
    is_finished: bool,
    renamed: Renamed,
    /// For clients of this format.
    own: Option<OwnBlocks>,
    cited: Cited,
    searches: u32,
}

/// What was said, where it may cite, and what the open block cites.
#[derive(Debug, Default)]
struct Cited {
    said: Option<Said>,
    /// Where the open block began.
    began: usize,
    sources: Vec<(String, Option<String>)>,
}

impl Cited {
    fn says(&mut self, text: &str) {
        if let Some(said) = &mut self.said {
            said.add(text);
        }
    }

    fn cites(&mut self, cited: Citation) {
        // A block cites several passages of a page.
        if let Some(url) = cited.url.filter(|url| !self.sources.iter().any(|(known, _)| known == url)) {
            self.sources.push((url, cited.title));
        }
    }

    /// The sources of the block that ends here.
    fn end(&mut self) -> Option<Value> {
        let said = self.said.as_ref()?;
        let place = (self.began, said.chars());
        self.began = place.1;
        let sources = std::mem::take(&mut self.sources);
        let written = sources.iter().map(|(url, title)| citation(url, title.as_deref(), place));
        (!sources.is_empty()).then(|| written.collect())
    }
}

/// The parts of a prompt are counted apart, and not all in every event.
#[derive(Debug, Default, Clone, Copy)]
struct Input {
    new: u64,
    written: u64,
    read: u64,
}

impl Reader for Stream {
    fn read(&mut self, frame: &Frame<'_>, into: &mut ReplyFrame) -> Result<(), Failure> {
        let events = &mut into.events;
        // Nothing of it is mended, so clients of this format may have it as it is.
        // Clients of this format may have it as it is, unless they know a function by another name.
        into.is_canonical = !self.renamed.is_any();
        if let Some(own) = &mut self.own {
            own.take(frame.data, events);
        }
        match serde_json::from_slice(frame.data).map_err(blame::shapeless)? {
            Event::MessageStart { message } | Event::Message(message) => self.message(message, events)?,
            Event::ContentBlockStart { content_block } => self.open(content_block, events),
            Event::ContentBlockDelta { delta } => self.delta(delta, events),
            Event::ContentBlockStop => self.close(events),
            Event::MessageDelta { delta, usage } => {
                self.usage(usage, events);
                self.finish(&delta, events)?;
            }
            Event::Error { error } => return Err(failure::in_stream(&error)),
            Event::Unknown => {}
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

impl Stream {
    /// A reader of the answer to a chat.
    pub(super) fn of(chat: &Chat) -> Self {
        let is_ours = chat.own.as_ref().is_some_and(|own| own.wire_format == super::NAME);
        let cited = Cited { said: (!chat.hosted_tools.is_empty()).then(Said::default), ..Cited::default() };
        Self {
            own: is_ours.then(OwnBlocks::default),
            cited,
            renamed: Renamed::of(chat, NAMES, NAME),
            ..Self::default()
        }
    }

    fn message(&mut self, message: wire::Message, events: &mut Vec<ReplyEvent>) -> Result<(), Failure> {
        events.push(ReplyEvent::Begun { id: message.id, model: message.model });
        for block in message.content {
            self.open(block, events);
            self.close(events);
        }
        self.usage(message.usage, events);
        self.finish(&message.end, events)
    }

    fn open(&mut self, block: AnswerBlock, events: &mut Vec<ReplyEvent>) {
        match block {
            AnswerBlock::Text { text, citations } => {
                self.cited.says(&text);
                citations.into_iter().flatten().for_each(|citation| self.cited.cites(citation));
                if !text.is_empty() {
                    events.push(ReplyEvent::Text { choice: CHOICE, text });
                }
            }
            AnswerBlock::Thinking { thinking, signature } => {
                let signature = signature.filter(|signature| !signature.is_empty());
                if !thinking.is_empty() || signature.is_some() {
                    events.push(ReplyEvent::Reasoning { choice: CHOICE, text: thinking, signature });
                }
            }
            AnswerBlock::RedactedThinking { data } => {
                let signature = Some(format!("{REDACTED}{data}"));
                events.push(ReplyEvent::Reasoning { choice: CHOICE, text: String::new(), signature });
            }
            AnswerBlock::ToolUse { id, name, input } => {
                let index = self.calls;
                self.calls += 1;
                self.open_call = Some((index, Some(input.unwrap_or_else(|| Value::Object(serde_json::Map::new())))));
                events.push(ReplyEvent::ToolCall {
                    choice: CHOICE,
                    index,
                    id: Some(id),
                    name: Some(self.renamed.back(name)),
                    arguments: String::new(),
                    signature: None,
                });
            }
            AnswerBlock::Unknown => {}
        }
    }

    fn delta(&mut self, delta: Piece, events: &mut Vec<ReplyEvent>) {
        let (choice, signature) = (CHOICE, None);
        match delta {
            Piece::TextDelta { text } => {
                self.cited.says(&text);
                events.push(ReplyEvent::Text { choice, text });
            }
            Piece::CitationsDelta { citation } => self.cited.cites(citation),
            Piece::ThinkingDelta { thinking } => {
                events.push(ReplyEvent::Reasoning { choice, text: thinking, signature });
            }
            Piece::SignatureDelta { signature } => {
                events.push(ReplyEvent::Reasoning { choice, text: String::new(), signature: Some(signature) });
            }
            Piece::InputJsonDelta { partial_json } if partial_json.is_empty() => {}
            Piece::InputJsonDelta { partial_json } => {
                if let Some((index, beginning)) = &mut self.open_call {
                    *beginning = None;
                    events.push(more_arguments(*index, partial_json));
                }
            }
            Piece::Unknown => {}
        }
    }

    fn close(&mut self, events: &mut Vec<ReplyEvent>) {
        if let Some(value) = self.cited.end() {
            events.push(ReplyEvent::Extra { choice: CHOICE, name: "annotations", value });
        }
        // Nothing came after the beginning, so that was all of it.
        if let Some((index, Some(input))) = self.open_call.take() {
            events.push(more_arguments(index, input.to_string()));
        }
    }

    fn usage(&mut self, usage: Option<wire::Usage>, events: &mut Vec<ReplyEvent>) {
        let Some(usage) = usage else { return };
        let known = self.input;
        self.input = Input {
            new: usage.input_tokens.unwrap_or(known.new),
            written: usage.cache_creation_input_tokens.unwrap_or(known.written),
            read: usage.cache_read_input_tokens.unwrap_or(known.read),
        };
        self.searches = usage.server_tool_use.map_or(self.searches, |used| used.web_search_requests);
        events.push(ReplyEvent::Usage(Usage {
            prompt_tokens: self.input.new + self.input.written + self.input.read,
            completion_tokens: usage.output_tokens.unwrap_or(0),
            cached_tokens: self.input.read,
            written_tokens: self.input.written,
            reasoning_tokens: 0,
            cut_tokens: 0,
            searches: self.searches,
            estimated: false,
        }));
    }

    fn finish(&mut self, end: &MessageDelta, events: &mut Vec<ReplyEvent>) -> Result<(), Failure> {
        let Some(reason) = end.stop_reason.as_deref() else { return Ok(()) };
        let finish = match reason {
            "end_turn" | "stop_sequence" => Finish::Stop,
            Finish::PAUSED => Finish::Paused,
            "max_tokens" | "model_context_window_exceeded" => Finish::Length,
            "tool_use" => Finish::ToolCalls,
            "refusal" => Finish::ContentFilter,
            _ => return Err(blame::odd_end()),
        };
        let explanation = end.stop_details.as_ref().and_then(|details| details.explanation.as_deref());
        if let Some(text) = explanation.filter(|text| finish == Finish::ContentFilter && !text.is_empty()) {
            events.push(ReplyEvent::Refusal { choice: CHOICE, text: text.to_owned() });
        }
        if !self.is_finished {
            self.is_finished = true;
            events.push(ReplyEvent::Finish { choice: CHOICE, finish });
        }
        Ok(())
    }
}

fn more_arguments(index: u32, arguments: String) -> ReplyEvent {
    ReplyEvent::ToolCall { choice: CHOICE, index, id: None, name: None, arguments, signature: None }
}
