//! Golden tests of the Messages API, as requests are understood and answers are written.

use bytes::Bytes;
use insta::assert_snapshot;
use mediary_core::task::{Finish, Part, ReplyEvent, ReplyFrame, Task, Usage, WholeReply};
use serde_json::{Value, json};

use super::MESSAGES;
use crate::protocol::{AnswerHead, Decoded, ErrorFields, JsonProtocol, Protocol, Sent};

fn decoded(body: &Value) -> Result<Decoded, String> {
    let sent = Sent::from(Bytes::from(body.to_string()));
    MESSAGES.decode(&sent).map_err(|bad| format!("{}: {}", bad.field, bad.message))
}

fn head(wire_format: &'static str) -> AnswerHead {
    AnswerHead { id: "1".into(), created: 0, model: "provider/model".into(), wire_format, prompt_tokens: 12 }
}

/// What is understood, a line for each thing.
fn understood(body: &Value) -> String {
    let Decoded { task, model, dropped, .. } = decoded(body).unwrap();
    let Task::Chat(chat) = task else { unreachable!("messages are chats") };
    let mut lines = vec![format!("model {model}, dropped {dropped:?}")];
    for message in &chat.messages {
        lines.push(format!("{:?} answers {:?}, marks {:?}", message.role, message.tool_call_id, message.cache_marks));
        for part in &message.parts {
            lines.push(match part {
                Part::Text(text) => format!("  text {text:?}"),
                Part::Media(part) => format!("  {} {:?}", part.media.format, part.name),
                Part::Remote { url, name, .. } => format!("  at {url} {name:?}"),
            });
        }
        lines.extend(message.reasoning.iter().map(|reasoning| format!("  {reasoning:?}")));
        lines.extend(message.tool_calls.iter().map(|call| format!("  {call:?}")));
        if let Some(original) = &message.original {
            lines.push(format!("  original (changed: {}) {:?}", original.is_changed, original.names));
            lines.extend(original.pieces.iter().map(|piece| format!("    {}", String::from_utf8_lossy(piece))));
        }
    }
    lines.push(format!("tools {:?}", chat.tools));
    lines.push(format!("hosted {:?}", chat.hosted_tools));
    lines.push(format!("{:?} parallel {:?}", chat.tool_choice, chat.parallel_tool_calls));
    lines.push(format!("{:?} {:?}", chat.format, chat.effort));
    lines.push(format!("{:?} stream {}", chat.sampling, chat.stream));
    lines.push(format!("{:?}\nown {:?}", chat.extras, chat.own));
    lines.join("\n")
}

const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

#[test]
fn every_block_is_understood() {
    let image = json!({ "type": "image", "source": { "type": "base64", "media_type": "image/png", "data": PNG } });
    let text = |text: &str| json!({ "type": "text", "text": text });
    let body = json!({
        "model": "m",
        "system": [text("Be brief."), { "type": "text", "text": "Be kind.", "cache_control": { "type": "ephemeral", "ttl": "1h" } }],
        "messages": [
            { "role": "user", "content": [
                text("Look:"), image,
                { "type": "image", "source": { "type": "url", "url": "https://example.org/a.jpg" } },
                { "type": "document", "title": "Spec", "context": "v2", "citations": { "enabled": true },
                  "source": { "type": "text", "media_type": "text/plain", "data": "words" } },
                { "type": "document", "title": "Parts", "source": { "type": "content", "content": [text("one"), image] } },
                { "type": "search_result", "source": "https://example.org", "title": "Found", "content": [text("this")] },
                { "type": "container_upload", "file_id": "file_1" }] },
            { "role": "assistant", "content": [
                { "type": "thinking", "thinking": "Hm.", "signature": "mediary:gemini:Sig" },
                { "type": "tool_use", "id": "c1__signed_U2ln", "name": "f", "input": { "b": 1, "a": [] } }] },
            { "role": "user", "content": [
                { "type": "tool_result", "tool_use_id": "c1__signed_U2ln", "is_error": true, "content": [text("no"), image],
                  "cache_control": { "type": "ephemeral" } },
                text("And?")] },
        ],
        "thinking": { "type": "adaptive" },
        "output_config": { "effort": "max", "format": { "type": "json_schema", "schema": { "type": "object" } }, "budget": 1 },
        "tools": [
            { "name": "f", "description": "d", "input_schema": { "type": "object" }, "defer_loading": true },
            { "type": "bash_20250124", "name": "bash" }],
        "tool_choice": { "type": "tool", "name": "f", "disable_parallel_tool_use": false },
        "top_k": 5, "max_tokens": 7, "stream": true, "inference_geo": "eu", "cache_control": { "type": "ephemeral" },
    });
    assert_snapshot!(understood(&body));
}

