//! Streams that break after they have begun, that are slow, or whose client leaves.

use std::io::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::chat_talk::{Listener, asking, serving, with_providers};
use super::chat_words::{chunk, closing, done, error, opening, saying, says, streams, usage, word};
use super::client::answer;
use super::server::{PATIENCE, TestServer, wait_until};
use super::upstream::{Act, Step, Upstream};

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

#[test]
fn a_stream_that_is_called_plain_text_is_read_as_one() {
    let events = |text: &str| {
        let chunk = |delta: Value, finish: Value| {
            json!({ "id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m",
                "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }] })
        };
        let chunks =
            [chunk(json!({ "role": "assistant", "content": text }), Value::Null), chunk(json!({}), json!("stop"))];
        chunks.map(|chunk| format!("data: {chunk}\n\n")).concat() + "data: [DONE]\n\n"
    };
    let plain = |body: String| Act::Answer {
        status: 200,
        headers: vec![("content-type", "text/plain; charset=utf-8".into())],
        body,
    };
    for body in [events("Hello"), saying("Hello").to_string()] {
        for stream in [true, false] {
            let (up, other) = (Upstream::doing([plain(body.clone())]), Upstream::doing([says("From b")]));
            let server = with_providers(&[up.entry("a", json!({})), other.entry("b", json!({}))]);
            let answer = server.chat(json!({ "stream": stream }));
            assert_eq!((answer.said().as_str(), other.calls()), ("Hello", 0), "{body}");
        }
    }
}

#[test]
fn a_stream_that_breaks_after_its_first_word_ends_in_an_error_and_claims_nothing_else() {
    let private = "organisation-acme owes money";
    let rows: [(&str, &[Step], &str); 7] = [
        ("cut", &[Step::Cut], "upstream_garbled"),
        ("stalled", &[Step::Stall], "timed_out"),
        ("malformed", &[Step::Data("{\"choices\": [".into()), done()], "upstream_garbled"),
        ("ended", &[], "upstream_garbled"),
        ("ended as if well", &[done()], "upstream_garbled"),
        (
            "an error event",
            &[Step::Data(error(private, Some("server_error")).to_string()), done()],
            "upstream_overloaded",
        ),
        ("an error for a finish", &[chunk(&json!({}), Some("error")), done()], "upstream_overloaded"),
    ];
    for (what, rest, code) in rows {
        let steps = [opening(), word("Hel"), word("lo")].into_iter().chain(rest.iter().cloned());
        let first = Upstream::doing([Act::Stream(steps.collect())]);
        let second = Upstream::doing([streams(&["From b"])]);
        let entries = [first.entry("a", json!({})), second.entry("b", json!({}))];
        let server =
            serving(&entries, |config| config.routing.stall = if what == "stalled" { ms(500) } else { PATIENCE });
        let answer = server.chat(json!({ "stream": true, "stream_options": { "include_usage": true } }));
        let (said, error) = answer.broken_off();
        assert_eq!(said, "Hello", "{what}");
        assert_eq!(error["code"], code, "{what}");
        let names = ["message", "type", "param", "code"];
        assert!(
            names.iter().all(|name| error.contains_key(*name)) && error["type"] == "server_error",
            "{what}: {answer}"
        );
        assert!(!answer.text().contains("[DONE]"), "{what}: {answer}");
        assert!(!answer.raw().contains("acme"), "{what}: {answer}");
        assert_eq!(answer.header("x-routed-via"), Some("a/m"), "{what}");
        assert_eq!((first.calls(), second.calls()), (1, 0), "{what}: no other is asked");
        // It failed all the same, and cools down.
        assert_eq!(server.chat(json!({ "stream": true })).said(), "From b", "{what}");
        assert_eq!(first.calls(), 1, "{what}: it cools down");
    }
}

#[test]
fn a_whole_answer_that_arrives_as_a_broken_stream_is_asked_of_the_next() {
    let first = Upstream::doing([Act::Stream(vec![opening(), word("Hel"), Step::Cut])]);
    let second = Upstream::doing([says("From b")]);
    let server = with_providers(&[first.entry("a", json!({})), second.entry("b", json!({}))]);
    assert_eq!(server.chat(json!({})).said(), "From b");
    assert_eq!((first.calls(), second.calls()), (1, 1));
}

#[test]
fn a_slow_first_word_and_slow_words_within_the_limits_are_waited_for() {
    let pause = || Step::Pause(ms(120));
    let steps = vec![pause(), opening(), pause(), word("Hel"), pause(), word("lo"), pause(), closing(), done()];
    let up = Upstream::doing([Act::Stream(steps)]);
    let server = serving(&[up.entry("a", json!({}))], |config| {
        config.routing.first_byte = Duration::from_secs(20);
        config.routing.stall = Duration::from_secs(20);
        // An answer that has begun is never cut by the budget.
        config.routing.budget = ms(50);
    });
    assert_eq!(server.chat(json!({ "stream": true })).said(), "Hello");
    assert_eq!(up.calls(), 1);
}

#[test]
fn models_that_think_first_are_given_longer_to_begin() {
    let slow =
        || Upstream::doing([Act::Stream(vec![Step::Pause(ms(2_000)), opening(), word("Hello"), closing(), done()])]);
    for (reasoning, status) in [(true, 200), (false, 503)] {
        let up = slow();
        let server = serving(&[up.with_model("a", json!({ "reasoning": reasoning }))], |config| {
            config.routing.first_byte = ms(100);
            config.routing.reasoning_first_byte = Duration::from_secs(20);
        });
        assert_eq!(server.chat(json!({ "stream": true })).status, status, "reasoning: {reasoning}");
    }
}

#[test]
fn a_client_that_hears_nothing_is_kept_company() {
    // Longer than the silence that is allowed, before the first word and between two.
    let pause = || Step::Pause(ms(2_000));
    let steps = vec![pause(), opening(), word("Hel"), pause(), word("lo"), closing(), usage(), done()];
    let up = Upstream::doing([Act::Stream(steps)]);
    let server = serving(&[up.entry("a", json!({}))], |config| config.routing.silence = ms(60));
    let answer = server.chat(json!({ "stream": true }));
    assert_eq!(answer.said(), "Hello");
    let (before, after) = answer.text().split_once("Hel").expect("it says so");
    assert!(before.starts_with(": ping\n\n") && after.contains(": ping\n\n"), "{answer}");
    // The target was not known yet when the headers went out.
    assert_eq!(answer.header("x-routed-via"), None);
}

#[test]
fn a_failure_of_all_after_the_first_ping_is_an_event() {
    let up = Upstream::doing([Act::Silence]);
    let server = serving(&[up.entry("a", json!({}))], |config| {
        config.routing.silence = ms(40);
        config.routing.first_byte = ms(200);
    });
    let answer = server.chat(json!({ "stream": true }));
    let (said, error) = answer.broken_off();
    assert_eq!((said.as_str(), &error["code"]), ("", &json!("all_providers_failed")));
    assert_eq!(error["tried"][0]["failure"], "timed_out");
    assert!(answer.text().starts_with(": ping\n\n") && !answer.text().contains("[DONE]"), "{answer}");
}

/// Far less than any time limit of the server: a call that ends later was ended by one of those.
const AT_ONCE: Duration = Duration::from_secs(5);

#[test]
fn a_client_that_leaves_ends_the_call_and_no_target_cools_down_for_it() {
    let streamed = |steps: &[Step]| Act::Stream(steps.to_vec());
    let rows = [
        ("before the head", Act::Silence, true),
        ("before the head of a whole answer", Act::Silence, false),
        ("before the first word", streamed(&[opening(), Step::Stall]), true),
        ("in the middle", streamed(&[opening(), word("Hello"), Step::Stall]), true),
    ];
    for (what, act, is_stream) in rows {
        let is_heard = what == "in the middle";
        let up = Upstream::doing([act, streams(&["Still here"])]);
        let second = Upstream::doing([streams(&["From b"])]);
        let server = with_providers(&[up.entry("a", json!({})), second.entry("b", json!({}))]);
        let mut client = Listener::ask(&server, json!({ "stream": is_stream }));
        if is_heard {
            client.read_until("Hello");
        }
        wait_until("the provider is asked", || up.calls() == 1);
        let left = Instant::now();
        drop(client);
        let took = up.was_left().saturating_duration_since(left);
        assert!(took < AT_ONCE, "{what}: {took:?}");
        assert_eq!(server.chat(json!({ "stream": true })).said(), "Still here", "{what}");
        assert_eq!(second.calls(), 0, "{what}: whose client left is asked nowhere else");
    }
}

/// The longest time between two of a stream's chunks, which its provider sends five milliseconds apart.
fn longest_gap(server: &TestServer) -> Duration {
    // Systems acknowledge late only on connections that were used back and forth.
    let mut connection = server.connect();
    for _ in 0..4 {
        write!(connection, "GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n").expect("the server reads");
        assert_eq!(answer(connection.try_clone().expect("it is open"), "GET").status, 200);
    }
    let mut client = Listener::ask_on(connection, server, json!({}));
    let mut arrivals = Vec::new();
    while let Some(event) = client.next() {
        if event.contains("\"w") {
            arrivals.push(Instant::now());
        }
    }
    assert_eq!(arrivals.len(), 20);
    arrivals.windows(2).map(|two| two[1] - two[0]).max().expect("there are some")
}

#[test]
fn small_chunks_arrive_without_steps() {
    let words = (0..20).flat_map(|index| [Step::Pause(ms(5)), word(&format!("w{index} "))]);
    let up = Upstream::doing([Act::Stream([opening()].into_iter().chain(words).chain([closing(), done()]).collect())]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    // A chunk that is held back until the one before is acknowledged is late by 40 ms, and is so every time; a busy
    // machine is not.
    let gaps: Vec<Duration> = (0..60).map(|_| longest_gap(&server)).take_while(|gap| *gap >= ms(30)).collect();
    assert!(gaps.len() < 60, "{gaps:?}");
}

#[test]
fn streams_run_side_by_side_and_each_client_gets_its_own() {
    let slow = Upstream::doing([Act::Stream(vec![opening(), word("one"), Step::Stall])]);
    let quick = Upstream::doing([streams(&["two"])]);
    let entries = [slow.entry("a", json!({})), quick.entry("b", json!({}))];
    let server = with_providers(&entries);
    let mut first = Listener::ask(&server, json!({ "model": "a/m" }));
    first.read_until("one");
    for _ in 0..8 {
        let answer = asking(json!({ "model": "b/m", "stream": true })).send(&server);
        assert_eq!(answer.said(), "two");
        assert_ne!(answer.events(), Vec::<&str>::new());
    }
    assert_eq!((slow.calls(), quick.calls()), (1, 8));
    let bodies: Vec<Value> = quick.seen().iter().map(super::upstream::Seen::json).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]));
}
