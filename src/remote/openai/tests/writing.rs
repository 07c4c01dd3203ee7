//! Requests as they are written, held by snapshots.

use mediary_core::capability::Abilities;
use mediary_core::task::{
    Chat, Detail, Effort, MediaPart, Message, Part, Reasoning, ReplyFormat, Role, Sampling, Task, Tool, ToolCall,
    ToolChoice,
};
use mediary_core::{Blob, FailureKind, Media, MediaFormat};
use serde_json::{Value, json};

use crate::golden::{call, encode};
use crate::{Dialect, OpenAi, Quirks};

/// A medium of three bytes, which are `AAEC` in base64.
pub(super) fn medium(format: MediaFormat) -> Part {
    Part::Media(MediaPart::new(Media { format, blob: Blob::in_memory(vec![0, 1, 2]) }))
}

fn written(chat: &Chat, quirks: &Quirks, dropped: &[&str]) -> Value {
    let abilities = Abilities { reasoning: true, ..Abilities::chat("p/some-model".parse().unwrap()) };
    let dropped: Vec<String> = dropped.iter().map(|name| (*name).to_owned()).collect();
    let task = Task::Chat(chat.clone());
    let call = OpenAi.encode(&call(&task, &abilities, &dropped), quirks).unwrap();
    assert_eq!((call.path.as_str(), call.headers.len()), ("/chat/completions", 0));
    serde_json::from_slice(&call.body.read_all().unwrap()).unwrap()
}

fn of_parts(parts: Vec<Part>) -> Chat {
    Chat { messages: vec![Message { parts, ..Message::new(Role::User) }], ..Chat::default() }
}

/// Everything there is in a chat but media.
fn full() -> Chat {
    let extras = |value: Value| crate::golden::extras(&value);
    let call = ToolCall { id: "call_1".into(), name: "f".into(), arguments: "{\"q\":1}".into(), signature: None };
    Chat {
        messages: vec![
            Message::text(Role::System, "Be brief."),
            Message { name: Some("ana".into()), ..Message::text(Role::User, "Look \"it\" up.\n") },
            Message {
                tool_calls: vec![call],
                reasoning: Some(Reasoning { text: "Hm.".into(), signature: None, ..Reasoning::default() }),
                extras: extras(json!({"annotations": [1]})),
                ..Message::new(Role::Assistant)
            },
            Message { tool_call_id: Some("call_1".into()), name: Some("f".into()), ..Message::text(Role::Tool, "42") },
            Message { refusal: Some("No.".into()), ..Message::new(Role::Assistant) },
            Message { parts: vec![Part::Text("a".into()), Part::Text("b".into())], ..Message::new(Role::User) },
        ],
        tools: vec![Tool {
            name: "f".into(),
            description: Some("Finds.".into()),
            parameters: Some(json!({"type": "object"})),
            strict: Some(true),
            ..Tool::default()
        }],
        tool_choice: ToolChoice::Named("f".into()),
        parallel_tool_calls: Some(false),
        format: ReplyFormat::Schema { name: "s".into(), schema: json!({"type": "object"}), strict: Some(true) },
        sampling: Sampling {
            max_tokens: Some(100),
            temperature: Some(0.5),
            top_p: Some(0.9),
            top_k: Some(40),
            stop: vec!["END".into()],
            n: 2,
            seed: Some(-7),
            presence_penalty: Some(0.1),
            frequency_penalty: Some(-0.1),
            logprobs: Some(3),
        },
        effort: Some(Effort::Low),
        stream: true,
        extras: extras(json!({"user": "u", "store": true, "vendor_field": {"a": 1}, "model": "other",
            "stream_options": {"include_obfuscation": false}})),
        ..Chat::default()
    }
}

#[test]
fn a_plain_chat_is_written_plainly() {
    let chat = Chat { messages: vec![Message::text(Role::User, "Hi")], ..Chat::default() };
    insta::assert_json_snapshot!(written(&chat, &Quirks::default(), &[]));
}

#[test]
fn everything_in_a_chat_is_written() {
    insta::assert_json_snapshot!(written(&full(), &Quirks::default(), &[]));
}

#[test]
fn openais_own_habits_are_kept() {
    let quirks = Quirks {
        max_completion_tokens: true,
        developer_role: true,
        null_content: true,
        flat_text: false,
        returns_reasoning: true,
        ..Quirks::default()
    };
    insta::assert_json_snapshot!(written(&full(), &quirks, &[]));
}

