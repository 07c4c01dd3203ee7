//! Providers that speak OpenAI's format almost: what their clients get is the format as it is specified.
//!
//! The client here is as strict as the strictest: it knows no spelling but the specified one, and puts a stream together
//! as OpenAI's own libraries do, which append every text they meet again.

use serde_json::{Map, Value, json};

use super::chat_talk::with_providers;
use super::chat_words::{answers, chunk, chunk_of, closing, done, opening, usage, word};
use super::client::Answer;
use super::upstream::{Act, Step, Upstream};

/// A stream's message, put together as OpenAI's library for Python does: texts are appended, but for types and indices.
fn grown(answer: &Answer) -> (Map<String, Value>, Value) {
    let (mut message, mut finish) = (json!({}), Value::Null);
    for chunk in answer.chunks() {
        assert!(chunk["id"].is_string() && chunk["model"].is_string(), "{chunk}");
        for choice in chunk["choices"].as_array().expect("a chunk has choices") {
            assert!(choice["index"].is_u64(), "{choice}");
            let delta = &choice["delta"];
            assert!(delta.is_object(), "{choice}");
            for (name, value) in delta.as_object().expect("it is one") {
                grow(&mut message[name.as_str()], value);
            }
            if !choice["finish_reason"].is_null() {
                assert_eq!(finish, Value::Null, "a reply ends once: {answer}");
                finish = choice["finish_reason"].clone();
            }
        }
    }
    let Value::Object(message) = message else { unreachable!("it was made as one") };
    (message, finish)
}

fn grow(before: &mut Value, more: &Value) {
    match (before, more) {
        (Value::String(before), Value::String(more)) => before.push_str(more),
        (Value::Object(before), Value::Object(more)) => {
            for (name, value) in more {
                match name.as_str() {
                    "index" | "type" => drop(before.insert(name.clone(), value.clone())),
                    _ => grow(before.entry(name.as_str()).or_insert(Value::Null), value),
                }
            }
        }
        (before @ (Value::Array(_) | Value::Null), Value::Array(more)) => {
            if before.is_null() {
                *before = json!([]);
            }
            let before = before.as_array_mut().expect("it is one");
            for item in more {
                let index = item["index"].as_u64().expect("calls are told apart by their index");
                let index = usize::try_from(index).expect("it is small");
                assert!(index <= before.len(), "indices follow each other: {item}");
                if index == before.len() {
                    before.push(json!({}));
                }
                grow(&mut before[index], item);
            }
        }
        (_, Value::Null) => {}
        (before, more) => *before = more.clone(),
    }
}

/// What a reply says, as it is specified: its words, its thoughts, its calls and why it ended.
fn told(message: &Map<String, Value>, finish: &Value) -> Value {
    let text = |name: &str| message.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    assert_eq!(text("role"), "assistant", "{message:?}");
    assert!(!message.contains_key("reasoning"), "{message:?}");
    assert!(message.get("content").is_none_or(|content| content.is_null() || content.is_string()), "{message:?}");
    let calls = message.get("tool_calls").and_then(Value::as_array).cloned().unwrap_or_default();
    let call = |call: &Value| {
        assert_eq!(call["type"], "function", "{call}");
        assert!(call["id"].as_str().is_some_and(|id| !id.is_empty()), "{call}");
        format!(
            "{}{}",
            call["function"]["name"].as_str().expect("it has a name"),
            call["function"]["arguments"].as_str().expect("they are a text")
        )
    };
    json!([text("content"), text("reasoning_content"), calls.iter().map(call).collect::<Vec<_>>(), finish])
}

