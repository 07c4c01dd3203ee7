//! Streams, as they go over the wire.

use insta::assert_snapshot;
use mediary_core::task::{Finish, ReplyEvent, ReplyFrame, Usage};
use serde_json::{Value, json};

use super::head;
use crate::protocol::openai::{CHAT, ChunkWriter};
use crate::protocol::{ErrorFields, Protocol as _, StreamWriter};

const USAGE: Usage = Usage {
    prompt_tokens: 10,
    completion_tokens: 5,
    cached_tokens: 4,
    written_tokens: 0,
    reasoning_tokens: 3,
    cut_tokens: 0,
    searches: 0,
    estimated: false,
};

fn text(choice: u32, text: &str) -> ReplyEvent {
    ReplyEvent::Text { choice, text: text.into() }
}

fn begun() -> ReplyEvent {
    ReplyEvent::Begun { id: Some("theirs".into()), model: Some("model-7".into()) }
}

fn finish(choice: u32, finish: Finish) -> ReplyEvent {
    ReplyEvent::Finish { choice, finish }
}

fn call(index: u32, id: Option<&str>, arguments: &str, signature: Option<&str>) -> ReplyEvent {
    ReplyEvent::ToolCall {
        choice: 0,
        index,
        id: id.map(str::to_owned),
        name: id.map(|_| "f".to_owned()),
        arguments: arguments.into(),
        signature: signature.map(str::to_owned),
    }
}

fn frame(raw: &str, events: Vec<ReplyEvent>) -> ReplyFrame {
    ReplyFrame { raw: raw.to_owned().into(), is_canonical: true, events }
}

/// The whole stream, with its end. Every line of it belongs to an event that a client can read.
fn stream(mut writer: ChunkWriter, frames: &[ReplyFrame]) -> String {
    let mut out = Vec::new();
    for frame in frames {
        writer.frame(frame, &mut out);
    }
    writer.end(USAGE, &mut out);
    let text = String::from_utf8(out).unwrap();
    let events: Vec<&str> = text.strip_suffix("\n\n").unwrap().split("\n\n").collect();
    let (last, chunks) = events.split_last().unwrap();
    assert_eq!(*last, "data: [DONE]");
    for chunk in chunks {
        let data: Vec<&str> = chunk.lines().map(|line| line.strip_prefix("data: ").unwrap()).collect();
        let chunk: Value = serde_json::from_str(&data.join("\n")).unwrap();
        assert!(chunk["choices"].is_array(), "{chunk}");
    }
    text
}

/// A stream of our own writing.
fn ours(include_usage: bool, events: Vec<ReplyEvent>) -> String {
    stream(ChunkWriter::new(head(), include_usage, false), &[frame("not for this client", events)])
}

#[test]
fn a_stream_of_text() {
    assert_snapshot!(ours(false, vec![begun(), text(0, "Hel"), text(0, "lo\n\"x\""), finish(0, Finish::Stop)]));
}

#[test]
fn thoughts_come_before_words_and_signatures_are_not_told() {
    let thought = |text: &str, signature: Option<&str>| ReplyEvent::Reasoning {
        choice: 0,
        text: text.into(),
        signature: signature.map(str::to_owned),
    };
    let events = vec![thought("Hm.", None), thought("", Some("U0lH")), text(0, "Yes."), finish(0, Finish::Length)];
    assert_snapshot!(ours(false, events));
}

#[test]
fn calls_in_pieces() {
    let events = vec![
        call(0, Some("call_1"), "", Some("U0lH")),
        call(0, None, "{\"q\":", None),
        call(0, None, "1}", None),
        call(1, Some("call_2"), "{}", None),
        finish(0, Finish::ToolCalls),
    ];
    assert_snapshot!(ours(false, events));
}

