//! Chats that are refused: by us, by a provider for the client's fault, and what never stands in a refusal.

use serde_json::{Value, json};

use super::chat_talk::{over, serving, with_providers};
use super::chat_words::{answers, chunk, done, error, fails, opening, says, streams, usage, whole, word};
use super::server::TestServer;
use super::upstream::{Act, Step, Upstream};

fn too_long() -> Act {
    fails(400, "This model's maximum context length is 8192 tokens", Some("context_length_exceeded"))
}

#[test]
fn what_is_too_long_for_one_is_asked_of_those_that_hold_more() {
    let sized = |up: &Upstream, id: &str, tokens: Option<u32>| match tokens {
        Some(tokens) => up.with_model(id, json!({ "context_tokens": tokens })),
        None => up.entry(id, json!({})),
    };
    let [a, b, c, d] = [too_long(), says("From b"), says("From c"), says("From d")].map(|act| Upstream::doing([act]));
    let entries =
        [sized(&a, "a", Some(8192)), sized(&b, "b", Some(8192)), sized(&c, "c", None), sized(&d, "d", Some(131_072))];
    let server = with_providers(&entries);
    for _ in 0..2 {
        let answer = server.chat(json!({}));
        assert_eq!(answer.said(), "From d");
        assert_eq!(answer.header("x-fallback-attempts"), Some("1"));
    }
    // No target cools down for it.
    assert_eq!([&a, &b, &c, &d].map(Upstream::calls), [2, 0, 0, 2]);

    for stream in [true, false] {
        let answer = with_providers(&entries[..3]).chat(json!({ "stream": stream }));
        answer.refused(400, "context_length_exceeded", "maximum context length is 8192");
        assert_eq!(answer.tried(), "a/m context_too_long");
    }
    assert_eq!([&b, &c].map(Upstream::calls), [0, 0]);
}

#[test]
fn what_is_too_long_for_everybody_is_refused_without_a_call() {
    let up = Upstream::doing([says("Hello")]);
    let server = with_providers(&[up.with_model("a", json!({ "context_tokens": 2048 }))]);
    let long = "word ".repeat(20_000);
    let answer = server.chat(json!({ "messages": [{ "role": "user", "content": long }] }));
    answer.refused(400, "context_length_exceeded", "no target that may be asked holds more than 2048");
    assert_eq!(up.calls(), 0);
}

#[test]
fn faults_of_the_client_stop_at_once_with_the_providers_sentence() {
    let about_form = json!({ "error": { "message": "messages with role 'tool' must follow tool_calls",
        "type": "invalid_request_error", "param": "messages.[1].role", "code": "missing_required_parameter" } });
    let refused = "Your request was flagged by our content policy";
    let rows = [
        (answers(400, &about_form), "invalid_request", "must follow tool_calls"),
        (fails(400, refused, Some("content_policy_violation")), "content_policy_violation", refused),
        (fails(403, refused, Some("content_policy_violation")), "content_policy_violation", refused),
        (answers(200, &error(refused, Some("content_filter"))), "content_policy_violation", refused),
    ];
    for (act, code, words) in rows {
        let (first, second) = (Upstream::doing([act]), Upstream::doing([says("From b")]));
        let server = with_providers(&[first.entry("a", json!({})), second.entry("b", json!({}))]);
        for asked in [json!({}), json!({ "stream": true })] {
            server.chat(asked).refused(400, code, words);
        }
        assert_eq!((first.calls(), second.calls()), (2, 0), "{code}: it does not cool down, and no other is asked");
    }
}

#[test]
fn words_of_the_client_in_a_complaint_cost_neither_key_nor_model_and_stop_nothing() {
    let words = [
        "Invalid schema for function 'get_api_key': credentials are unauthorized",
        "tool 'moderation' was flagged: invalid_request",
        "function 'credit balance' is no function of this model",
        "tool 'data_model' does not exist",
    ];
    for words in words {
        let complaint = json!({ "error": { "message": words, "type": "invalid_request_error", "code": null } });
        let (first, second) = (Upstream::doing([answers(400, &complaint)]), Upstream::doing([says("From b")]));
        let server = with_providers(&[first.far_entry("a", json!({})), second.far_entry("b", json!({}))]);
        for round in 1..=2 {
            assert_eq!(server.chat(json!({})).said(), "From b", "{words}");
            assert_eq!((first.calls(), second.calls()), (round, round), "{words}: nothing cools down");
        }
    }
}

