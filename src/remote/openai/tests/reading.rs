//! Answers as they are read, held by snapshots: one line an event.

use mediary_core::task::{Chat, ReplyFrame, Task};
use mediary_core::{Failure, FailureKind};

use crate::{Dialect, Frame, OpenAi};

/// The events of an answer, or the failure it ends in, a line each.
pub(crate) fn read(stream: bool, frames: &[&str]) -> String {
    let mut reader = OpenAi.reader(&Task::Chat(Chat::default()), stream);
    let mut lines = Vec::new();
    for frame in frames {
        let mut into = ReplyFrame::default();
        let read = reader.read(&Frame { event: None, data: frame.as_bytes() }, &mut into);
        lines.extend(into.events.iter().map(|event| format!("{event:?}")));
        if let Err(failure) = read {
            lines.push(shown(&failure));
            return lines.join("\n");
        }
    }
    let mut into = ReplyFrame::default();
    let end = reader.end(&mut into);
    lines.extend(into.events.iter().map(|event| format!("{event:?}")));
    lines.push(end.map_or_else(|failure| shown(&failure), |()| "the end".to_owned()));
    lines.join("\n")
}

fn shown(failure: &Failure) -> String {
    format!("{:?}: {}", failure.kind, failure.detail)
}

fn stream(frames: &[&str]) -> String {
    read(true, frames)
}

#[test]
fn a_stream_of_text() {
    insta::assert_snapshot!(stream(&[
        r#"{"id":"c1","object":"chat.completion.chunk","created":1,"model":"M","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}"#,
        r#"{"id":"c1","choices":[{"index":0,"delta":{"content":"he"},"finish_reason":null}],"obfuscation":"xx"}"#,
        r#"{"id":"c1","choices":[{"index":0,"delta":{"content":"llo"},"finish_reason":null}]}"#,
        r#"{"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
        r#"{"id":"c1","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":1}}}"#,
    ]));
}

#[test]
fn several_replies_and_everything_they_may_carry() {
    insta::assert_snapshot!(stream(&[
        r#"{"id":null,"model":7,"choices":[{"index":1,"delta":{"refusal":"No"},"logprobs":{"content":[]}}]}"#,
        r#"{"choices":[{"index":0,"delta":{"audio":{"id":"a"},"images":[{"type":"image_url"}],"annotations":[{"type":"url_citation"}],"content":null}}]}"#,
        r#"{"choices":[{"index":0,"delta":{"annotations":[],"content":"x"},"finish_reason":"length"},{"index":1,"finish_reason":"content_filter"}]}"#,
    ]));
}

#[test]
fn thoughts_by_their_many_names() {
    insta::assert_snapshot!(stream(&[
        r#"{"choices":[{"delta":{"reasoning_content":"a"}}]}"#,
        r#"{"choices":[{"delta":{"reasoning":"b","reasoning_details":[{"type":"reasoning.text","text":"b"}]}}]}"#,
        r#"{"choices":[{"delta":{"reasoning_details":[{"type":"reasoning.summary","summary":"c"},{"type":"reasoning.encrypted","data":"xx"}]}}]}"#,
        r#"{"choices":[{"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"d"}]},{"type":"text","text":"said"},{"type":"reference","reference_ids":[1]}]}}]}"#,
        r#"{"choices":[{"delta":{"content":"","reasoning_content":""},"finish_reason":"eos"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":8,"completion_tokens_details":{"reasoning_tokens":5}}}"#,
    ]));
}

#[test]
fn calls_in_pieces() {
    insta::assert_snapshot!(stream(&[
        r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":""}}]}}]}"#,
        r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"q\""}}]}}]}"#,
        r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"call_2","function":{"name":"g","arguments":"{}"}},{"index":0,"function":{"arguments":":1}"}}]}}]}"#,
        r#"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#,
    ]));
}

#[test]
fn calls_against_the_specification() {
    // Without index, with object arguments, without id, with the name after the id, all with the same index.
    insta::assert_snapshot!(stream(&[
        r#"{"choices":[{"delta":{"tool_calls":[{"id":"a","function":{"name":"f","arguments":{"q":1}}},{"id":"b","function":{"name":"g","arguments":null}}]}}]}"#,
        r#"{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{}"}}]}}]}"#,
        r#"{"choices":[{"delta":{"tool_calls":[{"function":{"name":"h","arguments":"{}"}}]}}]}"#,
        r#"{"choices":[{"delta":{"tool_calls":[{"index":7,"id":"late","function":{"arguments":"{\"x\""}}]}}]}"#,
        r#"{"choices":[{"delta":{"tool_calls":[{"index":7,"function":{"name":"i","arguments":":1}"}}]}}]}"#,
        r#"{"choices":[{"delta":{"tool_calls":[{"index":7,"id":"other","function":{"name":"j","arguments":"{}"}}]}}]}"#,
        r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#,
        r#"{"choices":[{"delta":{},"finish_reason":"stop"}],"x_groq":{"usage":{"prompt_tokens":3,"completion_tokens":4}}}"#,
    ]));
}

