//! Golden tests of the dialect: what is sent, and how answers are understood.

use insta::assert_snapshot;
use mediary_core::FailureKind;
use mediary_core::capability::Abilities;
use mediary_core::task::{Chat, Effort, Message, ReplyFormat, Role, Sampling, ToolChoice};
use serde_json::{Value, json};

use super::Anthropic;
use crate::golden::{
    able, conversation, encode, every_medium, form, of, refusals, schema, sent, thoughts, tools, understood, unfetched,
};

const OLD: &str = "anthropic/claude-3-7-sonnet-20250219";
const MIDDLE: &str = "anthropic/claude-sonnet-4-5-20250929";
const NEW: &str = "anthropic/claude-sonnet-5";

fn long(target: &str) -> Abilities {
    Abilities { output_tokens: Some(64_000), ..able(target) }
}

fn body(abilities: &Abilities, chat: &Chat) -> Value {
    serde_json::from_slice(&encode(&Anthropic, abilities, chat).unwrap().body.read_all().unwrap()).unwrap()
}

#[test]
fn a_conversation_is_sent_with_all_its_wishes() {
    assert_snapshot!(sent(&Anthropic, &long(MIDDLE), &conversation()));
}

#[test]
fn each_generation_takes_as_much_sampling_as_it_can() {
    let drawn = |target: &str| {
        let body = body(&long(target), &conversation());
        ["temperature", "top_p", "top_k"].map(|name| !body[name].is_null())
    };
    assert_eq!(drawn(OLD), [true, true, true]);
    assert_eq!(drawn(MIDDLE), [true, false, true]);
    assert_eq!(drawn(NEW), [false, false, false]);
}

#[test]
fn a_temperature_above_the_highest_is_cut_by_name() {
    for (asked, sent, names) in [(1.5, 1.0, &["temperature"][..]), (1.0, 1.0, &[]), (0.5, 0.5, &[])] {
        let sampling = Sampling { temperature: Some(asked), ..Sampling::default() };
        let chat = Chat { sampling, ..of(vec![Message::text(Role::User, "Hi")]) };
        assert_eq!(body(&long(MIDDLE), &chat)["temperature"], sent);
        assert_eq!(encode(&Anthropic, &long(MIDDLE), &chat).unwrap().left_out, names);
    }
}

#[test]
fn tools_are_sent_and_results_come_first() {
    let mut chat = tools();
    chat.messages.insert(2, Message::text(Role::User, "Hurry."));
    chat.messages.push(Message::text(Role::User, "Well?"));
    chat.tool_choice = ToolChoice::Named("lookup".to_owned());
    chat.parallel_tool_calls = Some(false);
    assert_snapshot!(sent(&Anthropic, &long(MIDDLE), &chat));
}

#[test]
fn each_tool_choice_has_its_type() {
    let rows = [
        (ToolChoice::Auto, None, Value::Null),
        (ToolChoice::Auto, Some(false), json!({ "type": "auto", "disable_parallel_tool_use": true })),
        (ToolChoice::None, Some(false), json!({ "type": "none" })),
        (ToolChoice::Required, Some(true), json!({ "type": "any" })),
    ];
    for (tool_choice, parallel_tool_calls, written) in rows {
        let chat = Chat { tool_choice, parallel_tool_calls, ..tools() };
        assert_eq!(body(&long(MIDDLE), &chat)["tool_choice"], written, "{:?}", chat.tool_choice);
    }
}

