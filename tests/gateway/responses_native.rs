//! The Responses API at both ends: models that answer nowhere else, and what only the format says on its way between a
//! client and a provider that both speak it.

use serde_json::{Value, json};

use super::chat_talk::{over, with_providers};
use super::chat_words::{answers, says};
use super::client::{Answer, Request};
use super::responses::{ask, words};
use super::server::TestServer;
use super::upstream::{Act, Upstream};

/// A provider of OpenAI's format whose model has these abilities beside the usual ones.
fn openai(acts: impl IntoIterator<Item = Act>, fields: Value) -> (Upstream, TestServer) {
    let up = Upstream::doing(acts);
    let usual = json!({ "tools": true, "reasoning": true, "custom_tools": true, "structured": "schema",
        "accepts": ["text", "image"], "responses": "also", "hosted_tools": ["web_search", "code_interpreter"] });
    let server = with_providers(&[up.with_model("a", over(usual, fields))]);
    (up, server)
}

fn response(status: &str, output: &Value) -> Value {
    json!({ "id": "resp_up", "object": "response", "created_at": 1, "status": status, "model": "up", "output": output,
        "error": null, "incomplete_details": null, "usage": { "input_tokens": 9, "output_tokens": 2, "total_tokens": 11 } })
}

/// Thoughts in cipher, a note of a search, a remark and an answer.
fn output() -> Value {
    let says = |id: &str, phase: &str, text: &str| {
        json!({ "type": "message", "id": id, "role": "assistant", "status": "completed", "phase": phase,
            "content": [{ "type": "output_text", "text": text, "logprobs": [],
                "annotations": [{ "type": "url_citation", "url": "https://a.example", "title": "A", "start_index": 0, "end_index": 2 }] }] })
    };
    json!([
        { "type": "reasoning", "id": "rs_up", "summary": [{ "type": "summary_text", "text": "Hm." }], "encrypted_content": "gAAAA" },
        { "type": "web_search_call", "id": "ws_up", "status": "completed", "action": { "type": "search", "query": "q" } },
        says("msg_up1", "commentary", "Well."),
        says("msg_up2", "final_answer", "So."),
        { "type": "function_call", "id": "fc_up", "call_id": "call_up", "name": "f", "arguments": "{}", "status": "completed" },
    ])
}

/// The same as a stream.
fn streamed() -> Act {
    let mut all = vec![json!({ "type": "response.created", "response": response("in_progress", &json!([])) })];
    for (at, item) in output().as_array().expect("it is a list").iter().enumerate() {
        let of = |kind: &str, fields: Value| {
            over(json!({ "type": format!("response.{kind}"), "output_index": at, "item_id": item["id"] }), fields)
        };
        let mut begun = item.clone();
        for list in ["content", "summary"] {
            if begun.get(list).is_some() {
                begun[list] = json!([]);
            }
        }
        if let Some(fields) = begun.as_object_mut() {
            fields.remove("encrypted_content");
        }
        all.push(of("output_item.added", json!({ "item": begun })));
        match item["type"].as_str().expect("items have types") {
            "reasoning" => all.push(of("reasoning_summary_text.delta", json!({ "delta": "Hm." }))),
            "web_search_call" => all.push(of("web_search_call.searching", json!({}))),
            "message" => all.push(of("output_text.delta", json!({ "delta": item["content"][0]["text"] }))),
            _ => all.push(of("function_call_arguments.delta", json!({ "delta": "{}" }))),
        }
        all.push(of("output_item.done", json!({ "item": item })));
    }
    all.push(json!({ "type": "response.completed", "response": response("completed", &output()) }));
    events(&all)
}

fn events(all: &[Value]) -> Act {
    let event =
        |event: &Value| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().expect("events have types"));
    let body = all.iter().map(event).collect();
    Act::Answer { status: 200, headers: vec![("content-type", "text/event-stream".to_owned())], body }
}

/// The events of an answer.
fn told(answer: &Answer) -> Vec<Value> {
    let data = answer.text().lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| serde_json::from_str(data).expect("events are JSON")).collect()
}

