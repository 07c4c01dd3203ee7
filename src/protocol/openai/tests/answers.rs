//! Whole answers.

use insta::assert_snapshot;
use mediary_core::task::{Choice, Finish, Reasoning, ToolCall, Usage, WholeReply};
use serde_json::json;

use super::head;
use crate::protocol::openai::completion;

fn written(reply: &WholeReply) -> String {
    format!("{:#}", completion(&head(), reply))
}

#[test]
fn a_plain_answer() {
    let choice = Choice { text: "Hi".into(), finish: Some(Finish::Stop), ..Choice::default() };
    assert_snapshot!(written(&WholeReply { choices: vec![choice], ..WholeReply::default() }));
}

#[test]
fn everything_in_several_answers() {
    let call = |id: &str, signature: Option<&str>| ToolCall {
        id: id.into(),
        name: "f".into(),
        arguments: "{\"zebra\":1,\"apple\":2}".into(),
        signature: signature.map(str::to_owned),
    };
    let choices = vec![
        Choice {
            text: "Hi".into(),
            reasoning: Some(Reasoning { text: "Hm.".into(), signature: Some("U0lH".into()), ..Reasoning::default() }),
            extras: [("logprobs", json!({ "content": [], "refusal": null })), ("annotations", json!([1]))].into(),
            finish: Some(Finish::Length),
            ..Choice::default()
        },
        Choice {
            tool_calls: vec![call("call_1", Some("U0lH")), call("call_2", None)],
            finish: Some(Finish::ToolCalls),
            ..Choice::default()
        },
        Choice { refusal: Some("No.".into()), finish: Some(Finish::ContentFilter), ..Choice::default() },
        Choice::default(),
    ];
    let usage = Usage {
        prompt_tokens: 10,
        completion_tokens: 5,
        cached_tokens: 4,
        written_tokens: 0,
        reasoning_tokens: 3,
        cut_tokens: 0,
        searches: 0,
        estimated: false,
    };
    let (id, model) = (Some("theirs".into()), Some("model-7".into()));
    assert_snapshot!(written(&WholeReply { id, model, choices, usage: Some(usage), ..WholeReply::default() }));
}

#[test]
fn usage_that_we_counted_says_so() {
    let usage = Some(Usage { estimated: true, ..Usage::default() });
    let body = completion(&head(), &WholeReply { usage, ..WholeReply::default() });
    assert_eq!(body["usage"]["estimated"], true);
    assert_eq!(completion(&head(), &WholeReply::default()).get("usage"), None);
}
