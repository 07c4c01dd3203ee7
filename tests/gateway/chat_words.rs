//! What providers say in OpenAI's format: whole answers, errors, chunks and streams of them.

use serde_json::{Value, json};

use super::upstream::{Act, Step};

/// An answer with this body.
pub(crate) fn answers(status: u16, body: &Value) -> Act {
    Act::Answer { status, headers: vec![("content-type", "application/json".into())], body: body.to_string() }
}

/// The body of an answer that says `text`.
pub(crate) fn saying(text: &str) -> Value {
    whole(&json!({ "role": "assistant", "content": text, "refusal": null }), "stop")
}

/// The body of an answer that is this message.
pub(crate) fn whole(message: &Value, finish: &str) -> Value {
    json!({
        "id": "chatcmpl-up", "object": "chat.completion", "created": 1_790_000_000, "model": "upstream-model",
        "choices": [{ "index": 0, "message": message, "logprobs": null, "finish_reason": finish }],
        "usage": { "prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11 },
        "system_fingerprint": "fp_1",
    })
}

/// An answer that says `text`.
pub(crate) fn says(text: &str) -> Act {
    answers(200, &saying(text))
}

/// An error.
pub(crate) fn fails(status: u16, message: &str, code: Option<&str>) -> Act {
    answers(status, &error(message, code))
}

/// The body of an error.
pub(crate) fn error(message: &str, code: Option<&str>) -> Value {
    json!({ "error": { "message": message, "type": "x", "param": null, "code": code } })
}

/// A chunk that adds this to the first reply.
pub(crate) fn chunk(delta: &Value, finish: Option<&str>) -> Step {
    let choice = json!({ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish });
    chunk_of(&json!([choice]), &Value::Null)
}

/// A chunk of these choices and this usage.
pub(crate) fn chunk_of(choices: &Value, usage: &Value) -> Step {
    let mut body = json!({
        "id": "chatcmpl-up", "object": "chat.completion.chunk", "created": 1_790_000_000, "model": "upstream-model",
        "choices": choices,
    });
    if !usage.is_null() {
        body["usage"] = usage.clone();
    }
    Step::Data(body.to_string())
}

/// The chunk that names the role, which says nothing yet.
pub(crate) fn opening() -> Step {
    chunk(&json!({ "role": "assistant", "content": "" }), None)
}

/// A chunk of text.
pub(crate) fn word(text: &str) -> Step {
    chunk(&json!({ "content": text }), None)
}

/// The chunk that ends a reply.
pub(crate) fn closing() -> Step {
    chunk(&json!({}), Some("stop"))
}

/// The last chunk where usage was asked for.
pub(crate) fn usage() -> Step {
    chunk_of(&json!([]), &json!({ "prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11 }))
}

/// The end of a stream.
pub(crate) fn done() -> Step {
    Step::Data("[DONE]".into())
}

/// A whole stream that says these words and tells its usage.
pub(crate) fn streams(words: &[&str]) -> Act {
    let words = words.iter().map(|text| word(text));
    Act::Stream([opening()].into_iter().chain(words).chain([closing(), usage(), done()]).collect())
}