#[test]
fn a_page_in_place_of_a_refusal_blames_neither_key_nor_model() {
    let page = |status, kind: &str, body: &str| {
        let headers = vec![("content-type", kind.to_owned())];
        Act::Answer { status, headers, body: body.to_owned() }
    };
    let pages = [
        page(404, "text/html", "<html>default backend - 404</html>"),
        page(404, "text/plain", "default backend - 404"),
        page(403, "text/html; charset=utf-8", "<html>Your API key was blocked by the firewall</html>"),
        page(401, "Text/HTML", "<html>Log in</html>"),
    ];
    for act in pages {
        let up = Upstream::doing([act]);
        let server = with_providers(&[up.far_entry("a", json!({}))]);
        let answer = server.chat(json!({}));
        assert_eq!((answer.status, answer.tried()), (503, "a/m overloaded".to_owned()), "{answer}");
        // Seconds: not the ten minutes of a key, nor the hours of a model.
        let seconds: u64 = answer.header("retry-after").and_then(|value| value.parse().ok()).expect("it is told");
        assert!(seconds <= 20, "{answer}");
    }
}

#[test]
fn an_answer_that_a_filter_ended_is_an_answer() {
    let filtered =
        |text: &str| answers(200, &whole(&json!({ "role": "assistant", "content": text }), "content_filter"));
    let end = || chunk(&json!({}), Some("content_filter"));
    let streamed = |words: &[Step]| {
        Act::Stream([opening()].into_iter().chain(words.iter().cloned()).chain([end(), usage(), done()]).collect())
    };
    for text in ["I", ""] {
        let words = if text.is_empty() { vec![] } else { vec![word(text)] };
        let first = Upstream::doing([filtered(text), streamed(&words)]);
        let second = Upstream::doing([streams(&["From b"])]);
        let server = with_providers(&[first.entry("a", json!({})), second.entry("b", json!({}))]);
        let answer = server.chat(json!({}));
        assert_eq!(answer.said(), text);
        assert_eq!(answer.json()["choices"][0]["finish_reason"], "content_filter");
        let answer = server.chat(json!({ "stream": true }));
        assert_eq!(answer.said(), text);
        assert!(answer.chunks().iter().any(|chunk| chunk["choices"][0]["finish_reason"] == "content_filter"));
        assert_eq!((first.calls(), second.calls()), (2, 0));
    }
}

#[test]
fn hard_parameters_that_no_target_honours_are_refused_by_name_and_others_find_a_target() {
    let schema = json!({ "type": "json_schema", "json_schema": { "name": "x", "schema": { "type": "object" } } });
    let tool = json!([{ "type": "function", "function": { "name": "f" } }]);
    let rows = [
        ("response_format", json!({ "response_format": schema }), json!({ "structured": "schema" })),
        ("response_format", json!({ "response_format": { "type": "json_object" } }), json!({ "structured": "json" })),
        ("tools", json!({ "tools": tool }), json!({ "tools": true })),
        ("tool_choice", json!({ "tools": tool, "tool_choice": "required" }), json!({ "tools": true })),
        ("n", json!({ "n": 2 }), json!({ "many_replies": true })),
        ("logprobs", json!({ "logprobs": true }), json!({ "logprobs": true })),
    ];
    for (name, asked, able) in rows {
        let (first, second) = (Upstream::doing([says("From a")]), Upstream::doing([says("From b")]));
        let unable = if name == "tool_choice" { json!({ "tools": true, "tool_choice": false }) } else { json!({}) };
        let unable = first.with_model("a", unable);
        let answer = with_providers(std::slice::from_ref(&unable)).chat(asked.clone());
        answer.refused(422, "no_target", &format!("a/m: cannot honour {name}"));
        assert_eq!(answer.json()["error"]["param"], name);
        let answer = with_providers(&[unable, second.with_model("b", able)]).chat(asked.clone());
        assert_eq!(answer.said(), "From b", "{name}");
        assert_eq!((first.calls(), second.calls()), (0, 1), "{name}");
        for (field, value) in asked.as_object().expect("an object") {
            assert_eq!(second.last().json()[field], *value, "{name}");
        }
    }
}

