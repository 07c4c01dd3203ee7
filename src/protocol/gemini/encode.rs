//! Whole answers: a candidate for each reply, with parts in the order thoughts, words, pictures and sound, calls.

use mediary_core::task::{Choice, Finish, Usage, WholeReply};
use serde_json::{Map, Value, json};

use super::{WIRE_FORMAT, extras, signed};
use crate::protocol::AnswerHead;

/// A whole answer.
pub(super) fn response(head: &AnswerHead, reply: &WholeReply) -> Value {
    let candidates = reply.choices.iter().enumerate().map(|(index, choice)| candidate(head, index, choice));
    json!({
        "candidates": candidates.collect::<Vec<_>>(),
        "usageMetadata": counted(reply.usage.unwrap_or_default()),
        "modelVersion": reply.model.as_ref().unwrap_or(&head.model),
        "responseId": reply.id.as_ref().unwrap_or(&head.id),
    })
}

fn candidate(head: &AnswerHead, index: usize, choice: &Choice) -> Value {
    let content = json!({ "parts": parts(head, choice), "role": "model" });
    let mut candidate = ended(&content, index, choice.finish, choice.refusal.is_some());
    let mut fields = Map::new();
    choice.extras.iter().for_each(|(name, value)| extras::fields(name, value, &mut fields));
    for (name, value) in fields {
        candidate[name] = value;
    }
    candidate
}

fn parts(head: &AnswerHead, choice: &Choice) -> Vec<Value> {
    let mut parts = Vec::new();
    let mut signature = None;
    if let Some(reasoning) = &choice.reasoning {
        let is_ours = head.wire_format == WIRE_FORMAT;
        signature = reasoning.signature.as_deref().filter(|_| is_ours);
        let foreign = reasoning.signature.as_deref().filter(|_| !is_ours);
        if !reasoning.text.is_empty() || foreign.is_some() {
            parts.push(thought(&reasoning.text, foreign.map(|its| signed::out(head.wire_format, its)).as_deref()));
        }
    }
    for text in [Some(&choice.text), choice.refusal.as_ref()].into_iter().flatten().filter(|text| !text.is_empty()) {
        parts.push(json!({ "text": text }));
    }
    // It came with the last words, and has to come back with them.
    match parts.last_mut().filter(|last| last.get("thought").is_none()) {
        Some(last) if signature.is_some() => last["thoughtSignature"] = signature.into(),
        _ => parts.extend(signature.map(|its| json!({ "text": "", "thoughtSignature": its }))),
    }
    parts.extend(choice.extras.iter().flat_map(|(name, value)| extras::parts(name, value)));
    let calls = choice.tool_calls.iter().filter(|call| !call.name.is_empty() || !call.id.is_empty());
    parts.extend(calls.map(|its| call(&its.id, &its.name, &its.arguments, its.signature.as_deref())));
    parts
}

/// A thought as a part.
pub(super) fn thought(text: &str, signature: Option<&str>) -> Value {
    let mut part = json!({ "text": text, "thought": true });
    if let Some(signature) = signature {
        part["thoughtSignature"] = signature.into();
    }
    part
}

/// A call as a part. Arguments are an object here; what is none goes inside of one.
pub(super) fn call(id: &str, name: &str, arguments: &str, signature: Option<&str>) -> Value {
    let args = match serde_json::from_str(arguments) {
        Ok(Value::Object(object)) => Value::Object(object),
        _ if arguments.trim().is_empty() => json!({}),
        _ => json!({ "raw": arguments }),
    };
    let mut call = json!({ "name": name, "args": args });
    if !id.is_empty() {
        call["id"] = id.into();
    }
    let mut part = json!({ "functionCall": call });
    if let Some(signature) = signature {
        part["thoughtSignature"] = signature.into();
    }
    part
}

/// Why a reply ended. Calls are no reason of their own here.
fn finish_reason(finish: Option<Finish>, is_refused: bool) -> &'static str {
    match finish {
        Some(Finish::Length) => "MAX_TOKENS",
        Some(Finish::ContentFilter) => "SAFETY",
        Some(Finish::Paused) => "OTHER",
        Some(Finish::Stop | Finish::ToolCalls) | None if is_refused => "SAFETY",
        Some(Finish::Stop | Finish::ToolCalls) | None => "STOP",
    }
}

/// A candidate that has ended, and why; in words where no reason here is a word for it.
pub(super) fn ended(content: &Value, index: usize, finish: Option<Finish>, is_refused: bool) -> Value {
    let reason = finish_reason(finish, is_refused);
    let mut candidate = json!({ "content": content, "finishReason": reason, "index": index });
    if finish == Some(Finish::Paused) {
        let message = format!("{}: the target paused in the midst of its own work", Finish::PAUSED);
        candidate["finishMessage"] = message.into();
    }
    candidate
}

/// What it cost. Here thoughts are counted beside the words.
pub(super) fn counted(usage: Usage) -> Value {
    let words = usage.completion_tokens.saturating_sub(usage.reasoning_tokens);
    let mut counted = json!({
        "promptTokenCount": usage.prompt_tokens,
        "candidatesTokenCount": words,
        "totalTokenCount": usage.prompt_tokens + usage.completion_tokens,
    });
    for (name, count) in
        [("thoughtsTokenCount", usage.reasoning_tokens), ("cachedContentTokenCount", usage.cached_tokens)]
    {
        if count > 0 {
            counted[name] = count.into();
        }
    }
    counted
}
