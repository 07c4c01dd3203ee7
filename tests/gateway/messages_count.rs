//! What Anthropic's clients ask beside messages: how many tokens a request has, and which models there are.

use serde_json::{Value, json};
use tiktoken_rs::{CoreBPE, cl100k_base_singleton, o200k_base_singleton};

use super::chat_talk::{over, with_providers};
use super::chat_words::{answers, says};
use super::client::{Answer, Request};
use super::server::TestServer;
use super::upstream::Upstream;

fn count(server: &TestServer, fields: Value) -> Answer {
    let asked = over(json!({ "model": "m", "messages": [{ "role": "user", "content": "Hello" }] }), fields);
    Request::new("POST", "/v1/messages/count_tokens?beta=true").body("application/json", asked.to_string()).send(server)
}

/// A request with many tools, as agents send it.
fn twenty_tools() -> Value {
    let tools = (0..20).map(|index| {
        json!({ "name": format!("tool_{index}"), "description": "Reads a file from the disk and gives its lines, numbered. ".repeat(8),
            "input_schema": { "type": "object", "properties": { "path": { "type": "string", "description": "Where the file is." },
                "limit": { "type": "integer" } }, "required": ["path"] } })
    });
    json!({
        "system": "You are an agent that works on code.",
        "tools": tools.collect::<Vec<_>>(),
        "messages": [
            { "role": "user", "content": "Read the file." },
            { "role": "assistant", "content": [{ "type": "tool_use", "id": "t", "name": "tool_1", "input": { "path": "a.rs" } }] },
            { "role": "user", "content": [{ "type": "tool_result", "tool_use_id": "t", "content": "fn main() {}\n".repeat(50) }] },
        ],
    })
}

#[test]
fn tokens_are_counted_here_where_the_target_does_not_count() {
    let up = Upstream::doing([says("never")]);
    let server = with_providers(&[up.with_model("a", json!({ "tools": true }))]);
    let asked = twenty_tools();
    let answer = count(&server, asked.clone());
    let counted = answer.ok()["input_tokens"].as_u64().expect("it is a number");
    assert_eq!(answer.header("x-mediary-count"), Some("estimated"));
    // What a model reads of it at least: names, descriptions, schemas and words.
    let texts: Vec<String> = ["system", "tools", "messages"].iter().map(|field| asked[*field].to_string()).collect();
    let real = o200k_base_singleton().count_ordinary(&texts.join("\n")) as u64;
    assert!(counted.abs_diff(real) * 100 <= real * 15, "{counted} is not within 15 % of {real}");
    let without = count(&server, over(asked, json!({ "tools": [] }))).ok()["input_tokens"].as_u64();
    assert!(without.is_some_and(|without| without * 2 < counted), "tools count");
    assert_eq!(up.calls(), 0);
}

#[test]
fn a_model_with_a_known_tokenizer_is_counted_with_it() {
    let up = Upstream::doing([says("never")]);
    let models =
        json!({ "models": [{ "id": "gpt-4" }, { "id": "maker/gpt-4-0613" }, { "id": "gpt-4o" }, { "id": "m" }] });
    let server = with_providers(&[up.entry("a", models)]);
    // Of other languages the newer one needs fewer tokens by far.
    let text = "Привет, как твои дела сегодня? ".repeat(40);
    let (older, newer): (&CoreBPE, &CoreBPE) = (cl100k_base_singleton(), o200k_base_singleton());
    let (older, newer) = (older.count_ordinary(&text) as u64, newer.count_ordinary(&text) as u64);
    assert!(newer * 4 < older * 3, "{newer} and {older} are told apart");
    for (model, real) in [("gpt-4", older), ("a/maker/gpt-4-0613", older), ("gpt-4o", newer), ("m", newer)] {
        let asked = json!({ "model": model, "messages": [{ "role": "user", "content": text }] });
        let counted = count(&server, asked).ok()["input_tokens"].as_u64().expect("it is a number");
        assert!(counted >= real && counted <= real + 8, "{model}: {counted} of {real}");
    }
    assert_eq!(up.calls(), 0);
}

#[test]
fn a_target_that_counts_is_asked_and_one_that_fails_is_done_without() {
    let up = Upstream::doing([answers(200, &json!({ "input_tokens": 4711 })), answers(500, &json!({}))]);
    let entry = up.entry("a", json!({ "dialect": "anthropic", "auth": { "header": "x-api-key" } }));
    let server = with_providers(&[entry]);
    let answer = count(&server, json!({ "max_tokens": 5, "temperature": 1, "metadata": { "user_id": "u" } }));
    assert_eq!(
        (&answer.ok()["input_tokens"], answer.header("x-mediary-count")),
        (&json!(4711), Some("exact")),
        "{answer}"
    );
    let seen = up.last();
    assert_eq!(seen.path, "/v1/messages/count_tokens");
    let sent = seen.json();
    let mut fields: Vec<&String> = sent.as_object().expect("it is one").keys().collect();
    fields.sort();
    assert_eq!(fields, ["messages", "model"], "what is about the answer is refused there: {sent}");
    let answer = count(&server, json!({}));
    assert!(answer.ok()["input_tokens"].as_u64() > Some(0));
    assert_eq!(answer.header("x-mediary-count"), Some("estimated"), "{answer}");
    assert_eq!(count(&server, json!({ "model": "unknown" })).status, 404);
}

#[test]
fn models_are_listed_page_by_page() {
    let up = Upstream::doing([says("never")]);
    let server =
        with_providers(&[up.entry("a", json!({ "models": [{ "id": "m", "context_tokens": 4096 }, { "id": "n" }] }))]);
    let list = |query: &str| {
        Request::new("GET", format!("/v1/models{query}")).header("anthropic-version", "2023-06-01").send(&server)
    };
    let all = list("?limit=1000").ok();
    let ids: Vec<&str> =
        all["data"].as_array().expect("it is a list").iter().filter_map(|one| one["id"].as_str()).collect();
    assert!(
        ids.contains(&"a/m") && ids.contains(&"auto") && !ids.iter().any(|id| id.starts_with("local/paddle")),
        "{ids:?}"
    );
    assert!(
        all["data"]
            .as_array()
            .expect("it is a list")
            .iter()
            .all(|one| one["type"] == "model" && one["lifecycle"] == "active" && one["display_name"].is_string())
    );
    let first = list("?limit=1").ok();
    assert_eq!(
        (&first["first_id"], &first["last_id"], &first["has_more"]),
        (&json!(ids[0]), &json!(ids[0]), &json!(true))
    );
    let next = list(&format!("?limit=1&after_id={}", ids[0])).ok();
    assert_eq!(next["first_id"], ids[1]);
    let before = list(&format!("?limit=1&before_id={}", ids[1])).ok();
    assert_eq!((&before["first_id"], &before["has_more"]), (&json!(ids[0]), &json!(false)));
    assert_eq!(list("?after_id=nothing").status, 400);
    assert_eq!(list("/a/m").ok()["max_input_tokens"], 4096);
}