/// What the client of a provider that streams this is told. Asked as it should be, it was.
fn streamed(steps: &[Step]) -> (Value, Answer) {
    let up = Upstream::doing([Act::Stream(steps.to_vec())]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    let answer = server.chat(json!({ "stream": true, "stream_options": { "include_usage": true } }));
    assert_eq!(up.last().json()["stream"], true);
    assert_eq!(up.calls(), 1);
    let (message, finish) = grown(&answer);
    (told(&message, &finish), answer)
}

fn whole(message: &Value, finish: &Value, usage: &Value) -> (Value, Answer) {
    let body = json!({
        "id": "chatcmpl-up", "object": "chat.completion", "created": 1_790_000_000, "model": "upstream-model",
        "choices": [{ "index": 0, "message": message, "finish_reason": finish }], "usage": usage,
    });
    let up = Upstream::doing([answers(200, &body)]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    let answer = server.chat(json!({}));
    let said = answer.json();
    let choice = &said["choices"][0];
    let message = choice["message"].as_object().expect("a whole answer has a message");
    (told(message, &choice["finish_reason"]), answer)
}

fn calls(calls: &Value) -> Step {
    chunk(&json!({ "tool_calls": calls }), None)
}

fn called(fields: &Value, name: Option<&str>, arguments: &Value) -> Value {
    let mut call = json!({ "type": "function", "function": { "arguments": arguments } });
    if let Some(name) = name {
        call["function"]["name"] = name.into();
    }
    call.as_object_mut().expect("it is one").extend(fields.as_object().expect("it is one").clone());
    call
}

#[test]
fn streams_that_are_almost_right_arrive_right() {
    let f = |fields: Value, arguments: &Value| called(&fields, Some("f"), arguments);
    let rest = |fields: Value, arguments: &str| called(&fields, None, &json!(arguments));
    let end = |reason: &str| chunk(&json!({}), Some(reason));
    let odd = |choice: Value| chunk_of(&json!([choice]), &Value::Null);
    let hi = json!(["Hi", "", [], "stop"]);
    let one = json!(["", "", ["f{}"], "tool_calls"]);
    let two = json!(["", "", ["f{}", "g[]"], "tool_calls"]);
    let rows: Vec<(&str, Vec<Step>, &Value)> = vec![
        ("right", vec![opening(), word("Hi"), closing()], &hi),
        (
            "message instead of delta",
            vec![odd(
                json!({ "index": 0, "message": { "role": "assistant", "content": "Hi" }, "finish_reason": "stop" }),
            )],
            &hi,
        ),
        ("no index", vec![opening(), odd(json!({ "delta": { "content": "Hi" } })), closing()], &hi),
        (
            "parts",
            vec![opening(), chunk(&json!({ "content": [{ "type": "text", "text": "Hi" }] }), None), closing()],
            &hi,
        ),
        ("an odd reason", vec![opening(), word("Hi"), end("eos_token")], &hi),
        (
            "a reason that is a truth",
            vec![opening(), word("Hi"), odd(json!({ "index": 0, "delta": {}, "finish_reason": true }))],
            &hi,
        ),
        ("a reason twice", vec![opening(), word("Hi"), closing(), closing()], &hi),
        ("a malformed chunk", vec![opening(), word("H"), Step::Data("{\"cho".into()), word("i"), closing()], &hi),
        (
            "both at index 0",
            vec![
                opening(),
                calls(&json!([f(json!({ "index": 0, "id": "a" }), &json!("{}"))])),
                calls(&json!([called(&json!({ "index": 0, "id": "b" }), Some("g"), &json!("[]"))])),
                end("tool_calls"),
            ],
            &two,
        ),
        (
            "no index in calls",
            vec![
                opening(),
                calls(&json!([f(json!({ "id": "a" }), &json!("{}"))])),
                calls(&json!([called(&json!({ "id": "b" }), Some("g"), &json!("["))])),
                calls(&json!([rest(json!({}), "]")])),
                end("tool_calls"),
            ],
            &two,
        ),
        (
            "an index of null",
            vec![
                opening(),
                calls(&json!([f(json!({ "index": null, "id": "a" }), &json!("{"))])),
                calls(&json!([rest(json!({ "index": null }), "}")])),
                end("tool_calls"),
            ],
            &one,
        ),
        (
            "id and name in each",
            vec![
                opening(),
                calls(&json!([f(json!({ "index": 0, "id": "a" }), &json!(""))])),
                calls(&json!([f(json!({ "index": 0, "id": "a" }), &json!("{"))])),
                calls(&json!([f(json!({ "index": 0, "id": "a" }), &json!("}"))])),
                end("tool_calls"),
            ],
            &one,
        ),
        (
            "arguments as an object",
            vec![opening(), calls(&json!([f(json!({ "index": 0, "id": "a" }), &json!({}))])), end("tool_calls")],
            &one,
        ),
        ("no id", vec![opening(), calls(&json!([f(json!({ "index": 0 }), &json!("{}"))])), end("tool_calls")], &one),
        (
            "stop beside calls",
            vec![opening(), calls(&json!([f(json!({ "index": 0, "id": "a" }), &json!("{}"))])), closing()],
            &one,
        ),
    ];
    for (name, mut steps, expected) in rows {
        steps.extend([usage(), done()]);
        let (told, answer) = streamed(&steps);
        assert_eq!(told, *expected, "{name}: {answer}");
        assert_eq!(answer.chunks().last().expect("there is one")["usage"]["total_tokens"], 11, "{name}");
    }
    let thoughts = [opening(), chunk(&json!({ "reasoning": "Hm" }), None), word("Hi"), closing(), usage(), done()];
    assert_eq!(streamed(&thoughts).0, json!(["Hi", "Hm", [], "stop"]));
    for (torn, expected) in [([r"a\ud83d", r"\ude00b"], "a😀b"), ([r"a\ud83d", "b"], "a\u{fffd}b")] {
        let half = |text: &str| Step::Data(format!(r#"{{"choices":[{{"index":0,"delta":{{"content":"{text}"}}}}]}}"#));
        let steps = [opening(), half(torn[0]), half(torn[1]), closing(), usage(), done()];
        assert_eq!(streamed(&steps).0, json!([expected, "", [], "stop"]));
    }
}

#[test]
fn what_was_right_passes_with_all_that_its_provider_adds() {
    let steps =
        [opening(), chunk(&json!({ "content": "Hi", "vendors_own": 1 }), None), word("!"), closing(), usage(), done()];
    let answer = streamed(&steps).1;
    assert!(answer.text().contains(r#""vendors_own":1"#), "{answer}");
}

#[test]
fn whole_answers_that_are_almost_right_arrive_right() {
    let counts = json!({ "prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11 });
    let hi = json!(["Hi", "", [], "stop"]);
    let one = json!(["", "", ["f{}"], "tool_calls"]);
    let said = |content: Value| json!({ "role": "assistant", "content": content });
    let calling = |call: Value| json!({ "role": "assistant", "content": null, "tool_calls": [call] });
    let call = called(&json!({ "id": "a" }), Some("f"), &json!("{}"));
    let rows = [
        ("right", said(json!("Hi")), json!("stop"), &hi),
        ("parts", said(json!([{ "type": "text", "text": "Hi" }])), json!("stop"), &hi),
        ("no role", json!({ "content": "Hi" }), json!("stop"), &hi),
        ("no reason", said(json!("Hi")), json!(null), &hi),
        ("an odd reason", said(json!("Hi")), json!("end_turn"), &hi),
        ("calls", calling(call.clone()), json!("tool_calls"), &one),
        ("stop beside calls", calling(call), json!("stop"), &one),
        ("no id", calling(called(&json!({}), Some("f"), &json!("{}"))), json!("tool_calls"), &one),
        (
            "no arguments",
            calling(json!({ "id": "a", "type": "function", "function": { "name": "f" } })),
            json!("tool_calls"),
            &one,
        ),
        ("a reason that is a truth", said(json!("Hi")), json!(true), &hi),
        ("an object", calling(called(&json!({ "id": "a" }), Some("f"), &json!({}))), json!("tool_calls"), &one),
    ];
    for (name, message, finish, expected) in rows {
        let (told, answer) = whole(&message, &finish, &counts);
        assert_eq!(told, *expected, "{name}: {answer}");
        assert_eq!(answer.json()["usage"]["total_tokens"], 11, "{name}");
    }
    let thoughts = json!({ "role": "assistant", "content": "Hi", "reasoning": "Hm" });
    assert_eq!(whole(&thoughts, &json!("stop"), &counts).0, json!(["Hi", "Hm", [], "stop"]));
}

#[test]
fn odd_numbers_cost_the_count_and_never_the_answer() {
    let message = json!({ "role": "assistant", "content": "Hi" });
    let rows = [
        (json!({ "prompt_tokens": 7.0, "completion_tokens": "2", "total_tokens": 9.0 }), json!([7, 2, 9]), false),
        (json!({ "prompt_tokens": -1, "completion_tokens": 2 }), Value::Null, true),
        (json!("free"), Value::Null, true),
    ];
    for (usage, expected, is_estimated) in rows {
        let (told, answer) = whole(&message, &json!("stop"), &usage);
        assert_eq!(told, json!(["Hi", "", [], "stop"]), "{usage}");
        let streamed = streamed(&[opening(), word("Hi"), closing(), chunk_of(&json!([]), &usage), done()]).1;
        for counted in [&answer.json()["usage"], &streamed.chunks().last().expect("there is one")["usage"]] {
            let names = ["prompt_tokens", "completion_tokens", "total_tokens"];
            assert!(names.iter().all(|name| counted[*name].is_u64()), "{counted}");
            assert_eq!(counted["estimated"] == true, is_estimated, "{counted}");
            if !is_estimated {
                assert_eq!(json!(names.map(|name| counted[name].clone())), expected);
            }
        }
    }
}

#[test]
fn replies_that_come_in_one_list_are_not_put_together() {
    let choice = |index: Value, text: &str| {
        let message = json!({ "role": "assistant", "content": text });
        let mut choice = json!({ "message": message, "finish_reason": "stop" });
        if !index.is_null() {
            choice["index"] = index;
        }
        choice
    };
    for index in [Value::Null, json!(0)] {
        for (n, expected) in [(1, vec!["A"]), (2, vec!["A", "B"])] {
            let choices = [choice(index.clone(), "A"), choice(index.clone(), "B")];
            let up = Upstream::doing([answers(200, &json!({ "id": "x", "choices": choices }))]);
            let server = with_providers(&[up.with_model("a", json!({ "many_replies": true }))]);
            let answer = server.chat(json!({ "n": n }));
            let choices = answer.ok()["choices"].as_array().cloned().unwrap_or_default();
            let said: Vec<&str> = choices.iter().filter_map(|choice| choice["message"]["content"].as_str()).collect();
            assert_eq!(said, expected, "{answer}");
            let places: Vec<Option<u64>> = choices.iter().map(|choice| choice["index"].as_u64()).collect();
            assert!(places.iter().zip(0..).all(|(place, at)| *place == Some(at)), "{answer}");
            assert_eq!(up.last().json()["n"].as_u64().unwrap_or(1), n);
        }
    }
}
