//! Answers that are given again, from both sides: what clients of every protocol read the second time, and that the provider
//! is not asked then.

use mediary::config::{KeepAnswers, Secret};
use serde_json::{Value, json};

use super::chat_talk::{asking, over, serving, turns, with_providers};
use super::chat_words::{answers, chunk, done, fails, opening, says, streams, whole, word};
use super::cli_serve::Served;
use super::client::{Answer, Request};
use super::keys_providers::Place;
use super::server::wait_until;
use super::upstream::{Act, Step, Upstream};

fn cold(fields: Value) -> Value {
    over(json!({ "temperature": 0 }), fields)
}

fn outcome(answer: &Answer) -> Option<&str> {
    assert_eq!(answer.status, 200, "{answer}");
    answer.header("x-mediary-cache")
}

/// A request that says `text`, in each protocol, whole or as a stream.
fn in_every_protocol(text: &str, stream: bool) -> Vec<(&'static str, Request)> {
    let said = json!([{ "role": "user", "content": text }]);
    let gemini = if stream { "streamGenerateContent?alt=sse" } else { "generateContent" };
    let contents = json!([{ "role": "user", "parts": [{ "text": text }] }]);
    let rows = [
        ("chat", "/v1/chat/completions".to_owned(), json!({ "messages": said, "temperature": 0, "stream": stream })),
        ("completions", "/v1/completions".to_owned(), json!({ "prompt": text, "temperature": 0, "stream": stream })),
        ("responses", "/v1/responses".to_owned(), json!({ "input": text, "temperature": 0, "stream": stream })),
        (
            "messages",
            "/v1/messages".to_owned(),
            json!({ "messages": said, "max_tokens": 50, "temperature": 0, "stream": stream }),
        ),
        (
            "gemini",
            format!("/v1beta/models/m:{gemini}"),
            json!({ "contents": contents, "generationConfig": { "temperature": 0 } }),
        ),
        (
            "ollama",
            "/api/chat".to_owned(),
            json!({ "messages": said, "options": { "temperature": 0 }, "stream": stream }),
        ),
    ];
    let request = |(name, path, fields): (&'static str, String, Value)| {
        let body = over(json!({ "model": "m" }), fields).to_string();
        (name, Request::new("POST", path).body("application/json", body))
    };
    rows.into_iter().map(request).collect()
}

#[test]
fn every_protocol_reads_the_same_again_whole_and_as_a_stream_and_nothing_is_asked() {
    for stream in [false, true] {
        let act = if stream { streams(&["Forty", "-two", " exactly"]) } else { says("Forty-two exactly") };
        let up = Upstream::doing([act]);
        let server = with_providers(&[up.entry("a", json!({}))]);
        for (name, request) in in_every_protocol(&format!("How many? {stream}"), stream) {
            let request = request.header("x-api-key", name);
            let asked = up.calls();
            let (first, second) = (request.send(&server), request.send(&server));
            assert_eq!((outcome(&first), outcome(&second)), (Some("miss"), Some("hit")), "{name} {stream}");
            assert_eq!(up.calls(), asked + 1, "{name} {stream}");
            assert_eq!(second.header("x-routed-via"), Some("a/m"), "{name} {stream}");
            assert_eq!(second.header("x-mediary-cost-usd"), Some("0"), "{name} {stream}");
            assert!(second.header("age").is_some(), "{second}");
            assert_eq!(first.header("content-type"), second.header("content-type"), "{name} {stream}");
            let pieces = |answer: &Answer| {
                answer.text().lines().filter(|line| !line.is_empty() && !line.starts_with(':')).count()
            };
            // But for a comment that says what the first one cost.
            assert_eq!(pieces(&first), pieces(&second), "{name}\n{first}\n{second}");
            let last = if stream { " exactly" } else { "Forty-two exactly" };
            assert!(first.text().contains(last) && second.text().contains(last), "{name}: {second}");
            if name == "chat" && !stream {
                assert_eq!(first.text(), second.text(), "as its provider wrote it");
            }
        }
    }
}

