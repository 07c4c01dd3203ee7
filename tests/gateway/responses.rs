//! OpenAI's Responses API in front of every dialect: text, calls, pictures, broken streams and refusals.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::chat_talk::{over, with_providers};
use super::chat_tongues::dialects;
use super::chat_words::{answers, says, whole};
use super::client::{Answer, Request};
use super::server::{TestServer, sample};
use super::upstream::{Act, Upstream};

/// A request with these fields over a greeting.
pub(crate) fn asking(fields: Value) -> Request {
    let greeting = json!({ "model": "m", "input": "Hello", "store": false });
    Request::new("POST", "/v1/responses").body("application/json", over(greeting, fields).to_string())
}

pub(crate) fn ask(server: &TestServer, fields: Value) -> Answer {
    asking(fields).send(server)
}

/// What a response says.
pub(crate) fn words(response: &Value) -> String {
    let items = response["output"].as_array().into_iter().flatten().filter(|item| item["type"] == "message");
    items.map(|item| item["content"][0]["text"].as_str().unwrap_or_default()).collect()
}

/// The events of a stream: numbered from 0, each under its type as its name; what is added is done before the last.
#[track_caller]
fn events(answer: &Answer) -> Vec<Value> {
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/event-stream")), "{answer}");
    let (mut all, mut open) = (Vec::new(), 0);
    for event in answer.text().split("\n\n").filter(|event| !event.is_empty() && !event.starts_with(':')) {
        let (name, data) = event.split_once("\ndata: ").unwrap_or_else(|| unreachable!("no event: {event}"));
        let data: Value = serde_json::from_str(data).expect("events are JSON");
        assert_eq!(name.strip_prefix("event: "), data["type"].as_str(), "{event}");
        assert_eq!(data["sequence_number"], all.len(), "{event}");
        match data["type"].as_str() {
            Some("response.output_item.added") => open += 1,
            Some("response.output_item.done") => open -= 1,
            Some("response.completed" | "response.incomplete") => assert_eq!(open, 0, "{answer}"),
            _ => {}
        }
        all.push(data);
    }
    assert_eq!(all.first().map(|first| &first["type"]), Some(&json!("response.created")), "{answer}");
    all
}

/// The response of a whole answer, or of the last event of a stream, whose deltas say what its items do.
#[track_caller]
fn response(answer: &Answer, stream: bool) -> Value {
    let response = match stream {
        false => answer.ok(),
        true => {
            let events = events(answer);
            let last = events.last().expect("it is not empty")["response"].clone();
            for kind in ["output_text", "function_call_arguments"] {
                let of = |what: &str| format!("response.{kind}.{what}");
                let deltas = events.iter().filter(|event| event["type"] == of("delta").as_str());
                let told: String = deltas.map(|event| event["delta"].as_str().unwrap_or_default()).collect();
                let done = events.iter().filter(|event| event["type"] == of("done").as_str());
                let field = if kind == "output_text" { "text" } else { "arguments" };
                assert_eq!(told, done.map(|event| event[field].as_str().unwrap_or_default()).collect::<String>());
            }
            last
        }
    };
    assert_eq!((&response["object"], &response["error"]), (&json!("response"), &Value::Null), "{answer}");
    assert!(response["id"].as_str().is_some_and(|id| id.starts_with("resp_")), "{answer}");
    response
}

#[test]
fn every_dialect_answers_whole_and_as_a_stream() {
    for dialect in dialects() {
        let (up, server) = dialect.house(dialect.hello.clone());
        for stream in [false, true] {
            let what = format!("{} (stream: {stream})", dialect.id);
            let answer = ask(&server, json!({ "model": dialect.asked(json!({}))["model"], "stream": stream }));
            let response = response(&answer, stream);
            assert_eq!((words(&response).as_str(), &response["status"]), ("Hello", &json!("completed")), "{what}");
            let usage = &response["usage"];
            assert_eq!(
                (&usage["input_tokens"], &usage["output_tokens"], &usage["total_tokens"]),
                (&json!(9), &json!(2), &json!(11)),
                "{what}: {answer}"
            );
            assert_eq!(answer.header("x-routed-via"), Some(&*format!("{}/x", dialect.id)), "{what}");
            assert_eq!(up.last().json().pointer(dialect.places[0]), Some(&json!("Hello")), "{what}");
        }
    }
}