#[test]
fn a_whole_answer() {
    insta::assert_snapshot!(read(
        false,
        &[r#"{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"M","system_fingerprint":"fp",
          "choices":[{"index":0,"finish_reason":"stop","logprobs":null,"message":{"role":"assistant","content":"hi",
            "refusal":null,"annotations":[],"reasoning_content":"hm",
            "tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}}],
          "usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11,"prompt_cache_hit_tokens":8}}"#,]
    ));
}

#[test]
fn a_whole_answer_without_a_reason_and_with_an_old_call() {
    insta::assert_snapshot!(read(
        false,
        &[
            r#"{"choices":[{"message":{"content":null,"function_call":{"name":"f","arguments":"{}"}}},{"index":1,"message":{"content":"x"},"finish_reason":""}]}"#,
        ]
    ));
}

#[test]
fn what_is_no_complete_answer_is_a_failure() {
    let overloaded = FailureKind::Overloaded { retry_after: None };
    let rate = FailureKind::RateLimited { retry_after: None };
    let begun = r#"{"choices":[{"delta":{"content":"he"}}]}"#;
    type Row<'a> = (bool, Vec<&'a str>, FailureKind);
    let rows: Vec<Row<'_>> = vec![
        (true, vec![begun], FailureKind::Garbled),
        (true, vec![], FailureKind::EmptyAnswer),
        (true, vec!["{\"choices\":[{"], FailureKind::Garbled),
        (true, vec!["not json"], FailureKind::Garbled),
        (true, vec![begun, "not json"], FailureKind::Garbled),
        (true, vec![begun, r#"{"choices":{}}"#], FailureKind::Garbled),
        (true, vec![begun, r#"{"choices":[{"delta":{},"finish_reason":"error"}]}"#], overloaded.clone()),
        (true, vec![begun, r#"{"error":{"message":"Overloaded","code":502}}"#], overloaded.clone()),
        (true, vec![begun, r#"{"error":{"message":"x","code":429}}"#], rate.clone()),
        (true, vec![r#"{"error":"something odd"}"#], overloaded.clone()),
        (true, vec![r#"{"error":{"message":"x","code":"context_length_exceeded"}}"#], FailureKind::ContextTooLong),
        (true, vec![r#"{"x_groq":{"error":"y"},"choices":[]}"#], overloaded.clone()),
        (true, vec![r#"{"choices":[{"delta":{},"error":{"code":401,"message":"z"}}]}"#], FailureKind::BadKey),
        (true, vec![r#"{"object":"error","message":"Rate limit exceeded","type":"rate_limited","code":"1300"}"#], rate),
        (
            true,
            vec![r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a"}]},"finish_reason":"tool_calls"}]}"#],
            FailureKind::Garbled,
        ),
        (false, vec![r#"{"choices":[]}"#], FailureKind::EmptyAnswer),
        (false, vec![r#"{"choices":null}"#], FailureKind::Garbled),
        (false, vec!["{}"], FailureKind::Garbled),
        (false, vec![""], FailureKind::Garbled),
        (
            false,
            vec![r#"{"error":{"message":"x","type":"insufficient_quota"}}"#],
            FailureKind::QuotaSpent { resets_in: None },
        ),
        (
            false,
            vec![r#"{"choices":null,"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}"#],
            FailureKind::QuotaSpent { resets_in: None },
        ),
        (false, vec![r#"{"base_resp":{"status_code":1026,"status_msg":"sensitive"}}"#], FailureKind::ContentRefused),
    ];
    for (is_stream, frames, kind) in rows {
        let read = read(is_stream, &frames);
        let last = read.lines().last().unwrap();
        assert!(last.starts_with(&format!("{kind:?}: ")), "{frames:?} is {last}, not {kind:?}");
    }
}

#[test]
fn an_error_event_is_an_error_whatever_it_holds() {
    let mut reader = OpenAi.reader(&Task::Chat(Chat::default()), true);
    let frame = Frame { event: Some("error"), data: br#"{"message":"gone"}"# };
    assert!(reader.read(&frame, &mut ReplyFrame::default()).is_err());
}

#[test]
fn a_good_base_resp_is_no_failure() {
    let frame = r#"{"choices":[{"message":{"content":"x"}}],"base_resp":{"status_code":0,"status_msg":""}}"#;
    assert!(read(false, &[frame]).ends_with("the end"));
}
