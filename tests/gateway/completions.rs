//! OpenAI's older format: prompts, by targets that go on with them and by those that only chat.

use serde_json::{Value, json};

use super::chat_talk::{over, with_providers};
use super::chat_tongues::dialects;
use super::chat_words::{answers, fails, says, whole};
use super::client::{Answer, Request};
use super::server::TestServer;
use super::upstream::{Act, Step, Upstream};

fn asking(fields: Value) -> Request {
    let prompt = json!({ "model": "m", "prompt": "Once" });
    Request::new("POST", "/v1/completions").body("application/json", over(prompt, fields).to_string())
}

fn ask(server: &TestServer, fields: Value) -> Answer {
    asking(fields).send(server)
}

/// A body in the older format with these texts.
fn texts(texts: &[&str]) -> Value {
    let choices: Vec<Value> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| json!({ "text": text, "index": index, "logprobs": null, "finish_reason": "length" }))
        .collect();
    json!({ "id": "cmpl-up", "object": "text_completion", "created": 1_790_000_000, "model": "up", "choices": choices,
        "usage": { "prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11 } })
}

fn native(acts: impl IntoIterator<Item = Act>) -> (Upstream, TestServer) {
    let up = Upstream::doing(acts);
    let server = with_providers(&[up.with_model("a", json!({ "tasks": ["completion"], "many_replies": true }))]);
    (up, server)
}

fn dropped(answer: &Answer) -> Vec<&str> {
    answer.header("x-mediary-dropped").map(|names| names.split(", ").collect()).unwrap_or_default()
}

#[test]
fn stops_are_cut_or_left_out_for_prompts_as_they_are_for_chats() {
    let stops = json!({ "stop": ["1", "2", "3", "4", "5"], "temperature": 1.7 });
    let good = answers(200, &texts(&["A"]));
    let with = |quirks: Value, acts: Vec<Act>| {
        let up = Upstream::doing(acts);
        let entry = up.with_model("a", json!({ "tasks": ["completion"] }));
        let server = with_providers(&[over(entry, json!({ "quirks": quirks }))]);
        (up, server)
    };
    let (up, server) = with(json!({ "most_stops": 4, "most_temperature": 1 }), vec![good.clone()]);
    let answer = ask(&server, stops.clone());
    assert_eq!((said(&answer), dropped(&answer)), (vec!["A".to_owned()], vec!["temperature", "stop"]), "{answer}");
    let sent = up.last().json();
    assert_eq!((&sent["stop"], &sent["temperature"]), (&json!(["1", "2", "3", "4"]), &json!(1.0)));
    // What a catalog knows to be refused, and what turns out to be.
    let learned = fails(400, "Unsupported parameter: 'stop' is not supported with this model.", None);
    let (up, server) = {
        let up = Upstream::doing([good.clone()]);
        let server = with_providers(&[up.with_model("a", json!({ "tasks": ["completion"], "refuses": ["stop"] }))]);
        (up, server)
    };
    assert_eq!(dropped(&ask(&server, stops.clone())), ["stop"]);
    assert_eq!(up.last().json().get("stop"), None);
    let rows = [(json!({ "refuses": ["stop"] }), vec![good.clone()]), (json!({}), vec![learned, good.clone()])];
    for (quirks, acts) in rows {
        let (up, server) = with(quirks, acts);
        for _ in 0..2 {
            let answer = ask(&server, stops.clone());
            assert_eq!((said(&answer), dropped(&answer)), (vec!["A".to_owned()], vec!["stop"]), "{answer}");
            assert_eq!(up.last().json().get("stop"), None);
        }
    }
    // Nothing is left out where all of them are taken.
    let (up, server) = with(json!({}), vec![good]);
    assert_eq!(dropped(&ask(&server, stops.clone())), [""; 0]);
    assert_eq!(up.last().json()["stop"], stops["stop"]);
}

/// The texts of an answer in the order of its replies.
#[track_caller]
fn said(answer: &Answer) -> Vec<String> {
    let body = answer.ok();
    assert_eq!(body["object"], "text_completion", "{answer}");
    assert!(body["id"].as_str().is_some_and(|id| !id.is_empty()), "{answer}");
    let choices = body["choices"].as_array().expect("there are replies").iter().enumerate();
    choices
        .map(|(index, choice)| {
            assert_eq!(choice["index"], index, "{answer}");
            choice["text"].as_str().expect("it is a text").to_owned()
        })
        .collect()
}

/// The chunks of a stream that ends as it should.
#[track_caller]
fn chunks(answer: &Answer) -> Vec<Value> {
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/event-stream")), "{answer}");
    let mut events: Vec<&str> = answer.text().split("\n\n").filter(|event| event.starts_with("data: ")).collect();
    assert_eq!(events.pop(), Some("data: [DONE]"), "{answer}");
    events.into_iter().map(|event| serde_json::from_str(&event["data: ".len()..]).expect("chunks are JSON")).collect()
}

#[test]
fn a_target_that_goes_on_with_prompts_is_told_everything() {
    let (up, server) = native([answers(200, &texts(&["A", "B", "C", "D"]))]);
    let asked = json!({ "prompt": ["Once", "Twice"], "suffix": "}", "echo": true, "n": 2, "best_of": 3, "logprobs": 4, "max_tokens": 5,
        "temperature": 0.5, "stop": ["END"], "seed": 7, "logit_bias": { "1": 2 } });
    let answer = ask(&server, asked.clone());
    assert_eq!(said(&answer), ["A", "B", "C", "D"]);
    assert_eq!(
        (&answer.ok()["choices"][0]["finish_reason"], &answer.ok()["usage"]["total_tokens"]),
        (&json!("length"), &json!(11))
    );
    let seen = up.last();
    assert_eq!(seen.path, "/v1/completions");
    for field in asked.as_object().unwrap().keys() {
        assert_eq!(seen.json()[field], asked[field], "{field}");
    }
    let tokens = json!({ "prompt": [[1, 2], [3]] });
    ask(&server, tokens.clone()).ok();
    assert_eq!(up.last().json()["prompt"], tokens["prompt"]);
}

#[test]
fn a_stream_of_a_prompt_is_texts() {
    let piece = |text: &str, finish: Value| {
        let choice = json!({ "text": text, "index": 0, "logprobs": null, "finish_reason": finish });
        Step::Data(
            json!({ "id": "cmpl-up", "object": "text_completion", "model": "up", "choices": [choice] }).to_string(),
        )
    };
    let done = || Step::Data("[DONE]".to_owned());
    let steps = vec![piece("Hel", Value::Null), piece("lo", Value::Null), piece("", json!("stop")), done()];
    let (up, server) = native([Act::Stream(steps)]);
    let answer = ask(&server, json!({ "stream": true, "stream_options": { "include_usage": true } }));
    let all = chunks(&answer);
    let text: String = all.iter().filter_map(|chunk| chunk["choices"][0]["text"].as_str()).collect();
    assert_eq!(text, "Hello");
    assert!(all.last().unwrap()["usage"]["prompt_tokens"].is_u64(), "{answer}");
    assert!(all.iter().any(|chunk| chunk["choices"][0]["finish_reason"] == "stop"), "{answer}");
    assert_eq!(up.last().json()["stream"], true);
    let (_up, server) = native([Act::Stream(vec![piece("Hel", Value::Null), Step::Cut])]);
    let broken = ask(&server, json!({ "stream": true }));
    assert!(!broken.text().contains("[DONE]") && broken.text().contains("\"error\""), "{broken}");
}

#[test]
fn every_dialect_that_only_chats_gets_a_prompt_as_a_chat() {
    for dialect in dialects() {
        for stream in [false, true] {
            let (up, server) = dialect.house([dialect.hello[usize::from(stream)].clone()]);
            let answer = ask(&server, json!({ "model": format!("{}/x", dialect.id), "stream": stream }));
            let text = match stream {
                false => said(&answer).concat(),
                true => chunks(&answer).iter().filter_map(|chunk| chunk["choices"][0]["text"].as_str()).collect(),
            };
            assert_eq!(text, "Hello", "{}: {answer}", dialect.id);
            assert_eq!(up.last().json().pointer(dialect.places[0]), Some(&json!("Once")), "{}", dialect.id);
        }
    }
}

#[test]
fn several_prompts_are_several_chats_and_their_replies_are_numbered_through() {
    let both = |one: &str, other: &str| {
        let mut body = whole(&json!({ "role": "assistant", "content": one }), "stop");
        let mut second = body["choices"][0].clone();
        (second["index"], second["message"]["content"]) = (1.into(), other.into());
        body["choices"].as_array_mut().unwrap().push(second);
        answers(200, &body)
    };
    let up = Upstream::doing([both("a", "b")]);
    let server = with_providers(&[up.with_model("a", json!({ "many_replies": true }))]);
    let answer = ask(&server, json!({ "prompt": ["Once ", "Twice "], "n": 2, "best_of": 2, "echo": true }));
    assert_eq!(said(&answer), ["Once a", "Once b", "Twice a", "Twice b"]);
    assert_eq!((up.calls(), &answer.ok()["usage"]["prompt_tokens"]), (2, &json!(18)));
}

#[test]
fn log_probabilities_of_a_chat_have_the_older_shape() {
    let mut body = whole(&json!({ "role": "assistant", "content": "Hi" }), "stop");
    let top = json!([{ "token": "Ho", "logprob": -1.5, "bytes": null }]);
    body["choices"][0]["logprobs"] =
        json!({ "content": [{ "token": "Hi", "logprob": -0.5, "bytes": null, "top_logprobs": top }] });
    let up = Upstream::doing([answers(200, &body)]);
    let server = with_providers(&[up.with_model("a", json!({ "logprobs": true }))]);
    let answer = ask(&server, json!({ "logprobs": 1 })).ok();
    assert_eq!(
        answer["choices"][0]["logprobs"],
        json!({ "tokens": ["Hi"], "token_logprobs": [-0.5], "text_offset": [0], "top_logprobs": [{ "Ho": -1.5 }] })
    );
    assert_eq!((&up.last().json()["logprobs"], &up.last().json()["top_logprobs"]), (&json!(true), &json!(1)));
}

#[test]
fn what_a_chat_has_no_words_for_is_refused_by_its_field() {
    let up = Upstream::doing([says("never")]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    let rows = [
        (json!({ "suffix": "}" }), "suffix"),
        (json!({ "prompt": [1, 2] }), "prompt"),
        (json!({ "best_of": 2 }), "best_of"),
        (json!({ "echo": true, "logprobs": 1 }), "echo"),
        (json!({ "echo": true, "stream": true }), "echo"),
        (json!({ "prompt": ["a", "b"], "stream": true }), "prompt"),
    ];
    for (fields, field) in rows {
        let answer = ask(&server, fields);
        answer.refused(400, "unsupported_value", "completion");
        assert_eq!(answer.json()["error"]["param"], field, "{answer}");
    }
    assert_eq!(up.calls(), 0);
    ask(&server, json!({ "prompt": "" })).refused(400, "invalid_request", "empty");
    ask(&server, json!({ "model": "nothing-like-it" })).refused(404, "model_not_found", "nothing-like-it");
}

#[test]
fn why_a_target_that_goes_on_with_prompts_was_passed_over_is_said_as_it_is() {
    let up = Upstream::doing([says("never")]);
    let server = with_providers(&[up.with_model("a", json!({ "tasks": ["completion"] }))]);
    for fields in [json!({ "n": 2 }), json!({ "n": 2, "suffix": "}" }), json!({ "n": 2, "best_of": 3 })] {
        let answer = ask(&server, fields.clone());
        answer.refused(422, "no_target", "a/m: cannot honour n.");
        assert_eq!(answer.json()["error"]["param"], "n", "{fields}: {answer}");
        assert!(!answer.text().contains("chat"), "{answer}");
    }
    assert_eq!(up.calls(), 0);
}

#[test]
fn targets_that_go_on_with_prompts_are_followed_by_those_that_chat() {
    let (first, second) =
        (Upstream::doing([fails(404, "no such model", Some("model_not_found"))]), Upstream::doing([says("Hi.")]));
    let completing = first.with_model("a", json!({ "tasks": ["completion"] }));
    let server = with_providers(&[completing, second.entry("b", json!({ "models": [{ "id": "n" }] }))]);
    let answer = ask(&server, json!({ "model": "auto" }));
    assert_eq!((said(&answer).concat().as_str(), answer.header("x-routed-via")), ("Hi.", Some("b/n")), "{answer}");
    assert_eq!(first.calls(), 1);
}

#[test]
fn mistral_fills_in_the_middle() {
    let up = Upstream::doing([says("b")]);
    let entry =
        up.entry("mistral", json!({ "dialect": "mistral", "models": [{ "id": "m", "tasks": ["completion"] }] }));
    let server = with_providers(&[entry]);
    assert_eq!(said(&ask(&server, json!({ "prompt": "a", "suffix": "c", "seed": 3, "max_tokens": 5 }))), ["b"]);
    let seen = up.last();
    assert_eq!(seen.path, "/v1/fim/completions");
    assert_eq!(seen.json(), json!({ "model": "m", "prompt": "a", "suffix": "c", "max_tokens": 5, "random_seed": 3 }));
}
