//! Golden tests of the Responses API, as requests are understood and answers are written.

use bytes::Bytes;
use insta::assert_snapshot;
use mediary_core::task::{Finish, Part, ReplyEvent, ReplyFrame, Task, Usage, WholeReply};
use serde_json::{Value, json};

use super::{Kept, RESPONSES, Wanted, completed};
use crate::protocol::{AnswerHead, Decoded, ErrorFields, JsonProtocol, Protocol, Sent};

fn decoded(body: &Value) -> Result<Decoded, String> {
    let sent = Sent::from(Bytes::from(body.to_string()));
    RESPONSES.decode(&sent).map_err(|bad| format!("{}: {}", bad.field, bad.message))
}

fn head(wire_format: &'static str) -> AnswerHead {
    AnswerHead { id: "1".into(), created: 0, model: "provider/model".into(), wire_format, prompt_tokens: 12 }
}

/// What is understood, a line for each thing.
fn understood(body: &Value) -> String {
    let Decoded { task, model, .. } = decoded(body).unwrap();
    let Task::Chat(chat) = task else { unreachable!("responses are chats") };
    let own = chat.own.as_ref().expect("this format has words of its own");
    let mut lines = vec![format!("model {model}, unsaid to others {:?}", own.names)];
    lines.extend(own.fields.iter().map(|(name, value)| format!("own {name} {value}")));
    for message in &chat.messages {
        lines.push(format!("{:?} answers {:?}, refuses {:?}", message.role, message.tool_call_id, message.refusal));
        for part in &message.parts {
            lines.push(match part {
                Part::Text(text) => format!("  text {text:?}"),
                Part::Media(part) => format!("  {} {:?} {:?}", part.media.format, part.name, part.detail),
                Part::Remote { url, name, .. } => format!("  at {url} {name:?}"),
            });
        }
        lines.extend(message.reasoning.iter().map(|reasoning| format!("  {reasoning:?}")));
        lines.extend(message.tool_calls.iter().map(|call| format!("  {call:?}")));
        let pieces = message.original.iter().flat_map(|original| &original.pieces);
        lines.extend(pieces.map(|piece| format!("  as written {:.100}", String::from_utf8_lossy(piece))));
    }
    lines.extend(chat.tools.iter().map(|tool| format!("{tool:?}")));
    lines.push(format!("hosted {:?}", chat.hosted_tools));
    lines.push(format!("{:?} parallel {:?}", chat.tool_choice, chat.parallel_tool_calls));
    lines.push(format!("{:?} {:?}", chat.format, chat.effort));
    lines.push(format!("{:?} stream {}", chat.sampling, chat.stream));
    lines.push(format!("{:?}", chat.extras));
    lines.join("\n")
}

const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