#[test]
fn every_dialect_calls_tools_and_reads_pictures() {
    let schema = json!({ "type": "object", "properties": { "q": { "type": "number" } } });
    let tools = json!([{ "type": "function", "name": "f", "description": "Finds.", "parameters": schema }]);
    let picture = STANDARD.encode(sample("sign.png"));
    let content = json!([{ "type": "input_text", "text": "What is it?" },
        { "type": "input_image", "image_url": format!("data:image/png;base64,{picture}") }]);
    for dialect in dialects() {
        let (up, server) = dialect.house(dialect.call.clone());
        for stream in [false, true] {
            let what = format!("{} (stream: {stream})", dialect.id);
            let model = dialect.asked(json!({}))["model"].clone();
            let input = json!([{ "role": "user", "content": content }]);
            let answer = ask(&server, json!({ "model": model, "tools": tools, "input": input, "stream": stream }));
            let response = response(&answer, stream);
            let call = &response["output"][0];
            assert_eq!((&call["type"], &call["name"]), (&json!("function_call"), &json!("f")), "{what}: {answer}");
            let arguments: Value = serde_json::from_str(call["arguments"].as_str().unwrap()).unwrap();
            assert_eq!(arguments, json!({ "q": 1 }), "{what}: {answer}");
            assert!(call["call_id"].as_str().is_some_and(|id| !id.is_empty()), "{what}: {answer}");
            assert_eq!(response["status"], "completed", "{what}: {answer}");
            let sent = up.last().json();
            assert_eq!(sent.pointer(dialect.places[1]), Some(&json!("f")), "{what}: {sent}");
            let found = sent.pointer(dialect.places[2]).and_then(|found| found.as_str().or(found["url"].as_str()));
            assert!(found.is_some_and(|found| found.ends_with(&picture)), "{what}: {sent:.300}");
        }
    }
}

#[test]
fn a_stream_that_breaks_off_has_failed_and_a_refusal_keeps_its_status() {
    for dialect in dialects() {
        let (_up, server) = dialect.house([dialect.broken.clone()]);
        let model = dialect.asked(json!({}))["model"].clone();
        let answer = ask(&server, json!({ "model": model, "stream": true }));
        let events = events(&answer);
        let last = events.last().expect("it says something");
        assert_eq!(last["type"], "response.failed", "{}: {answer}", dialect.id);
        let response = &last["response"];
        assert_eq!(response["status"], "failed", "{}: {answer}", dialect.id);
        assert!(response["error"]["code"].is_string() && response["error"]["message"].is_string(), "{answer}");
        assert!(events.iter().all(|event| event["type"] != "response.completed"), "{}: {answer}", dialect.id);

        let (_up, server) = dialect.house([dialect.refusal.clone()]);
        let answer = ask(&server, json!({ "model": model }));
        answer.refused(429, "rate_limit_exceeded", "");
    }
}

fn openai(acts: impl IntoIterator<Item = Act>) -> (Upstream, TestServer) {
    let up = Upstream::doing(acts);
    let model = json!({ "tools": true, "reasoning": true, "structured": "schema", "accepts": ["text", "image"],
        "media_in_tool_results": true });
    let server = with_providers(&[up.with_model("a", model)]);
    (up, server)
}

#[test]
fn a_whole_conversation_is_told_to_a_target_of_another_format() {
    let (up, server) = openai([says("{\"done\":true}")]);
    let picture = format!("data:image/png;base64,{}", STANDARD.encode(sample("sign.png")));
    let schema = json!({ "type": "object", "properties": { "done": { "type": "boolean" } } });
    let answer = ask(
        &server,
        json!({
            "instructions": "Be brief.",
            "input": [
                { "role": "user", "content": "Look it up." },
                { "type": "reasoning", "id": "rs_1", "summary": [{ "type": "summary_text", "text": "Hm." }],
                  "encrypted_content": "gAAAA" },
                { "type": "message", "role": "assistant", "content": [{ "type": "output_text", "text": "I shall." }] },
                { "type": "function_call", "call_id": "c1", "name": "f", "arguments": "{\"q\":1}" },
                { "type": "custom_tool_call", "call_id": "c2", "name": "sh", "input": "ls" },
                { "type": "function_call_output", "call_id": "c1", "output": "42" },
                { "type": "custom_tool_call_output", "call_id": "c2", "output": "a.txt" },
                { "role": "user", "content": [{ "type": "input_text", "text": "Go on." }] },
            ],
            "tools": [{ "type": "function", "name": "f", "parameters": { "type": "object" }, "strict": false },
                { "type": "custom", "name": "sh", "description": "Runs a command." },
                { "type": "image_generation", "output_format": "png" }],
            "tool_choice": "required", "parallel_tool_calls": false,
            "text": { "format": { "type": "json_schema", "name": "x", "schema": schema, "strict": true } },
            "reasoning": { "effort": "high", "summary": "auto" }, "max_output_tokens": 50,
            "truncation": "auto", "max_tool_calls": 2, "metadata": { "a": "b" },
        }),
    );
    let told = response(&answer, false);
    assert_eq!((words(&told).as_str(), &told["metadata"]), ("{\"done\":true}", &json!({ "a": "b" })));
    assert_eq!((&told["instructions"], &told["tool_choice"]), (&json!("Be brief."), &json!("required")));
    let sent = up.last().json();
    let messages: Vec<String> = sent["messages"].as_array().unwrap().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(messages.join("\n"));
    assert_eq!(
        (&sent["tool_choice"], &sent["parallel_tool_calls"], &sent["reasoning_effort"]),
        (&json!("required"), &json!(false), &json!("high"))
    );
    assert_eq!(sent["response_format"]["json_schema"]["schema"], schema, "{sent}");
    let names: Vec<_> = sent["tools"].as_array().unwrap().iter().map(|tool| &tool["function"]["name"]).collect();
    assert_eq!(names, ["f", "sh"]);
    let dropped = answer.header("x-mediary-dropped").unwrap_or_default();
    for name in ["tools[2]", "truncation", "max_tool_calls"] {
        assert!(dropped.split(", ").any(|one| one == name), "{name} is not named: {dropped}");
    }
    assert!(!sent.to_string().contains("gAAAA"), "another vendor's signature: {sent}");

    let output = json!([{ "type": "input_text", "text": "seen" }, { "type": "input_image", "image_url": picture }]);
    let input = json!([{ "role": "user", "content": "Look." },
        { "type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}" },
        { "type": "function_call_output", "call_id": "c1", "output": output }]);
    ask(&server, json!({ "input": input })).ok();
    let sent = up.last().json().to_string();
    assert!(sent.contains(&picture), "a picture in a result is not lost: {sent:.300}");
}

