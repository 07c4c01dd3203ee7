//! Golden tests of Ollama's API, as requests are understood and answers are written.

use bytes::Bytes;
use insta::assert_snapshot;
use mediary_core::task::{Finish, Part, ReplyEvent, ReplyFrame, Task, Usage, WholeReply};
use serde_json::{Value, json};

use super::{CHAT, EMBED, EMBED_ONE, GENERATE, loaded};
use crate::protocol::{AnswerHead, Decoded, ErrorFields, JsonProtocol, Protocol, Sent};

fn decoded(protocol: &dyn JsonProtocol, body: &Value) -> Result<Decoded, String> {
    let sent = Sent::from(Bytes::from(body.to_string()));
    protocol.decode(&sent).map_err(|bad| format!("{}: {}", bad.field, bad.message))
}

fn head() -> AnswerHead {
    AnswerHead { id: "1".into(), created: 0, model: "provider/model".into(), wire_format: "openai", prompt_tokens: 12 }
}

/// What is understood, a line for each thing.
fn understood(protocol: &dyn JsonProtocol, body: &Value) -> String {
    let Decoded { task, model, dropped, .. } = decoded(protocol, body).unwrap();
    let Task::Chat(chat) = task else { unreachable!("it is a chat") };
    let mut lines = vec![format!("model {model}, dropped {dropped:?}")];
    for message in &chat.messages {
        lines.push(format!("{:?} answers {:?}", message.role, message.tool_call_id));
        for part in &message.parts {
            lines.push(match part {
                Part::Text(text) => format!("  text {text:?}"),
                Part::Media(part) => format!("  {}", part.media.format),
                Part::Remote { url, .. } => format!("  at {url}"),
            });
        }
        lines.extend(message.reasoning.iter().map(|reasoning| format!("  {reasoning:?}")));
        lines.extend(message.tool_calls.iter().map(|call| format!("  {call:?}")));
    }
    lines.extend(chat.tools.iter().map(|tool| format!("{tool:?}")));
    lines.push(format!("{:?} {:?}", chat.format, chat.effort));
    lines.push(format!("{:?} stream {}", chat.sampling, chat.stream));
    lines.push(format!("own {:?}", chat.own));
    lines.join("\n")
}

const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

#[test]
fn a_conversation_is_understood() {
    let call = json!({ "function": { "name": "f", "arguments": { "q": 1 } } });
    let body = json!({
        "model": "m",
        "messages": [
            { "role": "system", "content": "Be brief." },
            { "role": "user", "content": "Look:", "images": [PNG, format!("data:image/png;base64,{PNG}")] },
            { "role": "assistant", "content": "", "thinking": "Hm.", "tool_calls": [call, call] },
            { "role": "tool", "tool_name": "f", "content": "42" },
            { "role": "tool", "tool_name": "f", "content": "43" },
        ],
        "tools": [{ "type": "function", "function": { "name": "f", "description": "d", "parameters": { "type": "object" } } }],
        "format": { "type": "object" }, "think": "high", "stream": false, "keep_alive": "5m", "truncate": true,
        "options": { "temperature": 0.5, "top_p": 0.9, "top_k": 40, "seed": 7, "num_predict": -1, "num_ctx": 8192,
            "stop": ["END"], "repeat_penalty": 1.1 },
    });
    assert_snapshot!(understood(&CHAT, &body));
}

#[test]
fn a_prompt_is_understood() {
    let body = json!({
        "model": "m", "prompt": "Why?", "system": "Be brief.", "images": [PNG], "template": "{{ .Prompt }}", "raw": false,
        "suffix": "", "context": [1, 2], "format": "json", "options": { "num_predict": 5, "stop": "END" },
    });
    assert_snapshot!(understood(&GENERATE, &body));
}

#[test]
fn what_is_wrong_is_named_by_its_path() {
    let with = |field: &str, value: Value| {
        let mut body = json!({ "model": "m", "messages": [{ "role": "user", "content": "Hi" }] });
        body[field] = value;
        decoded(&CHAT, &body).err().unwrap_or_default()
    };
    let rows = [
        (with("messages", json!([])), "messages: "),
        (with("messages", json!([{ "role": "wizard", "content": "x" }])), "messages[0].role: "),
        (with("messages", json!([{ "role": "user", "images": ["?"] }])), "messages[0].images[0]: "),
        (with("format", json!("xml")), "format: "),
        (with("think", json!("hard")), "think: "),
        (with("options", json!({ "seed": "x" })), "options.seed: "),
        (with("options", json!({ "stop": 1 })), "options.stop: "),
        (decoded(&EMBED, &json!({ "model": "m" })).err().unwrap_or_default(), "input: "),
        (decoded(&EMBED, &json!({ "model": "m", "input": ["a", ""] })).err().unwrap_or_default(), "input: "),
        (decoded(&EMBED_ONE, &json!({ "model": "m", "prompt": "" })).err().unwrap_or_default(), "prompt: "),
    ];
    for (found, expected) in rows {
        assert!(found.starts_with(expected), "{expected} {found}");
    }
}