#[test]
fn a_stream_is_given_again_in_one_piece_and_one_piece_as_a_stream() {
    for (act, first) in [(streams(&["Forty", "-two"]), true), (says("Forty-two"), false)] {
        let up = Upstream::doing([act]);
        let server = with_providers(&[up.entry("a", json!({}))]);
        let ask = |stream: bool| server.chat(cold(json!({ "stream": stream })));
        assert_eq!(outcome(&ask(first)), Some("miss"));
        for stream in [false, true] {
            let again = ask(stream);
            assert_eq!((outcome(&again), again.said().as_str()), (Some("hit"), "Forty-two"), "{first} {stream}");
        }
        let body = ask(false).json();
        assert_eq!(body["usage"]["total_tokens"], 11, "{body}");
        assert_eq!(up.calls(), 1);
    }
}

#[test]
fn what_is_kept_is_what_was_asked_of_this_target_by_this_client() {
    let (a, b) = (Upstream::doing([says("From a")]), Upstream::doing([says("From b")]));
    let server = serving(&[a.entry("a", json!({})), b.entry("b", json!({}))], |config| {
        config.server.api_keys = vec![Secret::new("one"), Secret::new("other")];
    });
    let ask = |key: &str, fields: Value| {
        let answer = server.chat_with(("x-api-key", key), cold(fields));
        format!("{} {}", outcome(&answer).unwrap_or("-"), answer.said())
    };
    assert_eq!(ask("one", json!({ "model": "a/m" })), "miss From a");
    assert_eq!(ask("one", json!({ "model": "a/m" })), "hit From a");
    // The target that is asked first for the bare name is the same one.
    assert_eq!(ask("one", json!({})), "hit From a");
    assert_eq!(ask("one", json!({ "model": "b/m" })), "miss From b", "another target");
    assert_eq!(ask("other", json!({ "model": "a/m" })), "miss From a", "another client");
    let other: [Value; 6] = [
        json!({ "messages": turns(&["Goodbye"]) }),
        json!({ "max_tokens": 7 }),
        json!({ "seed": 1 }),
        json!({ "messages": [{ "role": "system", "content": "Be brief." }, { "role": "user", "content": "Hello" }] }),
        json!({ "stop": ["."] }),
        json!({ "user": "u" }),
    ];
    for fields in other {
        assert_eq!(ask("one", fields.clone()), "miss From a", "{fields}");
        assert_eq!(ask("one", fields.clone()), "hit From a", "{fields}");
    }
}

#[test]
fn a_client_is_known_by_the_key_that_let_it_in_whatever_stands_beside_it() {
    let up = Upstream::doing([says("Hello")]);
    let server = serving(&[up.entry("a", json!({}))], |config| {
        config.server.api_keys = vec![Secret::new("one"), Secret::new("other")];
    });
    let body = over(json!({ "model": "m", "messages": turns(&["Hello"]) }), cold(json!({}))).to_string();
    let ask = |key: &str| {
        let request = Request::new("POST", "/v1/chat/completions").body("application/json", body.clone());
        let answer = request.header("authorization", "Bearer none").header("x-api-key", key).send(&server);
        outcome(&answer).unwrap_or("-").to_owned()
    };
    assert_eq!([ask("one"), ask("one"), ask("other"), ask("other")], ["miss", "hit", "miss", "hit"]);
    assert_eq!(up.calls(), 2);
    // Of clients with keys of their own as well, whatever they send beside it.
    let place = Place::with(&[up.entry("a", json!({}))]);
    let keys = ["one", "other"].map(|name| {
        let told = place.told(&["clients", "create", name], "");
        told.lines().next().expect("the key").to_owned()
    });
    let served = place.serve(&[]);
    let ask = |key: &str| {
        let head = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nauthorization: \
             Bearer none\r\nx-api-key: {key}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        let answer = served.request(&[head.as_bytes(), body.as_bytes()].concat());
        outcome(&answer).unwrap_or("-").to_owned()
    };
    assert_eq!(keys.each_ref().map(|key| ask(key)), ["miss", "miss"]);
    assert_eq!(keys.each_ref().map(|key| ask(key)), ["hit", "hit"]);
}