#[test]
fn models_that_answer_only_there_are_asked_there_whatever_the_client_speaks() {
    let hello = || answers(200, &response("completed", &json!([output()[3]])));
    let rows = [
        (
            "/v1/chat/completions",
            json!({ "messages": [{ "role": "user", "content": "Hello" }] }),
            "/choices/0/message/content",
        ),
        (
            "/v1/messages",
            json!({ "max_tokens": 50, "messages": [{ "role": "user", "content": "Hello" }] }),
            "/content/0/text",
        ),
        ("/v1/responses", json!({ "input": "Hello", "store": false }), "/output/0/content/0/text"),
        (
            "/api/chat",
            json!({ "messages": [{ "role": "user", "content": "Hello" }], "stream": false }),
            "/message/content",
        ),
    ];
    let (up, server) = openai([hello()], json!({ "responses": "only" }));
    for (path, fields, place) in rows {
        let body = over(json!({ "model": "m" }), fields).to_string();
        let answer = Request::new("POST", path).body("application/json", body).send(&server);
        assert_eq!(answer.ok().pointer(place), Some(&json!("So.")), "{path}: {answer}");
        let seen = up.last();
        assert_eq!(seen.path, "/v1/responses", "{path}");
        let sent = seen.json();
        assert_eq!((&sent["store"], &sent["input"][0]["content"]), (&json!(false), &json!("Hello")), "{path}: {sent}");
    }
    // A client that speaks another format is answered in the other, where the model answers in both.
    let (up, server) = openai([says("Hi.")], json!({}));
    assert_eq!(server.chat(json!({})).said(), "Hi.");
    assert_eq!(up.last().path, "/v1/chat/completions");
}

#[test]
fn nothing_is_lost_between_two_ends_of_the_format() {
    for stream in [false, true] {
        let first = if stream { streamed() } else { answers(200, &response("completed", &output())) };
        let (up, server) = openai([first, answers(200, &response("completed", &json!([output()[3]])))], json!({}));
        let asked = json!({
            "input": [{ "role": "user", "content": [{ "type": "input_text", "text": "Look it up." }], "a_field": "of tomorrow" }],
            "instructions": "Be brief.", "tools": [{ "type": "web_search", "filters": { "allowed_domains": ["a.example"] } },
                { "type": "image_generation" }, { "type": "function", "name": "f", "parameters": { "type": "object" } }],
            "tool_choice": { "type": "web_search" }, "include": ["web_search_call.action.sources"], "truncation": "auto",
            "max_tool_calls": 3, "reasoning": { "effort": "low", "summary": "auto", "context": "all" }, "metadata": { "a": "b" },
            "stream": stream,
        });
        let answer = ask(&server, asked.clone());
        assert_eq!(answer.header("x-mediary-dropped"), None, "{answer}");
        let sent = up.last().json();
        assert_eq!(up.last().path, "/v1/responses");
        for name in ["input", "instructions", "tool_choice", "truncation", "max_tool_calls", "reasoning"] {
            assert_eq!(sent[name], asked[name], "{name}: {sent}");
        }
        // A tool that the target does not have and the client can do without stays behind.
        assert_eq!(sent["tools"], json!([asked["tools"][2], asked["tools"][0]]), "{sent}");
        assert_eq!(sent["include"], json!(["web_search_call.action.sources", "reasoning.encrypted_content"]));
        assert_eq!(
            (&sent["metadata"], &sent["store"], &sent["stream"].as_bool().unwrap_or(false)),
            (&Value::Null, &json!(false), &stream)
        );

        let events = if stream { told(&answer) } else { Vec::new() };
        let whole = events.last().map_or_else(|| answer.json(), |last| last["response"].clone());
        let mut items = whole["output"].as_array().unwrap().clone();
        assert_eq!(whole["metadata"], json!({ "a": "b" }));
        // Ids are ours, and so is the name before a cipher; nothing else is.
        let input = [asked["input"].as_array().unwrap().clone(), items.clone()].concat();
        let expected = output();
        assert_eq!(items[0]["encrypted_content"], "mediary:openai-responses:gAAAA");
        items[0]["encrypted_content"] = "gAAAA".into();
        for (item, theirs) in items.iter_mut().zip(expected.as_array().unwrap()) {
            let is_note = theirs["type"] == "web_search_call";
            assert_eq!(item["id"] == theirs["id"], is_note, "{item}");
            item["id"] = theirs["id"].clone();
        }
        if stream {
            let note: Vec<&str> = events
                .iter()
                .filter(|event| event["item_id"] == "ws_up")
                .filter_map(|event| event["type"].as_str())
                .collect();
            assert_eq!(note, ["response.web_search_call.searching"]);
            for (number, event) in events.iter().enumerate() {
                assert_eq!(event["sequence_number"], number, "{answer}");
            }
        }
        assert_eq!(Value::from(items), expected, "stream: {stream}");

        // And back.
        let again = ask(&server, json!({ "input": input }));
        assert_eq!(words(&again.ok()), "So.");
        let sent = up.last().json();
        let without_ids = expected.as_array().unwrap().iter().map(|item| {
            let mut item = item.clone();
            if item["type"] != "web_search_call"
                && let Some(fields) = item.as_object_mut()
            {
                fields.remove("id");
            }
            item
        });
        assert_eq!(sent["input"].as_array().unwrap()[1..], without_ids.collect::<Vec<_>>()[..], "{sent}");
    }
}

