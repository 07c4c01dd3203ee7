//! Golden tests of the dialect: what is sent, and how answers are understood.

use insta::assert_snapshot;
use mediary_core::FailureKind;
use mediary_core::task::{Effort, Embed, EmbedInput, Message, ReplyFormat, Role, Sampling, Task, ToolChoice};
use serde_json::json;

use super::Gemini;
use crate::Dialect;
use crate::golden::{
    able, conversation, embed, encode, encode_task, every_medium, extras, form, of, refusals, schema, sent, sent_task,
    thoughts, tools, understood, understood_as, unfetched,
};

const OLD: &str = "gemini/gemini-2.5-flash";
const NEW: &str = "gemini/gemini-3-flash-preview";

#[test]
fn a_conversation_is_sent_with_all_its_wishes() {
    assert_snapshot!(sent(&Gemini, &able(OLD), &conversation()));
}

#[test]
fn open_models_get_the_system_in_the_first_turn() {
    assert_snapshot!(sent(&Gemini, &able("gemini/gemma-3-27b-it"), &conversation()));
}

#[test]
fn what_only_the_system_says_becomes_a_turn() {
    let chat = of(vec![Message::text(Role::System, "Say hello.")]);
    assert_snapshot!(sent(&Gemini, &able(OLD), &chat));
}

#[test]
fn tools_are_sent_and_unsigned_calls_are_vouched_for() {
    let mut chat = tools();
    chat.tool_choice = ToolChoice::Named("lookup".to_owned());
    assert_snapshot!(sent(&Gemini, &able(NEW), &chat));
}

#[test]
fn only_new_models_and_latest_calls_are_vouched_for() {
    let dummies = |target: &str, chat: &_| sent(&Gemini, &able(target), chat).matches("skip_thought").count();
    let mut earlier = tools();
    assert_eq!([dummies(NEW, &earlier), dummies(OLD, &earlier)], [1, 0]);
    earlier.messages.push(Message::text(Role::User, "And y?"));
    assert_eq!(dummies(NEW, &earlier), 0);
}

#[test]
fn each_tool_choice_has_its_mode() {
    let modes = [(ToolChoice::None, "NONE"), (ToolChoice::Required, "ANY")];
    for (choice, mode) in modes {
        let chat = mediary_core::task::Chat { tool_choice: choice, ..tools() };
        let body = encode(&Gemini, &able(OLD), &chat).unwrap().body.read_all().unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["toolConfig"], json!({ "functionCallingConfig": { "mode": mode } }));
    }
}

#[test]
fn signatures_go_back_to_where_they_came_from() {
    assert_snapshot!(sent(&Gemini, &able(NEW), &thoughts(Effort::Low)));
}