#[test]
fn every_item_is_understood() {
    let picture = format!("data:image/png;base64,{PNG}");
    let body = json!({
        "model": "m",
        "instructions": "Be brief.",
        "input": [
            { "role": "developer", "content": "Be kind." },
            { "type": "message", "role": "user", "content": [
                { "type": "input_text", "text": "Look:" },
                { "type": "input_image", "image_url": picture, "detail": "original" },
                { "type": "input_image", "image_url": "https://example.org/a.jpg" },
                { "type": "input_file", "filename": "a.txt", "file_data": "data:text/plain;base64,d29yZHM=" },
                { "type": "input_file", "file_url": "https://example.org/a.pdf" },
                { "type": "input_audio", "input_audio": { "data": "UklGRiQAAABXQVZFZm10IA==", "format": "wav" } }] },
            { "type": "reasoning", "id": "rs_1", "summary": [{ "type": "summary_text", "text": "Hm." }],
              "encrypted_content": "mediary:gemini:Sig" },
            { "type": "message", "role": "assistant", "id": "msg_1", "status": "completed", "content": [
                { "type": "output_text", "text": "I shall.", "annotations": [] }] },
            { "type": "function_call", "id": "fc_1", "call_id": "c1__signed_U2ln", "name": "f", "arguments": "{\"b\":1}" },
            { "type": "custom_tool_call", "call_id": "c2", "name": "sh", "input": "ls\n" },
            { "type": "function_call_output", "call_id": "c1__signed_U2ln", "output": [
                { "type": "input_text", "text": "this" }, { "type": "input_image", "image_url": picture }] },
            { "type": "custom_tool_call_output", "call_id": "c2", "output": "a\nb" },
            { "type": "web_search_call", "id": "ws_1", "status": "completed" },
            { "role": "assistant", "content": [{ "type": "refusal", "refusal": "No." }] },
            { "role": "user", "content": "Go on." },
        ],
        "tools": [
            { "type": "function", "name": "f", "description": "d", "parameters": { "type": "object" }, "strict": true },
            { "type": "custom", "name": "sh", "description": "Runs.", "format": { "type": "grammar", "syntax": "lark", "definition": "start: /.+/" } },
            { "type": "web_search", "external_web_access": false },
            { "type": "image_generation" },
            { "type": "file_search", "vector_store_ids": ["v"] }],
        "tool_choice": { "type": "function", "name": "f" }, "parallel_tool_calls": false,
        "text": { "format": { "type": "json_schema", "name": "x", "schema": { "type": "object" }, "strict": true }, "verbosity": "low" },
        "reasoning": { "effort": "low", "summary": "auto" },
        "max_output_tokens": 7, "temperature": 0.5, "top_p": 0.9, "top_logprobs": 2, "truncation": "auto",
        "include": ["reasoning.encrypted_content", "file_search_call.results"],
        "metadata": { "a": "b" }, "user": "u", "prompt_cache_key": "k", "max_tool_calls": 3, "stream": true,
    });
    assert_snapshot!(understood(&body));
}

