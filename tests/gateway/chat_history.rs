//! Conversations as each provider is told them: whose result is whose, who has the last word, and what of earlier turns
//! stays behind, which is named to the client.

use serde_json::{Value, json};

use super::chat_adapted::{dropped, sent_to};
use super::chat_talk::with_providers;
use super::chat_tongues::dialects;
use super::chat_words::says;
use super::client::Answer;
use super::upstream::Upstream;

/// The same for a provider of OpenAI's own format, with these departures.
fn sent_to_openai(entry: Value, asked: Value) -> (Value, Vec<String>) {
    let up = Upstream::doing([says("Hello")]);
    let server = with_providers(&[up.with_model("a", entry)]);
    let answer = server.chat(asked);
    assert_eq!(answer.said(), "Hello", "{answer}");
    (up.last().json(), dropped(&answer).into_iter().map(str::to_owned).collect())
}

fn call(id: &str, name: &str) -> Value {
    json!({ "id": id, "type": "function", "function": { "name": name, "arguments": "{}" } })
}

fn function(name: &str) -> Value {
    json!({ "type": "function", "function": { "name": name, "parameters": { "type": "object", "properties": {} } } })
}

#[test]
fn calls_of_one_id_stay_apart_and_each_keeps_its_result() {
    let result = |content: &str| json!({ "role": "tool", "tool_call_id": "a", "content": content });
    let asked = json!({
        "messages": [
            { "role": "user", "content": "u" },
            { "role": "assistant", "content": null, "tool_calls": [call("a", "f"), call("a", "g")] },
            result("of f"),
            result("of g"),
        ],
        "tools": [function("f"), function("g")],
    });
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for dialect in ["openai", "mistral", "anthropic", "gemini"] {
        let (sent, left_out) = match dialect {
            "openai" => sent_to_openai(json!({ "tools": true }), asked.clone()),
            _ => sent_to(dialect, asked.clone()),
        };
        // The ids of the calls, and those of the results in their order.
        let ids: Vec<String> = match dialect {
            "anthropic" => {
                let (calls, results) = (&sent["messages"][1]["content"], &sent["messages"][2]["content"]);
                assert_eq!(results[0]["content"][0]["text"], "of f", "{sent}");
                [&calls[0]["id"], &calls[1]["id"], &results[0]["tool_use_id"], &results[1]["tool_use_id"]]
                    .map(text)
                    .into()
            }
            "gemini" => {
                let (calls, results) = (&sent["contents"][1]["parts"], &sent["contents"][2]["parts"]);
                let names = [0, 1].map(|at| text(&results[at]["functionResponse"]["name"]));
                assert_eq!(names, ["f", "g"], "{sent}");
                let called = [0, 1].map(|at| text(&calls[at]["functionCall"]["id"]));
                let answered = [0, 1].map(|at| text(&results[at]["functionResponse"]["id"]));
                [called, answered].concat()
            }
            _ => {
                let messages = &sent["messages"];
                let calls = &messages[1]["tool_calls"];
                assert_eq!((&messages[2]["content"], &messages[3]["content"]), (&json!("of f"), &json!("of g")));
                if dialect == "mistral" {
                    assert_eq!((&messages[2]["name"], &messages[3]["name"]), (&json!("f"), &json!("g")), "{sent}");
                }
                [&calls[0]["id"], &calls[1]["id"], &messages[2]["tool_call_id"], &messages[3]["tool_call_id"]]
                    .map(text)
                    .into()
            }
        };
        assert_ne!(ids[0], ids[1], "{dialect}: {sent}");
        assert_eq!(ids[..2], ids[2..], "{dialect}: {sent}");
        assert!(left_out.is_empty(), "{dialect}: {left_out:?}");
    }
}

