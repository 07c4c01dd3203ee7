//! Anthropic's Messages API in front of every dialect: text, calls, pictures, broken streams and refusals, and what only
//! passes between a client and a target of that very format.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::chat_talk::{over, with_providers};
use super::chat_tongues::dialects;
use super::chat_words::{answers, chunk, closing, done, opening, says, whole};
use super::client::{Answer, Request};
use super::server::{TestServer, sample};
use super::upstream::{Act, Upstream};

/// A request with these fields over a greeting.
pub(crate) fn asking(fields: Value) -> Request {
    let greeting = json!({ "model": "m", "max_tokens": 100, "messages": [{ "role": "user", "content": "Hello" }] });
    Request::new("POST", "/v1/messages?beta=true").body("application/json", over(greeting, fields).to_string())
}

pub(crate) fn ask(server: &TestServer, fields: Value) -> Answer {
    asking(fields).send(server)
}

/// The data of a stream's events. Each carries its type as its name, and blocks follow one another.
#[track_caller]
pub(crate) fn events(answer: &Answer) -> Vec<Value> {
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/event-stream")), "{answer}");
    let mut open = None;
    let mut next = 0;
    let mut all = Vec::new();
    for event in answer.text().split("\n\n").filter(|event| !event.is_empty() && !event.starts_with(':')) {
        let (name, data) = event.split_once('\n').unwrap_or_else(|| unreachable!("no name: {event}"));
        let data = data.strip_prefix("data: ").unwrap_or_else(|| unreachable!("no data: {event}"));
        let data: Value = serde_json::from_str(data).expect("events are JSON");
        assert_eq!(name.strip_prefix("event: "), data["type"].as_str(), "{event}");
        match data["type"].as_str() {
            Some("content_block_start") => {
                assert_eq!((open, &data["index"]), (None, &json!(next)), "{answer}");
                open = Some(next);
            }
            Some("content_block_delta") => {
                assert_eq!(Some(&data["index"]), open.map(|index: i32| json!(index)).as_ref());
            }
            Some("content_block_stop") => {
                assert_eq!(open.take().map(|index| json!(index)).as_ref(), Some(&data["index"]), "{answer}");
                next += 1;
            }
            _ => {}
        }
        all.push(data);
    }
    all
}

/// The message that a stream tells, put together, if it is complete.
#[track_caller]
pub(crate) fn told(answer: &Answer) -> Value {
    let events = events(answer);
    let mut message = events[0]["message"].clone();
    assert!(message["usage"]["input_tokens"].as_u64() > Some(0), "{answer}");
    assert_eq!(events.last().map(|last| &last["type"]), Some(&json!("message_stop")), "{answer}");
    let mut blocks: Vec<Value> = Vec::new();
    let mut input = String::new();
    for event in &events {
        let delta = &event["delta"];
        match event["type"].as_str().unwrap_or_default() {
            "content_block_start" => blocks.push(event["content_block"].clone()),
            "content_block_delta" => {
                let block = blocks.last_mut().expect("it is open");
                let field = delta["type"].as_str().and_then(|kind| kind.strip_suffix("_delta")).unwrap_or_default();
                match field {
                    "input_json" => input.push_str(delta["partial_json"].as_str().unwrap_or_default()),
                    field => {
                        let before = block[field].as_str().unwrap_or_default().to_owned();
                        block[field] = (before + delta[field].as_str().unwrap_or_default()).into();
                    }
                }
            }
            "content_block_stop" if !input.is_empty() => {
                let block = blocks.last_mut().expect("it was open");
                block["input"] = serde_json::from_str(&std::mem::take(&mut input)).expect("arguments are JSON");
            }
            "message_delta" => {
                message["stop_reason"] = delta["stop_reason"].clone();
                message["usage"] = over(message["usage"].clone(), event["usage"].clone());
            }
            _ => {}
        }
    }
    message["content"] = blocks.into();
    message
}

#[track_caller]
fn message(answer: &Answer, stream: bool) -> Value {
    let message = if stream { told(answer) } else { answer.ok() };
    assert_eq!((&message["type"], &message["role"]), (&json!("message"), &json!("assistant")), "{answer}");
    assert!(message["id"].as_str().is_some_and(|id| id.starts_with("msg_")), "{answer}");
    for count in ["input_tokens", "output_tokens"] {
        assert!(message["usage"][count].is_u64(), "{count}: {answer}");
    }
    message
}

