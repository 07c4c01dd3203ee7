//! Responses as objects: what a reply says as items of the output, and the object around them.

use mediary_core::task::{Choice, Finish, FreeText, Piece, Usage, WholeReply};
use serde_json::{Map, Value, json};

use super::{namespaces, relayed, signed};
use crate::protocol::AnswerHead;
use crate::protocol::ErrorFields;
use crate::protocol::anthropic::signed::id_out;

/// How a response stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Status<'a> {
    InProgress,
    Ended(Option<Finish>),
    Failed(&'a ErrorFields),
}

/// The object around an output.
pub(super) fn response(
    head: &AnswerHead,
    echo: &Map<String, Value>,
    status: Status<'_>,
    output: &[Value],
    usage: Option<Usage>,
) -> Value {
    let (status, error, incomplete) = match status {
        Status::InProgress => ("in_progress", Value::Null, Value::Null),
        Status::Ended(Some(Finish::Length)) => ("incomplete", Value::Null, json!({ "reason": "max_output_tokens" })),
        Status::Ended(Some(Finish::ContentFilter)) => {
            ("incomplete", Value::Null, json!({ "reason": "content_filter" }))
        }
        Status::Ended(Some(Finish::Paused)) => ("incomplete", Value::Null, json!({ "reason": Finish::PAUSED })),
        Status::Ended(Some(Finish::Stop | Finish::ToolCalls) | None) => ("completed", Value::Null, Value::Null),
        Status::Failed(error) => ("failed", told_error(error), Value::Null),
    };
    let mut body = json!({
        "id": response_id(&head.id),
        "object": "response",
        "created_at": head.created,
        "status": status,
        "error": error,
        "incomplete_details": incomplete,
        "model": head.model,
        "output": output,
        "usage": usage.map(counted),
    });
    if let Value::Object(body) = &mut body {
        body.extend(echo.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    body
}

/// An error in the words of this format, whose codes are few.
pub(super) fn told_error(error: &ErrorFields) -> Value {
    let code = match error.status {
        429 => "rate_limit_exceeded",
        400..=499 => "invalid_prompt",
        _ => "server_error",
    };
    json!({ "code": code, "message": error.message })
}

pub(super) fn response_id(id: &str) -> String {
    format!("resp_{id}")
}

pub(super) fn counted(usage: Usage) -> Value {
    json!({
        "input_tokens": usage.prompt_tokens,
        "input_tokens_details": { "cached_tokens": usage.cached_tokens, "cache_write_tokens": usage.written_tokens },
        "output_tokens": usage.completion_tokens,
        "output_tokens_details": { "reasoning_tokens": usage.reasoning_tokens },
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
    })
}

/// The items of a whole reply: thoughts, words and pictures as they came, calls.
pub(super) fn output(head: &AnswerHead, reply: &WholeReply, custom_tools: &[String]) -> Vec<Value> {
    let theirs = relayed::output(head, reply, custom_tools);
    let (None, Some(choice)) = (&theirs, reply.choices.first()) else { return theirs.unwrap_or_default() };
    let mut items = Vec::new();
    if let Some(thoughts) = choice.reasoning.as_ref().filter(|its| !its.text.is_empty() || its.signature.is_some()) {
        items.push(reasoning(head, items.len(), &thoughts.text, thoughts.signature.as_deref()));
    }
    let (messages, last) = said(choice);
    for piece in messages {
        let item = match piece {
            Said::Picture(base64) => picture(head, items.len(), base64),
            Said::Words(words) => message(&item_id("msg", head, items.len()), &[text(&words, &[], &[])], "completed"),
        };
        items.push(item);
    }
    if let Some(parts) = parts(choice, &last) {
        items.push(message(&item_id("msg", head, items.len()), &parts, "completed"));
    }
    for call in &choice.tool_calls {
        let index = items.len();
        let is_custom = custom_tools.contains(&call.name);
        let id = call_id(head, index, &call.id, call.signature.as_deref());
        items.push(self::call(head, index, &id, &call.name, &call.arguments, is_custom));
    }
    if let Some(last) = items.last_mut() {
        is_cut(last, choice.finish);
    }
    items
}

/// Notes that the last item of an output is not complete, if the reply was as long as allowed or paused.
pub(super) fn is_cut(last: &mut Value, finish: Option<Finish>) {
    if matches!(finish, Some(Finish::Length | Finish::Paused)) && last["type"] != "reasoning" {
        last["status"] = "incomplete".into();
    }
}

/// A piece of what is said before the last words.
enum Said<'a> {
    Words(String),
    Picture(&'a str),
}

/// Words and pictures as they came, and the last words by themselves. A picture that is elsewhere is named in the words.
fn said(choice: &Choice) -> (Vec<Said<'_>>, String) {
    let (mut pieces, mut words) = (Vec::new(), String::new());
    for piece in choice.pieces() {
        match piece {
            Piece::Words(more) => words.push_str(more),
            Piece::Picture(url) => match bytes_of(url) {
                Some(base64) => {
                    if !words.is_empty() {
                        pieces.push(Said::Words(std::mem::take(&mut words)));
                    }
                    pieces.push(Said::Picture(base64));
                }
                None => words.push_str(&named(url)),
            },
        }
    }
    (pieces, words)
}

/// What a message says at last; `None`: nothing, and nothing else is said in its place.
fn parts(choice: &Choice, words: &str) -> Option<Vec<Value>> {
    let mut parts = Vec::new();
    if !words.is_empty() {
        let annotations = choice.extras.get("annotations").map(annotations).unwrap_or_default();
        let logprobs = choice.extras.get("logprobs").map(logprobs).unwrap_or_default();
        parts.push(text(words, &annotations, &logprobs));
    }
    if let Some(refusal) = &choice.refusal {
        parts.push(self::refusal(refusal));
    }
    (!parts.is_empty()).then_some(parts)
}

/// The id of an item, which names its response.
pub(super) fn item_id(kind: &str, head: &AnswerHead, index: usize) -> String {
    format!("{kind}_{}_{index}", head.id)
}

pub(super) fn text(text: &str, annotations: &[Value], logprobs: &[Value]) -> Value {
    json!({
        "type": "output_text", "text": text, "annotations": annotations, "logprobs": logprobs,
    })
}

pub(super) fn refusal(text: &str) -> Value {
    json!({ "type": "refusal", "refusal": text })
}

pub(super) fn message(id: &str, parts: &[Value], status: &str) -> Value {
    json!({ "type": "message", "id": id, "role": "assistant", "status": status, "content": parts })
}

pub(super) fn reasoning(head: &AnswerHead, index: usize, text: &str, signature: Option<&str>) -> Value {
    let summary = match text {
        "" => json!([]),
        text => json!([{ "type": "summary_text", "text": text }]),
    };
    let mut item = json!({ "type": "reasoning", "id": item_id("rs", head, index), "summary": summary });
    if let Some(signature) = signature {
        item["encrypted_content"] = signed::out(head.wire_format, signature).into();
    }
    item
}

/// The id that a call's result has to name; one is made for a call that has none.
pub(super) fn call_id(head: &AnswerHead, index: usize, id: &str, signature: Option<&str>) -> String {
    match id {
        "" => id_out(&item_id("call", head, index), signature),
        id => id_out(id, signature),
    }
}

/// A complete call.
pub(super) fn call(
    head: &AnswerHead,
    index: usize,
    call_id: &str,
    name: &str,
    arguments: &str,
    is_custom: bool,
) -> Value {
    let (kind, prefix, field) = call_words(is_custom);
    let said = if is_custom { FreeText::input_of(arguments) } else { arguments.to_owned() };
    let (namespace, name) = namespaces::apart(name);
    let mut item = json!({
        "type": kind, "id": item_id(prefix, head, index), "call_id": call_id, "name": name, field: said,
        "status": "completed",
    });
    if let Some(namespace) = namespace {
        item["namespace"] = namespace.into();
    }
    item
}

/// What calls are called: their type, what their ids begin with, and where what they say stands.
pub(super) fn call_words(is_custom: bool) -> (&'static str, &'static str, &'static str) {
    match is_custom {
        true => ("custom_tool_call", "ctc", "input"),
        false => ("function_call", "fc", "arguments"),
    }
}

/// A picture that a model drew in its answer.
pub(super) fn picture(head: &AnswerHead, index: usize, base64: &str) -> Value {
    json!({
        "type": "image_generation_call", "id": item_id("ig", head, index), "status": "completed", "result": base64,
    })
}

/// The addresses of an answer's pictures.
pub(super) fn pictures(images: &Value) -> impl Iterator<Item = &str> {
    let all = images.as_array().into_iter().flatten();
    all.filter_map(|image| image.pointer("/image_url/url")?.as_str())
}

/// The base64 of a picture that came with its bytes.
pub(super) fn bytes_of(url: &str) -> Option<&str> {
    url.strip_prefix("data:")?.split_once(";base64,").map(|(_, base64)| base64)
}

/// A picture that is elsewhere, in the words of an answer: items have no place for its address.
pub(super) fn named(url: &str) -> String {
    format!("![picture]({url})")
}

/// Annotations as they stand here: without the object that chats put around each.
pub(super) fn annotations(of_chat: &Value) -> Vec<Value> {
    let all = of_chat.as_array().map(Vec::as_slice).unwrap_or_default().iter();
    all.map(|annotation| {
        let kind = annotation["type"].as_str().unwrap_or_default();
        match (annotation.get(kind), kind) {
            (Some(Value::Object(fields)), kind) => {
                let mut flat = fields.clone();
                flat.insert("type".to_owned(), kind.into());
                Value::Object(flat)
            }
            _ => annotation.clone(),
        }
    })
    .collect()
}

/// Log probabilities as they stand here: those of the text.
pub(super) fn logprobs(of_chat: &Value) -> Vec<Value> {
    of_chat["content"].as_array().cloned().unwrap_or_default()
}
