//! Requests: every type of part, every spelling that is taken, and every complaint.

use std::fmt::Write;

use bytes::Bytes;
use insta::assert_snapshot;
use mediary_core::task::{Chat, Effort, Part, ToolChoice};
use serde_json::{Value, json};

use crate::protocol::openai::ChatForm;

const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAAA=";
/// `fLaC` and a little more.
const FLAC: &str = "ZkxhQwAAACI=";
/// A `ftyp` box of `mp42`.
const MP4: &str = "AAAAGGZ0eXBtcDQyAAAAAG1wNDJpc29t";
const PDF: &str = "JVBERi0xLjcK";

fn decoded(body: &Value) -> Result<ChatForm, String> {
    let body = Bytes::from(body.to_string());
    ChatForm::decode(&body).map_err(|bad| format!("{}: {}", bad.field, bad.message))
}

/// A chat, a line for each thing in it.
fn told(chat: &Chat) -> String {
    let mut told = String::new();
    for message in &chat.messages {
        let mut line = format!("{:?}", message.role);
        for (name, value) in
            [("name", &message.name), ("answers", &message.tool_call_id), ("refusal", &message.refusal)]
        {
            if let Some(value) = value {
                write!(line, " {name}={value}").unwrap();
            }
        }
        if let Some(reasoning) = &message.reasoning {
            write!(line, " thought={reasoning:?}").unwrap();
        }
        if !message.extras.is_empty() {
            write!(line, " extras={}", json!(message.extras)).unwrap();
        }
        writeln!(told, "{line}").unwrap();
        for part in &message.parts {
            match part {
                Part::Text(text) => writeln!(told, "  text {text:?}").unwrap(),
                Part::Remote { url, name, detail } => {
                    writeln!(told, "  remote {url} name={name:?} detail={detail:?}").unwrap();
                }
                Part::Media(part) => {
                    let media = &part.media;
                    let bytes = media.blob.len_bytes();
                    let (name, detail) = (&part.name, part.detail);
                    writeln!(told, "  {} of {bytes} bytes name={name:?} detail={detail:?}", media.format).unwrap();
                }
            }
        }
        for call in &message.tool_calls {
            writeln!(told, "  {call:?}").unwrap();
        }
    }
    told
}

fn of_parts(parts: &Value) -> Result<ChatForm, String> {
    decoded(&json!({ "model": "m", "messages": [{ "role": "user", "content": parts }] }))
}

#[test]
fn every_type_of_part_is_understood() {
    let form = of_parts(&json!([
        { "type": "text", "text": "words" },
        { "type": "input_text", "text": "with \"escapes\"\n" },
        { "type": "image_url", "image_url": { "url": format!("data:image/png;base64,{PNG}"), "detail": "high" } },
        { "type": "image_url", "image_url": { "url": format!("data:;base64,{PNG}"), "detail": "closest" } },
        { "type": "input_image", "image_url": format!("data:image/jpeg;base64,{PNG}") },
        { "type": "image_url", "image_url": { "url": "https://media.example/a.png", "detail": "low" } },
        { "type": "image_url", "image_url": { "url": "HTTP://media.example/a.png" } },
        { "type": "input_audio", "input_audio": { "data": FLAC, "format": "flac" } },
        { "type": "input_audio", "input_audio": { "data": format!("data:audio/flac;base64,{FLAC}") } },
        { "type": "input_audio", "input_audio": { "data": "https://media.example/a.flac", "format": "flac" } },
        { "type": "video_url", "video_url": { "url": "https://media.example/a.mp4" } },
        { "type": "input_video", "video_url": "https://media.example/b.mp4" },
        { "type": "input_video", "input_video": { "data": MP4, "format": "mp4" } },
        { "inlineData": { "mimeType": "video/mp4", "data": MP4, "displayName": "c.mp4" } },
        { "type": "media", "inline_data": { "mime_type": "video/mp4", "data": MP4 } },
        { "fileData": { "mimeType": "video/mp4", "fileUri": "https://media.example/d.mp4" } },
        { "type": "document_url", "document_url": "https://media.example/a.pdf", "document_name": "a.pdf" },
        { "type": "file", "file": { "filename": "b.pdf", "file_data": format!("data:application/pdf;base64,{PDF}") } },
        { "type": "file", "file": { "filename": "b.pdf", "file_data": PDF } },
        { "type": "file", "file": { "filename": "table.csv", "file_data": "YSxiCjEsMgo=" } },
    ]))
    .unwrap();
    assert_snapshot!(told(&form.chat));
}