#[test]
fn every_dialect_answers_whole_and_as_a_stream() {
    for dialect in dialects() {
        let (up, server) = dialect.house(dialect.hello.clone());
        for stream in [false, true] {
            let what = format!("{} (stream: {stream})", dialect.id);
            let answer = ask(&server, json!({ "model": dialect.asked(json!({}))["model"], "stream": stream }));
            let message = message(&answer, stream);
            assert_eq!(message["content"][0]["text"], "Hello", "{what}: {answer}");
            assert_eq!(
                (message["stop_reason"].as_str(), message["usage"]["output_tokens"].as_u64()),
                (Some("end_turn"), Some(2)),
                "{what}: {answer}"
            );
            assert_eq!(message["usage"]["input_tokens"], 9, "{what}: {answer}");
            assert_eq!(answer.header("x-routed-via"), Some(&*format!("{}/x", dialect.id)), "{what}");
            assert_eq!(up.last().json().pointer(dialect.places[0]), Some(&json!("Hello")), "{what}");
        }
    }
}

#[test]
fn every_dialect_calls_tools_and_reads_pictures() {
    let schema = json!({ "type": "object", "properties": { "q": { "type": "number" } } });
    let tools = json!([{ "name": "f", "description": "Finds.", "input_schema": schema }]);
    let picture = STANDARD.encode(sample("sign.png"));
    let image = json!({ "type": "image", "source": { "type": "base64", "media_type": "image/png", "data": picture } });
    let messages = json!([{ "role": "user", "content": [{ "type": "text", "text": "What is it?" }, image] }]);
    for dialect in dialects() {
        let (up, server) = dialect.house(dialect.call.clone());
        for stream in [false, true] {
            let what = format!("{} (stream: {stream})", dialect.id);
            let model = dialect.asked(json!({}))["model"].clone();
            let asked = json!({ "model": model, "tools": tools, "messages": messages, "stream": stream });
            let answer = ask(&server, asked);
            let message = message(&answer, stream);
            let call = &message["content"][0];
            assert_eq!(
                (&call["type"], &call["name"], &call["input"]),
                (&json!("tool_use"), &json!("f"), &json!({ "q": 1 })),
                "{what}: {answer}"
            );
            assert!(call["id"].as_str().is_some_and(|id| !id.is_empty()), "{what}: {answer}");
            assert_eq!(message["stop_reason"], "tool_use", "{what}: {answer}");
            let sent = up.last().json();
            assert_eq!(sent.pointer(dialect.places[1]), Some(&json!("f")), "{what}: {sent}");
            let found = sent.pointer(dialect.places[2]).and_then(|found| found.as_str().or(found["url"].as_str()));
            assert!(found.is_some_and(|found| found.ends_with(&picture)), "{what}: {sent:.300}");
        }
    }
}

#[test]
fn a_stream_that_breaks_off_ends_with_an_error_and_a_refusal_keeps_its_status() {
    for dialect in dialects() {
        let (_up, server) = dialect.house([dialect.broken.clone()]);
        let model = dialect.asked(json!({}))["model"].clone();
        let answer = ask(&server, json!({ "model": model, "stream": true }));
        let events = events(&answer);
        let last = events.last().expect("it says something");
        assert_eq!(last["type"], "error", "{}: {answer}", dialect.id);
        assert!(last["error"]["type"].is_string() && last["request_id"].is_string(), "{}: {answer}", dialect.id);
        assert!(events.iter().all(|event| event["type"] != "message_stop"), "{}: {answer}", dialect.id);

        let (_up, server) = dialect.house([dialect.refusal.clone()]);
        let answer = ask(&server, json!({ "model": model }));
        assert_eq!(answer.status, 429, "{}: {answer}", dialect.id);
        let body = answer.json();
        assert_eq!((&body["type"], &body["error"]["type"]), (&json!("error"), &json!("rate_limit_error")), "{answer}");
        assert_eq!(body["request_id"].as_str(), answer.header("x-request-id"), "{answer}");
        assert_eq!(answer.header("request-id"), answer.header("x-request-id"), "{answer}");
    }
}