#[test]
fn chats_for_which_the_web_is_searched_are_not_kept() {
    let up = Upstream::doing([says("Sunny")]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    let plugins = json!([{ "id": "web" }]);
    let fields = [("web_search_options", json!({})), ("search_parameters", json!({})), ("plugins", plugins)];
    for (at, (field, value)) in (1..).zip(fields) {
        let asked = cold(json!({ field: value }));
        let answers = [server.chat(asked.clone()), server.chat(asked)];
        assert_eq!(answers.each_ref().map(outcome), [None, None], "{field}");
        assert_eq!(up.calls(), 2 * at, "{field}");
    }
}

#[test]
fn pictures_count_by_their_bytes() {
    let up = Upstream::doing([says("A dot")]);
    let server = with_providers(&[up.with_model("a", json!({ "accepts": ["text", "png"] }))]);
    let png = |side: u32| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::GrayImage::new(side, side).write_to(&mut bytes, image::ImageFormat::Png).expect("it can be written");
        let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes.into_inner());
        let shown = json!({ "type": "image_url", "image_url": { "url": format!("data:image/png;base64,{text}") } });
        json!({ "messages": [{ "role": "user", "content": [{ "type": "text", "text": "What is it?" }, shown] }] })
    };
    for (side, expected) in [(4, "miss"), (4, "hit"), (5, "miss"), (5, "hit"), (4, "hit")] {
        assert_eq!(outcome(&server.chat(cold(png(side)))), Some(expected), "{side}");
    }
    assert_eq!(up.calls(), 2);
}