#[test]
fn what_is_not_known_of_a_part_is_named_once() {
    let text = json!({ "type": "text", "text": "a", "annotations": [], "index": null });
    let picture = json!({ "type": "image_url", "image_url": format!("data:image/png;base64,{PNG}"), "alt": "b", "annotations": [1] });
    let chat = of_parts(&json!([text, picture])).unwrap().chat;
    let named = chat.own.unwrap();
    assert_eq!(named.names, ["messages[0].content[0].annotations", "messages[0].content[1].alt"]);
    assert_eq!(named.wire_format, "", "no target is told, whichever format it speaks");
    assert!(of_parts(&json!([{ "type": "text", "text": "a" }])).unwrap().chat.own.is_none());
}

#[test]
fn base64_is_lent_from_the_body_and_not_copied() {
    let content = json!([{ "type": "file", "file": { "file_data": PDF } }]);
    let body = Bytes::from(json!({ "messages": [{ "role": "user", "content": content }] }).to_string());
    let form = ChatForm::decode(&body).unwrap();
    let Part::Media(part) = &form.chat.messages[0].parts[0] else { panic!("{:?}", form.chat) };
    let lent = part.media.blob.base64().unwrap();
    assert_eq!(lent, PDF);
    assert!(body.as_ptr_range().contains(&lent.as_ptr()));
}

#[test]
fn every_role_and_everything_in_messages_is_understood() {
    let call = |arguments: &Value| json!({ "id": "call_1", "type": "function", "function": { "name": "f", "arguments": arguments } });
    let mut signed = call(&json!("{\"q\":1}"));
    signed["extra_content"] = json!({ "google": { "thought_signature": "U0lH" } });
    let form = decoded(&json!({
        "model": "m",
        "messages": [
            { "role": "system", "content": "a" },
            { "role": "developer", "content": [{ "type": "text", "text": "b" }] },
            { "role": "user", "content": "c", "name": "ana" },
            { "role": "assistant", "content": null, "tool_calls": [signed, call(&json!({ "zebra": 1, "apple": 2 })), call(&Value::Null)] },
            { "role": "tool", "content": "42", "tool_call_id": "call_1" },
            { "role": "tool", "tool_call_id": "call_2", "content": [
                { "type": "text", "text": "a picture" },
                { "type": "image_url", "image_url": { "url": format!("data:image/png;base64,{PNG}") } },
            ] },
            { "role": "assistant", "content": "d", "reasoning_content": "Hm.", "refusal": null, "annotations": [], "audio": null },
            { "role": "assistant", "content": "d", "reasoning": "Hm.", "reasoning_content": "Hm!" },
            { "role": "assistant", "content": "d", "reasoning": "Hm." },
            { "role": "assistant", "content": [{ "type": "output_text", "text": "e" }, { "type": "refusal", "refusal": "No." }] },
            { "role": "assistant", "function_call": { "name": "old", "arguments": "{}" } },
            { "role": "function", "name": "old", "content": "43" },
        ],
    }))
    .unwrap();
    assert_snapshot!(told(&form.chat));
}

#[test]
fn every_wish_is_understood() {
    let form = decoded(&json!({
        "model": "vista",
        "messages": [{ "role": "user", "content": "Hi" }],
        "tools": [{ "type": "function", "function": { "name": "f", "description": "d", "strict": true,
            "parameters": { "type": "object", "properties": { "zebra": {}, "apple": {} } } } }],
        "functions": [{ "name": "old" }],
        "tool_choice": { "type": "function", "function": { "name": "f" } },
        "parallel_tool_calls": false,
        "response_format": { "type": "json_schema", "json_schema": { "name": "s", "strict": true,
            "schema": { "zebra": 1, "apple": 2 } } },
        "max_tokens": 5,
        "max_completion_tokens": 10,
        "temperature": 0.5,
        "top_p": 0.25,
        "top_k": 40,
        "stop": "END",
        "n": 2,
        "seed": -1,
        "presence_penalty": 0.5,
        "frequency_penalty": -0.5,
        "logprobs": true,
        "top_logprobs": 3,
        "reasoning_effort": "xhigh",
        "stream": true,
        "stream_options": { "include_usage": true },
        "user": "u",
        "metadata": null,
        "a_field_of_tomorrow": { "z": 1, "a": 2 },
    }))
    .unwrap();
    let Chat {
        messages: _,
        ref tools,
        ref tool_choice,
        parallel_tool_calls,
        ref format,
        ref sampling,
        effort,
        granted: _,
        stream,
        ref extras,
        hosted_tools: _,
        withheld_tools: _,
        own: _,
        completion: _,
    } = form.chat;
    assert_snapshot!(format!(
        "{} include_usage={}\n{tools:#?}\n{tool_choice:?} {parallel_tool_calls:?}\n{format:?}\n{sampling:#?}\n{effort:?} {stream}\n{}",
        form.model,
        form.include_usage,
        json!(extras)
    ));
}

