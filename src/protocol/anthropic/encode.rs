//! Whole answers as messages: blocks in the order thoughts, words, pictures, calls.

use mediary_core::task::{Choice, Finish, Piece, ToolCall, Usage, WholeReply};
use serde_json::{Map, Value, json};

use super::{shown, signed};
use crate::protocol::AnswerHead;

/// A whole answer.
pub(super) fn message(head: &AnswerHead, reply: &WholeReply) -> Value {
    let id = format!("msg_{}", head.id);
    let usage = reply.usage.unwrap_or_default();
    let model = reply.model.as_ref().unwrap_or(&head.model);
    let mut body = json!({ "id": id, "type": "message", "role": "assistant", "model": model });
    let theirs = own(reply);
    let choice = reply.choices.first();
    body["content"] = match &theirs {
        Some((blocks, _)) => Value::Array(blocks.clone()),
        None => choice.map_or_else(|| json!([]), |choice| blocks(head, choice)),
    };
    let has_calls = choice.is_some_and(|choice| !choice.tool_calls.is_empty());
    let is_refused = choice.is_some_and(|choice| choice.refusal.is_some());
    let finish = choice.and_then(|choice| choice.finish);
    body["stop_reason"] = stop_reason(finish, has_calls, is_refused).into();
    body["stop_sequence"] = Value::Null;
    body["usage"] = counted(usage);
    if let Some((_, end)) = theirs {
        if let Some(id) = &reply.id {
            body["id"] = id.as_str().into();
        }
        for (name, value) in end {
            match (name.as_str(), value) {
                // What was not counted there is counted here.
                ("usage", Value::Object(counts)) => counts.into_iter().for_each(|(count, value)| {
                    body["usage"][count] = value;
                }),
                (_, value) => body[name.as_str()] = value,
            }
        }
    }
    body
}

/// The blocks and the end as Anthropic wrote them.
fn own(reply: &WholeReply) -> Option<(Vec<Value>, Map<String, Value>)> {
    let mut pieces = reply.own.iter().filter(|(wire_format, ..)| *wire_format == signed::OWN);
    let end = pieces.clone().find(|(_, field, _)| *field == "end")?.2.as_object()?.clone();
    let blocks = pieces.by_ref().filter(|(_, field, _)| *field == "content").map(|(_, _, block)| block.clone());
    Some((blocks.collect(), end))
}

fn blocks(head: &AnswerHead, choice: &Choice) -> Value {
    let mut blocks = Vec::new();
    if let Some(reasoning) = choice.reasoning.as_ref().filter(|its| !its.text.is_empty() || its.signature.is_some()) {
        let signature = signed::out(head.wire_format, reasoning.signature.as_deref());
        blocks.push(json!({ "type": "thinking", "thinking": reasoning.text, "signature": signature }));
    }
    let text = |text: &str| json!({ "type": "text", "text": text });
    blocks.extend(choice.pieces().into_iter().map(|piece| match piece {
        Piece::Words(words) => text(words),
        Piece::Picture(url) => shown::block(url),
    }));
    blocks.extend(choice.refusal.as_deref().filter(|refusal| !refusal.is_empty()).map(text));
    blocks.extend(choice.tool_calls.iter().enumerate().map(|(index, call)| tool_use(head, index, call)));
    Value::Array(blocks)
}

fn tool_use(head: &AnswerHead, index: usize, call: &ToolCall) -> Value {
    let id = call_id(head, index, Some(&call.id), call.signature.as_deref());
    json!({ "type": "tool_use", "id": id, "name": call.name, "input": input(&call.arguments) })
}

/// The id of a call; one is made for a call that has none.
pub(super) fn call_id(head: &AnswerHead, index: usize, id: Option<&str>, signature: Option<&str>) -> String {
    match id.filter(|id| !id.is_empty()) {
        Some(id) => signed::id_out(id, signature),
        None => signed::id_out(&format!("toolu_{}_{index}", head.id), signature),
    }
}

/// Arguments as the object that clients expect. What is no object goes inside of one.
pub(super) fn input(arguments: &str) -> Value {
    match serde_json::from_str(arguments) {
        Ok(Value::Object(object)) => Value::Object(object),
        _ if arguments.trim().is_empty() => json!({}),
        _ => json!({ "raw": arguments }),
    }
}

/// Why a reply ended. One that calls tools ended for that, whatever its target says.
pub(super) fn stop_reason(finish: Option<Finish>, has_calls: bool, is_refused: bool) -> &'static str {
    match finish {
        Some(Finish::Length) => "max_tokens",
        Some(Finish::ContentFilter) => "refusal",
        Some(Finish::Paused) => Finish::PAUSED,
        Some(Finish::Stop | Finish::ToolCalls) | None if has_calls => "tool_use",
        Some(Finish::Stop | Finish::ToolCalls) | None if is_refused => "refusal",
        Some(Finish::Stop | Finish::ToolCalls) | None => "end_turn",
    }
}

/// What it cost. Here cached tokens are counted beside the others.
pub(super) fn counted(usage: Usage) -> Value {
    json!({
        "input_tokens": usage.prompt_tokens.saturating_sub(usage.cached_tokens).saturating_sub(usage.written_tokens),
        "cache_creation_input_tokens": usage.written_tokens,
        "cache_read_input_tokens": usage.cached_tokens,
        "output_tokens": usage.completion_tokens,
    })
}