#[test]
fn what_the_system_says_last_is_the_last_word_and_no_answer_to_go_on_from() {
    let said = |role: &str, content: &str| json!({ "role": role, "content": content });
    let asked = json!({ "messages": [
        said("system", "Be kind."), said("user", "u"), said("assistant", "a"), said("system", "Now be brief."),
    ] });
    for (dialect, turns) in [("anthropic", "messages"), ("mistral", "messages"), ("gemini", "contents")] {
        let (sent, left_out) = sent_to(dialect, asked.clone());
        let last = sent[turns].as_array().and_then(|turns| turns.last()).cloned().unwrap_or_default();
        assert_eq!(last["role"], "user", "{dialect}: {sent}");
        assert!(last.to_string().contains("Now be brief."), "{dialect}: {sent}");
        assert_eq!(sent.to_string().matches("Now be brief.").count(), 1, "{dialect}: {sent}");
        assert!(!sent.to_string().contains("prefix"), "{dialect}: {sent}");
        assert_eq!(left_out, ["messages[3].role"], "{dialect}");
    }
    let (sent, left_out) = sent_to("mistral", json!({ "messages": [said("system", "Say hello.")] }));
    assert_eq!(sent["messages"], json!([said("user", "Say hello.")]));
    assert_eq!(left_out, ["messages[0].role"]);
}

#[test]
fn what_of_a_conversation_stays_behind_is_named() {
    let marked = json!({ "id": "a", "type": "function", "function": { "name": "f", "arguments": "{}" },
        "cache_control": { "type": "ephemeral" } });
    let asked = json!({
        "messages": [
            { "role": "user", "content": "u", "name": "ana" },
            { "role": "assistant", "content": null, "reasoning_content": "Hm", "tool_calls": [marked] },
            { "role": "tool", "tool_call_id": "a", "name": "f", "content": "r" },
        ],
        "tools": [function("f")],
    });
    let behind = ["messages[0].name", "messages[1].reasoning_content", "messages[1].tool_calls[0].cache_control"];
    for dialect in ["anthropic", "mistral", "gemini"] {
        let (sent, left_out) = sent_to(dialect, asked.clone());
        assert_eq!(left_out, behind, "{dialect}: {sent}");
        let sent = sent.to_string();
        assert!(!sent.contains("ana") && !sent.contains("cache_control") && !sent.contains("Hm"), "{dialect}: {sent}");
    }
    let (sent, left_out) = sent_to_openai(json!({ "tools": true }), asked);
    assert_eq!(sent["messages"][0]["name"], "ana");
    assert!(left_out.contains(&behind[2].to_owned()) && !left_out.contains(&behind[0].to_owned()), "{left_out:?}");
}

/// The id of the only call of an answer.
fn called(answer: &Answer, is_stream: bool) -> String {
    let calls: Vec<Value> = match is_stream {
        true => answer.chunks().iter().map(|chunk| chunk["choices"][0]["delta"]["tool_calls"].clone()).collect(),
        false => vec![answer.ok()["choices"][0]["message"]["tool_calls"].clone()],
    };
    let ids: Vec<&str> = calls.iter().filter_map(|calls| calls[0]["id"].as_str()).collect();
    assert_eq!(ids.len(), 1, "{answer}");
    ids[0].to_owned()
}

#[test]
fn ids_that_are_made_up_differ_from_turn_to_turn_and_stay_when_a_turn_is_sent_again() {
    for dialect in dialects().into_iter().filter(|dialect| ["gemini", "ollama"].contains(&dialect.id)) {
        for is_stream in [false, true] {
            // The provider says word for word the same in each turn, and no id.
            let (up, server) = dialect.house([dialect.call[usize::from(is_stream)].clone()]);
            let mut messages = vec![json!({ "role": "user", "content": "u" })];
            let mut ids: Vec<String> = Vec::new();
            for turn in 0..3 {
                let asked = json!({ "messages": messages, "tools": [function("f")], "stream": is_stream });
                let [id, again] = [(); 2].map(|()| called(&server.chat(dialect.asked(asked.clone())), is_stream));
                assert_eq!(id, again, "{} {turn}", dialect.id);
                assert!(!ids.contains(&id), "{} {turn}: {id} {ids:?}", dialect.id);
                messages.push(json!({ "role": "assistant", "content": null, "tool_calls": [call(&id, "f")] }));
                messages.push(json!({ "role": "tool", "tool_call_id": id, "content": "r" }));
                ids.push(id);
            }
            // Each came back to it as it was told, for the call and for its result.
            let sent = up.last().json().to_string();
            for id in &ids[..2] {
                assert_eq!(sent.matches(&format!("\"{id}\"")).count(), 2, "{}: {id} {sent}", dialect.id);
            }
        }
    }
}