#[test]
fn short_spellings_mean_the_same() {
    let with = |name: &str, value: Value| {
        let mut body = json!({ "messages": [{ "role": "user", "content": "Hi" }] });
        body[name] = value;
        format!("{:?}", decoded(&body).unwrap().chat)
    };
    assert_eq!(with("stop", json!("a")), with("stop", json!(["a"])));
    assert_eq!(with("tool_choice", json!("any")), with("tool_choice", json!("required")));
    assert_eq!(with("function_call", json!({ "name": "f" })), with("tool_choice", json!({ "name": "f" })));
    for (name, nothing) in [("n", json!(1)), ("logprobs", json!(false)), ("response_format", json!({ "type": "text" }))]
    {
        assert_eq!(with(name, nothing), with(name, Value::Null), "{name}");
    }
}

#[test]
fn numbers_are_taken_as_clients_write_them() {
    let with = |name: &str, value: Value| {
        let mut body = json!({ "messages": [{ "role": "user", "content": "Hi" }] });
        body[name] = value;
        decoded(&body).map(|form| format!("{:?}", form.chat))
    };
    let nothing = with("seed", Value::Null).unwrap();
    for (name, value) in [
        ("top_k", json!(-1)),
        ("max_tokens", json!(-1)),
        ("max_completion_tokens", json!(-1)),
        ("reasoning_effort", json!("default")),
    ] {
        assert_eq!(with(name, value).unwrap(), nothing, "{name}");
    }
    assert_eq!(with("seed", json!(1.0)), with("seed", json!(1)));
    assert_eq!(with("max_tokens", json!(5.0)), with("max_tokens", json!(5)));
    for (name, value) in [("top_k", json!(-2)), ("max_tokens", json!(1.5)), ("seed", json!("one"))] {
        assert!(with(name, value).unwrap_err().starts_with(&format!("{name}: ")), "{name}");
    }
}

#[test]
fn data_urls_are_understood_in_every_spelling() {
    let escaped = PNG.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    for url in [
        format!("data:image/png;base64,{PNG}"),
        format!("DATA:IMAGE/PNG;BASE64,{PNG}"),
        format!("data:image/png;charset=utf-8;base64,{PNG}"),
        format!("data:image/png;base64,{escaped}"),
    ] {
        let form = of_parts(&json!([{ "type": "image_url", "image_url": url }])).unwrap();
        let Part::Media(part) = &form.chat.messages[0].parts[0] else { panic!("{url}") };
        assert_eq!(part.media.format.mime(), "image/png", "{url}");
        assert_eq!(part.media.blob.base64().unwrap(), PNG, "{url}");
    }
    let form = of_parts(&json!([{ "type": "file", "file": { "file_data": "data:text/plain,one%20two" } }])).unwrap();
    let Part::Media(part) = &form.chat.messages[0].parts[0] else { panic!("{:?}", form.chat) };
    assert_eq!(part.media.blob.read_all().unwrap()[..], b"one two"[..]);
}

#[test]
fn a_recording_comes_in_an_object_or_bare() {
    let wav = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=";
    for audio in [json!({ "data": wav, "format": "wav" }), json!(wav), json!(format!("data:audio/wav;base64,{wav}"))] {
        let form = of_parts(&json!([{ "type": "input_audio", "input_audio": audio }])).unwrap();
        let Part::Media(part) = &form.chat.messages[0].parts[0] else { panic!("{:?}", form.chat) };
        assert_eq!(part.media.format.mime(), "audio/wav", "{audio}");
    }
    assert!(of_parts(&json!([{ "type": "input_audio", "input_audio": 7 }])).unwrap_err().contains("input_audio"));
}

