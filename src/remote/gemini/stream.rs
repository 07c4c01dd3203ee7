//! Answers as events. A chunk holds only what is new; a whole answer is one chunk.
//!
//! A prompt that was blocked comes as a success without candidates and is a failure here; an answer that was cut for
//! safety is an answer. What its own search found is passed on as sources, once the reply that stands on it is whole.

use std::collections::BTreeMap;

use mediary_core::task::{Chat, Finish, ReplyEvent, ReplyFrame, Usage};
use mediary_core::{Failure, FailureKind};
use serde_json::{Value, json};

use super::wire::{
    Answer, AnswerPart, Candidate, FunctionCall, Grounding, InlineData, LogprobsResult, TokenLogprob, UsageMetadata,
};
use super::{NAME, NAMES, failure};
use crate::call_ids::AnswerIds;
use crate::citations::{Said, citation};
use crate::tool_names::Renamed;
use crate::{Frame, Reader, blame};

/// Reads one answer.
#[derive(Debug, Default)]
pub(super) struct Stream {
    begun: bool,
    id: Option<String>,
    choices: BTreeMap<u32, Choice>,
    usage: Usage,
    renamed: Renamed,
    ids: AnswerIds,
    /// Whether it may search by itself.
    searches: bool,
}

/// How far one of the replies is.
#[derive(Debug, Default)]
struct Choice {
    calls: u32,
    images: u32,
    is_finished: bool,
    /// What it has said, where it may have searched.
    said: Option<Said>,
    grounding: Option<Grounding>,
}

impl Reader for Stream {
    fn read(&mut self, frame: &Frame<'_>, into: &mut ReplyFrame) -> Result<(), Failure> {
        let answer: Answer = serde_json::from_slice(frame.data).map_err(|error| failure::wrapped(frame.data, error))?;
        if let Some(error) = &answer.error {
            return Err(failure::in_stream(error));
        }
        if !self.begun {
            self.begun = true;
            self.id = answer.response_id;
            into.events.push(ReplyEvent::Begun { id: self.id.clone(), model: answer.model_version });
        }
        let candidates = answer.candidates.unwrap_or_default();
        // Clients of this format may have it as it is, unless they know the function by another name.
        into.is_canonical = !self.renamed.is_any() || !candidates.iter().any(Candidate::calls);
        let blocked = answer.prompt_feedback.and_then(|feedback| feedback.block_reason);
        if let Some(reason) = blocked.filter(|_| candidates.is_empty()) {
            return Err(blame::failure(
                FailureKind::ContentRefused,
                None,
                &format!("the prompt was blocked ({reason})"),
            ));
        }
        for candidate in candidates {
            self.candidate(candidate, &mut into.events)?;
        }
        if let Some(usage) = answer.usage_metadata {
            self.usage(&usage, &mut into.events);
        }
        Ok(())
    }

    fn end(&mut self, _into: &mut ReplyFrame) -> Result<(), Failure> {
        if self.is_complete() { Ok(()) } else { Err(blame::broken_off()) }
    }

    /// Gemini says why a reply ended in its last chunk, and several replies come side by side.
    fn is_complete(&self) -> bool {
        !self.choices.is_empty() && self.choices.values().all(|choice| choice.is_finished)
    }
}

impl Stream {
    /// A reader for the answer to `chat`.
    pub(super) fn of(chat: &Chat) -> Self {
        let searches = !chat.hosted_tools.is_empty();
        Self { renamed: Renamed::of(chat, NAMES, NAME), ids: AnswerIds::after(chat), searches, ..Self::default() }
    }

    fn candidate(&mut self, candidate: Candidate, events: &mut Vec<ReplyEvent>) -> Result<(), Failure> {
        let index = candidate.index.unwrap_or(0);
        let said = self.searches.then(Said::default);
        let choice = self.choices.entry(index).or_insert_with(|| Choice { said, ..Choice::default() });
        for mut part in candidate.content.and_then(|content| content.parts).unwrap_or_default() {
            if let Some(call) = &mut part.function_call {
                call.name = call.name.take().map(|name| self.renamed.back(name));
                // With the reply's id in it where it has one, so that calls stay apart though their turns are not sent back.
                let reply = self.id.as_ref().map(|reply| format!("{reply}_")).unwrap_or_default();
                call.id = Some(self.ids.of(call.id.take(), |number| format!("call_{reply}{number}")));
            }
            choice.part(index, part, events);
        }
        if let Some(logprobs) = candidate.logprobs_result {
            events.push(ReplyEvent::Extra { choice: index, name: "logprobs", value: logprobs_of(&logprobs) });
        }
        if candidate.grounding_metadata.is_some() {
            choice.grounding = candidate.grounding_metadata;
        }
        let Some(finish) = candidate.finish_reason.as_deref().map(finish).transpose()?.flatten() else {
            return Ok(());
        };
        if !choice.is_finished {
            choice.is_finished = true;
            if let (Some(said), Some(grounding)) = (&choice.said, choice.grounding.take()) {
                self.usage.searches = u32::try_from(grounding.web_search_queries.len()).unwrap_or(u32::MAX);
                let sources = sources(said, &grounding);
                if !sources.is_empty() {
                    events.push(ReplyEvent::Extra { choice: index, name: "annotations", value: sources.into() });
                }
            }
            let finish = if finish == Finish::Stop && choice.calls > 0 { Finish::ToolCalls } else { finish };
            events.push(ReplyEvent::Finish { choice: index, finish });
        }
        Ok(())
    }