#[test]
fn an_unknown_model_is_refused_with_names_like_it() {
    let up = Upstream::doing([says("Hello")]);
    let server = with_providers(&[up.entry("acme", json!({ "models": [{ "id": "lama-3-large" }, { "id": "m" }] }))]);
    for (asked, near) in
        [("lama-3-larg", "acme/lama-3-large"), ("vistaa", "vista"), ("acme/lama-3-larg", "acme/lama-3-large")]
    {
        let answer = server.chat(json!({ "model": asked }));
        answer.refused(404, "model_not_found", near);
        assert_eq!(answer.json()["error"]["param"], "model");
    }
    assert_eq!(up.calls(), 0);
}

#[test]
fn without_any_provider_the_variables_that_would_set_one_up_are_named() {
    let server = TestServer::with(|_| ());
    for stream in [false, true] {
        let answer = server.chat(json!({ "stream": stream }));
        for name in ["GROQ_API_KEY", "GEMINI_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "MISTRAL_API_KEY"] {
            answer.refused(503, "no_providers", name);
        }
    }
}

#[test]
fn keys_and_private_words_stand_in_no_answer() {
    let key = Upstream::key_of("a");
    let said = format!("Incorrect API key provided: {key} of organisation-acme.");
    let echo = format!("messages: role must be one of user, assistant; the call was made with Bearer {key}");
    let rows = [401, 403, 429, 500].map(|status| fails(status, &said, None)).into_iter().chain([
        answers(400, &json!({ "error": { "message": echo, "type": "invalid_request_error", "param": "messages" } })),
        answers(200, &error(&said, Some("invalid_api_key"))),
        Act::Stream(vec![opening(), word("Hi"), Step::Data(error(&said, Some("invalid_api_key")).to_string())]),
        Act::Stream(vec![opening(), word("Hi"), Step::Data(error(&echo, Some("content_filter")).to_string())]),
    ]);
    for act in rows {
        for stream in [false, true] {
            let up = Upstream::doing([act.clone()]);
            let server = with_providers(&[up.entry("a", json!({}))]);
            let raw = server.chat(json!({ "stream": stream })).raw() + &server.chat(json!({ "stream": stream })).raw();
            assert_eq!(up.last().key(), key);
            assert!(!raw.contains(&key) && !raw.contains("0123456789abcdef"), "{raw}");
            assert!(!raw.contains("acme"), "{raw}");
            assert!(!raw.contains(&up.address.to_string()), "{raw}");
        }
    }
}

#[test]
fn a_misspelt_bound_or_body_is_refused_before_any_call() {
    let up = Upstream::doing([says("Hello")]);
    let server = serving(&[up.entry("a", json!({}))], |_| ());
    for (name, value) in [("x-mediary-tier", "fastest"), ("x-mediary-cost", "0"), ("x-mediary-privacy", "locale")] {
        server.chat_with((name, value), json!({})).refused(400, "invalid_request", name);
    }
    let rows: [(&str, Value); 5] = [
        ("messages", json!({ "messages": [] })),
        ("messages[0].role", json!({ "messages": [{ "role": "robot", "content": "x" }] })),
        ("messages[0].content[0].type", json!({ "messages": [{ "role": "user", "content": [{ "type": "smell" }] }] })),
        ("temperature", json!({ "temperature": "hot" })),
        ("n", json!({ "n": 0 })),
    ];
    for (param, fields) in rows {
        let answer = server.chat(over(json!({}), fields));
        answer.refused(400, "invalid_request", "");
        assert_eq!(answer.json()["error"]["param"], param);
    }
    assert_eq!(up.calls(), 0);
}
