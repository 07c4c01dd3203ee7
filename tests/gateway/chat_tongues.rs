//! What providers say that speak other dialects than OpenAI's, and where in their requests things stand.

use serde_json::{Value, json};

use super::chat_talk::{over, with_providers};
use super::chat_words::{answers, chunk, chunk_of, done, opening, whole, word};
use super::server::TestServer;
use super::upstream::{Act, Step, Upstream};

/// How a dialect says what the tests let it say, and where in its requests things stand.
pub(crate) struct Dialect {
    pub(crate) id: &'static str,
    pub(crate) base: &'static str,
    pub(crate) paths: [&'static str; 2],
    pub(crate) key_header: &'static str,
    /// Where the request has the user's words, the name of a function, a picture's base64.
    pub(crate) places: [&'static str; 3],
    /// "Hello", whole and as a stream; nine tokens there and two back.
    pub(crate) hello: [Act; 2],
    /// A call of `f` with `{"q":1}`, whole and as a stream.
    pub(crate) call: [Act; 2],
    /// "Hel", and no end.
    pub(crate) broken: Act,
    pub(crate) refusal: Act,
}

fn body(mime: &str, body: String) -> Act {
    Act::Answer { status: 200, headers: vec![("content-type", mime.to_owned())], body }
}

fn events(events: &[Value]) -> Act {
    let event = |event: &Value| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap_or("message"));
    body("text/event-stream", events.iter().map(event).collect())
}

fn lines(lines: &[Value]) -> Act {
    body("application/x-ndjson", lines.iter().map(|line| format!("{line}\n")).collect())
}

fn gemini() -> Dialect {
    let says = |part: Value, finish: Value| {
        json!({ "candidates": [{ "content": { "role": "model", "parts": [part] }, "finishReason": finish, "index": 0 }],
            "usageMetadata": { "promptTokenCount": 9, "candidatesTokenCount": 2, "totalTokenCount": 11 },
            "modelVersion": "x", "responseId": "r" })
    };
    let text = |text: &str, finish: Value| says(json!({ "text": text }), finish);
    let call = || says(json!({ "functionCall": { "name": "f", "args": { "q": 1 } } }), json!("STOP"));
    Dialect {
        id: "gemini",
        base: "/v1beta",
        paths: ["/v1beta/models/x:generateContent", "/v1beta/models/x:streamGenerateContent?alt=sse"],
        key_header: "x-goog-api-key",
        places: [
            "/contents/0/parts/0/text",
            "/tools/0/functionDeclarations/0/name",
            "/contents/0/parts/1/inlineData/data",
        ],
        hello: [
            answers(200, &text("Hello", json!("STOP"))),
            events(&[text("Hel", Value::Null), text("lo", json!("STOP"))]),
        ],
        call: [answers(200, &call()), events(&[call()])],
        broken: events(&[text("Hel", Value::Null)]),
        refusal: answers(429, &json!({ "error": { "code": 429, "message": "slow", "status": "RESOURCE_EXHAUSTED" } })),
    }
}

fn anthropic() -> Dialect {
    let message = |content: Value, stop: &str| {
        json!({ "id": "msg_1", "type": "message", "role": "assistant", "model": "x", "content": content,
            "stop_reason": stop, "stop_sequence": null, "usage": { "input_tokens": 9, "output_tokens": 2 } })
    };
    let start = json!({ "type": "message_start", "message": { "id": "msg_1", "type": "message", "role": "assistant",
        "model": "x", "content": [], "usage": { "input_tokens": 9, "output_tokens": 1 } } });
    let begin = |block: Value| json!({ "type": "content_block_start", "index": 0, "content_block": block });
    let more = |delta: Value| json!({ "type": "content_block_delta", "index": 0, "delta": delta });
    let text = |text: &str| more(json!({ "type": "text_delta", "text": text }));
    let arguments = more(json!({ "type": "input_json_delta", "partial_json": "{\"q\":1}" }));
    let stop = |reason: &str| {
        let delta = json!({ "stop_reason": reason, "stop_sequence": null });
        [
            json!({ "type": "content_block_stop", "index": 0 }),
            json!({ "type": "message_delta", "delta": delta, "usage": { "output_tokens": 2 } }),
            json!({ "type": "message_stop" }),
        ]
    };
    let words = begin(json!({ "type": "text", "text": "" }));
    let tool = begin(json!({ "type": "tool_use", "id": "t", "name": "f", "input": {} }));
    let used = json!([{ "type": "tool_use", "id": "t", "name": "f", "input": { "q": 1 } }]);
    Dialect {
        id: "anthropic",
        base: "/v1",
        paths: ["/v1/messages"; 2],
        key_header: "x-api-key",
        places: ["/messages/0/content/0/text", "/tools/0/name", "/messages/0/content/1/source/data"],
        hello: [
            answers(200, &message(json!([{ "type": "text", "text": "Hello" }]), "end_turn")),
            events(&[&[start.clone(), words.clone(), text("Hel"), text("lo")], &stop("end_turn")[..]].concat()),
        ],
        call: [
            answers(200, &message(used, "tool_use")),
            events(&[&[start.clone(), tool, arguments], &stop("tool_use")[..]].concat()),
        ],
        broken: events(&[start, words, text("Hel")]),
        refusal: answers(429, &json!({ "type": "error", "error": { "type": "rate_limit_error", "message": "slow" } })),
    }
}

fn ollama() -> Dialect {
    let says = |message: Value, is_done: bool| {
        let message = over(json!({ "role": "assistant", "content": "" }), message);
        let line = json!({ "model": "x", "created_at": "2026-01-01T00:00:00Z", "message": message, "done": is_done });
        let end = json!({ "done_reason": "stop", "prompt_eval_count": 9, "eval_count": 2 });
        if is_done { over(line, end) } else { line }
    };
    let text = |text: &str, is_done: bool| says(json!({ "content": text }), is_done);
    let call = |is_done: bool| {
        says(json!({ "tool_calls": [{ "function": { "name": "f", "arguments": { "q": 1 } } }] }), is_done)
    };
    Dialect {
        id: "ollama",
        base: "/api",
        paths: ["/api/chat"; 2],
        key_header: "authorization",
        places: ["/messages/0/content", "/tools/0/function/name", "/messages/0/images/0"],
        hello: [answers(200, &text("Hello", true)), lines(&[text("Hel", false), text("lo", false), text("", true)])],
        call: [answers(200, &call(true)), lines(&[call(false), text("", true)])],
        broken: lines(&[text("Hel", false)]),
        refusal: answers(429, &json!({ "error": "too many concurrent requests" })),
    }
}

fn mistral() -> Dialect {
    let stream = |steps: Vec<Step>| Act::Stream(steps);
    let usage = json!({ "prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11 });
    let end =
        |finish: &str| chunk_of(&json!([{ "index": 0, "delta": { "content": "" }, "finish_reason": finish }]), &usage);
    let called = json!([{ "id": "c", "index": 0, "function": { "name": "f", "arguments": "{\"q\":1}" } }]);
    let message = json!({ "role": "assistant", "content": "", "tool_calls": called });
    let hello = json!({ "role": "assistant", "content": "Hello" });
    Dialect {
        id: "mistral",
        base: "/v1",
        paths: ["/v1/chat/completions"; 2],
        key_header: "authorization",
        places: ["/messages/0/content", "/tools/0/function/name", "/messages/0/content/1/image_url"],
        hello: [
            answers(200, &whole(&hello, "stop")),
            stream(vec![opening(), word("Hel"), word("lo"), end("stop"), done()]),
        ],
        call: [
            answers(200, &whole(&message, "tool_calls")),
            stream(vec![opening(), chunk(&json!({ "tool_calls": called }), None), end("tool_calls"), done()]),
        ],
        broken: stream(vec![opening(), word("Hel")]),
        refusal: answers(429, &json!({ "object": "error", "message": "slow", "type": "rate_limited", "code": "1300" })),
    }
}

fn responses() -> Dialect {
    let response = |status: &str, output: Value| {
        json!({ "id": "resp_1", "object": "response", "created_at": 1, "status": status, "model": "x", "output": output,
            "error": null, "incomplete_details": null,
            "usage": { "input_tokens": 9, "output_tokens": 2, "total_tokens": 11 } })
    };
    let part = |text: &str| json!({ "type": "output_text", "text": text, "annotations": [], "logprobs": [] });
    let message = |content: Value| json!({ "type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": content });
    let call = |arguments: &str| json!({ "type": "function_call", "id": "fc_1", "call_id": "c", "name": "f", "arguments": arguments });
    let of = |kind: &str, fields: Value| over(json!({ "type": format!("response.{kind}"), "output_index": 0 }), fields);
    let begun = || {
        let mut begun = response("in_progress", json!([]));
        begun["usage"] = Value::Null;
        json!({ "type": "response.created", "response": begun })
    };
    let added = |item: Value| of("output_item.added", json!({ "item": item }));
    let done = |item: Value| of("output_item.done", json!({ "item": item }));
    let ended = |item: Value| json!({ "type": "response.completed", "response": response("completed", json!([item])) });
    let word = |text: &str| of("output_text.delta", json!({ "item_id": "msg_1", "content_index": 0, "delta": text }));
    let opened = || {
        [
            begun(),
            added(message(json!([]))),
            of("content_part.added", json!({ "content_index": 0, "part": part("") })),
            word("Hel"),
        ]
    };
    let hello = || message(json!([part("Hello")]));
    let arguments = "{\"q\":1}";
    Dialect {
        id: "responses",
        base: "/v1",
        paths: ["/v1/responses"; 2],
        key_header: "authorization",
        places: ["/input/0/content", "/tools/0/name", "/input/0/content/1/image_url"],
        hello: [
            answers(200, &response("completed", json!([hello()]))),
            events(
                &[
                    &opened()[..],
                    &[
                        word("lo"),
                        of("output_text.done", json!({ "text": "Hello" })),
                        of("content_part.done", json!({ "part": part("Hello") })),
                        done(hello()),
                        ended(hello()),
                    ],
                ]
                .concat(),
            ),
        ],
        call: [
            answers(200, &response("completed", json!([call(arguments)]))),
            events(&[
                begun(),
                added(call("")),
                of("function_call_arguments.delta", json!({ "item_id": "fc_1", "delta": arguments })),
                of("function_call_arguments.done", json!({ "item_id": "fc_1", "arguments": arguments })),
                done(call(arguments)),
                ended(call(arguments)),
            ]),
        ],
        broken: events(&opened()),
        refusal: answers(
            429,
            &json!({ "error": { "message": "slow", "type": "requests", "param": null, "code": "rate_limit_exceeded" } }),
        ),
    }
}

pub(crate) fn dialects() -> [Dialect; 5] {
    [gemini(), anthropic(), ollama(), mistral(), responses()]
}

impl Dialect {
    /// A server with one provider of this dialect that does these things.
    pub(crate) fn house(&self, acts: impl IntoIterator<Item = Act>) -> (Upstream, TestServer) {
        let up = Upstream::doing(acts);
        let model = json!({ "id": "x", "accepts": ["text", "image"], "tools": true });
        let entry = json!({ "id": self.id, "dialect": self.id, "base_url": format!("http://{}{}", up.address, self.base),
            "api_keys": [Upstream::key_of("a")], "models": [model] });
        let server = with_providers(&[entry]);
        (up, server)
    }

    /// The fields of a request that make it one for this provider.
    pub(crate) fn asked(&self, fields: Value) -> Value {
        over(json!({ "model": format!("{}/x", self.id) }), fields)
    }
}