#[test]
fn a_reply_can_be_bound_to_a_form() {
    let mut chat = form(schema());
    chat.sampling = Sampling { n: 2, logprobs: Some(3), ..Sampling::default() };
    chat.extras = extras(&json!({
        "modalities": ["text", "image"],
        "safety_settings": [{ "category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE" }],
    }));
    assert_snapshot!(sent(&Gemini, &able("gemini/models/gemini-2.5-pro"), &chat));
    assert!(sent(&Gemini, &able(OLD), &form(ReplyFormat::Json)).contains(r#""responseMimeType": "application/json""#));
}

#[test]
fn every_medium_has_a_form_or_says_that_it_has_none() {
    assert_snapshot!(every_medium(&Gemini, &able(OLD), "/contents/0/parts/0"));
}

#[test]
fn a_model_cannot_name_its_way_out_of_the_path() {
    let call = encode(&Gemini, &able("gemini/../x?y/z"), &of(vec![Message::text(Role::User, "Hi")])).unwrap();
    assert_eq!(call.path, "/models/..%2Fx%3Fy%2Fz:generateContent");
}

#[test]
fn what_was_not_fetched_is_our_fault() {
    assert_eq!(encode(&Gemini, &able(OLD), &unfetched()).unwrap_err().kind, FailureKind::Broken);
}

#[test]
fn a_stream_is_understood() {
    assert_snapshot!(understood(
        &Gemini,
        true,
        &[
            r#"{"candidates":[{"content":{"role":"model","parts":[{"text":"Hm","thought":true}]},"index":0}],"usageMetadata":{"promptTokenCount":9,"totalTokenCount":9},"modelVersion":"gemini-x","responseId":"r1"}"#,
            r#"{"candidates":[{"content":{"role":"model","parts":[{"text":"Hel"}]},"index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":1,"thoughtsTokenCount":30},"promptFeedback":null}"#,
            r#"{"candidates":[{"content":{"role":"model","parts":[{"text":"lo","thoughtSignature":"U0lH"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":2,"thoughtsTokenCount":30,"cachedContentTokenCount":4}}"#,
            r#"{"candidates":[{"content":{"parts":[{"text":""}]},"finishReason":"STOP","index":0}]}"#,
        ]
    ));
}

#[test]
fn calls_are_understood_with_and_without_ids() {
    assert_snapshot!(understood(
        &Gemini,
        true,
        &[
            r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"lookup","args":{"q":"x"}},"thoughtSignature":"U0lH"},{"functionCall":{"id":"fc1","name":"screenshot"}}]}}],"responseId":"r1"}"#,
            r#"{"candidates":[{"finishReason":"STOP"}],"responseId":"r1"}"#,
        ]
    ));
    assert_snapshot!(
        "a_call_in_a_reply_without_id",
        understood(
            &Gemini,
            true,
            &[
                r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"lookup","args":{}}}]},"finishReason":"STOP"}]}"#,
            ]
        )
    );
}

#[test]
fn a_whole_answer_is_understood() {
    assert_snapshot!(understood(
        &Gemini,
        false,
        &[r#"{
        "candidates":[
            {"index":0,"content":{"parts":[{"text":"A"},{"inlineData":{"mimeType":"image/jpeg","data":"AAAA"}}]},"finishReason":"MAX_TOKENS",
             "logprobsResult":{"chosenCandidates":[{"token":"A","tokenId":1,"logProbability":-0.5}],"topCandidates":[{"candidates":[{"token":"A","logProbability":-0.5},{"token":"B","logProbability":-1.5}]}]}},
            {"index":1,"finishReason":"SAFETY","safetyRatings":[]}],
        "usageMetadata":{"promptTokenCount":5,"toolUsePromptTokenCount":2,"candidatesTokenCount":1},"responseId":"r2"}"#]
    ));
}