#[test]
fn an_id_that_comes_again_is_written_differently() {
    let mut chat = tools();
    let again = chat.messages[1..].to_vec();
    chat.messages.extend(again);
    let written = body(&long(MIDDLE), &chat).to_string();
    for id in ["call_1", "call_2", "call_1_2", "call_2_2"] {
        assert_eq!(written.matches(&format!(r#"id":"{id}""#)).count(), 2, "{id} in a call and in its result");
    }
}

#[test]
fn thoughts_go_back_with_their_signatures() {
    assert_snapshot!(sent(&Anthropic, &long(MIDDLE), &thoughts(Effort::Medium)));
    assert_snapshot!("newer_models_are_told_an_effort", sent(&Anthropic, &long(NEW), &thoughts(Effort::High)));
}

#[test]
fn thoughts_in_cipher_go_back_in_cipher_and_unsigned_ones_do_not() {
    let mut chat = thoughts(Effort::Low);
    chat.messages[1].reasoning.as_mut().unwrap().signature = Some("redacted_thinking:DATA".to_owned());
    chat.messages[3].reasoning.as_mut().unwrap().signature = None;
    let body = body(&long(MIDDLE), &chat);
    assert_eq!(body["messages"][1]["content"][0], json!({ "type": "redacted_thinking", "data": "DATA" }));
    assert_eq!(body["messages"][3]["content"][0]["type"], "tool_use");
    assert_eq!(body["thinking"], Value::Null, "it would want the thoughts that are missing");
}

#[test]
fn thinking_fits_into_the_reply_or_is_left_out() {
    let granted = |abilities: Abilities, effort, max_tokens| {
        let chat = Chat {
            effort: Some(effort),
            sampling: Sampling { max_tokens, ..Sampling::default() },
            ..of(vec![Message::text(Role::User, "Think.")])
        };
        let body = body(&abilities, &chat);
        (body["max_tokens"].as_u64().unwrap(), body["thinking"]["budget_tokens"].as_u64().unwrap_or(0))
    };
    let most = |output_tokens| Abilities { output_tokens: Some(output_tokens), ..able(MIDDLE) };
    assert_eq!(granted(most(64_000), Effort::High, None), (24_576, 16_384));
    assert_eq!(granted(most(64_000), Effort::High, Some(4000)), (4000, 3999));
    assert_eq!(granted(most(64_000), Effort::Low, Some(1000)), (1000, 0));
    assert_eq!(granted(most(8192), Effort::Max, Some(100_000)), (8192, 8191));
    assert_eq!(granted(able(MIDDLE), Effort::Low, None), (8192, 2048));
    assert_eq!(granted(Abilities { reasoning: false, ..most(64_000) }, Effort::Low, None), (8192, 0));
}

#[test]
fn a_reply_can_be_bound_to_a_schema_and_asked_to_be_an_object() {
    assert_snapshot!(sent(&Anthropic, &long(MIDDLE), &form(schema())));
    let told = body(&long(MIDDLE), &form(ReplyFormat::Json));
    assert!(told["system"][0]["text"].as_str().unwrap().contains("JSON object"), "{told}");
    assert_eq!(told["output_config"], Value::Null);
    let several = Chat { sampling: Sampling { n: 2, ..Sampling::default() }, ..Chat::default() };
    let probable = Chat { sampling: Sampling { logprobs: Some(1), ..Sampling::default() }, ..Chat::default() };
    for chat in [several, probable, unfetched()] {
        assert_eq!(encode(&Anthropic, &able(MIDDLE), &chat).unwrap_err().kind, FailureKind::Broken);
    }
}

#[test]
fn the_user_speaks_first_and_an_opening_does_not_end_in_white_space() {
    let opened = of(vec![
        Message::text(Role::Assistant, "Hello!"),
        Message::text(Role::User, "Write a poem."),
        Message::text(Role::Assistant, "Roses are "),
    ]);
    let turns = &body(&able(OLD), &opened)["messages"];
    assert_eq!(turns[0]["role"], "user");
    assert_eq!(turns[3], json!({ "role": "assistant", "content": [{ "type": "text", "text": "Roses are" }] }));
    let blank = of(vec![Message::text(Role::User, "Hi"), Message::text(Role::Assistant, " \n")]);
    assert_eq!(body(&able(OLD), &blank)["messages"].as_array().unwrap().len(), 1);
}

#[test]
fn every_medium_has_a_form_or_says_that_it_has_none() {
    assert_snapshot!(every_medium(&Anthropic, &able(MIDDLE), "/messages/0/content/0"));
}

#[test]
fn a_stream_is_understood() {
    assert_snapshot!(understood(
        &Anthropic,
        true,
        &[
            r#"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":10,"cache_creation_input_tokens":3,"cache_read_input_tokens":4,"output_tokens":1}}}"#,
            r#"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm"}}"#,
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"SIG"}}"#,
            r#"{"type":"content_block_stop","index":0}"#,
            r#"{"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"DATA"}}"#,
            r#"{"type":"content_block_stop","index":1}"#,
            r#"{"type":"ping"}"#,
            r#"{"type":"content_block_start","index":2,"content_block":{"type":"text","text":""}}"#,
            r#"{"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"hi"}}"#,
            r#"{"type":"content_block_delta","index":2,"delta":{"type":"citations_delta","citation":{}}}"#,
            r#"{"type":"content_block_stop","index":2}"#,
            r#"{"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"toolu_1","name":"lookup","input":{}}}"#,
            r#"{"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":""}}"#,
            r#"{"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{\"q\":"}}"#,
            r#"{"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"1}"}}"#,
            r#"{"type":"content_block_stop","index":3}"#,
            r#"{"type":"content_block_start","index":4,"content_block":{"type":"tool_use","id":"toolu_2","name":"now","input":{}}}"#,
            r#"{"type":"content_block_stop","index":4}"#,
            r#"{"type":"some_event_of_tomorrow"}"#,
            r#"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":25}}"#,
            r#"{"type":"message_stop"}"#,
        ]
    ));
}

#[test]
fn a_whole_answer_is_understood() {
    assert_snapshot!(understood(
        &Anthropic,
        false,
        &[
            r#"{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"thinking","thinking":"Hm","signature":"SIG"},{"type":"text","text":"hi","citations":null},{"type":"tool_use","id":"toolu_1","name":"lookup","input":{"q":1}}],"stop_reason":"max_tokens","usage":{"input_tokens":10,"output_tokens":2}}"#,
        ]
    ));
    assert_snapshot!(
        "a_refusal_in_an_answer",
        understood(
            &Anthropic,
            false,
            &[
                r#"{"id":"msg_1","type":"message","model":"m","content":[],"stop_reason":"refusal","stop_details":{"type":"refusal","category":"cyber","explanation":"Not that."},"usage":{"input_tokens":10,"output_tokens":2}}"#,
            ]
        )
    );
}

#[test]
fn answers_that_are_none_are_failures() {
    let rows: [&[&str]; 4] = [
        &[r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#],
        &[r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi"}}"#],
        &["<html>"],
        &[],
    ];
    let told: Vec<_> = rows.iter().map(|frames| understood(&Anthropic, true, frames)).collect();
    assert_snapshot!(told.join("\n"));
}

#[test]
fn refusals_are_understood() {
    let error = |class: &str, message: &str| {
        format!(r#"{{"type":"error","error":{{"type":"{class}","message":"{message}"}},"request_id":"req_1"}}"#)
    };
    let invalid = |message: &str| error("invalid_request_error", message);
    let limit = r#"{"type":"error","error":{"type":"rate_limit_error","message":"spend","details":{"error_code":"enforced_spend_limit_reached"}}}"#;
    let rows = [
        (400, "", invalid("prompt is too long: 210000 tokens > 200000 maximum")),
        (400, "", invalid("Your credit balance is too low to access the Anthropic API.")),
        (400, "", invalid("You have reached your specified API usage limits.")),
        (400, "", invalid("Output blocked by content filtering policy")),
        (400, "", invalid("messages.0.content.0.image.source.base64.data: image exceeds 5 MB maximum")),
        (400, "", invalid("messages.1.content.0: Invalid `signature` in `thinking` block")),
        (401, "", error("authentication_error", "invalid x-api-key")),
        (402, "", error("billing_error", "pay")),
        (403, "", error("permission_error", "no")),
        (404, "", error("not_found_error", "model: claude-1")),
        (408, "", error("timeout_error", "slow")),
        (409, "", error("conflict_error", "again")),
        (413, "", error("request_too_large", "Request exceeds the maximum allowed number of bytes.")),
        (413, "", "<html>413</html>".to_owned()),
        (429, "30", error("rate_limit_error", "This request would exceed the rate limit")),
        (429, "", limit.to_owned()),
        (500, "", error("api_error", "Internal server error")),
        (529, "5", error("overloaded_error", "Overloaded")),
        (302, "", String::new()),
    ];
    let rows: Vec<_> = rows.iter().map(|(status, wait, body)| (*status, *wait, body.as_str())).collect();
    assert_snapshot!(refusals(&Anthropic, &rows));
}
