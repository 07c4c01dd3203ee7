//! Chats that go as they should: what the provider is sent, and what of its answer reaches the client.

use serde_json::{Value, json};

use super::chat_talk::{asking, over, turns, with_providers};
use super::chat_words::{answers, chunk, closing, done, opening, saying, says, streams, usage, whole, word};
use super::client::Request;
use super::upstream::{Act, Upstream};

fn weather() -> Value {
    let parameters = json!({ "type": "object", "properties": { "city": { "type": "string" } } });
    json!([{ "type": "function", "function": { "name": "weather", "description": "Today's", "parameters": parameters } }])
}

fn call(index: usize, city: &str) -> Value {
    let arguments = json!({ "city": city }).to_string();
    json!({ "id": format!("call_{index}"), "type": "function", "function": { "name": "weather", "arguments": arguments } })
}

#[test]
fn a_whole_answer_reaches_the_client_as_the_provider_wrote_it() {
    let up = Upstream::doing([says("Hello to you")]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    let answer = server.chat(json!({}));
    assert_eq!(answer.ok(), saying("Hello to you"));
    assert_eq!(answer.header("x-routed-via"), Some("a/m"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    for absent in ["x-fallback-attempts", "x-mediary-treatments", "x-mediary-dropped"] {
        assert_eq!(answer.header(absent), None, "{absent}");
    }
    assert!(answer.header("x-request-id").is_some());
    let seen = up.last();
    assert_eq!((up.calls(), seen.method.as_str(), seen.path.as_str()), (1, "POST", "/v1/chat/completions"));
    assert_eq!(seen.key(), Upstream::key_of("a"));
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert_eq!(seen.json(), json!({ "model": "m", "messages": [{ "role": "user", "content": "Hello" }] }));
}

#[test]
fn a_stream_reaches_the_client_chunk_by_chunk() {
    let up = Upstream::doing([streams(&["Hel", "lo"])]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    let answer = server.chat(json!({ "stream": true }));
    assert_eq!(answer.said(), "Hello");
    assert_eq!(answer.header("x-routed-via"), Some("a/m"));
    assert_eq!(answer.header("cache-control"), Some("no-cache"));
    assert_eq!(answer.header("x-accel-buffering"), Some("no"));
    let chunks = answer.chunks();
    assert!(chunks.iter().all(|chunk| chunk["id"] == "chatcmpl-up" && chunk["model"] == "upstream-model"), "{answer}");
    assert_eq!(chunks.last().expect("there are some")["choices"][0]["finish_reason"], "stop");
    let sent = up.last().json();
    assert_eq!((&sent["stream"], &sent["stream_options"]["include_usage"]), (&json!(true), &json!(true)));
}

#[test]
fn usage_is_told_where_asked_for_and_counted_where_the_provider_does_not() {
    let tells = || streams(&["Hello"]);
    let silent = || Act::Stream(vec![opening(), word("Hello"), closing(), done()]);
    let told = json!({ "prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11 });
    for (act, wants, expected) in [
        (tells(), true, Some(told)),
        (tells(), false, None),
        (silent(), true, Some(Value::Null)),
        (silent(), false, None),
    ] {
        let up = Upstream::doing([act]);
        let server = with_providers(&[up.entry("a", json!({}))]);
        let answer = server.chat(json!({ "stream": true, "stream_options": { "include_usage": wants } }));
        let chunks = answer.chunks();
        let with_usage: Vec<&Value> = chunks.iter().filter(|chunk| !chunk["usage"].is_null()).collect();
        match expected {
            None => assert_eq!(with_usage, Vec::<&Value>::new(), "{answer}"),
            Some(Value::Null) => {
                assert_eq!(with_usage.len(), 1, "{answer}");
                assert_counted(with_usage[0]);
                assert_eq!(with_usage[0]["id"], "chatcmpl-up", "chunks of one answer have one id");
            }
            Some(told) => assert_eq!(with_usage.iter().map(|chunk| &chunk["usage"]).collect::<Vec<_>>(), [&told]),
        }
        assert_eq!(up.last().json()["stream_options"]["include_usage"], true, "the ledger counts it either way");
    }
}

/// "Hello" is two tokens at four bytes each; what the request has is estimated too.
fn assert_counted(body: &Value) {
    let usage = &body["usage"];
    assert_eq!((&usage["estimated"], &usage["completion_tokens"]), (&json!(true), &json!(2)), "{body}");
    let count = |name: &str| usage[name].as_u64().expect("a number");
    assert!(count("prompt_tokens") > 0 && count("total_tokens") == count("prompt_tokens") + 2, "{body}");
}

#[test]
fn a_whole_answer_without_usage_gets_an_estimate_that_says_so() {
    let mut body = saying("Hello");
    body.as_object_mut().expect("an object").remove("usage");
    let up = Upstream::doing([answers(200, &body)]);
    let answer = with_providers(&[up.entry("a", json!({}))]).chat(json!({}));
    assert_eq!(answer.said(), "Hello");
    assert_counted(&answer.json());
    assert_eq!(answer.json()["id"], "chatcmpl-up");
}

#[test]
fn calls_of_functions_come_whole_and_in_pieces_and_their_results_go_back() {
    let message = json!({ "role": "assistant", "content": null, "tool_calls": [call(0, "Rome"), call(1, "Oslo")] });
    let begin = |index: usize| {
        let function = json!({ "name": "weather", "arguments": "" });
        json!({ "tool_calls": [{ "index": index, "id": format!("call_{index}"), "type": "function", "function": function }] })
    };
    let more =
        |index: usize, text: &str| json!({ "tool_calls": [{ "index": index, "function": { "arguments": text } }] });
    let pieces = [begin(0), more(0, "{\"city\":"), more(0, "\"Rome\"}"), begin(1), more(1, "{\"city\":\"Oslo\"}")];
    let steps = pieces.iter().map(|delta| chunk(delta, None));
    let stream = Act::Stream(steps.chain([chunk(&json!({}), Some("tool_calls")), usage(), done()]).collect());
    let up = Upstream::doing([answers(200, &whole(&message, "tool_calls")), stream, says("Both fine")]);
    let server = with_providers(&[up.with_model("a", json!({ "tools": true }))]);

    let asked = json!({ "tools": weather(), "tool_choice": "required", "parallel_tool_calls": true });
    let answer = server.chat(asked.clone()).ok();
    assert_eq!(answer["choices"][0]["message"], message);
    assert_eq!(answer["choices"][0]["finish_reason"], "tool_calls");
    let sent = up.last().json();
    for (name, value) in asked.as_object().expect("an object") {
        assert_eq!(sent[name], *value, "{name}");
    }

    let answer = server.chat(over(asked, json!({ "stream": true })));
    let deltas: Vec<Value> = answer.chunks().iter().map(|chunk| chunk["choices"][0]["delta"].clone()).collect();
    assert_eq!(deltas[..pieces.len()], pieces, "{answer}");
    assert_eq!(up.last().json()["tools"], weather());

    let result = |index: usize| json!({ "role": "tool", "tool_call_id": format!("call_{index}"), "content": "sunny" });
    let messages = json!([{ "role": "user", "content": "Weather?" }, message, result(0), result(1)]);
    assert_eq!(server.chat(json!({ "messages": messages, "tools": weather() })).said(), "Both fine");
    let sent = up.last().json();
    assert_eq!(sent["messages"][1]["tool_calls"], json!([call(0, "Rome"), call(1, "Oslo")]));
    assert_eq!([&sent["messages"][2], &sent["messages"][3]], [&result(0), &result(1)]);
}

#[test]
fn thoughts_log_probabilities_and_several_replies_pass_whole_and_as_streams() {
    let logprobs = json!({ "content": [{ "token": "4", "logprob": -0.1, "bytes": [52], "top_logprobs": [] }] });
    let choice = |index: usize, slot: &str| {
        let said = json!({ "role": "assistant", "content": "4", "reasoning_content": "2 and 2" });
        let finish = if slot == "message" { json!("stop") } else { Value::Null };
        json!({ "index": index, slot: said, "logprobs": logprobs, "finish_reason": finish })
    };
    let mut body = saying("");
    body["choices"] = json!([choice(0, "message"), choice(1, "message")]);
    let chunks = |choice: Value| super::chat_words::chunk_of(&json!([choice]), &Value::Null);
    let end = |index: usize| json!({ "index": index, "delta": {}, "logprobs": null, "finish_reason": "stop" });
    let steps = [choice(0, "delta"), choice(1, "delta"), end(1), end(0)].map(chunks);
    let stream = Act::Stream(steps.into_iter().chain([usage(), done()]).collect());
    let up = Upstream::doing([answers(200, &body), stream]);
    let server = with_providers(&[up.with_model("a", json!({ "logprobs": true, "many_replies": true }))]);

    let asked = json!({ "n": 2, "logprobs": true, "top_logprobs": 1 });
    assert_eq!(server.chat(asked.clone()).ok()["choices"], body["choices"]);
    let sent = up.last().json();
    assert_eq!([&sent["n"], &sent["logprobs"], &sent["top_logprobs"]], [&json!(2), &json!(true), &json!(1)]);
    let answer = server.chat(over(asked, json!({ "stream": true })));
    let got: Vec<Value> = answer.chunks().iter().map(|chunk| chunk["choices"][0].clone()).collect();
    assert_eq!(got, [choice(0, "delta"), choice(1, "delta"), end(1), end(0)]);
}

#[test]
fn a_stream_with_several_replies_is_complete_only_when_all_of_them_are() {
    let part = |index: usize, finish: Value| {
        let choice = json!({ "index": index, "delta": { "content": "x" }, "logprobs": null, "finish_reason": finish });
        super::chat_words::chunk_of(&json!([choice]), &Value::Null)
    };
    let up = Upstream::doing([Act::Stream(vec![part(1, Value::Null), part(0, json!("stop")), done()])]);
    let server = with_providers(&[up.with_model("a", json!({ "many_replies": true }))]);
    let answer = server.chat(json!({ "n": 2, "stream": true }));
    assert!(!answer.text().contains("[DONE]") && answer.text().contains("upstream_garbled"), "{answer}");
}

#[test]
fn every_parameter_arrives_and_soft_ones_that_are_refused_are_named() {
    let up = Upstream::doing([says("Hello")]);
    let refusing = json!({ "quirks": { "refuses": ["seed", "logit_bias"], "max_completion_tokens": true } });
    let server = with_providers(&[up.entry("a", refusing)]);
    let kept = json!({
        "temperature": 0.5, "top_p": 0.9, "stop": ["END"], "presence_penalty": 0.25, "frequency_penalty": 0.75,
        "user": "someone", "vendor_field": { "deep": [1] },
    });
    let refused = json!({ "seed": 1, "logit_bias": { "1": 2 }, "reasoning_effort": "low" });
    let answer = server.chat(over(over(kept.clone(), refused), json!({ "max_tokens": 77, "store": null })));
    assert_eq!(answer.said(), "Hello");
    assert_eq!(answer.header("x-mediary-dropped"), Some("logit_bias, reasoning_effort, seed"));
    let plain =
        json!({ "model": "m", "messages": [{ "role": "user", "content": "Hello" }], "max_completion_tokens": 77 });
    assert_eq!(up.last().json(), over(plain, kept));
}

#[test]
fn what_is_only_passed_on_keeps_its_letters() {
    let up = Upstream::doing([says("Hello")]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    let metadata = r#"{"b":[1.0,1e999, -0,12345678901234567890123],"a":"\u00fc\/","a":null}"#;
    let of_message = r#"{ "x" : 1e2 }"#;
    let messages = format!(r#"[{{"role":"user","content":"Hello","vendor_mark":{of_message}}}]"#);
    let body = format!(r#"{{"model":"m","metadata":{metadata},"messages":{messages}}}"#);
    let answer = Request::new("POST", "/v1/chat/completions").body("application/json", body).send(&server);
    assert_eq!(answer.said(), "Hello", "{answer}");
    let seen = up.last();
    let sent = std::str::from_utf8(&seen.body).expect("JSON");
    assert!(sent.contains(&format!(r#""metadata":{metadata}"#)), "{sent}");
    assert!(sent.contains(&format!(r#""vendor_mark":{of_message}"#)), "{sent}");
}

#[test]
fn a_conversation_arrives_turn_by_turn_with_all_that_its_messages_hold() {
    let up = Upstream::doing([says("Hello")]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    let mut messages = turns(&["Ein Gruß: 你好 \"\\\n", "Hi", "Again"]);
    messages.as_array_mut().expect("a list").insert(0, json!({ "role": "developer", "content": "Be brief." }));
    messages[1]["name"] = "ann".into();
    assert_eq!(asking(json!({ "messages": messages })).send(&server).said(), "Hello");
    messages[0]["role"] = "system".into();
    assert_eq!(up.last().json()["messages"], messages);
}

#[test]
fn an_answer_in_the_other_way_than_asked_is_understood() {
    // A whole body where a stream was asked for, and the reverse; and a model that is known not to stream.
    let up = Upstream::doing([says("Hello"), streams(&["Hel", "lo"]), says("Hello")]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    let answer = server.chat(json!({ "stream": true, "stream_options": { "include_usage": true } }));
    assert_eq!(answer.said(), "Hello");
    let chunks = answer.chunks();
    assert!(chunks.iter().all(|chunk| chunk["object"] == "chat.completion.chunk"), "{answer}");
    assert_eq!(chunks.last().expect("there are some")["usage"]["total_tokens"], 11);
    let answer = server.chat(json!({}));
    assert_eq!((answer.said().as_str(), &answer.json()["object"]), ("Hello", &json!("chat.completion")));
    let whole_only = with_providers(&[up.with_model("a", json!({ "streaming": false }))]);
    assert_eq!(whole_only.chat(json!({ "stream": true })).said(), "Hello");
    assert_eq!(up.last().json()["stream"], Value::Null);
}
