//! What Mistral is sent and sends, where it differs from OpenAI.

use std::sync::Arc;

use http::header::HeaderMap;
use mediary_core::capability::{Abilities, TaskKind};
use mediary_core::task::{
    Chat, Effort, Embed, EmbedInput, MediaPart, Message, Part, Read, ReplyEvent, ReplyFormat, ReplyFrame, Role,
    Sampling, Task, Tool, ToolCall, ToolChoice,
};
use mediary_core::{Blob, FailureKind, Media, MediaFormat, Raster};
use serde_json::{Value, json};

use super::Mistral;
use crate::golden::{embed, encode, encode_task, extras, sent_task, understood_as};
use crate::{Dialect, Frame};

fn media(format: MediaFormat) -> Media {
    Media { format, blob: Blob::in_memory(vec![0, 1, 2]) }
}

fn written(chat: &Chat) -> Value {
    let abilities = Abilities { reasoning: true, ..Abilities::chat("mistral/mistral-x".parse().unwrap()) };
    serde_json::from_slice(&encode(&Mistral, &abilities, chat).unwrap().body.read_all().unwrap()).unwrap()
}

fn of_parts(parts: Vec<Part>) -> Chat {
    Chat { messages: vec![Message { parts, ..Message::new(Role::User) }], ..Chat::default() }
}

#[test]
fn a_chat_holds_no_field_that_mistral_does_not_know() {
    let call = ToolCall { id: "call_abc".into(), name: "f".into(), arguments: "{}".into(), signature: None };
    let chat = Chat {
        messages: vec![
            Message { name: Some("ana".into()), ..Message::text(Role::User, "Hi") },
            Message { tool_calls: vec![call], ..Message::new(Role::Assistant) },
            Message { tool_call_id: Some("call_abc".into()), ..Message::text(Role::Tool, "42") },
            Message::text(Role::Assistant, "The answer"),
        ],
        tools: vec![Tool { name: "f".into(), description: None, ..Tool::default() }],
        tool_choice: ToolChoice::Required,
        parallel_tool_calls: Some(true),
        format: ReplyFormat::Json,
        sampling: Sampling {
            max_tokens: Some(5),
            seed: Some(7),
            top_k: Some(3),
            stop: vec!["x".into()],
            ..Sampling::default()
        },
        effort: Some(Effort::High),
        stream: true,
        extras: extras(
            &json!({"user": "u", "logit_bias": {}, "safe_prompt": true, "stream_options": {"include_usage": true}}),
        ),
        ..Chat::default()
    };
    insta::assert_json_snapshot!(written(&chat));
}

#[test]
fn every_medium_has_its_form() {
    let with = |format| Part::Media(MediaPart { name: Some("a.b".into()), ..MediaPart::new(media(format)) });
    let url = MediaPart { url: Some("https://host.example/a.pdf".into()), ..MediaPart::new(media(MediaFormat::Pdf)) };
    let mut parts = vec![Part::Text("See.".into())];
    parts.extend([MediaFormat::Png, MediaFormat::Pdf, MediaFormat::Mp3].map(with));
    parts.push(Part::Media(url));
    insta::assert_json_snapshot!(written(&of_parts(parts)));
}

#[test]
fn videos_and_files_of_text_are_refused() {
    for format in [MediaFormat::Mp4, MediaFormat::Csv] {
        let chat = of_parts(vec![Part::Media(MediaPart::new(media(format)))]);
        let abilities = Abilities::chat("mistral/m".parse().unwrap());
        assert_eq!(encode(&Mistral, &abilities, &chat).unwrap_err().kind, FailureKind::UnsupportedMedium);
    }
}