fn openai(acts: impl IntoIterator<Item = Act>) -> (Upstream, TestServer) {
    let up = Upstream::doing(acts);
    let server =
        with_providers(
            &[up.with_model("a", json!({ "tools": true, "reasoning": true, "accepts": ["text", "image"] }))],
        );
    (up, server)
}

fn anthropic(acts: impl IntoIterator<Item = Act>) -> (Upstream, TestServer) {
    let up = Upstream::doing(acts);
    let model = json!({ "id": "claude-x-4-5", "tools": true, "reasoning": true, "accepts": ["text", "image", "document"],
        "output_tokens": 64000, "hosted_tools": ["web_search_"] });
    let fields = json!({ "dialect": "anthropic", "models": [model], "auth": { "header": "x-api-key" } });
    let server = with_providers(&[up.entry("a", fields)]);
    (up, server)
}

fn claude_says(content: &Value) -> Act {
    answers(
        200,
        &json!({ "id": "msg_up", "type": "message", "role": "assistant", "model": "claude", "content": content,
            "stop_reason": "end_turn", "stop_sequence": null,
            "usage": { "input_tokens": 9, "cache_creation_input_tokens": 3, "cache_read_input_tokens": 1, "output_tokens": 2 } }),
    )
}

#[test]
fn a_whole_conversation_is_told_to_a_target_of_another_format() {
    let (up, server) = openai([says("Done.")]);
    let result = json!([{ "type": "text", "text": "42" }]);
    let asked = json!({
        "system": [{ "type": "text", "text": "x-anthropic-billing-header: cc_version=2.1.9; cch=abc12;" },
            { "type": "text", "text": "Be brief.", "cache_control": { "type": "ephemeral" } }],
        "messages": [
            { "role": "user", "content": "Look it up." },
            { "role": "assistant", "content": [
                { "type": "thinking", "thinking": "Hm.", "signature": "EqQB" },
                { "type": "text", "text": "I shall." },
                { "type": "tool_use", "id": "toolu_1", "name": "f", "input": { "q": 1 } },
                { "type": "tool_use", "id": "toolu_2", "name": "f", "input": {} }] },
            { "role": "user", "content": [
                { "type": "tool_result", "tool_use_id": "toolu_1", "content": result },
                { "type": "tool_result", "tool_use_id": "toolu_2", "content": "No.", "is_error": true },
                { "type": "text", "text": "Go on." }] },
        ],
        "tools": [{ "name": "f", "input_schema": { "type": "object" } }, { "name": "bad", "input_schema": "none" }],
        "tool_choice": { "type": "any", "disable_parallel_tool_use": true },
        "stop_sequences": ["END"], "temperature": 0.5, "metadata": { "user_id": "u" },
        "context_management": { "edits": [] },
    });
    let answer = asking(asked).header("anthropic-beta", "context-management-2025-06-27").send(&server);
    assert_eq!(message(&answer, false)["content"][0]["text"], "Done.");
    let sent = up.last().json();
    let messages: Vec<String> = sent["messages"].as_array().unwrap().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(messages.join("\n"));
    assert_eq!(
        (&sent["tool_choice"], &sent["parallel_tool_calls"], &sent["stop"]),
        (&json!("required"), &json!(false), &json!(["END"]))
    );
    assert_eq!(sent["tools"].as_array().map(Vec::len), Some(1), "one bad schema costs that tool alone: {sent}");
    let dropped = answer.header("x-mediary-dropped").unwrap_or_default();
    for name in ["tools.bad", "metadata", "context_management", "anthropic-beta", "x-anthropic-billing-header"] {
        assert!(dropped.split(", ").any(|one| one == name), "{name} is not named: {dropped}");
    }
    // Thoughts go along, without their signature.
    assert!(!dropped.contains("messages[1].content[0]"), "{dropped}");
    assert!(!sent.to_string().contains("billing") && !sent.to_string().contains("EqQB"), "{sent}");
}