#[test]
fn what_is_wrong_is_named_by_its_path() {
    let with = |field: &str, value: Value| {
        let mut body = json!({ "input": "Hi" });
        body[field] = value;
        decoded(&body).err().unwrap_or_default()
    };
    let said = |content: Value| with("input", json!([{ "role": "user", "content": content }]));
    let part = |part: Value| said(json!([part]));
    let rows = [
        (decoded(&json!({})).err().unwrap_or_default(), "input: "),
        (with("input", json!(7)), "input"),
        (with("input", json!([])), "input: "),
        (with("input", json!([{ "role": "wizard", "content": "x" }])), "input[0].role: "),
        (with("input", json!([{ "type": "wish" }])), "input[0].type: "),
        (with("input", json!([{ "type": "function_call", "name": "f" }])), "input[0].call_id: "),
        (with("input", json!([{ "type": "function_call", "call_id": "c" }])), "input[0].name: "),
        (with("input", json!([{ "type": "function_call_output", "output": "x" }])), "input[0].call_id: "),
        (said(json!([])), "input[0].content: "),
        (part(json!({ "type": "input_text" })), "input[0].content[0].text: "),
        (part(json!({ "type": "input_image" })), "input[0].content[0].image_url: "),
        (part(json!({ "type": "input_image", "image_url": "?" })), "input[0].content[0].image_url: "),
        (part(json!({ "type": "input_file" })), "input[0].content[0].file_data: "),
        (part(json!({ "type": "smell" })), "input[0].content[0].type: "),
        (with("instructions", json!([])), "instructions: "),
        (with("tools", json!([{ "type": "function" }])), "tools[0].name: "),
        (with("tools", json!([{ "type": "mcp", "server_label": "s" }])), "tools[0].type: tools of type `mcp`"),
        (with("tool_choice", json!("any")), "tool_choice: "),
        (with("text", json!({ "format": { "type": "xml" } })), "text.format.type: "),
        (with("text", json!({ "format": { "type": "json_schema" } })), "text.format.schema: "),
        (with("reasoning", json!({ "effort": "huge" })), "reasoning.effort: "),
        (with("max_output_tokens", json!("many")), "max_output_tokens: "),
        (with("conversation", json!("conv_1")), "conversation: "),
        (with("prompt", json!({ "id": "p" })), "prompt: "),
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

fn call(index: u32, name: &str, arguments: &str) -> ReplyEvent {
    let begins = !name.is_empty();
    let (id, name) = (begins.then(|| format!("c.{index}")), begins.then(|| name.to_owned()));
    ReplyEvent::ToolCall { choice: 0, index, id, name, arguments: arguments.into(), signature: None }
}

fn extra(name: &'static str, value: Value) -> ReplyEvent {
    ReplyEvent::Extra { choice: 0, name, value }
}

fn finish(finish: Finish) -> ReplyEvent {
    ReplyEvent::Finish { choice: 0, finish }
}

const USAGE: Usage = Usage {
    prompt_tokens: 20,
    completion_tokens: 5,
    cached_tokens: 8,
    written_tokens: 0,
    reasoning_tokens: 2,
    cut_tokens: 0,
    searches: 0,
    estimated: false,
};

/// What a client asked that has a tool for free text.
fn asked() -> Value {
    json!({ "input": "Hi", "tools": [{ "type": "custom", "name": "sh" }], "store": false })
}

/// The events of a stream, each a line.
fn lines(stream: &[u8]) -> Vec<String> {
    let stream = std::str::from_utf8(stream).unwrap();
    let events = stream.split("\n\n").filter(|event| !event.is_empty());
    let mut next = 0;
    events
        .map(|event| {
            let (name, data) = event.split_once("\ndata: ").unwrap_or_else(|| unreachable!("{event}"));
            let mut data: Value = serde_json::from_str(data).unwrap();
            assert_eq!(name.strip_prefix("event: "), data["type"].as_str(), "{event}");
            assert_eq!(data["sequence_number"], next, "{event}");
            next += 1;
            let fields = data.as_object_mut().unwrap();
            drop((fields.remove("type"), fields.remove("sequence_number")));
            if let Some(response) = fields.get_mut("response") {
                *response = json!({ "status": response["status"], "output": response["output"], "error": response["error"],
                    "incomplete_details": response["incomplete_details"], "usage": response["usage"] });
            }
            format!("{} {data}", name.trim_start_matches("event: "))
        })
        .collect()
}

fn streamed(wire_format: &'static str, events: Vec<ReplyEvent>, error: Option<&ErrorFields>) -> String {
    let mut writer = decoded(&asked()).unwrap().answer.stream(head(wire_format), false).unwrap();
    let mut stream = Vec::new();
    for event in events {
        writer.frame(&ReplyFrame { events: vec![event], ..ReplyFrame::default() }, &mut stream);
    }
    match error {
        None => writer.end(USAGE, &mut stream),
        Some(error) => assert!(writer.broke_off(error, &mut stream)),
    }
    lines(&stream).join("\n")
}

/// The same events whole and as a stream, which ends with the same output.
fn written(wire_format: &'static str, events: Vec<ReplyEvent>) -> String {
    let answer = decoded(&asked()).unwrap().answer;
    let mut whole = WholeReply { usage: Some(USAGE), ..WholeReply::default() };
    events.iter().cloned().for_each(|event| whole.push(event));
    let whole: Value = serde_json::from_slice(&answer.whole(head(wire_format), &whole)).unwrap();
    let stream = streamed(wire_format, events, None);
    let last = stream.lines().last().unwrap_or_default();
    assert!(last.contains(&format!("\"output\":{}", whole["output"])), "{whole:#}\n{last}");
    format!("{whole:#}\n\n{stream}")
}

#[test]
fn thoughts_words_and_calls_are_items() {
    let citation = json!([{ "type": "url_citation", "url_citation": { "url": "https://example.org", "title": "T",
        "start_index": 0, "end_index": 2 } }]);
    assert_snapshot!(written(
        "gemini",
        vec![
            thought("Hm", None),
            thought(".", Some("S1")),
            text("Loo"),
            text("k."),
            extra(
                "logprobs",
                json!({ "content": [{ "token": "k", "logprob": -0.1, "bytes": null, "top_logprobs": [] }] })
            ),
            extra("annotations", citation),
            call(0, "f", "{\"q\":"),
            call(1, "sh", ""),
            call(0, "", "1}"),
            call(1, "", "{\"input\":\"ls\"}"),
            finish(Finish::ToolCalls),
        ],
    ));
}

#[test]
fn what_is_cut_or_refused_is_not_complete() {
    let length = written("openai", vec![text("So"), finish(Finish::Length)]);
    let filter = written("openai", vec![finish(Finish::ContentFilter)]);
    let refused = vec![ReplyEvent::Refusal { choice: 0, text: "No.".into() }, finish(Finish::Stop)];
    assert_snapshot!([length, filter, written("openai", refused)].join("\n\n"));
}

fn busy() -> ErrorFields {
    ErrorFields {
        message: "It is busy.".into(),
        r#type: "server_error",
        param: None,
        code: "all_providers_failed",
        status: 503,
        request_id: Some("r1".into()),
        tried: Vec::new(),
    }
}

#[test]
fn pictures_stand_between_the_words_whole_and_streamed() {
    let images = |url: &str| extra("images", json!([{ "type": "image_url", "image_url": { "url": url } }]));
    let events = vec![
        text("One"),
        images("data:image/png;base64,YWJj"),
        text("two"),
        images("https://pictures.example/a.png"),
        finish(Finish::Stop),
    ];
    // That both have the same items is looked at there.
    let both = written("openai", events);
    let (whole, _) = both.split_once("\n\nresponse.created").unwrap();
    let output = serde_json::from_str::<Value>(whole).unwrap()["output"].clone();
    let said = |index: usize| output[index]["content"][0]["text"].clone();
    assert_eq!((said(0), &output[1]["result"]), (json!("One"), &json!("YWJj")));
    assert_eq!((said(2), output.get(3)), (json!("two![picture](https://pictures.example/a.png)"), None));
}

#[test]
fn a_stream_that_breaks_off_has_failed() {
    let pictures = json!([{ "type": "image_url", "image_url": { "url": format!("data:image/png;base64,{PNG}") } }]);
    let begun = vec![text("So"), extra("images", pictures), call(0, "f", "{\"q\":")];
    let mut alone = Vec::new();
    RESPONSES.break_off(&busy(), &mut alone);
    assert_snapshot!(format!("{}\n\n{}", streamed("openai", begun, Some(&busy())), lines(&alone).join("\n")));
}

#[test]
fn what_is_only_named_is_put_in_its_place() {
    let kept = Kept {
        id: "resp_1",
        input: r#"[{"role":"user","content":"A"}, {"role":"user","content":"B"}]"#,
        response: r#"{"output":[{"type":"message","id":"msg_1_0","role":"assistant","content":"C"}]}"#,
    };
    let named = |id: &str| json!({ "type": "item_reference", "id": id });
    let body =
        json!({ "model": "m", "input": [named("in_1_1"), named("msg_1_0"), { "role": "user", "content": "D" }] });
    let wanted = Wanted::of(body.to_string().as_bytes()).unwrap();
    assert_eq!((wanted.referred, wanted.previous_response_id), (vec!["resp_1".to_owned()], None));
    let whole = |body: &Value, before, referred: &[Kept<'_>]| {
        let whole = completed(body.to_string().as_bytes(), before, referred)?;
        Ok(serde_json::from_slice::<Value>(&whole).unwrap())
    };
    let user = |text: &str| json!({ "role": "user", "content": text });
    let said = json!({ "type": "message", "id": "msg_1_0", "role": "assistant", "content": "C" });
    let found: Result<Value, crate::protocol::process::BadField> = whole(&body, None, &[kept]);
    assert_eq!(found.unwrap(), json!({ "model": "m", "input": [user("B"), said, user("D")] }));
    let after = whole(&json!({ "input": "E" }), Some(kept), &[]).unwrap();
    let last = json!({ "type": "message", "role": "user", "content": [{ "type": "input_text", "text": "E" }] });
    assert_eq!(after, json!({ "input": [user("A"), user("B"), said, last] }));
    for id in ["in_1_2", "msg_1_7", "msg_2_0", "", "x"] {
        let error = whole(&json!({ "input": [named(id)] }), None, &[kept]).unwrap_err();
        assert_eq!(error.field, "input[0].id", "{id}");
    }
}
