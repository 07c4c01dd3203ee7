//! How often and how long providers are asked: keys in turn, rounds, bounds, cooldowns that end.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::chat_talk::{serving, with_providers};
use super::chat_words::{fails, says, streams};
use super::server::PATIENCE;
use super::upstream::{Act, Upstream};

const KEYS: [&str; 3] = ["first-key-0123456789", "second-key-0123456789", "third-key-0123456789"];

fn keys() -> Value {
    json!({ "api_keys": KEYS })
}

fn broken() -> Act {
    fails(500, "no", None)
}

fn limited() -> Act {
    fails(429, "slow down", None).header("retry-after", "5")
}

#[test]
fn keys_take_turns() {
    let up = Upstream::doing([says("Hello")]);
    let server = with_providers(&[up.entry("a", keys())]);
    for _ in 0..5 {
        assert_eq!(server.chat(json!({})).said(), "Hello");
    }
    assert_eq!(up.keys(), [KEYS[0], KEYS[1], KEYS[2], KEYS[0], KEYS[1]]);
}

#[test]
fn a_key_that_fails_is_followed_by_the_next_key_and_cools_down() {
    for (act, status) in [(fails(401, "Incorrect API key", None), 401), (limited(), 429)] {
        for asked in [json!({}), json!({ "stream": true })] {
            let good = if asked["stream"] == true { streams(&["Hello"]) } else { says("Hello") };
            let up = Upstream::doing([act.clone(), good]);
            let second = Upstream::doing([says("From b")]);
            let server = with_providers(&[up.entry("a", keys()), second.entry("b", json!({}))]);
            let answer = server.chat(asked.clone());
            assert_eq!(answer.said(), "Hello", "{status}");
            assert_eq!(answer.header("x-fallback-attempts"), Some("1"), "{status}");
            assert_eq!(up.keys(), [KEYS[0], KEYS[1]], "{status}");
            for _ in 0..3 {
                assert_eq!(server.chat(asked.clone()).said(), "Hello", "{status}");
            }
            // The first key is left out from now on.
            assert_eq!(up.keys()[2..], [KEYS[2], KEYS[1], KEYS[2]], "{status}");
            assert_eq!(second.calls(), 0, "{status}");
        }
    }
}

#[test]
fn a_fault_that_no_key_mends_is_not_tried_with_another() {
    // What may be over at once is tried again with the same.
    for (act, calls) in [(broken(), 2), (Act::Close, 2), (fails(404, "no such model", None), 1)] {
        let up = Upstream::doing([act]);
        let second = Upstream::doing([says("From b")]);
        let server = with_providers(&[up.entry("a", keys()), second.entry("b", json!({}))]);
        assert_eq!(server.chat(json!({})).said(), "From b");
        assert_eq!(up.keys(), vec![KEYS[0]; calls]);
    }
}

#[test]
fn once_no_key_is_left_the_next_provider_answers_and_each_key_was_asked_once() {
    let up = Upstream::doing([fails(401, "Incorrect API key", None)]);
    let second = Upstream::doing([says("From b")]);
    let server = with_providers(&[up.entry("a", keys()), second.entry("b", json!({}))]);
    let answer = server.chat(json!({}));
    assert_eq!((answer.said().as_str(), answer.header("x-fallback-attempts")), ("From b", Some("3")));
    assert_eq!(up.keys(), KEYS);
    assert_eq!(server.chat(json!({})).header("x-fallback-attempts"), None);

    let alone = with_providers(&[up.entry("a", keys())]);
    let answer = alone.chat(json!({}));
    answer.refused(503, "all_providers_failed", "None of 3 calls");
    assert_eq!(answer.tried(), "a/m bad_key, a/m bad_key, a/m bad_key");
}

#[test]
fn a_key_without_leave_for_one_model_still_serves_another() {
    let up = Upstream::doing([limited(), says("Hello")]);
    let server = with_providers(&[up.entry("a", json!({ "models": [{ "id": "m" }, { "id": "n" }] }))]);
    server.chat(json!({})).refused(429, "rate_limit_exceeded", "a/m");
    assert_eq!(server.chat(json!({ "model": "n" })).said(), "Hello");
    server.chat(json!({})).refused(429, "rate_limit_exceeded", "cools down");
    assert_eq!(up.calls(), 2);
}

