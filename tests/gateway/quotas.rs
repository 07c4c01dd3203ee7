//! Free limits: a key that has used them up is passed over before it is asked, another key and another target take its place,
//! and what a refusal or an answer says of them is believed.

use serde_json::{Value, json};

use super::chat_talk::{over, with_providers};
use super::chat_words::{fails, says};
use super::client::Request;
use super::server::TestServer;
use super::upstream::Upstream;

/// An entry of a provider with a model that is free within these limits.
fn limited(up: &Upstream, id: &str, limits: &Value, fields: Value) -> Value {
    up.entry(id, over(json!({ "models": [{ "id": "m", "price": "free", "free_limits": limits }] }), fields))
}

fn via(server: &TestServer) -> String {
    server.chat(json!({})).header("x-routed-via").unwrap_or_default().to_owned()
}

#[test]
fn a_key_at_its_limit_is_not_asked_and_the_next_target_is() {
    let (a, b) = (Upstream::doing([says("From a")]), Upstream::doing([says("From b")]));
    let server = with_providers(&[limited(&a, "a", &json!({ "rpm": 2 }), json!({})), b.entry("b", json!({}))]);
    let vias: Vec<String> = (0..4).map(|_| via(&server)).collect();
    assert_eq!(vias, ["a/m", "a/m", "b/m", "b/m"]);
    assert_eq!(a.calls(), 2, "the limit is known before it is met");
}

#[test]
fn each_key_has_limits_of_its_own_and_alone_they_are_a_429_with_their_end() {
    let up = Upstream::doing([says("Hello")]);
    let keys = json!({ "api_keys": ["sk-one-0123456789abcdef", "sk-two-0123456789abcdef"] });
    let server = with_providers(&[limited(&up, "a", &json!({ "rph": 1 }), keys)]);
    assert_eq!([via(&server), via(&server)], ["a/m", "a/m"]);
    let refused = server.chat(json!({}));
    refused.refused(429, "rate_limit_exceeded", "a/m");
    let wait: u64 = refused.header("retry-after").and_then(|wait| wait.parse().ok()).expect("it says when");
    assert!((3_500..=3_610).contains(&wait), "{wait}");
    assert_eq!(up.calls(), 2);
}

#[test]
fn a_limit_of_the_provider_holds_for_all_of_its_models_together() {
    let up = Upstream::doing([says("Hello")]);
    let models = json!([{ "id": "m", "price": "free" }, { "id": "n", "price": "free" }, { "id": "paid", "price": { "input_usd": 1.0, "output_usd": 1.0 } }]);
    let server = with_providers(&[up.entry("a", json!({ "models": models, "free_limits": { "rpm": 2 } }))]);
    for model in ["m", "n"] {
        assert_eq!(server.chat(json!({ "model": model })).status, 200);
    }
    for model in ["m", "n"] {
        server.chat(json!({ "model": model })).refused(429, "rate_limit_exceeded", "a/");
    }
    // Who pays is not held to what is free.
    assert_eq!(server.chat(json!({ "model": "paid" })).status, 200);
}

#[test]
fn tokens_are_reserved_before_a_call_and_settled_after_it() {
    let up = Upstream::doing([says("Hello")]);
    let server = with_providers(&[limited(&up, "a", &json!({ "tpm": 2_500 }), json!({}))]);
    // Each reserves some two thousand and uses eleven.
    assert_eq!((0..5).map(|_| server.chat(json!({})).status).collect::<Vec<_>>(), [200; 5]);
    let long = "word ".repeat(4_000);
    let message = json!({ "messages": [{ "role": "user", "content": long }] });
    server.chat(message).refused(400, "unsupported_value", "takes 2500 tokens at once");
    assert_eq!(up.calls(), 5);
}

#[test]
fn a_limit_that_a_refusal_names_is_kept_to_from_then_on() {
    let refusal = "Rate limit reached for model `m` on requests per minute (RPM): Limit 2, Used 2, Requested 1. \
                   Please try again in 1s.";
    let acts = [says("one"), says("two"), fails(429, refusal, Some("rate_limit_exceeded"))];
    let (a, b) = (Upstream::doing(acts.into_iter().chain([says("never")])), Upstream::doing([says("From b")]));
    let server = with_providers(&[limited(&a, "a", &json!({ "rpm": 30 }), json!({})), b.entry("b", json!({}))]);
    let vias: Vec<String> = (0..5).map(|_| via(&server)).collect();
    assert_eq!(vias, ["a/m", "a/m", "b/m", "b/m", "b/m"]);
    assert_eq!(a.calls(), 3);
    let stats = Request::new("GET", "/v1/stats").send(&server).ok();
    let quota = &stats["data"][0]["keys"][0]["quotas"][0];
    assert_eq!(
        (&quota["limit"], &quota["allowed"], &quota["left"]),
        (&json!("requests_per_minute"), &json!(2), &json!(0))
    );
    assert!(quota["whole_in_seconds"].as_u64().is_some_and(|seconds| seconds <= 61), "{quota}");
    assert_eq!(stats["data"][0]["quota_left"], 0.0);
}

