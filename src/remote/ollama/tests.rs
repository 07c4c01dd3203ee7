//! Golden tests of the dialect: what is sent, and how answers are understood.

use insta::assert_snapshot;
use mediary_core::FailureKind;
use mediary_core::capability::Abilities;
use mediary_core::task::{Chat, Effort, Embed, EmbedInput, Message, ReplyFormat, Role, Sampling, Task, ToolChoice};
use serde_json::{Value, json};

use super::Ollama;
use crate::golden::{
    able, call, conversation, embed, encode, encode_task, every_medium, extras, form, of, refusals, schema, sent,
    sent_task, thoughts, tools, understood, understood_as, unfetched,
};
use crate::{Dialect, Quirks};

const MODEL: &str = "ollama/qwen3-vl:8b";

fn body(abilities: &Abilities, chat: &Chat) -> Value {
    serde_json::from_slice(&encode(&Ollama, abilities, chat).unwrap().body.read_all().unwrap()).unwrap()
}

#[test]
fn a_conversation_is_sent_with_all_its_wishes() {
    assert_snapshot!(sent(&Ollama, &able(MODEL), &conversation()));
}

#[test]
fn tools_are_sent_with_arguments_as_objects() {
    assert_snapshot!(sent(&Ollama, &able(MODEL), &tools()));
}

#[test]
fn tools_that_may_not_be_called_are_not_offered() {
    let chat = Chat { tool_choice: ToolChoice::None, ..tools() };
    assert_eq!(body(&able(MODEL), &chat)["tools"], Value::Null);
}

#[test]
fn thoughts_are_sent_and_asked_for() {
    assert_snapshot!(sent(&Ollama, &able(MODEL), &thoughts(Effort::Medium)));
    assert_eq!(body(&able(MODEL), &thoughts(Effort::None))["think"], false);
    let thoughtless = Abilities { reasoning: false, ..able(MODEL) };
    assert_eq!(body(&thoughtless, &thoughts(Effort::None))["think"], Value::Null);
}

#[test]
fn a_reply_can_be_bound_to_a_form() {
    assert_snapshot!(sent(&Ollama, &able(MODEL), &form(schema())));
    assert_eq!(body(&able(MODEL), &form(ReplyFormat::Json))["format"], "json");
}

#[test]
fn what_has_no_form_is_a_failure() {
    let several = Chat { sampling: Sampling { n: 2, ..Sampling::default() }, ..Chat::default() };
    let named = Chat { tool_choice: ToolChoice::Named("lookup".to_owned()), ..tools() };
    let required = Chat { tool_choice: ToolChoice::Required, ..tools() };
    for chat in [several, named, required, unfetched()] {
        assert_eq!(encode(&Ollama, &able(MODEL), &chat).unwrap_err().kind, FailureKind::Broken);
    }
}

#[test]
fn a_context_is_asked_for_where_the_most_is_known() {
    let mut chat = of(vec![Message::text(Role::User, "Hi")]);
    assert_eq!(body(&able(MODEL), &chat)["options"], Value::Null);
    let known = Abilities { context_tokens: Some(131_072), ..able(MODEL) };
    assert_eq!(body(&known, &chat)["options"], json!({ "num_ctx": 4096 }));
    chat.sampling.max_tokens = Some(10_000);
    assert_eq!(body(&known, &chat)["options"], json!({ "num_ctx": 16_384, "num_predict": 10_000 }));
    chat.extras = extras(&json!({ "options": { "num_ctx": 20_000, "num_gpu": 1 }, "keep_alive": "5m" }));
    let body = body(&known, &chat);
    assert_eq!(body["options"], json!({ "num_ctx": 20_000, "num_predict": 10_000, "num_gpu": 1 }));
    assert_eq!(body["keep_alive"], "5m");
}

#[test]
fn every_medium_has_a_form_or_says_that_it_has_none() {
    assert_snapshot!(every_medium(&Ollama, &able(MODEL), "/messages/0/images/0"));
}

#[test]
fn a_stream_is_understood() {
    assert_snapshot!(understood(
        &Ollama,
        true,
        &[
            r#"{"model":"m","created_at":"2026-01-01T00:00:00.5Z","message":{"role":"assistant","content":"","thinking":"Hm"},"done":false}"#,
            r#"{"model":"m","created_at":"2026-01-01T00:00:01Z","message":{"role":"assistant","content":"A cat"},"done":false}"#,
            r#"{"model":"m","created_at":"2026-01-01T00:00:02Z","message":{"role":"assistant","content":"","tool_calls":[{"id":"call_x","function":{"index":0,"name":"lookup","arguments":{"q":"x"}}},{"function":{"name":"now"}}]},"done":false}"#,
            r#"{"model":"m","created_at":"2026-01-01T00:00:03Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":5000000000,"prompt_eval_count":26,"eval_count":42}"#,
        ]
    ));
}