#[test]
fn what_a_target_of_another_format_is_not_told_is_named() {
    let (up, server) = openai([says("Hi.")], json!({ "responses": "none", "hosted_tools": [] }));
    let note = json!({ "type": "web_search_call", "id": "ws_1", "status": "completed" });
    let input = json!([{ "role": "user", "content": "Hello" }, note]);
    let answer = ask(&server, json!({ "input": input, "max_tool_calls": 3, "include": ["file_search_call.results"] }));
    assert_eq!(words(&answer.ok()), "Hi.");
    assert_eq!(up.last().path, "/v1/chat/completions");
    let dropped = answer.header("x-mediary-dropped").unwrap_or_default();
    for name in ["input[1]", "max_tool_calls", "include.file_search_call.results"] {
        assert!(dropped.split(", ").any(|one| one == name), "{name} is not named: {dropped}");
    }
}

#[test]
fn a_tool_of_the_same_name_is_another_at_another_vendor() {
    let up = Upstream::doing([says("never")]);
    let model = json!({ "id": "claude-x", "tools": true, "hosted_tools": ["web_search_"] });
    let server = with_providers(&[up.entry("a", json!({ "dialect": "anthropic", "models": [model] }))]);
    let answer = ask(&server, json!({ "model": "a/claude-x", "tools": [{ "type": "web_search_preview" }] }));
    assert_eq!(answer.status, 400, "{answer}");
    assert!(answer.error().1.contains("web_search_preview"), "{answer}");
    assert_eq!(up.calls(), 0);
}

#[test]
fn every_bad_end_is_told_as_one() {
    let begun = json!({ "type": "response.created", "response": response("in_progress", &json!([])) });
    let word = json!({ "type": "response.output_text.delta", "output_index": 0, "delta": "Hel" });
    let failed = |error: Value| json!({ "type": "response.failed", "response": over(response("failed", &json!([])), json!({ "error": error })) });
    let incomplete = |reason: &str| {
        let details = json!({ "incomplete_details": { "reason": reason } });
        json!({ "type": "response.incomplete", "response": over(response("incomplete", &json!([])), details) })
    };
    let rows = [
        (None, "failed", Value::Null),
        (Some(failed(json!({ "code": "server_error", "message": "It broke." }))), "failed", Value::Null),
        (
            Some(json!({ "type": "error", "code": "server_error", "message": "It broke.", "param": null })),
            "failed",
            Value::Null,
        ),
        (Some(incomplete("max_output_tokens")), "incomplete", json!("max_output_tokens")),
        (Some(incomplete("content_filter")), "incomplete", json!("content_filter")),
    ];
    for (end, status, reason) in rows {
        let all: Vec<Value> = [Some(begun.clone()), Some(word.clone()), end.clone()].into_iter().flatten().collect();
        let (_up, server) = openai([events(&all)], json!({}));
        let answer = ask(&server, json!({ "stream": true }));
        let last = told(&answer).pop().expect("it says something");
        assert_eq!(last["type"], format!("response.{status}"), "{end:?}: {answer}");
        assert_eq!(
            (&last["response"]["status"], &last["response"]["incomplete_details"]["reason"]),
            (&json!(status), &reason),
            "{answer}"
        );
        assert_eq!(last["response"]["error"].is_object(), status == "failed", "{answer}");
    }
    // Before its first word it is a failure like any other.
    let (up, server) =
        openai([events(&[begun, failed(json!({ "code": "rate_limit_exceeded", "message": "Slow." }))])], json!({}));
    ask(&server, json!({ "stream": true })).refused(429, "rate_limit_exceeded", "");
    assert_eq!(up.calls(), 1);
}