#[test]
fn the_list_is_gone_through_again_as_often_as_configured_for_faults_that_pass() {
    let flapping = Upstream::doing([broken(), broken(), says("Hello"), says("Hello again")]);
    let limited = Upstream::doing([limited()]);
    let entries = [flapping.entry("a", json!({})), limited.entry("b", json!({}))];
    let server = serving(&entries, |config| config.routing.keep_cycles = 2);
    let answer = server.chat(json!({}));
    assert_eq!((answer.said().as_str(), answer.header("x-fallback-attempts")), ("Hello", Some("2")));
    assert_eq!((flapping.calls(), limited.calls()), (3, 1));
    // Its success has ended its cooldown.
    assert_eq!(server.chat(json!({})).said(), "Hello again");

    let server = with_providers(&[Upstream::doing([broken()]).entry("a", json!({}))]);
    server.chat(json!({})).refused(503, "all_providers_failed", "a/m");

    let (one, two) = (Upstream::doing([broken()]), Upstream::doing([limited_act()]));
    let entries = [one.entry("a", json!({})), two.entry("b", json!({}))];
    let answer = serving(&entries, |config| config.routing.keep_cycles = 3).chat(json!({}));
    assert_eq!(answer.tried(), "a/m overloaded, b/m rate_limited, a/m overloaded, a/m overloaded");
    assert_eq!((one.calls(), two.calls()), (6, 1), "a target at its limit is not asked again");
}

fn limited_act() -> Act {
    limited()
}

#[test]
fn no_more_calls_are_made_than_allowed() {
    let ups = [(); 4].map(|()| Upstream::doing([broken()]));
    let entries: Vec<Value> = ups.iter().zip(["a", "b", "c", "d"]).map(|(up, id)| up.entry(id, json!({}))).collect();
    let server = serving(&entries, |config| {
        config.routing.max_attempts = 3;
        config.routing.keep_cycles = 5;
    });
    let answer = server.chat(json!({}));
    answer.refused(503, "all_providers_failed", "None of 2 calls");
    assert_eq!(answer.tried(), "a/m overloaded, b/m overloaded");
    assert_eq!(ups.each_ref().map(Upstream::calls), [2, 1, 0, 0]);

    // Keys count too.
    let up = Upstream::doing([limited()]);
    let server = serving(&[up.entry("a", keys())], |config| config.routing.max_attempts = 2);
    assert_eq!(server.chat(json!({})).tried(), "a/m rate_limited, a/m rate_limited");
    assert_eq!(up.calls(), 2);
}

#[test]
fn no_call_begins_once_the_budget_is_spent() {
    let (first, second) = (Upstream::doing([Act::Silence]), Upstream::doing([says("From b")]));
    let entries = [first.entry("a", json!({})), second.entry("b", json!({}))];
    for (budget_ms, calls) in [(50, 0), (60_000, 1)] {
        let server = serving(&entries, |config| {
            config.routing.first_byte = Duration::from_millis(150);
            config.routing.budget = Duration::from_millis(budget_ms);
        });
        let answer = server.chat(json!({}));
        assert_eq!(answer.status, if calls == 0 { 503 } else { 200 }, "{answer}");
        assert_eq!(second.calls(), calls, "a budget of {budget_ms} ms");
    }
}

#[test]
fn a_rest_ends_when_the_provider_said_it_would() {
    let up = Upstream::doing([fails(429, "slow down", None).header("retry-after", "1"), says("Hello")]);
    let second = Upstream::doing([says("From b")]);
    let server = with_providers(&[up.entry("a", json!({})), second.entry("b", json!({}))]);
    let begun = Instant::now();
    let mut said = server.chat(json!({})).said();
    while said == "From b" {
        assert!(begun.elapsed() < PATIENCE, "it cools down for ever");
        said = server.chat(json!({})).said();
    }
    assert_eq!(said, "Hello");
    assert!(begun.elapsed() > Duration::from_millis(900), "it was asked again too soon: {:?}", begun.elapsed());
    assert_eq!(up.calls(), 2);
}