#[test]
fn log_probabilities_refusals_and_what_else_there_is() {
    let extra = |name, value| ReplyEvent::Extra { choice: 0, name, value };
    let events = vec![
        text(0, "A"),
        extra("logprobs", json!({ "content": [{ "token": "A", "logprob": -0.5 }], "refusal": null })),
        extra("annotations", json!([{ "type": "url_citation" }])),
        ReplyEvent::Refusal { choice: 0, text: "No.".into() },
        finish(0, Finish::ContentFilter),
    ];
    assert_snapshot!(ours(false, events));
}

#[test]
fn several_replies_each_begin_and_end() {
    let events = vec![text(1, "b"), text(0, "a"), finish(1, Finish::Stop), finish(0, Finish::Stop)];
    assert_snapshot!(ours(false, events));
}

#[test]
fn usage_comes_last_and_once_if_it_was_asked_for() {
    let events = vec![text(0, "a"), ReplyEvent::Usage(USAGE), finish(0, Finish::Stop), ReplyEvent::Usage(USAGE)];
    assert_snapshot!(ours(true, events.clone()));
    assert!(!ours(false, events).contains("usage"));
}

#[test]
fn an_empty_reply_still_has_its_role() {
    assert_snapshot!(ours(false, vec![finish(0, Finish::Stop)]));
}

#[test]
fn an_error_ends_a_stream_without_its_end() {
    let mut out = Vec::new();
    let error = ErrorFields {
        message: "it \"broke\"\noff".to_owned(),
        r#type: "server_error",
        param: None,
        code: "upstream_garbled",
        status: 502,
        request_id: None,
        tried: Vec::new(),
    };
    CHAT.break_off(&error, &mut out);
    let text = String::from_utf8(out).unwrap();
    let expected = json!({ "error": error }).to_string();
    assert_eq!(text, format!("data: {expected}\n\n"));
    assert_eq!(text.lines().count(), 2, "an event is one line of data: {text}");
}

/// The frames of a provider that speaks this format: a line, several lines, and usage that we asked for.
fn theirs() -> Vec<ReplyFrame> {
    vec![
        frame(r#"{"id":"theirs","choices":[{"delta":{"content":"a"}}],"vendor":1}"#, vec![begun(), text(0, "a")]),
        frame("{\"choices\":\n[{\"delta\":{},\"finish_reason\":\"stop\"}]}", vec![finish(0, Finish::Stop)]),
        frame(r#"{"choices":[],"usage":{"prompt_tokens":10}}"#, vec![ReplyEvent::Usage(USAGE)]),
    ]
}

#[test]
fn frames_of_this_format_pass_as_they_came() {
    assert_snapshot!(stream(ChunkWriter::new(head(), true, true), &theirs()));
}

#[test]
fn usage_that_only_we_asked_for_is_kept_back() {
    let told = stream(ChunkWriter::new(head(), false, true), &theirs());
    assert!(!told.contains("usage") && told.contains("\"vendor\":1"), "{told}");
    // Beside words it stays: a frame passes whole or not at all.
    let mixed =
        frame(r#"{"choices":[{"delta":{"content":"a"}}],"usage":{}}"#, vec![text(0, "a"), ReplyEvent::Usage(USAGE)]);
    assert!(stream(ChunkWriter::new(head(), false, true), &[mixed]).contains("usage"));
}

#[test]
fn usage_that_the_provider_did_not_send_is_added_under_its_id() {
    let told = stream(ChunkWriter::new(head(), true, true), &theirs()[..2]);
    let last = told.lines().rev().find(|line| line.contains("\"usage\"")).unwrap();
    let chunk: Value = serde_json::from_str(last.strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!((&chunk["id"], &chunk["model"]), (&json!("theirs"), &json!("model-7")));
    assert_eq!((&chunk["choices"], &chunk["usage"]["total_tokens"]), (&json!([]), &json!(15)));
}

#[test]
fn what_was_held_back_to_the_end_is_written_although_it_has_no_frame() {
    let held = frame("", vec![text(0, "late"), finish(0, Finish::Stop)]);
    let told = stream(ChunkWriter::new(head(), false, true), &[held]);
    assert!(told.contains("late"), "{told}");
}