#[test]
fn a_client_says_what_it_wants_of_the_cache_and_its_operator_what_it_may() {
    let rows: [(KeepAnswers, Value, &str, [Option<&str>; 2]); 8] = [
        (KeepAnswers::Deterministic, json!({}), "", [None, None]),
        (KeepAnswers::Deterministic, json!({ "temperature": 0 }), "", [Some("miss"), Some("hit")]),
        (KeepAnswers::Deterministic, json!({ "temperature": 0 }), "off", [None, None]),
        (KeepAnswers::Deterministic, json!({}), "use", [Some("miss"), Some("hit")]),
        (KeepAnswers::Deterministic, json!({}), "refresh", [Some("refresh"), Some("refresh")]),
        (KeepAnswers::Asked, json!({ "temperature": 0 }), "", [None, None]),
        (KeepAnswers::Always, json!({ "temperature": 1 }), "", [Some("miss"), Some("hit")]),
        (KeepAnswers::Off, json!({ "temperature": 0 }), "use", [None, None]),
    ];
    for (keep, fields, wish, expected) in rows {
        let up = Upstream::doing([says("One"), says("Two")]);
        let server = serving(&[up.entry("a", json!({}))], |config| config.response_cache.keep = keep);
        for expected in expected {
            let request = asking(fields.clone());
            let request = if wish.is_empty() { request } else { request.header("x-mediary-cache", wish) };
            assert_eq!(outcome(&request.send(&server)), expected, "{keep:?} {fields} {wish}");
        }
        assert_eq!(up.calls(), if expected[1] == Some("hit") { 1 } else { 2 }, "{keep:?} {fields} {wish}");
    }
    let up = Upstream::doing([says("One"), says("Two")]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    let refreshed = || server.chat_with(("x-mediary-cache", "refresh"), cold(json!({}))).said();
    assert_eq!((server.chat(cold(json!({}))).said(), refreshed()), ("One".into(), "Two".into()));
    assert_eq!(server.chat(cold(json!({}))).said(), "Two", "the new answer is kept");
    let odd = server.chat_with(("x-mediary-cache", "no-store"), json!({}));
    odd.refused(400, "invalid_request", "use, refresh or off");
}

#[test]
fn calls_of_functions_errors_and_answers_that_are_cut_off_are_asked_for_again() {
    let call = json!({ "role": "assistant", "content": null, "tool_calls": [
        { "id": "c", "type": "function", "function": { "name": "f", "arguments": "{}" } },
    ] });
    let cut = whole(&json!({ "role": "assistant", "content": "One, tw" }), "length");
    let refusal = whole(&json!({ "role": "assistant", "content": null, "refusal": "No." }), "stop");
    let breaks = Act::Stream(vec![opening(), word("One"), Step::Cut]);
    let tool_stream = Act::Stream(vec![opening(), chunk(&call, None), chunk(&json!({}), Some("tool_calls")), done()]);
    let rows = [
        ("a call", answers(200, &whole(&call, "tool_calls")), false),
        ("a call in a stream", tool_stream, true),
        ("cut off by its length", answers(200, &cut), false),
        ("a refusal", answers(200, &refusal), false),
        ("an error", fails(400, "no", None), false),
        ("broken off", breaks, true),
    ];
    for (name, act, stream) in rows {
        let up = Upstream::doing([act]);
        let server = with_providers(&[up.with_model("a", json!({ "tools": true }))]);
        let tools = json!([{ "type": "function", "function": { "name": "f" } }]);
        let fields = cold(json!({ "stream": stream, "tools": tools }));
        let (first, calls) = (server.chat(fields.clone()), up.calls());
        let second = server.chat(fields);
        assert!(up.calls() > calls, "{name}: {first}");
        assert_ne!(second.header("x-mediary-cache"), Some("hit"), "{name}");
        assert_eq!(first.status, second.status, "{name}");
    }
}

#[test]
fn what_another_target_said_in_its_place_is_no_answer_of_the_first() {
    let a = Upstream::doing([fails(429, "slow down", None).header("retry-after", "1"), says("From a")]);
    let b = Upstream::doing([says("From b")]);
    let server = with_providers(&[a.entry("a", json!({})), b.entry("b", json!({}))]);
    let ask = || {
        let answer = server.chat(cold(json!({})));
        format!("{} {}", outcome(&answer).unwrap_or("-"), answer.said())
    };
    assert_eq!(ask(), "miss From b", "it was asked second");
    wait_until("the first is back", || {
        server.chat(json!({ "messages": turns(&["Are you there?"]) })).said() == "From a"
    });
    assert_eq!(ask(), "miss From a");
    assert_eq!(ask(), "hit From a");
}

#[test]
fn what_was_answered_before_is_given_while_its_only_target_rests() {
    let up = Upstream::doing([says("Before"), fails(429, "slow down", None).header("retry-after", "600")]);
    let server = with_providers(&[up.far_entry("a", json!({}))]);
    assert_eq!(outcome(&server.chat(cold(json!({})))), Some("miss"));
    let other = cold(json!({ "messages": turns(&["Another question"]) }));
    server.chat(other.clone()).refused(429, "rate_limit_exceeded", "");
    let again = server.chat(cold(json!({})));
    assert_eq!((outcome(&again), again.said().as_str()), (Some("hit"), "Before"));
    server.chat(other).refused(429, "rate_limit_exceeded", "");
    assert_eq!(up.calls(), 2);
}

#[test]
fn vectors_are_given_again() {
    let vectors = json!({ "object": "list", "model": "m", "usage": { "prompt_tokens": 2, "total_tokens": 2 },
        "data": [{ "object": "embedding", "index": 0, "embedding": [0.5, -0.5] }] });
    let up = Upstream::doing([answers(200, &vectors)]);
    let server = with_providers(&[up.with_model("a", json!({ "tasks": ["embedding"] }))]);
    let ask = |fields: Value| {
        let body = over(json!({ "model": "m", "input": "Hello", "encoding_format": "float" }), fields).to_string();
        let request = Request::new("POST", "/v1/embeddings").header("x-mediary-cache", "use");
        request.body("application/json", body).send(&server)
    };
    let (first, second) = (ask(json!({})), ask(json!({})));
    assert_eq!((outcome(&first), outcome(&second)), (Some("miss"), Some("hit")));
    assert_eq!(first.json()["data"], second.json()["data"]);
    assert_eq!(outcome(&ask(json!({ "encoding_format": "base64" }))), Some("hit"), "only written otherwise");
    assert_eq!(outcome(&ask(json!({ "input": "Hello." }))), Some("miss"));
    assert_eq!(up.calls(), 2);
}

/// A chat to a server of its own, with headers.
pub(super) fn chats(served: &Served, headers: &str, fields: &Value) -> Answer {
    served.request(&request_to(headers, fields))
}

/// The bytes of one.
pub(super) fn request_to(headers: &str, fields: &Value) -> Vec<u8> {
    let usual = json!({ "model": "m", "temperature": 0, "messages": turns(&["a confidential text"]) });
    let body = over(usual, fields.clone()).to_string();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{headers}\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body.as_bytes()].concat()
}

