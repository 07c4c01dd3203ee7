//! Every protocol in front of every dialect: what the provider was asked, and what the client was told, cell by cell.
//!
//! A snapshot for each pair, read by eye; whatever a cell loses is named in it as `dropped` or `treated`. Ids and times are
//! of one run and left out, files are named by their sizes.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::chat_talk::{over, with_providers};
use super::chat_words::answers;
use super::client::{Answer, Request};
use super::server::sample;
use super::upstream::{Act, Upstream};

const PROTOCOLS: [Protocol; 7] = [
    Protocol::OpenAi,
    Protocol::Anthropic,
    Protocol::Ollama,
    Protocol::Responses,
    Protocol::Gemini,
    Protocol::GeminiArray,
    Protocol::Completions,
];
const DIALECTS: [Tongue; 6] =
    [Tongue::OpenAi, Tongue::Responses, Tongue::Gemini, Tongue::Anthropic, Tongue::Ollama, Tongue::Mistral];
const CASES: [Case; 10] = [
    Case::Text,
    Case::Image,
    Case::Pdf,
    Case::Tools,
    Case::Parallel,
    Case::Stream,
    Case::Thinking,
    Case::Schema,
    Case::ErrorBefore,
    Case::ErrorWithin,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    OpenAi,
    Anthropic,
    Ollama,
    Responses,
    Gemini,
    /// The same as one array that grows, whatever is asked.
    GeminiArray,
    /// A prompt, which can be gone on with and no more.
    Completions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tongue {
    OpenAi,
    Responses,
    Gemini,
    Anthropic,
    Ollama,
    Mistral,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    Text,
    Image,
    Pdf,
    Tools,
    Parallel,
    Stream,
    Thinking,
    Schema,
    ErrorBefore,
    ErrorWithin,
}

/// What a provider says, a piece at a time.
#[derive(Debug, Clone, Copy)]
enum Says {
    Thought(&'static str),
    Text(&'static str),
    Call(&'static str, &'static str),
}

impl Case {
    fn streams(self) -> bool {
        matches!(self, Self::Stream | Self::ErrorWithin)
    }

    fn said(self) -> &'static [Says] {
        match self {
            Self::Text | Self::Image | Self::Pdf => &[Says::Text("Hello")],
            Self::Tools => &[Says::Text("Let me see."), Says::Call("look_up", r#"{"q":1}"#)],
            Self::Parallel => &[Says::Call("look_up", r#"{"q":1}"#), Says::Call("look_up", r#"{"q":2}"#)],
            Self::Stream => {
                &[Says::Thought("Hm."), Says::Text("Hel"), Says::Text("lo"), Says::Call("look_up", r#"{"q":1}"#)]
            }
            Self::Thinking => &[Says::Thought("Hm."), Says::Text("Four.")],
            Self::Schema => &[Says::Text(r#"{"a":"b"}"#)],
            Self::ErrorBefore => &[],
            Self::ErrorWithin => &[Says::Text("Hel")],
        }
    }
}

fn parameters() -> Value {
    json!({ "type": "object", "properties": { "q": { "type": "number", "minimum": 0 } }, "required": ["q"], "additionalProperties": false })
}

fn form() -> Value {
    json!({ "type": "object", "properties": { "a": { "type": "string" } }, "required": ["a"], "additionalProperties": false })
}

fn file(case: Case) -> (&'static str, String) {
    let (mime, name) = if case == Case::Pdf { ("application/pdf", "invoice.pdf") } else { ("image/png", "sign.png") };
    (mime, STANDARD.encode(sample(name)))
}

impl Protocol {
    /// What can be asked in it.
    fn cases(self) -> Vec<Case> {
        let is_of_prompts = |case: &Case| {
            self != Self::Completions
                || matches!(case, Case::Text | Case::Stream | Case::ErrorBefore | Case::ErrorWithin)
        };
        CASES.into_iter().filter(is_of_prompts).collect()
    }

    /// Whether a case is answered as it grows.
    fn streams(self, case: Case) -> bool {
        self == Self::GeminiArray || case.streams()
    }

    /// The request of a case.
    fn request(self, case: Case) -> Request {
        let body = match self {
            Self::OpenAi => openai(case),
            Self::Anthropic => anthropic(case),
            Self::Ollama => ollama(case),
            Self::Responses => responses(case),
            Self::Gemini | Self::GeminiArray => gemini(case),
            Self::Completions => {
                json!({ "model": "x", "prompt": "What is it?", "max_tokens": 100, "temperature": 0.5, "stream": case.streams() })
            }
        };
        let path = match self {
            Self::OpenAi => "/v1/chat/completions",
            Self::Anthropic => "/v1/messages",
            Self::Ollama => "/api/chat",
            Self::Responses => "/v1/responses",
            Self::Gemini if case.streams() => "/v1beta/models/x:streamGenerateContent?alt=sse",
            Self::Gemini => "/v1beta/models/x:generateContent",
            Self::GeminiArray => "/v1beta/models/x:streamGenerateContent",
            Self::Completions => "/v1/completions",
        };
        Request::new("POST", path).body("application/json", body.to_string())
    }
}

fn array(value: Value) -> Vec<Value> {
    if let Value::Array(items) = value { items } else { Vec::new() }
}

/// A conversation in which a function was called, as far as a case has one.
fn with_history(case: Case, asks: Value, history: Value) -> Value {
    match case {
        Case::Tools | Case::Parallel => [vec![asks], array(history)].concat().into(),
        _ => json!([asks]),
    }
}

fn openai(case: Case) -> Value {
    let (mime, data) = file(case);
    let url = format!("data:{mime};base64,{data}");
    let text = json!({ "type": "text", "text": "What is it?" });
    let content = match case {
        Case::Image => json!([text, { "type": "image_url", "image_url": { "url": url } }]),
        Case::Pdf => json!([text, { "type": "file", "file": { "filename": "invoice.pdf", "file_data": url } }]),
        _ => json!("What is it?"),
    };
    let call = json!({ "id": "c1", "type": "function", "function": { "name": "look_up", "arguments": "{\"q\":0}" } });
    let history = json!([{ "role": "assistant", "content": null, "tool_calls": [call] },
        { "role": "tool", "tool_call_id": "c1", "content": "nothing" }]);
    let mut messages = with_history(case, json!({ "role": "user", "content": content }), history);
    messages.as_array_mut().expect("they are a list").insert(0, json!({ "role": "system", "content": "Be brief." }));
    let asked =
        json!({ "model": "x", "messages": messages, "max_tokens": 100, "temperature": 0.5, "stream": case.streams() });
    let tools = json!([{ "type": "function", "function": { "name": "look_up", "description": "Looks up.", "parameters": parameters() } }]);
    let further = match case {
        Case::Tools | Case::Stream => json!({ "tools": tools }),
        Case::Parallel => json!({ "tools": tools, "parallel_tool_calls": true, "tool_choice": "auto" }),
        Case::Thinking => json!({ "reasoning_effort": "high" }),
        Case::Schema => {
            json!({ "response_format": { "type": "json_schema", "json_schema": { "name": "form", "schema": form(), "strict": true } } })
        }
        _ => json!({}),
    };
    over(asked, further)
}

fn anthropic(case: Case) -> Value {
    let (mime, data) = file(case);
    let text = json!({ "type": "text", "text": "What is it?" });
    let source = json!({ "type": "base64", "media_type": mime, "data": data });
    let content = match case {
        Case::Image => json!([text, { "type": "image", "source": source }]),
        Case::Pdf => json!([text, { "type": "document", "title": "invoice.pdf", "source": source }]),
        _ => json!([text]),
    };
    let history = json!([
        { "role": "assistant", "content": [{ "type": "tool_use", "id": "c1", "name": "look_up", "input": { "q": 0 } }] },
        { "role": "user", "content": [{ "type": "tool_result", "tool_use_id": "c1", "content": "nothing" }] }]);
    let messages = with_history(case, json!({ "role": "user", "content": content }), history);
    let asked = json!({ "model": "x", "system": "Be brief.", "messages": messages, "max_tokens": 9000, "stream": case.streams() });
    let tools = json!([{ "name": "look_up", "description": "Looks up.", "input_schema": parameters() }]);
    let further = match case {
        Case::Tools | Case::Stream => json!({ "tools": tools }),
        Case::Parallel => {
            json!({ "tools": tools, "tool_choice": { "type": "auto", "disable_parallel_tool_use": false } })
        }
        Case::Thinking => json!({ "thinking": { "type": "enabled", "budget_tokens": 8000 } }),
        Case::Schema => json!({ "output_config": { "format": { "type": "json_schema", "schema": form() } } }),
        _ => json!({}),
    };
    over(asked, further)
}

fn ollama(case: Case) -> Value {
    let asks = json!({ "role": "user", "content": "What is it?" });
    let asks =
        if matches!(case, Case::Image | Case::Pdf) { over(asks, json!({ "images": [file(case).1] })) } else { asks };
    let history = json!([
        { "role": "assistant", "content": "", "tool_calls": [{ "function": { "name": "look_up", "arguments": { "q": 0 } } }] },
        { "role": "tool", "tool_name": "look_up", "content": "nothing" }]);
    let mut messages = with_history(case, asks, history);
    messages.as_array_mut().expect("they are a list").insert(0, json!({ "role": "system", "content": "Be brief." }));
    let options = json!({ "temperature": 0.5, "num_predict": 100 });
    let asked = json!({ "model": "x", "messages": messages, "options": options, "stream": case.streams() });
    let tools = json!([{ "type": "function", "function": { "name": "look_up", "description": "Looks up.", "parameters": parameters() } }]);
    let further = match case {
        Case::Tools | Case::Parallel | Case::Stream => json!({ "tools": tools }),
        Case::Thinking => json!({ "think": "high" }),
        Case::Schema => json!({ "format": form() }),
        _ => json!({}),
    };
    over(asked, further)
}

fn responses(case: Case) -> Value {
    let (mime, data) = file(case);
    let url = format!("data:{mime};base64,{data}");
    let text = json!({ "type": "input_text", "text": "What is it?" });
    let content = match case {
        Case::Image => json!([text, { "type": "input_image", "image_url": url }]),
        Case::Pdf => json!([text, { "type": "input_file", "filename": "invoice.pdf", "file_data": url }]),
        _ => json!([text]),
    };
    let history = json!([
        { "type": "function_call", "call_id": "c1", "name": "look_up", "arguments": "{\"q\":0}" },
        { "type": "function_call_output", "call_id": "c1", "output": "nothing" }]);
    let input = with_history(case, json!({ "type": "message", "role": "user", "content": content }), history);
    let asked = json!({ "model": "x", "instructions": "Be brief.", "input": input, "max_output_tokens": 100, "store": false, "stream": case.streams() });
    let tools = json!([{ "type": "function", "name": "look_up", "description": "Looks up.", "parameters": parameters(), "strict": false }]);
    let further = match case {
        Case::Tools | Case::Stream => json!({ "tools": tools }),
        Case::Parallel => json!({ "tools": tools, "parallel_tool_calls": true }),
        Case::Thinking => json!({ "reasoning": { "effort": "high", "summary": "auto" } }),
        Case::Schema => {
            json!({ "text": { "format": { "type": "json_schema", "name": "form", "schema": form(), "strict": true } } })
        }
        _ => json!({}),
    };
    over(asked, further)
}

fn gemini(case: Case) -> Value {
    let (mime, data) = file(case);
    let text = json!({ "text": "What is it?" });
    let parts = match case {
        Case::Image | Case::Pdf => json!([text, { "inlineData": { "mimeType": mime, "data": data } }]),
        _ => json!([text]),
    };
    let history = json!([
        { "role": "model", "parts": [{ "functionCall": { "name": "look_up", "args": { "q": 0 } } }] },
        { "role": "user", "parts": [{ "functionResponse": { "name": "look_up", "response": { "result": "nothing" } } }] }]);
    let contents = with_history(case, json!({ "role": "user", "parts": parts }), history);
    let config = json!({ "temperature": 0.5, "maxOutputTokens": 100 });
    let config = match case {
        Case::Thinking => {
            over(config, json!({ "thinkingConfig": { "includeThoughts": true, "thinkingLevel": "HIGH" } }))
        }
        Case::Schema => over(config, json!({ "responseMimeType": "application/json", "responseJsonSchema": form() })),
        _ => config,
    };
    let asked = json!({ "systemInstruction": { "parts": [{ "text": "Be brief." }] }, "contents": contents, "generationConfig": config });
    match case {
        Case::Tools | Case::Parallel | Case::Stream => {
            let declarations =
                json!([{ "name": "look_up", "description": "Looks up.", "parametersJsonSchema": parameters() }]);
            over(asked, json!({ "tools": [{ "functionDeclarations": declarations }] }))
        }
        _ => asked,
    }
}

impl Tongue {
    fn id(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Responses => "responses",
            Self::Gemini => "gemini",
            Self::Anthropic => "anthropic",
            Self::Ollama => "ollama",
            Self::Mistral => "mistral",
        }
    }

    /// What its provider does with the request of a case.
    fn acts(self, case: Case, streams: bool) -> Act {
        if case == Case::ErrorBefore {
            return answers(
                429,
                &json!({ "error": { "code": 429, "message": "slow", "type": "rate_limit_error", "status": "RESOURCE_EXHAUSTED" } }),
            );
        }
        let said = case.said();
        if !streams {
            return answers(200, &self.whole(said));
        }
        let breaks_off = case == Case::ErrorWithin;
        let (mime, frames) = match self {
            Self::OpenAi | Self::Mistral => ("text/event-stream", self.chunks(said, breaks_off)),
            Self::Responses => ("text/event-stream", response_events(said, breaks_off)),
            Self::Gemini => ("text/event-stream", gemini_chunks(said, breaks_off)),
            Self::Anthropic => ("text/event-stream", anthropic_events(said, breaks_off)),
            Self::Ollama => ("application/x-ndjson", ollama_lines(said, breaks_off)),
        };
        let is_lines = self == Self::Ollama;
        let written = frames.iter().map(|frame| match is_lines {
            true => format!("{frame}\n"),
            false => format!("event: {}\ndata: {frame}\n\n", frame["type"].as_str().unwrap_or("message")),
        });
        let mut body: String = written.collect();
        if matches!(self, Self::OpenAi | Self::Mistral) && !breaks_off {
            body.push_str("data: [DONE]\n\n");
        }
        Act::Answer { status: 200, headers: vec![("content-type", mime.to_owned())], body }
    }

    fn whole(self, said: &[Says]) -> Value {
        match self {
            Self::OpenAi | Self::Mistral => {
                let calls = said.iter().enumerate().filter_map(|(at, says)| match says {
                    Says::Call(name, arguments) => Some(json!({ "id": format!("c{at}"), "type": "function", "function": { "name": name, "arguments": arguments } })),
                    Says::Text(_) | Says::Thought(_) => None,
                });
                let calls: Vec<Value> = calls.collect();
                let mut message = json!({ "role": "assistant", "content": self.content(said) });
                if self == Self::OpenAi && !thoughts(said).is_empty() {
                    message["reasoning_content"] = thoughts(said).into();
                }
                let finish = if calls.is_empty() { "stop" } else { "tool_calls" };
                if !calls.is_empty() {
                    message["tool_calls"] = calls.into();
                }
                json!({ "id": "r", "object": "chat.completion", "created": 1, "model": "up",
                    "choices": [{ "index": 0, "message": message, "finish_reason": finish }],
                    "usage": { "prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11 } })
            }
            Self::Responses => response(said, true),
            Self::Gemini => gemini_answer(said.iter().map(gemini_part).collect(), true),
            Self::Anthropic => {
                let blocks: Vec<Value> =
                    said.iter().enumerate().map(|(at, says)| anthropic_block(at, says, true)).collect();
                json!({ "id": "msg_up", "type": "message", "role": "assistant", "model": "up", "content": blocks,
                    "stop_reason": anthropic_end(said), "stop_sequence": null, "usage": { "input_tokens": 9, "output_tokens": 2 } })
            }
            Self::Ollama => {
                let lines = ollama_lines(said, false);
                let mut whole = lines.last().cloned().expect("it ends");
                let mut message = json!({ "role": "assistant", "content": texts(said) });
                if !thoughts(said).is_empty() {
                    message["thinking"] = thoughts(said).into();
                }
                let calls: Vec<Value> = said.iter().filter_map(ollama_call).collect();
                if !calls.is_empty() {
                    message["tool_calls"] = calls.into();
                }
                whole["message"] = message;
                whole
            }
        }
    }

    /// What a message says: Mistral's thoughts stand inside of it.
    fn content(self, said: &[Says]) -> Value {
        if self == Self::Mistral && !thoughts(said).is_empty() {
            return json!([{ "type": "thinking", "thinking": [{ "type": "text", "text": thoughts(said) }] },
                { "type": "text", "text": texts(said) }]);
        }
        texts(said).into()
    }

    fn chunks(self, said: &[Says], breaks_off: bool) -> Vec<Value> {
        let chunk = |delta: Value, finish: Value| {
            json!({ "id": "r", "object": "chat.completion.chunk", "created": 1, "model": "up",
                "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }] })
        };
        let mut all = vec![chunk(json!({ "role": "assistant", "content": "" }), Value::Null)];
        let mut calls = 0;
        for says in said {
            let delta = match says {
                Says::Text(text) => json!({ "content": text }),
                Says::Thought(text) if self == Self::Mistral => {
                    json!({ "content": [{ "type": "thinking", "thinking": [{ "type": "text", "text": text }] }] })
                }
                Says::Thought(text) => json!({ "reasoning_content": text }),
                Says::Call(name, arguments) => {
                    calls += 1;
                    let function = json!({ "name": name, "arguments": arguments });
                    json!({ "tool_calls": [{ "index": calls - 1, "id": format!("c{calls}"), "type": "function", "function": function }] })
                }
            };
            all.push(chunk(delta, Value::Null));
        }
        if !breaks_off {
            let mut last = chunk(json!({ "content": "" }), if calls > 0 { "tool_calls" } else { "stop" }.into());
            last["usage"] = json!({ "prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11 });
            all.push(last);
        }
        all
    }
}

fn texts(said: &[Says]) -> String {
    let texts = said.iter().filter_map(|says| if let Says::Text(text) = says { Some(*text) } else { None });
    texts.collect()
}

fn thoughts(said: &[Says]) -> String {
    let thoughts = said.iter().filter_map(|says| if let Says::Thought(text) = says { Some(*text) } else { None });
    thoughts.collect()
}

fn object(arguments: &str) -> Value {
    serde_json::from_str(arguments).expect("arguments are JSON")
}

fn response_item(at: usize, says: &Says, is_whole: bool) -> Value {
    let text = |text: &str| if is_whole { text.to_owned() } else { String::new() };
    match says {
        Says::Thought(thought) if is_whole => {
            json!({ "type": "reasoning", "id": format!("rs_{at}"), "encrypted_content": "gAAAAB",
                "summary": [{ "type": "summary_text", "text": thought }] })
        }
        Says::Thought(_) => json!({ "type": "reasoning", "id": format!("rs_{at}"), "summary": [] }),
        Says::Text(words) => {
            let part = json!({ "type": "output_text", "text": words, "annotations": [], "logprobs": [] });
            json!({ "type": "message", "id": format!("msg_{at}"), "role": "assistant", "phase": "final_answer",
                "status": if is_whole { "completed" } else { "in_progress" }, "content": if is_whole { json!([part]) } else { json!([]) } })
        }
        Says::Call(name, arguments) => {
            json!({ "type": "function_call", "id": format!("fc_{at}"), "call_id": format!("call_{at}"), "name": name,
                "arguments": text(arguments), "status": if is_whole { "completed" } else { "in_progress" } })
        }
    }
}

fn response(said: &[Says], is_whole: bool) -> Value {
    let items: Vec<Value> = said.iter().enumerate().map(|(at, says)| response_item(at, says, true)).collect();
    let usage = json!({ "input_tokens": 9, "input_tokens_details": { "cached_tokens": 0 }, "output_tokens": 2,
        "output_tokens_details": { "reasoning_tokens": 0 }, "total_tokens": 11 });
    json!({ "id": "resp_up", "object": "response", "created_at": 1, "model": "up", "error": null, "incomplete_details": null,
        "status": if is_whole { "completed" } else { "in_progress" }, "output": if is_whole { items } else { Vec::new() },
        "usage": if is_whole { usage } else { Value::Null } })
}

fn response_events(said: &[Says], breaks_off: bool) -> Vec<Value> {
    let mut all = vec![json!({ "type": "response.created", "response": response(said, false) })];
    // What is said in two pieces is one item.
    let mut items: Vec<(Says, Vec<&str>)> = Vec::new();
    for says in said {
        match (says, items.last_mut()) {
            (Says::Text(text), Some((Says::Text(_), deltas))) => deltas.push(text),
            (Says::Text(text) | Says::Thought(text) | Says::Call(_, text), _) => items.push((*says, vec![text])),
        }
    }
    for (at, (says, deltas)) in items.iter().enumerate() {
        all.push(
            json!({ "type": "response.output_item.added", "output_index": at, "item": response_item(at, says, false) }),
        );
        let name = match says {
            Says::Thought(_) => "response.reasoning_summary_text.delta",
            Says::Text(_) => "response.output_text.delta",
            Says::Call(..) => "response.function_call_arguments.delta",
        };
        all.extend(deltas.iter().map(|delta| json!({ "type": name, "output_index": at, "delta": delta })));
        if !breaks_off {
            let mut item = response_item(at, says, true);
            if let Says::Text(_) = says {
                item["content"][0]["text"] = deltas.concat().into();
            }
            all.push(json!({ "type": "response.output_item.done", "output_index": at, "item": item }));
        }
    }
    if !breaks_off {
        all.push(json!({ "type": "response.completed", "response": response(said, true) }));
    }
    all
}

fn gemini_part(says: &Says) -> Value {
    match says {
        Says::Thought(text) => json!({ "text": text, "thought": true }),
        Says::Text(text) => json!({ "text": text }),
        Says::Call(name, arguments) => {
            json!({ "functionCall": { "name": name, "args": object(arguments) }, "thoughtSignature": "U0lH" })
        }
    }
}

fn gemini_answer(parts: Vec<Value>, ends: bool) -> Value {
    let mut candidate = json!({ "content": { "role": "model" }, "index": 0 });
    candidate["content"]["parts"] = parts.into();
    if ends {
        candidate["finishReason"] = "STOP".into();
    }
    json!({ "candidates": [candidate], "usageMetadata": { "promptTokenCount": 9, "candidatesTokenCount": 2, "totalTokenCount": 11 },
        "modelVersion": "up", "responseId": "r" })
}

fn gemini_chunks(said: &[Says], breaks_off: bool) -> Vec<Value> {
    let last = said.len().saturating_sub(1);
    let chunks = said.iter().enumerate();
    chunks.map(|(at, says)| gemini_answer(vec![gemini_part(says)], at == last && !breaks_off)).collect()
}

fn anthropic_end(said: &[Says]) -> &'static str {
    if said.iter().any(|says| matches!(says, Says::Call(..))) { "tool_use" } else { "end_turn" }
}

fn anthropic_block(at: usize, says: &Says, is_whole: bool) -> Value {
    let text = |text: &str| if is_whole { text.to_owned() } else { String::new() };
    match says {
        Says::Thought(thought) => json!({ "type": "thinking", "thinking": text(thought), "signature": text("EqQB") }),
        Says::Text(words) => json!({ "type": "text", "text": text(words) }),
        Says::Call(name, arguments) => {
            let input = if is_whole { object(arguments) } else { json!({}) };
            json!({ "type": "tool_use", "id": format!("toolu_{at}"), "name": name, "input": input })
        }
    }
}

fn anthropic_events(said: &[Says], breaks_off: bool) -> Vec<Value> {
    let mut all =
        vec![json!({ "type": "message_start", "message": { "id": "msg_up", "type": "message", "role": "assistant",
        "model": "up", "content": [], "usage": { "input_tokens": 9, "output_tokens": 1 } } })];
    for (at, says) in said.iter().enumerate() {
        all.push(
            json!({ "type": "content_block_start", "index": at, "content_block": anthropic_block(at, says, false) }),
        );
        let deltas = match says {
            Says::Thought(text) => vec![
                json!({ "type": "thinking_delta", "thinking": text }),
                json!({ "type": "signature_delta", "signature": "EqQB" }),
            ],
            Says::Text(text) => vec![json!({ "type": "text_delta", "text": text })],
            Says::Call(_, arguments) => vec![json!({ "type": "input_json_delta", "partial_json": arguments })],
        };
        all.extend(
            deltas.into_iter().map(|delta| json!({ "type": "content_block_delta", "index": at, "delta": delta })),
        );
        all.push(json!({ "type": "content_block_stop", "index": at }));
    }
    if !breaks_off {
        all.push(json!({ "type": "message_delta", "delta": { "stop_reason": anthropic_end(said), "stop_sequence": null }, "usage": { "output_tokens": 2 } }));
        all.push(json!({ "type": "message_stop" }));
    }
    all
}

fn ollama_call(says: &Says) -> Option<Value> {
    match says {
        Says::Call(name, arguments) => Some(json!({ "function": { "name": name, "arguments": object(arguments) } })),
        Says::Text(_) | Says::Thought(_) => None,
    }
}

fn ollama_lines(said: &[Says], breaks_off: bool) -> Vec<Value> {
    let line = |message: Value| {
        let message = over(json!({ "role": "assistant", "content": "" }), message);
        json!({ "model": "up", "created_at": "2026-01-01T00:00:00Z", "message": message, "done": false })
    };
    let mut all: Vec<Value> = said
        .iter()
        .map(|says| {
            line(match says {
                Says::Thought(text) => json!({ "thinking": text }),
                Says::Text(text) => json!({ "content": text }),
                Says::Call(..) => json!({ "tool_calls": [ollama_call(says)] }),
            })
        })
        .collect();
    if !breaks_off {
        let end = json!({ "done": true, "done_reason": "stop", "prompt_eval_count": 9, "eval_count": 2 });
        all.push(over(line(json!({})), end));
    }
    all
}

/// JSON without what is of one run: ids that were made up, times, and the bytes of files.
fn lasting(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().map(|(name, value)| {
                let is_time = matches!(name.as_str(), "created" | "created_at") || name.ends_with("_duration");
                (name.clone(), if is_time { "TIME".into() } else { lasting(value) })
            });
            Value::Object(kept.collect())
        }
        Value::Array(items) => items.iter().map(lasting).collect(),
        Value::String(text) => lasting_text(text).into(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn lasting_text(text: &str) -> String {
    let long = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '-' | '_');
    // The bytes of a file are the only words of such a length.
    if let Some(word) = text.split(|c: char| !long(c)).find(|word| word.len() > 500) {
        return text.replace(word, &format!("({} characters)", word.len()));
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_hexdigit()) {
        let run = rest[at..].find(|c: char| !c.is_ascii_hexdigit() && c != '-').unwrap_or(rest.len() - at);
        let id = &rest[at..at + run];
        out.push_str(&rest[..at]);
        out.push_str(if id.len() >= 30 { "ID" } else { id });
        rest = &rest[at + run..];
    }
    out + rest
}

/// What a client was told: the body, or each event or line of a stream.
fn told(answer: &Answer) -> String {
    let of = |text: &str| match serde_json::from_str::<Value>(text) {
        Ok(value) => lasting(&value).to_string(),
        Err(_) => text.to_owned(),
    };
    let mut told = format!("{} {}", answer.status, answer.header("content-type").unwrap_or("-"));
    for (name, header) in [("dropped", "x-mediary-dropped"), ("treated", "x-mediary-treatments")] {
        if let Some(value) = answer.header(header) {
            let _ = write!(told, "\n  {name}: {value}");
        }
    }
    if let Ok(Value::Array(all)) = serde_json::from_str(answer.text()) {
        for one in &all {
            let _ = write!(told, "\n  {}", lasting(one));
        }
        return told;
    }
    for line in answer.text().lines().filter(|line| !line.is_empty() && !line.starts_with(':')) {
        // An event's name is its type once more.
        if line.starts_with("event: ") {
            continue;
        }
        let data = line.strip_prefix("data: ").unwrap_or(line);
        let _ = write!(told, "\n  {}", of(data));
    }
    told
}

fn cell(protocol: Protocol, tongue: Tongue, case: Case) -> String {
    let up = Upstream::doing([tongue.acts(case, protocol.streams(case))]);
    let base = match tongue {
        Tongue::OpenAi | Tongue::Responses | Tongue::Anthropic | Tongue::Mistral => "/v1",
        Tongue::Gemini => "/v1beta",
        Tongue::Ollama => "/api",
    };
    let accepts =
        if tongue == Tongue::Ollama { json!(["text", "image"]) } else { json!(["text", "image", "document"]) };
    let model = json!({ "id": "x", "accepts": accepts, "tools": true, "structured": "schema", "reasoning": true, "output_tokens": 64_000,
        // The models of its catalog are asked in the newer format by clients that speak it.
        "responses": "none" });
    let entry = json!({ "id": tongue.id(), "dialect": tongue.id(), "base_url": format!("http://{}{base}", up.address),
        "api_keys": [Upstream::key_of("a")], "models": [model] });
    let server = with_providers(&[entry]);
    let answer = protocol.request(case).header("x-mediary-provider", tongue.id()).send(&server);
    let seen = up.last();
    format!("{case:?}\nasked {}\n  {}\ntold {}", seen.path, lasting(&seen.json()), told(&answer))
}

#[test]
fn every_protocol_before_every_dialect() {
    for protocol in PROTOCOLS {
        for tongue in DIALECTS {
            let cells: Vec<String> = protocol.cases().into_iter().map(|case| cell(protocol, tongue, case)).collect();
            insta::assert_snapshot!(format!("{protocol:?}_before_{tongue:?}").to_lowercase(), cells.join("\n\n"));
        }
    }
}