#[test]
fn what_is_refused_or_dropped_is_not_written() {
    let refuses = ["name", "refusal", "annotations", "top_k", "vendor_field"].map(str::to_owned).to_vec();
    let quirks = Quirks { stream_usage: false, refuses, ..Quirks::default() };
    let soft = [
        "user",
        "store",
        "seed",
        "presence_penalty",
        "frequency_penalty",
        "reasoning_effort",
        "parallel_tool_calls",
        "temperature",
        "top_p",
        "stop",
        "max_tokens",
    ];
    insta::assert_json_snapshot!(written(&full(), &quirks, &soft));
}

#[test]
fn every_medium_has_its_form() {
    let mut parts = vec![Part::Text("Describe these.".into())];
    let formats = [
        MediaFormat::Png,
        MediaFormat::Jpeg,
        MediaFormat::Webp,
        MediaFormat::Gif,
        MediaFormat::Pdf,
        MediaFormat::Wav,
        MediaFormat::Mp3,
        MediaFormat::Flac,
        MediaFormat::Opus,
        MediaFormat::M4a,
        MediaFormat::Mp4,
        MediaFormat::Webm,
    ];
    parts.extend(formats.map(medium));
    let media = |format| Media { format, blob: Blob::in_memory(vec![0, 1, 2]) };
    let by_url = |format| {
        Part::Media(MediaPart {
            url: Some("https://host.example/a".into()),
            name: Some("a \"b\"".into()),
            detail: Some(Detail::High),
            ..MediaPart::new(media(format))
        })
    };
    parts.extend([MediaFormat::Png, MediaFormat::Pdf, MediaFormat::Mp4].map(by_url));
    insta::assert_json_snapshot!(written(&of_parts(parts), &Quirks::default(), &[]));
}

#[test]
fn base64_that_came_in_goes_out_as_it_came() {
    let blob = Blob::from_base64("AAEC".into()).unwrap();
    let part = Part::Media(MediaPart::new(Media { format: MediaFormat::Png, blob }));
    let body = written(&of_parts(vec![part]), &Quirks::default(), &[]);
    assert_eq!(body["messages"][0]["content"][0]["image_url"]["url"], "data:image/png;base64,AAEC");
}

#[test]
fn parts_without_a_form_are_refused() {
    let remote = Part::Remote { url: "https://host.example/a".into(), name: None, detail: None };
    let rows = [
        (of_parts(vec![medium(MediaFormat::Csv)]), FailureKind::UnsupportedMedium),
        (of_parts(vec![remote]), FailureKind::Broken),
    ];
    let abilities = Abilities::chat("p/m".parse().unwrap());
    for (chat, kind) in rows {
        assert_eq!(encode(&OpenAi, &abilities, &chat).unwrap_err().kind, kind);
    }
}

#[test]
fn choices_of_tools_are_written() {
    let rows = [
        (ToolChoice::Auto, Value::Null),
        (ToolChoice::None, json!("none")),
        (ToolChoice::Required, json!("required")),
        (ToolChoice::Named("f".into()), json!({"type": "function", "function": {"name": "f"}})),
    ];
    for (tool_choice, expected) in rows {
        let chat = Chat { tool_choice: tool_choice.clone(), ..full() };
        assert_eq!(written(&chat, &Quirks::default(), &[])["tool_choice"], expected);
        // Without tools there is nothing to choose, and saying so is refused.
        let chat = Chat { tools: Vec::new(), tool_choice, ..full() };
        let body = written(&chat, &Quirks::default(), &[]);
        assert!(body.get("tool_choice").is_none() && body.get("parallel_tool_calls").is_none());
    }
}

#[test]
fn functions_that_may_not_be_called_are_named_where_that_is_known_and_left_out_elsewhere() {
    let tool = |name: &str| Tool { name: name.into(), ..Tool::default() };
    let chat = Chat { tools: vec![tool("b")], withheld_tools: vec![(0, tool("a")), (2, tool("c"))], ..full() };
    let names = |body: &Value| {
        let names = body["tools"].as_array().unwrap().iter().map(|tool| tool["function"]["name"].clone());
        names.collect::<Vec<_>>()
    };
    let knows = Quirks { allowed_tools: true, ..Quirks::default() };
    for (tool_choice, mode) in [(ToolChoice::Auto, "auto"), (ToolChoice::Required, "required")] {
        let chat = Chat { tool_choice, ..chat.clone() };
        let body = written(&chat, &knows, &[]);
        assert_eq!(names(&body), ["a", "b", "c"]);
        let named = json!([{ "type": "function", "function": { "name": "b" } }]);
        let expected = json!({ "type": "allowed_tools", "allowed_tools": { "mode": mode, "tools": named } });
        assert_eq!(body["tool_choice"], expected);
        assert_eq!(names(&written(&chat, &Quirks::default(), &[])), ["b"]);
    }
}
