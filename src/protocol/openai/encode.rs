//! From a whole reply to the body of an answer.

use mediary_core::task::{Choice, Finish, ToolCall, Usage, WholeReply};
use serde_json::{Map, Value, json};

use super::super::AnswerHead;

/// Writes a whole answer.
#[must_use]
pub fn completion(head: &AnswerHead, reply: &WholeReply) -> Value {
    let choices: Vec<Value> =
        reply.choices.iter().enumerate().map(|(index, choice)| self::choice(index, choice)).collect();
    let mut body = json!({
        "id": reply.id.as_ref().unwrap_or(&head.id),
        "object": "chat.completion",
        "created": head.created,
        "model": reply.model.as_ref().unwrap_or(&head.model),
        "choices": choices,
    });
    if let Some(usage) = reply.usage {
        body["usage"] = self::usage(usage);
    }
    body
}

fn choice(index: usize, choice: &Choice) -> Value {
    // A sound has its words with it.
    let has_other = !choice.tool_calls.is_empty() || choice.refusal.is_some() || choice.extras.contains_key("audio");
    let has_text = !choice.text.is_empty() || !has_other;
    let mut message = Map::new();
    message.insert("role".into(), "assistant".into());
    message.insert("content".into(), if has_text { choice.text.as_str().into() } else { Value::Null });
    message.insert("refusal".into(), json!(choice.refusal));
    if let Some(reasoning) = choice.reasoning.as_ref().filter(|reasoning| !reasoning.text.is_empty()) {
        message.insert("reasoning_content".into(), reasoning.text.as_str().into());
    }
    if !choice.tool_calls.is_empty() {
        message.insert("tool_calls".into(), choice.tool_calls.iter().map(tool_call).collect());
    }
    let mut logprobs = Value::Null;
    for (name, value) in &choice.extras {
        match *name {
            "logprobs" => logprobs = value.clone(),
            name => {
                message.insert(name.into(), value.clone());
            }
        }
    }
    let finish = choice.finish.unwrap_or(Finish::Stop);
    let mut body = json!({ "index": index, "message": message, "logprobs": logprobs, "finish_reason": finish.name() });
    name_pause(&mut body, finish);
    body
}

/// Names in a choice what OpenAI has no word for, under the name that others have given it beside theirs.
pub(super) fn name_pause(choice: &mut Value, finish: Finish) {
    if finish == Finish::Paused {
        choice["native_finish_reason"] = Finish::PAUSED.into();
    }
}

fn tool_call(call: &ToolCall) -> Value {
    let mut body =
        json!({ "id": call.id, "type": "function", "function": { "name": call.name, "arguments": call.arguments } });
    if let Some(signature) = &call.signature {
        body["extra_content"] = signed(signature);
    }
    body
}

/// Where thought signatures travel through clients of this format, as Google's own compatible endpoint has it.
pub(super) fn signed(signature: &str) -> Value {
    json!({ "google": { "thought_signature": signature } })
}

pub(super) fn usage(usage: Usage) -> Value {
    let mut body = json!({
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "prompt_tokens_details": { "cached_tokens": usage.cached_tokens },
        "completion_tokens_details": { "reasoning_tokens": usage.reasoning_tokens },
    });
    if usage.estimated {
        body["estimated"] = true.into();
    }
    body
}