#[test]
fn tools_that_may_be_called_are_the_only_ones_offered() {
    let with = |choice: Value| {
        let tool = |name: &str| json!({ "type": "function", "function": { "name": name } });
        decoded(&json!({ "messages": [{ "role": "user", "content": "Hi" }], "tools": [tool("f"), tool("g"), tool("h")],
            "tool_choice": { "type": "allowed_tools", "allowed_tools": choice } }))
    };
    let named = |name: &str| json!({ "type": "function", "function": { "name": name } });
    let form = with(json!({ "mode": "required", "tools": [named("h"), named("f")] })).unwrap();
    let names: Vec<&str> = form.chat.tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!((names, &form.chat.tool_choice), (vec!["f", "h"], &ToolChoice::Required));
    let all: Vec<String> = form.chat.all_tools().into_iter().map(|tool| tool.name).collect();
    assert_eq!(all, ["f", "g", "h"], "for targets that are told which of them may be called");
    assert_eq!(with(json!({ "mode": "auto", "tools": [named("g")] })).unwrap().chat.tool_choice, ToolChoice::Auto);
    for choice in [json!({ "mode": "auto", "tools": [named("x")] }), json!({ "mode": "auto", "tools": [] })] {
        assert!(with(choice).unwrap_err().starts_with("tool_choice.allowed_tools.tools: "));
    }
}

#[test]
fn how_long_to_think_is_understood_in_other_vendors_words() {
    let with = |name: &str, value: Value| {
        let mut body = json!({ "messages": [{ "role": "user", "content": "Hi" }] });
        body[name] = value;
        decoded(&body).unwrap().chat.effort
    };
    let rows = [
        ("reasoning", json!({ "effort": "low" }), Some(Effort::Low)),
        ("reasoning", json!({ "max_tokens": 8192 }), Some(Effort::Medium)),
        ("reasoning", json!({ "enabled": false }), Some(Effort::None)),
        ("reasoning", json!({ "exclude": true }), None),
        ("thinking", json!({ "type": "enabled", "budget_tokens": 20_000 }), Some(Effort::High)),
        ("thinking", json!({ "type": "adaptive" }), Some(Effort::Medium)),
        ("thinking", json!({ "type": "disabled" }), Some(Effort::None)),
        ("thinking", json!("much"), None),
    ];
    for (name, value, expected) in rows {
        assert_eq!(with(name, value.clone()), expected, "{name}: {value}");
    }
}

#[test]
fn complaints_name_the_field() {
    let with = |name: &str, value: Value| {
        let mut body = json!({ "messages": [{ "role": "user", "content": "Hi" }] });
        body[name] = value;
        decoded(&body)
    };
    let message = |value: Value| with("messages", json!([value]));
    let part = |value: Value| of_parts(&json!([{ "type": "text", "text": "a" }, value]));
    let rows = [
        ChatForm::decode(&Bytes::from_static(b"{")).map_err(|bad| format!("{}: {}", bad.field, bad.message)),
        with("messages", json!([])),
        with("messages", json!("Hi")),
        with("temperature", json!("warm")),
        with("n", json!(0)),
        with("n", json!(129)),
        with("tool_choice", json!("perhaps")),
        with("response_format", json!({ "type": "yaml" })),
        with("response_format", json!({ "type": "json_schema" })),
        with("reasoning_effort", json!("immense")),
        with("tools", json!([{ "type": "web_search" }])),
        message(json!({ "role": "critic", "content": "a" })),
        message(json!({ "role": "user" })),
        message(json!({ "role": "user", "content": [] })),
        message(json!({ "role": "assistant", "tool_calls": [{ "id": "a", "type": "custom" }] })),
        part(json!({ "type": "smell" })),
        part(json!({ "type": "text" })),
        part(json!({ "type": "image_url" })),
        part(json!({ "type": "image_url", "image_url": 7 })),
        part(json!({ "type": "image_url", "image_url": "data:image/png,raw" })),
        part(json!({ "type": "image_url", "image_url": "data:image/png;base64" })),
        part(json!({ "type": "image_url", "image_url": "ftp://media.example/a" })),
        part(json!({ "type": "file", "file": {} })),
        part(json!({ "type": "file", "file": { "file_data": "" } })),
        part(json!({ "type": "file", "file": { "file_data": "N3q8ryccAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" } })),
    ];
    let told: Vec<String> = rows.into_iter().map(|row| row.expect_err("this is a mistake")).collect();
    assert_snapshot!(told.join("\n"));
}