#[test]
fn answers_that_are_none_are_failures() {
    let rows: [&[&str]; 9] = [
        &[r#"{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":5}}"#],
        &[r#"{"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL"}]}"#],
        &[r#"{"candidates":[{"content":{"parts":[{"text":"Hel"}]}}]}"#],
        &[r#"{"usageMetadata":{"promptTokenCount":5}}"#],
        &[
            r#"{"candidates":[{"content":{"parts":[{"text":"Hel"}]}}]}"#,
            r#"{"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}}"#,
        ],
        &[r#"[{"error":{"code":400,"message":"The input token count exceeds the maximum"}}]"#],
        &[r#"{"candidates":"secret"}"#],
        &["<html>"],
        &[],
    ];
    let told: Vec<_> = rows.iter().map(|frames| understood(&Gemini, true, frames)).collect();
    assert_snapshot!(told.join("\n"));
}

#[test]
fn texts_are_sent_to_be_embedded_in_one_batch() {
    let wished = Embed { dimensions: Some(768), extras: extras(&json!({ "user": "u1" })), ..embed(&["a \"b\"", "c"]) };
    let sent = ["gemini/gemini-embedding-001", "gemini/models/gemini-embedding-001"]
        .map(|target| sent_task(&Gemini, &able(target), &Task::Embed(wished.clone())));
    assert_eq!(sent[0], sent[1]);
    assert_snapshot!(sent[0]);
    let tokens = Embed { inputs: vec![EmbedInput::Tokens(vec![1])], ..Embed::default() };
    assert_eq!(encode_task(&Gemini, &able(OLD), &Task::Embed(tokens)).unwrap_err().kind, FailureKind::Broken);
}

#[test]
fn vectors_are_read_in_their_order_and_scaled_where_they_were_shortened() {
    let whole = Task::Embed(embed(&["a", "b"]));
    let short = Task::Embed(Embed { dimensions: Some(2), ..embed(&["a", "b"]) });
    let rows = [
        (&whole, r#"{"embeddings":[{"values":[3,4]},{"values":[1,0]}]}"#),
        (&short, r#"{"embeddings":[{"values":[3,4]},{"values":[1,0]}],"usageMetadata":{"promptTokenCount":7}}"#),
        (&short, r#"{"embeddings":[{"values":[0,0]},{"values":[1,0]}]}"#),
        (&short, r#"{"embeddings":[{"values":[1e300,0]},{"values":[1,0]}]}"#),
        (&short, r#"{"embeddings":[{"values":[3,4,5]},{"values":[1,0,0]}]}"#),
        (&whole, r#"{"embeddings":[{"values":[1]}]}"#),
        (&whole, r#"{"embeddings":[{"values":[1]},{"values":[1]},{"values":[1]}]}"#),
        (&whole, r#"{"embeddings":[{},{"values":[1]}]}"#),
        (&whole, "{}"),
        (&whole, r#"{"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}}"#),
        (&whole, r#"[{"error":{"code":400,"message":"The input token count exceeds the maximum"}}]"#),
        (&whole, "<html>"),
    ];
    let told = rows.map(|(task, body)| format!("{body}\n{}", understood_as(&Gemini, task, false, &[body])));
    assert_snapshot!(told.join("\n"));
}

#[test]
fn refusals_are_understood() {
    let quota = |id: &str, value: &str, delay: &str| {
        format!(
            r#"{{"error":{{"code":429,"status":"RESOURCE_EXHAUSTED","message":"You exceeded your current quota, please check your plan and billing details.","details":[{{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{{"quotaId":"{id}","quotaValue":"{value}"}}]}},{{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"{delay}"}}]}}}}"#
        )
    };
    let error = |status: &str, message: &str| format!(r#"{{"error":{{"status":"{status}","message":"{message}"}}}}"#);
    let daily = quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "20", "22s");
    let minutely = quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "5", "22.5s");
    let nothing = quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "0", "22s");
    let wrapped = format!("[{minutely}]");
    let invalid = |message: &str| error("INVALID_ARGUMENT", message);
    let rows = [
        (429, "", daily.as_str()),
        (429, "", &minutely),
        (429, "", &wrapped),
        (429, "", &nothing),
        (429, "", &error("RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).")),
        (429, "", &error("RESOURCE_EXHAUSTED", "Your prepayment credits are depleted.")),
        (400, "", &invalid("API key not valid. Please pass a valid API key.")),
        (400, "", &error("FAILED_PRECONDITION", "User location is not supported for the API use.")),
        (400, "", &error("FAILED_PRECONDITION", "The File abc is not in an ACTIVE state and usage is not allowed.")),
        (400, "", &invalid("Unsupported MIME type: image/tiff")),
        (400, "", &invalid("The document has 1200 pages; the maximum is 1000.")),
        (400, "", &invalid("The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).")),
        (401, "", &error("UNAUTHENTICATED", "no")),
        (403, "", &error("PERMISSION_DENIED", "Project 123 is suspended.")),
        (
            403,
            "",
            &error("PERMISSION_DENIED", "You do not have permission to access the File abc or it may not exist."),
        ),
        (404, "", &error("NOT_FOUND", "models/gemini-1.0 is not found for API version v1beta")),
        (500, "", &error("INTERNAL", "An internal error has occurred.")),
        (503, "7", &error("UNAVAILABLE", "The model is overloaded.")),
        (504, "", &error("DEADLINE_EXCEEDED", "Deadline expired.")),
        (502, "", "<html>Bad gateway</html>"),
        (429, "9", ""),
    ];
    assert_snapshot!(refusals(&Gemini, &rows));
}

#[test]
fn soft_parameters_are_those_it_has_a_form_for() {
    let soft = Gemini.soft_parameters().unwrap();
    assert!(soft.contains(&"seed") && !soft.contains(&"user"));
}