#[test]
fn a_whole_answer_is_understood() {
    assert_snapshot!(understood(
        &Ollama,
        false,
        &[
            r#"{"model":"m","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"A c"},"done":true,"done_reason":"length","eval_count":2,"logprobs":[{"token":"A","logprob":-0.5}]}"#,
        ]
    ));
}

#[test]
fn answers_that_are_none_are_failures() {
    let rows: [&[&str]; 5] = [
        &[r#"{"error":"model runner has unexpectedly stopped"}"#],
        &[
            r#"{"model":"m","message":{"content":"A"},"done":false}"#,
            r#"{"error":"llama runner process no longer running"}"#,
        ],
        &[r#"{"model":"m","message":{"content":"A"},"done":false}"#],
        &["Ollama is running"],
        &[],
    ];
    let told: Vec<_> = rows.iter().map(|frames| understood(&Ollama, true, frames)).collect();
    assert_snapshot!(told.join("\n"));
}

#[test]
fn texts_are_sent_to_be_embedded_whole() {
    let extras = extras(&json!({ "user": "u1", "keep_alive": "5m", "options": { "num_ctx": 8192 }, "truncate": true }));
    let wished = Task::Embed(Embed { dimensions: Some(256), extras, ..embed(&["a \"b\"", "c"]) });
    assert_snapshot!(sent_task(&Ollama, &able("ollama/nomic-embed-text"), &wished));
    let dropped = ["keep_alive".to_owned(), "options".to_owned()];
    let abilities = able("ollama/nomic-embed-text");
    let written = Ollama.encode(&call(&wished, &abilities, &dropped), &Quirks::default()).unwrap();
    let body: Value = serde_json::from_slice(&written.body.read_all().unwrap()).unwrap();
    assert_eq!([&body["keep_alive"], &body["options"]], [&Value::Null, &Value::Null]);
    let tokens = Embed { inputs: vec![EmbedInput::Tokens(vec![1])], ..Embed::default() };
    assert_eq!(encode_task(&Ollama, &able(MODEL), &Task::Embed(tokens)).unwrap_err().kind, FailureKind::Broken);
}

#[test]
fn vectors_are_read_in_their_order_or_the_answer_is_a_failure() {
    let two = Task::Embed(embed(&["a", "b"]));
    let bodies = [
        r#"{"model":"all-minilm","embeddings":[[0.6,0.8],[1,0]],"total_duration":14143917,"load_duration":1019500,"prompt_eval_count":8}"#,
        r#"{"embeddings":[[0.6,0.8],[1,0]]}"#,
        r#"{"model":"m","embeddings":[[0.6,0.8]]}"#,
        r#"{"model":"m","embeddings":[[0.6,0.8],[1,0],[0,1]]}"#,
        r#"{"model":"m","embeddings":[[0.6,0.8],[1]]}"#,
        r#"{"model":"m","embeddings":[[],[]]}"#,
        r#"{"model":"m","embeddings":[[0,0],[0,0]]}"#,
        r#"{"model":"m","embeddings":[[null,0.5],[1,0]]}"#,
        r#"{"embedding":[0.6,0.8]}"#,
        r#"{"error":"the input length exceeds the context length"}"#,
        r#"{"error":"this model does not support embeddings"}"#,
        "Ollama is running",
    ];
    let told = bodies.map(|body| format!("{body}\n{}", understood_as(&Ollama, &two, false, &[body])));
    assert_snapshot!(told.join("\n"));
}

#[test]
fn refusals_are_understood() {
    let rows = [
        (404, "", r#"{"error":"model \"x\" not found, try pulling it first"}"#),
        (404, "", r#"{"error":"model 'x' not found"}"#),
        (404, "", "404 page not found"),
        (400, "", r#"{"error":"\"llama3\" does not support thinking"}"#),
        (400, "", r#"{"error":"x does not support tools"}"#),
        (500, "", r#"{"error":"Failed to process inputs: image: unknown format"}"#),
        (400, "", r#"{"error":"the request exceeds the available context size"}"#),
        (400, "", r#"{"error":"the input length exceeds the context length"}"#),
        (501, "", r#"{"error":"this model does not support embeddings"}"#),
        (401, "", r#"{"error":"unauthorized","signin_url":"https://ollama.com/connect?key=x"}"#),
        (403, "", r#"{"error":"this model requires a subscription, upgrade for access: https://ollama.com/upgrade"}"#),
        (429, "", r#"{"error":"you have reached your weekly usage limit, upgrade to continue"}"#),
        (429, "3", r#"{"error":"too many concurrent requests"}"#),
        (500, "", r#"{"error":"model requires more system memory (20 GiB) than is available (8 GiB)"}"#),
        (502, "", ""),
        (503, "", r#"{"error":"server busy, please try again.  maximum pending requests exceeded"}"#),
    ];
    assert_snapshot!(refusals(&Ollama, &rows));
}