#[test]
fn a_tool_for_free_text_is_called_with_it() {
    let call = json!({ "id": "c1", "type": "function",
        "function": { "name": "sh", "arguments": "{\"input\":\"ls -l\\n\"}" } });
    let (_up, server) = openai([answers(
        200,
        &whole(&json!({ "role": "assistant", "content": null, "tool_calls": [call] }), "tool_calls"),
    )]);
    let tools = json!([{ "type": "custom", "name": "sh", "description": "Runs a command." }]);
    for stream in [false, true] {
        let told = response(&ask(&server, json!({ "tools": tools, "stream": stream })), stream);
        let call = &told["output"][0];
        assert_eq!(
            (&call["type"], &call["call_id"], &call["name"], &call["input"]),
            (&json!("custom_tool_call"), &json!("c1"), &json!("sh"), &json!("ls -l\n")),
            "{told:#}"
        );
    }
}

#[test]
fn a_hosted_tool_is_refused_where_no_target_runs_it() {
    let (up, server) = openai([says("never")]);
    for (kind, words) in [("file_search", "file_search"), ("web_search", "web_search"), ("mcp", "`mcp`")] {
        let answer = ask(&server, json!({ "tools": [{ "type": kind }] }));
        assert_eq!(answer.status, 400, "{answer}");
        assert!(answer.error().1.contains(words), "{answer}");
    }
    assert_eq!(up.calls(), 0);
}

#[test]
fn thoughts_go_back_to_the_vendor_that_thought_them() {
    let thinks =
        whole(&json!({ "role": "assistant", "content": "42", "reasoning_content": "Six times seven." }), "stop");
    let (up, server) = openai([answers(200, &thinks), says("Yes.")]);
    let first = ask(&server, json!({})).ok();
    let thought = &first["output"][0];
    assert_eq!(
        (&thought["type"], &thought["summary"][0]["text"]),
        (&json!("reasoning"), &json!("Six times seven.")),
        "{first:#}"
    );
    let mut input = vec![json!({ "role": "user", "content": "Hello" })];
    input.extend(first["output"].as_array().unwrap().iter().cloned());
    input.push(json!({ "role": "user", "content": "Sure?" }));
    assert_eq!(words(&ask(&server, json!({ "input": input })).ok()), "Yes.");
    assert_eq!(up.last().json()["messages"][1]["content"], "42");
}

#[test]
fn what_cannot_be_understood_is_refused_in_the_formats_own_shape() {
    let (up, server) = openai([says("never")]);
    let rows = [
        (json!({ "input": null }), "input"),
        (
            json!({ "input": [{ "role": "user", "content": [{ "type": "input_image", "file_id": "file-1" }] }] }),
            "input[0].content[0]",
        ),
        (json!({ "background": true }), "store"),
        (json!({ "conversation": "conv_1" }), "conversation"),
        (json!({ "text": { "format": { "type": "xml" } } }), "text.format.type"),
    ];
    for (fields, param) in rows {
        let answer = ask(&server, fields.clone());
        answer.refused(400, "invalid_request", "");
        assert_eq!(answer.json()["error"]["param"], param, "{fields}: {answer}");
    }
    for body in ["", "{", "[]", "{\"input\":[1]}", "{\"input\":[{\"type\":7}]}"] {
        let answer = Request::new("POST", "/v1/responses").body("application/json", body).send(&server);
        answer.refused(400, "invalid_request", "");
    }
    // No server without a database keeps anything.
    let unknown = ask(&server, json!({ "previous_response_id": "resp_1" }));
    unknown.refused(503, "responses_not_kept", "keeps no responses");
    server.get("/v1/responses/resp_1").refused(503, "responses_not_kept", "");
    assert_eq!(ask(&server, json!({ "model": "gpt-unknown" })).status, 404);
    assert_eq!(up.calls(), 0);
}