#[test]
fn thoughts_are_told_from_words_and_usage_comes_with_the_end() {
    let mut reader = Mistral.reader(&Task::Chat(Chat::default()), true);
    let mut frame = ReplyFrame::default();
    let chunks = [
        r#"{"id":"1","model":"m","choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}]}]}}]}"#,
        r#"{"choices":[{"index":0,"delta":{"content":[{"type":"text","text":"Hi"}]},"finish_reason":"model_length"}],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7,"num_cached_tokens":3}}"#,
    ];
    for data in chunks {
        reader.read(&Frame { event: None, data: data.as_bytes() }, &mut frame).unwrap();
    }
    reader.end(&mut frame).unwrap();
    let lines: Vec<String> = frame.events.iter().map(|event: &ReplyEvent| format!("{event:?}")).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn complaints_come_in_two_shapes() {
    let rows = [
        (401, r#"{"detail":"Unauthorized"}"#, FailureKind::BadKey),
        (
            422,
            r#"{"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","user"],"msg":"Extra inputs are not permitted"}]},"type":"invalid_request_error"}"#,
            FailureKind::Unacceptable,
        ),
        (
            429,
            r#"{"object":"error","message":"Rate limit exceeded","type":"rate_limited","param":null,"code":"1300"}"#,
            FailureKind::RateLimited { retry_after: None },
        ),
        (
            400,
            r#"{"object":"error","message":"Invalid model: x","type":"invalid_model","param":null,"code":"1500"}"#,
            FailureKind::ModelGone,
        ),
        (520, "", FailureKind::Overloaded { retry_after: None }),
    ];
    for (status, body, kind) in rows {
        assert_eq!(Mistral.failure(status, &HeaderMap::new(), body.as_bytes()).kind, kind, "{body}");
    }
}

fn page(picture: Option<MediaFormat>) -> Task {
    let raster = Arc::new(Raster::filled(1, 1, [255; 3]));
    Task::Read(Read { raster, picture: picture.map(media), words: false })
}

fn reader() -> Abilities {
    Abilities::of("mistral/mistral-ocr-latest".parse().unwrap(), TaskKind::Ocr)
}

#[test]
fn a_page_is_sent_to_be_read() {
    let sent = [MediaFormat::Pdf, MediaFormat::Png].map(|format| sent_task(&Mistral, &reader(), &page(Some(format))));
    insta::assert_snapshot!(sent.join(""));
    let rows = [(Some(MediaFormat::Mp3), FailureKind::UnsupportedMedium), (None, FailureKind::Broken)];
    for (picture, kind) in rows {
        assert_eq!(encode_task(&Mistral, &reader(), &page(picture)).unwrap_err().kind, kind, "{picture:?}");
    }
}

#[test]
fn a_page_comes_back_with_its_confidence_or_is_a_failure() {
    let bodies = [
        r##"{"model":"mistral-ocr-4-0","pages":[{"index":0,"markdown":"# Title","images":[],"dimensions":{"dpi":200},"confidence_scores":{"average_page_confidence_score":0.5,"minimum_page_confidence_score":0.25}}],"usage_info":{"pages_processed":1}}"##,
        r#"{"pages":[{"index":0,"markdown":"a","confidence_scores":{"average_page_confidence_score":0.75}},{"index":1,"markdown":"b","confidence_scores":null}]}"#,
        r#"{"pages":[{"index":0}]}"#,
        r#"{"pages":[]}"#,
        r#"{"object":"error","message":"Rate limit exceeded","type":"rate_limited","code":"1300"}"#,
        r#"{"pages":7}"#,
        "<html>",
        "",
    ];
    let told = bodies.map(|body| format!("{body}\n{}", understood_as(&Mistral, &page(None), false, &[body])));
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn texts_are_sent_to_be_embedded_without_a_field_that_mistral_does_not_know() {
    let extras = json!({ "user": "u1", "metadata": { "a": 1 }, "encoding_format": "base64", "safe_prompt": true });
    let extras = self::extras(&extras);
    let wished = Embed { dimensions: Some(256), extras, ..embed(&["a \"b\"", "c"]) };
    let row = Abilities::of("mistral/codestral-embed".parse().unwrap(), TaskKind::Embedding);
    insta::assert_snapshot!(sent_task(&Mistral, &row, &Task::Embed(wished)));
    let tokens = Embed { inputs: vec![EmbedInput::Tokens(vec![1])], ..Embed::default() };
    assert_eq!(encode_task(&Mistral, &row, &Task::Embed(tokens)).unwrap_err().kind, FailureKind::Broken);
    let answer = r#"{"id":"e1","object":"list","data":[{"object":"embedding","embedding":[0.5],"index":0}],"model":"mistral-embed","usage":{"prompt_tokens":15,"total_tokens":15,"prompt_audio_seconds":null}}"#;
    insta::assert_snapshot!(
        "vectors_are_read_as_openais",
        understood_as(&Mistral, &Task::Embed(embed(&["a"])), false, &[answer])
    );
}