fn text(text: &str) -> ReplyEvent {
    ReplyEvent::Text { choice: 0, text: text.into() }
}

fn call(index: u32, name: &str, arguments: &str) -> ReplyEvent {
    let begins = !name.is_empty();
    let (id, name) = (begins.then(|| format!("c{index}")), begins.then(|| name.to_owned()));
    ReplyEvent::ToolCall { choice: 0, index, id, name, arguments: arguments.into(), signature: None }
}

const USAGE: Usage = Usage {
    prompt_tokens: 20,
    completion_tokens: 5,
    cached_tokens: 8,
    written_tokens: 0,
    reasoning_tokens: 0,
    cut_tokens: 0,
    searches: 0,
    estimated: false,
};

/// A line with its times as zeros, which are of this run; they are there, and the total is the longest.
fn timeless(line: &str) -> Value {
    let mut line: Value = serde_json::from_str(line).unwrap();
    if line["done"] == true {
        let total = line["total_duration"].as_u64().unwrap();
        for name in ["prompt_eval_duration", "eval_duration", "total_duration"] {
            assert!(line[name].as_u64().is_some_and(|duration| duration <= total), "{line}");
            line[name] = 0.into();
        }
    }
    line
}

/// The same events whole and as a stream.
fn written(protocol: &dyn JsonProtocol, body: &Value, events: Vec<ReplyEvent>) -> String {
    let answer = decoded(protocol, body).unwrap().answer;
    let mut whole = WholeReply { usage: Some(USAGE), ..WholeReply::default() };
    events.iter().cloned().for_each(|event| whole.push(event));
    let whole = answer.whole(head(), &whole);
    let mut writer = answer.stream(head(), false).unwrap();
    let mut stream = Vec::new();
    for event in events {
        writer.frame(&ReplyFrame { events: vec![event], ..ReplyFrame::default() }, &mut stream);
    }
    writer.end(USAGE, &mut stream);
    let stream = String::from_utf8(stream).unwrap();
    let lines = stream.lines().map(|line| timeless(line).to_string());
    let whole = timeless(std::str::from_utf8(&whole).unwrap());
    format!("{whole}\n\n{}", lines.collect::<Vec<_>>().join("\n"))
}

#[test]
fn thoughts_words_and_calls_are_lines() {
    let events = vec![
        ReplyEvent::Reasoning { choice: 0, text: "Hm.".into(), signature: None },
        text("Loo"),
        text("k."),
        call(0, "f", "{\"q\":"),
        call(1, "g", ""),
        call(0, "", "1}"),
        ReplyEvent::Finish { choice: 0, finish: Finish::ToolCalls },
    ];
    let chat = json!({ "model": "mine", "messages": [{ "role": "user", "content": "Hi" }] });
    let length = vec![text("So"), ReplyEvent::Finish { choice: 0, finish: Finish::Length }];
    let prompt = json!({ "model": "mine", "prompt": "Hi" });
    assert_snapshot!(format!("{}\n\n{}", written(&CHAT, &chat, events), written(&GENERATE, &prompt, length)));
}

#[test]
fn pictures_stand_in_the_message_whole_and_streamed() {
    let image = |url: &str| json!([{ "type": "image_url", "image_url": { "url": url } }]);
    let images = |url: &str| ReplyEvent::Extra { choice: 0, name: "images", value: image(url) };
    let events = vec![
        text("Here:"),
        images("data:image/png;base64,YWJj"),
        images("https://pictures.example/a.png"),
        ReplyEvent::Finish { choice: 0, finish: Finish::Stop },
    ];
    let chat = json!({ "model": "mine", "messages": [{ "role": "user", "content": "Draw" }] });
    let both = written(&CHAT, &chat, events);
    let (whole, stream) = both.split_once("\n\n").unwrap();
    let message = serde_json::from_str::<Value>(whole).unwrap()["message"].clone();
    assert_eq!(message["images"], json!(["YWJj"]));
    assert_eq!(message["content"], "Here:![picture](https://pictures.example/a.png)");
    let lines: Vec<Value> = stream.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let shown: Vec<&Value> = lines.iter().map(|line| &line["message"]["images"]).filter(|its| !its.is_null()).collect();
    assert_eq!(shown, [&json!(["YWJj"])]);
    let said: String = lines.iter().filter_map(|line| line["message"]["content"].as_str()).collect();
    assert_eq!(said, "Here:![picture](https://pictures.example/a.png)");
}