#[test]
fn what_an_answer_says_is_left_is_believed() {
    let told = says("Hello")
        .header("x-ratelimit-limit-requests", "1000")
        .header("x-ratelimit-remaining-requests", "0")
        .header("x-ratelimit-reset-requests", "30m0s");
    let (a, b) = (Upstream::doing([told]), Upstream::doing([says("From b")]));
    let server = with_providers(&[limited(&a, "a", &json!({ "rpm": 30 }), json!({})), b.entry("b", json!({}))]);
    assert_eq!([via(&server), via(&server)], ["a/m", "b/m"]);
    let stats = Request::new("GET", "/v1/stats").send(&server).ok();
    assert!(stats["data"].as_array().is_some_and(|all| all.len() == 2), "{stats:#}");
}

#[test]
fn a_provider_without_written_limits_teaches_them_as_well() {
    let paid = json!({ "models": [{ "id": "m", "price": { "input_usd": 1.0, "output_usd": 1.0 } }] });
    let refusal = "Rate limit reached for model `m` on requests per minute (RPM): Limit 2, Used 2, Requested 1. \
                   Please try again in 1s.";
    let in_words = fails(429, refusal, Some("rate_limit_exceeded"));
    let in_headers = fails(429, "Too many requests", Some("rate_limit_exceeded"))
        .header("retry-after", "1")
        .header("x-ratelimit-limit-requests-minute", "2")
        .header("x-ratelimit-remaining-requests-minute", "0");
    for refuses in [in_words, in_headers] {
        let acts = [says("one"), refuses, says("never")];
        let (a, b) = (Upstream::doing(acts), Upstream::doing([says("From b")]));
        let server = with_providers(&[a.entry("a", paid.clone()), b.entry("b", json!({}))]);
        let vias: Vec<String> = (0..3).map(|_| via(&server)).collect();
        assert_eq!(vias, ["a/m", "b/m", "b/m"]);
        let stats = Request::new("GET", "/v1/stats").send(&server).ok();
        let quotas = &stats["data"][0]["keys"][0]["quotas"];
        let told =
            quotas[0].as_object().map(|quota| (quota["limit"].clone(), quota["of"].clone(), quota["allowed"].clone()));
        assert_eq!(told, Some((json!("requests_per_minute"), json!("model"), json!(2))), "{stats:#}");
    }
}

#[test]
fn what_is_left_is_believed_of_a_provider_without_written_limits() {
    let told = says("Hello")
        .header("x-ratelimit-limit-requests", "1000")
        .header("x-ratelimit-remaining-requests", "0")
        .header("x-ratelimit-reset-requests", "30m0s");
    let (a, b) = (Upstream::doing([told]), Upstream::doing([says("From b")]));
    let server = with_providers(&[a.entry("a", json!({})), b.entry("b", json!({}))]);
    assert_eq!([via(&server), via(&server)], ["a/m", "b/m"]);
    assert_eq!(a.calls(), 1, "it is known before it is met");
}

#[test]
fn the_target_with_the_larger_share_left_is_asked_first() {
    let (a, b) = (Upstream::doing([says("From a")]), Upstream::doing([says("From b")]));
    let server = with_providers(&[
        limited(&a, "a", &json!({ "rpd": 2 }), json!({ "priority": 1 })),
        limited(&b, "b", &json!({ "rpd": 5 }), json!({ "priority": 1 })),
    ]);
    // A name would say in which order they are asked.
    let via = || server.chat(json!({ "model": "auto" })).header("x-routed-via").unwrap_or_default().to_owned();
    // The first of two whole ones is drawn. After one call each, b has four fifths left and a half of it.
    let mut first = [via(), via()];
    first.sort_unstable();
    assert_eq!(first, ["a/m", "b/m"]);
    assert_eq!([via(), via()], ["b/m", "b/m"], "0.8 and 0.6 are more than 0.5");
    assert_eq!([via(), via()], ["a/m", "b/m"], "0.5 is more than 0.4, which is more than nothing");
}