    /// Counts may be missing from a chunk; those of an earlier one then stand.
    fn usage(&mut self, counts: &UsageMetadata, events: &mut Vec<ReplyEvent>) {
        let known = self.usage;
        let said = counts.candidates_token_count.unwrap_or(known.completion_tokens - known.reasoning_tokens);
        let reasoning_tokens = counts.thoughts_token_count.unwrap_or(known.reasoning_tokens);
        let prompt = counts.prompt_token_count.map(|count| count + counts.tool_use_prompt_token_count.unwrap_or(0));
        self.usage = Usage {
            prompt_tokens: prompt.unwrap_or(known.prompt_tokens),
            completion_tokens: said + reasoning_tokens,
            cached_tokens: counts.cached_content_token_count.unwrap_or(known.cached_tokens),
            written_tokens: 0,
            reasoning_tokens,
            cut_tokens: 0,
            searches: known.searches,
            estimated: false,
        };
        if self.usage != known {
            events.push(ReplyEvent::Usage(self.usage));
        }
    }
}

impl Choice {
    fn part(&mut self, choice: u32, part: AnswerPart, events: &mut Vec<ReplyEvent>) {
        if let Some(call) = part.function_call {
            events.push(self.call(choice, call, part.thought_signature));
            return;
        }
        let signature = part.thought_signature;
        let text = part.text.unwrap_or_default();
        if part.thought {
            events.push(ReplyEvent::Reasoning { choice, text, signature });
        } else {
            if !text.is_empty() {
                if let Some(said) = &mut self.said {
                    said.add(&text);
                }
                events.push(ReplyEvent::Text { choice, text });
            }
            if signature.is_some() {
                events.push(ReplyEvent::Reasoning { choice, text: String::new(), signature });
            }
        }
        if let Some(data) = part.inline_data {
            events.push(self.medium(choice, &data));
        }
    }

    fn call(&mut self, choice: u32, call: FunctionCall, signature: Option<String>) -> ReplyEvent {
        let index = self.calls;
        self.calls += 1;
        ReplyEvent::ToolCall {
            choice,
            index,
            id: call.id,
            name: Some(call.name.unwrap_or_default()),
            arguments: call.args.map_or_else(|| "{}".to_owned(), |args| args.to_string()),
            signature,
        }
    }

    fn medium(&mut self, choice: u32, data: &InlineData) -> ReplyEvent {
        let mime = data.mime_type.as_deref().unwrap_or("application/octet-stream");
        let data = data.data.as_deref().unwrap_or_default();
        if mime.starts_with("audio/") {
            let value = json!({ "data": data, "mime_type": mime });
            return ReplyEvent::Extra { choice, name: "audio", value };
        }
        let url = format!("data:{mime};base64,{data}");
        let value = json!([{ "type": "image_url", "index": self.images, "image_url": { "url": url } }]);
        self.images += 1;
        ReplyEvent::Extra { choice, name: "images", value }
    }
}

/// The sources of a reply, with the words that stand on each; those on which none stand are sources of all of it.
fn sources(said: &Said, grounding: &Grounding) -> Vec<Value> {
    let source = |index: usize| grounding.grounding_chunks.get(index)?.web.as_ref();
    let mut cited = Vec::new();
    for support in &grounding.grounding_supports {
        let place = (said.chars_before(support.segment.start_index), said.chars_before(support.segment.end_index));
        let its = support.grounding_chunk_indices.iter().filter_map(|index| source(*index));
        cited.extend(its.map(|web| citation(&web.uri, web.title.as_deref(), place)));
    }
    let named =
        |index: &usize| grounding.grounding_supports.iter().any(|its| its.grounding_chunk_indices.contains(index));
    let others = (0..grounding.grounding_chunks.len()).filter(|index| !named(index)).filter_map(source);
    cited.extend(others.map(|web| citation(&web.uri, web.title.as_deref(), (0, said.chars()))));
    cited
}

fn finish(reason: &str) -> Result<Option<Finish>, Failure> {
    Ok(Some(match reason {
        "FINISH_REASON_UNSPECIFIED" => return Ok(None),
        "STOP" => Finish::Stop,
        "MAX_TOKENS" => Finish::Length,
        "SAFETY"
        | "RECITATION"
        | "LANGUAGE"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "IMAGE_SAFETY"
        | "IMAGE_PROHIBITED_CONTENT"
        | "IMAGE_RECITATION" => Finish::ContentFilter,
        // The model lost its way: a call that is no call, or nothing that can be said in a word.
        _ => return Err(blame::odd_end()),
    }))
}

/// In the shape of OpenAI's `logprobs`.
fn logprobs_of(result: &LogprobsResult) -> Value {
    let entry = |token: &TokenLogprob| {
        let text = token.token.as_deref().unwrap_or_default();
        json!({ "token": text, "logprob": token.log_probability.unwrap_or(0.0), "bytes": text.as_bytes() })
    };
    let chosen = result.chosen_candidates.as_deref().unwrap_or_default();
    let top = result.top_candidates.as_deref().unwrap_or_default();
    let content = chosen.iter().enumerate().map(|(index, token)| {
        let alternatives = top.get(index).and_then(|top| top.candidates.as_deref()).unwrap_or_default();
        let mut value = entry(token);
        value["top_logprobs"] = alternatives.iter().map(entry).collect();
        value
    });
    json!({ "content": content.collect::<Vec<_>>(), "refusal": null })
}