#[test]
fn what_is_wrong_is_named_by_its_path() {
    let with = |field: &str, value: Value| {
        let mut body = json!({ "messages": [{ "role": "user", "content": "Hi" }] });
        body[field] = value;
        decoded(&body).err().unwrap_or_default()
    };
    let said = |content: Value| with("messages", json!([{ "role": "user", "content": content }]));
    let rows = [
        (with("messages", json!([])), "messages: "),
        (with("messages", json!([{ "role": "wizard", "content": "x" }])), "messages[0].role: "),
        (said(json!([])), "messages[0].content: "),
        (said(json!(7)), "messages[0].content: "),
        (said(json!([{ "type": "text" }])), "messages[0].content[0].text: "),
        (said(json!([{ "text": "x" }])), "messages[0].content[0]: "),
        (
            said(json!([{ "type": "image", "source": { "type": "base64", "data": "?" } }])),
            "messages[0].content[0].source.data: ",
        ),
        (said(json!([{ "type": "image", "source": { "type": "file" } }])), "messages[0].content[0].source.file_id: "),
        (said(json!([{ "type": "tool_result", "content": "x" }])), "messages[0].content[0].tool_use_id: "),
        (said(json!([{ "type": "tool_use", "id": "a", "name": "f" }])), "messages[0].content[0].type: "),
        (with("system", json!([{ "type": "image" }])), "system[0].text: "),
        (with("tools", json!([{ "input_schema": {} }])), "tools[0].name: "),
        (with("tool_choice", json!({ "type": "all" })), "tool_choice.type: "),
        (with("tool_choice", json!({ "type": "tool" })), "tool_choice.name: "),
        (with("max_tokens", json!("many")), "max_tokens: "),
    ];
    for (found, expected) in rows {
        assert!(found.starts_with(expected), "{expected} {found}");
    }
}

fn text(text: &str) -> ReplyEvent {
    ReplyEvent::Text { choice: 0, text: text.into() }
}

fn thought(text: &str, signature: Option<&str>) -> ReplyEvent {
    ReplyEvent::Reasoning { choice: 0, text: text.into(), signature: signature.map(str::to_owned) }
}

fn call(index: u32, id: Option<&str>, arguments: &str, signature: Option<&str>) -> ReplyEvent {
    let (id, name) = (id.map(str::to_owned), id.map(|_| "f".to_owned()));
    let signature = signature.map(str::to_owned);
    ReplyEvent::ToolCall { choice: 0, index, id, name, arguments: arguments.into(), signature }
}

fn finish(finish: Finish) -> ReplyEvent {
    ReplyEvent::Finish { choice: 0, finish }
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

/// The same events whole and as a stream.
fn written(wire_format: &'static str, events: Vec<ReplyEvent>) -> String {
    let answer = decoded(&json!({ "messages": [{ "role": "user", "content": "Hi" }] })).unwrap().answer;
    let mut whole = WholeReply { usage: Some(USAGE), ..WholeReply::default() };
    events.iter().cloned().for_each(|event| whole.push(event));
    let whole: Value = serde_json::from_slice(&answer.whole(head(wire_format), &whole)).unwrap();
    let mut writer = answer.stream(head(wire_format), false).unwrap();
    let mut stream = Vec::new();
    for event in events {
        writer.frame(&ReplyFrame { events: vec![event], ..ReplyFrame::default() }, &mut stream);
    }
    writer.end(USAGE, &mut stream);
    format!("{whole:#}\n\n{}", String::from_utf8(stream).unwrap())
}

#[test]
fn thoughts_words_and_calls_are_written_in_blocks() {
    assert_snapshot!(written(
        "gemini",
        vec![
            thought("Hm", None),
            thought(".", Some("S1")),
            text("Loo"),
            text("k."),
            call(0, Some("c.0"), "{\"q\":", Some("S2")),
            call(1, Some("c1"), "", None),
            text("After."),
            call(0, None, "1}", None),
            finish(Finish::ToolCalls),
        ],
    ));
}

#[test]
fn unsigned_thoughts_are_marked_as_their_makers() {
    assert_snapshot!(written("openai", vec![thought("Hm.", None), text("So."), finish(Finish::Length)]));
}

#[test]
fn an_empty_answer_and_a_refusal_have_their_ends() {
    assert_snapshot!(written("openai", vec![finish(Finish::ContentFilter)]));
}

#[test]
fn frames_of_the_format_pass_and_are_completed() {
    let answer = decoded(&json!({ "messages": [{ "role": "user", "content": "Hi" }] })).unwrap().answer;
    let mut writer = answer.stream(head("anthropic"), true).unwrap();
    let mut out = Vec::new();
    let frames = [
        r#"{"type":"message_start","message":{"id":"msg_up"}}"#,
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
        r#"{"type": "ping"}"#,
        r#"{"index":0,"type":"content_block_delta","delta":{"type":"text_delta","text":"a"},"of_tomorrow":1}"#,
    ];
    for raw in frames {
        writer.frame(&ReplyFrame { raw: raw.into(), is_canonical: true, events: vec![] }, &mut out);
    }
    // Another target goes on.
    let seam = vec![ReplyEvent::Continued { by: "b/m".into() }, text("b"), finish(Finish::Stop)];
    writer.frame(&ReplyFrame { events: seam, ..ReplyFrame::default() }, &mut out);
    writer.end(USAGE, &mut out);
    assert_snapshot!(String::from_utf8(out).unwrap());
}

#[test]
fn errors_have_anthropics_shape_in_streams_too() {
    let error = ErrorFields {
        message: "It is busy.".into(),
        r#type: "server_error",
        param: None,
        code: "all_providers_failed",
        status: 529,
        request_id: Some("r1".into()),
        tried: Vec::new(),
    };
    let mut out = Vec::new();
    MESSAGES.break_off(&error, &mut out);
    assert_snapshot!(String::from_utf8(out).unwrap());
}