#[test]
fn lines_of_the_format_pass_and_are_completed() {
    let chat = json!({ "model": "mine", "messages": [{ "role": "user", "content": "Hi" }] });
    let mut writer = decoded(&CHAT, &chat).unwrap().answer.stream(head(), true).unwrap();
    let mut out = Vec::new();
    let raw = r#"{"model": "up", "message": {"content": "a"}, "of_tomorrow": 1, "done": false}"#;
    writer.frame(&ReplyFrame { raw: raw.into(), is_canonical: true, events: vec![text("a")] }, &mut out);
    // A line that had to be mended, and another target that goes on.
    let mended = |event| ReplyFrame { raw: raw.into(), is_canonical: false, events: vec![event] };
    writer.frame(&mended(call(0, "f", "{}")), &mut out);
    writer.frame(&ReplyFrame { raw: raw.into(), is_canonical: true, events: vec![text("a")] }, &mut out);
    writer.frame(&ReplyFrame { events: vec![text("b")], ..ReplyFrame::default() }, &mut out);
    writer.end(USAGE, &mut out);
    let out = String::from_utf8(out).unwrap();
    let mut lines = out.lines();
    assert_eq!(lines.next(), Some(raw));
    let rest: Vec<String> = lines.map(|line| timeless(line).to_string()).collect();
    assert_snapshot!(rest.join("\n"));
}

#[test]
fn the_last_line_of_the_format_passes_and_says_what_it_cost_where_that_was_not_said_before() {
    let chat = json!({ "model": "mine", "messages": [{ "role": "user", "content": "Hi" }] });
    let raw = r#"{"model": "up", "done": true, "done_reason": "stop", "eval_count": 2}"#;
    let written = |cost: Option<&str>| {
        let mut writer = decoded(&CHAT, &chat).unwrap().answer.stream(head(), true).unwrap();
        let mut out = Vec::new();
        let events = vec![ReplyEvent::Finish { choice: 0, finish: Finish::Stop }];
        writer.frame(&ReplyFrame { raw: raw.into(), is_canonical: true, events }, &mut out);
        cost.into_iter().for_each(|cost| writer.cost(cost, "", &mut out));
        writer.end(USAGE, &mut out);
        String::from_utf8(out).unwrap()
    };
    assert_eq!(written(None), format!("{raw}\n"));
    let told: Value = serde_json::from_str(&written(Some("0.002"))).unwrap();
    let expected =
        json!({ "model": "up", "done": true, "done_reason": "stop", "eval_count": 2, "mediary_cost_usd": "0.002" });
    assert_eq!(told, expected);
}

#[test]
fn vectors_come_in_the_order_of_their_texts() {
    let reply =
        WholeReply { vectors: vec![(1, vec![0.5]), (0, vec![0.25])], usage: Some(USAGE), ..WholeReply::default() };
    let answer = decoded(&EMBED, &json!({ "model": "e", "input": ["a", "b"], "truncate": true })).unwrap();
    assert_eq!(answer.dropped, ["truncate"]);
    let whole: Value = serde_json::from_slice(&answer.answer.whole(head(), &reply)).unwrap();
    assert_eq!((&whole["embeddings"], &whole["prompt_eval_count"]), (&json!([[0.25], [0.5]]), &json!(20)));
    let answer = decoded(&EMBED_ONE, &json!({ "model": "e", "prompt": "a" })).unwrap().answer;
    let whole: Value = serde_json::from_slice(&answer.whole(head(), &reply)).unwrap();
    assert_eq!(whole, json!({ "embedding": [0.25] }));
}

#[test]
fn a_request_that_says_nothing_loads_a_model() {
    let rows = [
        (json!({ "model": "m" }), Some("load")),
        (json!({ "model": "m", "messages": [], "keep_alive": 0 }), Some("unload")),
        (json!({ "model": "m", "prompt": "", "keep_alive": "5m" }), Some("load")),
        (json!({ "model": "m", "prompt": "Hi" }), None),
        (json!({ "model": "m", "messages": [{ "role": "user" }] }), None),
        (json!({ "prompt": "" }), None),
    ];
    let bare = loaded(br#"{"model":"m"}"#, true, 0).unwrap();
    assert_eq!((&bare["message"]["content"], bare.get("response")), (&json!(""), None), "a chat is answered as one");
    for (body, reason) in rows {
        let is_chat = body.get("messages").is_some();
        let line = loaded(body.to_string().as_bytes(), is_chat, 0);
        assert_eq!(line.as_ref().and_then(|line| line["done_reason"].as_str()), reason, "{body}");
    }
}

#[test]
fn errors_are_sentences_in_streams_too() {
    let error = ErrorFields {
        message: "It is busy.".into(),
        r#type: "server_error",
        param: None,
        code: "all_providers_failed",
        status: 503,
        request_id: None,
        tried: Vec::new(),
    };
    let mut out = Vec::new();
    CHAT.break_off(&error, &mut out);
    assert_eq!(out, b"{\"error\":\"It is busy.\"}\n");
}