#[test]
fn a_hit_costs_nothing_and_is_counted_with_what_it_saved() {
    let price = json!({ "input_usd": 100.0, "output_usd": 1000.0 });
    let up = Upstream::doing([says("A secret answer."), streams(&["A secret", " answer."])]);
    let place = Place::with(&[up.far_entry("a", json!({ "models": [{ "id": "m", "price": price }] }))]);
    let made = place.told(&["clients", "create", "root", "--admin"], "");
    let key = format!("x-api-key: {}\r\n", made.lines().next().expect("the key"));
    let served = place.serve(&[("MEDIARY_LOG__REQUESTS", "true")]);
    for (stream, asked) in [(false, 1), (true, 2)] {
        let fields = json!({ "stream": stream, "seed": asked });
        let first = chats(&served, &key, &fields);
        assert_eq!(first.header("x-mediary-cache"), Some("miss"), "{first}");
        let hit = chats(&served, &format!("{key}x-request-id: hit-{asked}\r\n"), &fields);
        assert_eq!((hit.header("x-mediary-cache"), hit.header("x-mediary-saved-usd")), (Some("hit"), Some("0.0029")));
        assert_eq!(up.calls(), asked);
    }
    let mut usage = Value::Null;
    wait_until("all four are counted", || {
        usage = served.get("/api/admin/usage?by=model", &key).ok();
        usage["data"][0]["requests"] == 4
    });
    let sum = &usage["data"][0];
    assert_eq!((&sum["group"], &sum["cost_usd"], &sum["prompt_tokens"]), (&json!("a/m"), &json!(0.0058), &json!(18)));
    let of = |outcome: &str| {
        let rows = usage["cache"].as_array().expect("a list");
        rows.iter().find(|row| row["outcome"] == outcome).unwrap_or_else(|| unreachable!("{usage}")).clone()
    };
    assert_eq!((&of("miss")["requests"], &of("miss")["saved_usd"]), (&json!(2), &json!(0.0)));
    assert_eq!((&of("hit")["requests"], &of("hit")["saved_usd"]), (&json!(2), &json!(0.0058)));
    assert_eq!((&of("hit")["saved_tokens"], &of("hit")["unpriced"]), (&json!(22), &json!(0)));
    let clients = served.get("/api/admin/client-keys", &key).ok();
    assert_eq!(clients["data"][0]["today"]["usd"], sum["cost_usd"], "the budget is told the same");
    for row in ["hit-1", "hit-2"] {
        let row = served.get(&format!("/api/admin/requests/{row}"), &key).ok();
        assert_eq!((&row["cost_usd"], &row["target"], &row["task"]), (&json!(0.0), &json!("a/m"), &json!("chat")));
        let cache = &row["details"]["cache"];
        assert_eq!((&cache["outcome"], &cache["saved_usd"]), (&json!("hit"), &json!(0.0029)), "{row}");
        assert_eq!((&row["details"]["attempts"], &row["details"]["charges"]), (&json!([]), &json!([])));
        assert!(!row.to_string().contains("secret"), "{row}");
    }
    let metrics = served.get("/metrics", &key);
    assert!(metrics.text().contains("mediary_cache_answers_total{outcome=\"hit\"} 2"), "{metrics}");
    assert!(metrics.text().contains("mediary_cache_saved_micro_usd_total 5800"), "{metrics}");
}