#[test]
fn between_two_ends_of_the_format_history_and_answers_keep_every_letter() {
    let thought = json!({ "type": "thinking", "thinking": "Hm.\u{a0}…", "signature": "EqQB+/==" });
    let redacted = json!({ "type": "redacted_thinking", "data": "Emw=" });
    let search =
        json!({ "type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": { "query": "x" } });
    let found = json!({ "type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [] });
    let cited = json!({ "type": "text", "text": "So.", "citations": [{ "type": "char_location", "cited_text": "s" }] });
    let content = json!([thought, redacted, search, found, cited]);
    let (up, server) = anthropic([claude_says(&content)]);
    let document = json!({ "type": "document", "title": "T", "citations": { "enabled": true },
        "source": { "type": "text", "media_type": "text/plain", "data": "words" } });
    let asked = json!({
        "model": "claude-x-4-5", "max_tokens": 4000,
        "messages": [
            { "role": "user", "content": [document] },
            { "role": "assistant", "content": content },
            { "role": "user", "content": "Go on." },
        ],
        "thinking": { "type": "enabled", "budget_tokens": 2000 },
        "tools": [{ "type": "web_search_20250305", "name": "web_search", "max_uses": 3 }],
        "metadata": { "user_id": "u" }, "service_tier": "auto", "container": "c",
    });
    let answer = asking(asked.clone()).header("anthropic-beta", "a-1").header("anthropic-beta", "b-2").send(&server);
    let told = answer.ok();
    assert_eq!((&told["content"], &told["id"]), (&content, &json!("msg_up")), "{answer}");
    assert_eq!(told["usage"]["cache_creation_input_tokens"], 3, "{answer}");
    assert_eq!(answer.header("x-mediary-dropped"), None, "{answer}");
    let seen = up.last();
    assert_eq!(seen.header("anthropic-beta"), Some("a-1,b-2"));
    let sent = seen.json();
    assert_eq!(sent["messages"][1]["content"], content, "{sent}");
    assert_eq!(sent["messages"][0]["content"], asked["messages"][0]["content"], "{sent}");
    for field in ["thinking", "tools", "metadata", "service_tier", "container", "max_tokens"] {
        assert_eq!(sent[field], asked[field], "{field}: {sent}");
    }
}

#[test]
fn a_tool_of_the_providers_is_refused_where_no_target_runs_it() {
    let (up, server) = openai([says("never")]);
    let answer = ask(&server, json!({ "tools": [{ "type": "web_search_20250305", "name": "web_search" }] }));
    assert_eq!(answer.status, 400, "{answer}");
    let error = answer.json()["error"].clone();
    assert_eq!(error["type"], "invalid_request_error");
    assert!(error["message"].as_str().unwrap().contains("web_search_20250305"), "{error}");
    assert_eq!(up.calls(), 0);
}

#[test]
fn thoughts_of_another_vendor_come_back_under_its_name() {
    let thinks =
        whole(&json!({ "role": "assistant", "content": "42", "reasoning_content": "Six times seven." }), "stop");
    let (up, server) = openai([answers(200, &thinks), says("Yes.")]);
    let first = ask(&server, json!({})).ok();
    assert_eq!(
        (&first["content"][0]["type"], &first["content"][0]["thinking"]),
        (&json!("thinking"), &json!("Six times seven."))
    );
    let turns = json!([{ "role": "user", "content": "Hello" }, { "role": "assistant", "content": first["content"] },
        { "role": "user", "content": "Sure?" }]);
    assert_eq!(ask(&server, json!({ "messages": turns })).ok()["content"][0]["text"], "Yes.");
    assert_eq!(up.last().json()["messages"][1]["content"], "42");

    let (up, server) = anthropic([claude_says(&json!([{ "type": "text", "text": "Yes." }]))]);
    ask(&server, json!({ "model": "claude-x-4-5", "messages": turns })).ok();
    let sent = up.last().json();
    assert_eq!(sent["messages"][1]["content"], json!([{ "type": "text", "text": "42" }]), "{sent}");
}

#[test]
fn parallel_calls_that_come_mixed_are_told_one_after_the_other() {
    let piece = |index: u32, id: Option<&str>, arguments: &str| {
        let mut call = json!({ "index": index, "function": { "arguments": arguments } });
        if let Some(id) = id {
            call = over(
                call,
                json!({ "id": id, "type": "function", "function": { "name": "f", "arguments": arguments } }),
            );
        }
        chunk(&json!({ "tool_calls": [call] }), None)
    };
    let steps = vec![
        opening(),
        piece(0, Some("a"), "{\"q\""),
        piece(1, Some("b"), "{\"r\""),
        piece(0, None, ":1}"),
        piece(1, None, ":2}"),
        closing(),
        done(),
    ];
    let (_up, server) = openai([Act::Stream(steps)]);
    let tools = json!([{ "name": "f", "input_schema": { "type": "object" } }]);
    let told = told(&ask(&server, json!({ "stream": true, "tools": tools })));
    let calls: Vec<_> =
        told["content"].as_array().unwrap().iter().map(|call| (call["id"].as_str(), call["input"].clone())).collect();
    assert_eq!(calls, [(Some("a"), json!({ "q": 1 })), (Some("b"), json!({ "r": 2 }))]);
    assert_eq!(told["stop_reason"], "tool_use", "whatever the target says");
}

#[test]
fn a_model_that_is_not_here_is_stood_in_for_and_probes_are_answered() {
    let up = Upstream::doing([says("Hi.")]);
    let model = |id: &str, tier: &str| json!({ "id": id, "tools": true, "tiers": { tier: 1 } });
    let models = json!({ "models": [model("quick", "fast"), model("able", "agentic")] });
    let server = with_providers(&[up.entry("a", models)]);
    for (asked, expected) in
        [("claude-haiku-4-5-20251001", "quick"), ("claude-sonnet-4-5-20250929", "able"), ("sonnet", "able")]
    {
        let answer = ask(&server, json!({ "model": asked }));
        answer.ok();
        assert_eq!(up.last().json()["model"], expected, "{asked}");
    }
    assert_eq!(ask(&server, json!({ "model": "gpt-unknown" })).status, 404);
    for (method, path) in [
        ("HEAD", "/v1/messages"),
        ("OPTIONS", "/v1/messages"),
        ("HEAD", "/v1/messages/count_tokens"),
        ("OPTIONS", "/v1/messages/count_tokens"),
    ] {
        assert_eq!(Request::new(method, path).send(&server).status, 200, "{method} {path}");
    }
    let told = Request::new("POST", "/api/event_logging/batch").body("application/json", r#"{"events":[]}"#);
    assert_eq!(told.send(&server).status, 204);
    let overloaded = Upstream::doing([answers(503, &json!({ "error": { "message": "busy" } }))]);
    let server = with_providers(&[overloaded.entry("a", json!({}))]);
    let answer = ask(&server, json!({}));
    assert_eq!((answer.status, answer.json()["error"]["type"].clone()), (529, json!("overloaded_error")), "{answer}");
}

#[test]
fn two_turns_share_their_whole_common_prefix_on_the_wire() {
    let (up, server) = openai([says("One."), says("Two.")]);
    let tools = json!([{ "name": "f", "input_schema": { "type": "object", "properties": { "z": {}, "a": {} } } }]);
    let system = |salt: &str| {
        json!([{ "type": "text", "text": format!("x-anthropic-billing-header: cch={salt};") },
            { "type": "text", "text": "Be brief." }])
    };
    let first = json!([{ "role": "user", "content": [{ "type": "text", "text": "Hello" }] }]);
    let mut second = first.as_array().unwrap().clone();
    second.push(json!({ "role": "assistant", "content": [{ "type": "text", "text": "One." }] }));
    second.push(json!({ "role": "user", "content": [{ "type": "text", "text": "And?" }] }));
    ask(&server, json!({ "system": system("aaa"), "messages": first, "tools": tools })).ok();
    ask(&server, json!({ "system": system("bbb"), "messages": second, "tools": tools })).ok();
    let bodies: Vec<String> =
        up.seen().iter().map(|seen| String::from_utf8(seen.body.clone()).expect("it is JSON")).collect();
    let end_of_first = bodies[0].find("Hello").expect("it was sent") + "Hello".len();
    assert_eq!(bodies[0][..end_of_first], bodies[1][..end_of_first]);
    assert!(bodies[0][..end_of_first].contains("\"tools\""), "tools stand before what is said: {}", bodies[0]);
}
