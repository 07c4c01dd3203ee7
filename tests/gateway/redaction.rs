//! Personal data and secrets that stay here: what the provider sees, and what its client gets.

use mediary::config::Redaction;
use serde_json::{Value, json};

use super::chat_talk::{asking, serving};
use super::chat_words::{answers, says, streams, whole};
use super::client::Request;
use super::keys_providers::Place;
use super::server::TestServer;
use super::upstream::Upstream;
use super::web_search::{engines, searxng};

const SAID: &str = "Write to mina.brown@example.org, card 4111 1111 1111 1111, from +49 30 901820.";
const SEEN: &str = "Write to [EMAIL_1], card [CARD_1], from [PHONE_1].";

fn redacting(up: &Upstream, kinds: &[&str]) -> TestServer {
    serving(&[up.far_entry("up", json!({ "models": [{ "id": "m", "tools": true }] }))], |config| {
        let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        config.routing.redaction = Redaction { providers: vec!["*".to_owned()], kinds };
    })
}

const ALL: [&str; 5] = ["card", "iban", "email", "phone", "key"];

fn said(text: &str) -> Value {
    json!({ "messages": [{ "role": "user", "content": text }] })
}

#[test]
fn the_provider_gets_names_and_the_client_its_values() {
    let up = Upstream::doing([says("I wrote to [EMAIL_1] about [card_1], not [EMAIL_9].")]);
    let server = redacting(&up, &ALL);
    let answer = asking(said(SAID)).send(&server);
    let text = answer.ok()["choices"][0]["message"]["content"].clone();
    assert_eq!(text, "I wrote to mina.brown@example.org about 4111 1111 1111 1111, not [EMAIL_9].");
    assert_eq!(up.last().json()["messages"][0]["content"], SEEN);
    let told = answer.header("x-mediary-treatments").unwrap_or_default();
    assert!(told.contains("do=redact") && told.contains("card=1;email=1;phone=1"), "{told}");
    // In Anthropic's words, and by other fields than the message.
    let body = json!({
        "model": "m", "max_tokens": 50, "system": "You are sk-proj-Ab3dE5fG7hI9jK1lM2nO4pQ6rS8tU0vW",
        "metadata": { "user_id": "mina.brown@example.org" }, "messages": [{ "role": "user", "content": SAID }],
    });
    let request = Request::new("POST", "/v1/messages").header("anthropic-version", "2023-06-01");
    let answer = request.body("application/json", body.to_string()).send(&server);
    assert!(answer.text().contains("mina.brown@example.org"), "{answer}");
    let seen = String::from_utf8_lossy(&up.last().body).into_owned();
    for value in ["mina.brown", "4111", "sk-proj", "901820"] {
        assert!(!seen.contains(value), "{seen}");
    }
}

#[test]
fn a_search_engine_is_asked_no_more_than_a_provider() {
    let (up, web) = (Upstream::doing([says("So it is.")]), Upstream::site([searxng(1)]));
    let server = serving(&[up.far_entry("up", json!({ "models": [{ "id": "m" }] }))], |config| {
        engines(config, &[("searxng", &web, &[])]);
        config.routing.redaction =
            Redaction { providers: vec!["*".to_owned()], kinds: ALL.map(str::to_owned).to_vec() };
    });
    let answer = asking(said(SAID)).header("x-mediary-web-search", "true").send(&server);
    assert_eq!(answer.header("x-mediary-web-search"), Some("searxng;results=1"), "{answer}");
    let path = web.last().path;
    assert!(path.contains("EMAIL_1") && path.contains("CARD_1"), "{path}");
    assert!(!path.contains("mina.brown") && !path.contains("4111") && !path.contains("901820"), "{path}");
}

#[test]
fn a_stream_comes_with_the_values_however_it_is_cut() {
    let up = Upstream::doing([streams(&["I wrote to [EM", "AIL", "_1] and", " [x]", " or [CA", "RD_1", "]."])]);
    let server = redacting(&up, &ALL);
    let mut request = said(SAID);
    request["stream"] = true.into();
    let answer = asking(request).send(&server);
    let data = answer.text().lines().filter_map(|line| line.strip_prefix("data: "));
    let chunks = data.filter_map(|data| serde_json::from_str::<Value>(data).ok());
    let text: String =
        chunks.filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str().map(str::to_owned)).collect();
    assert_eq!(text, "I wrote to mina.brown@example.org and [x] or 4111 1111 1111 1111.", "{answer}");
}

#[test]
fn functions_are_called_with_the_values() {
    let call = json!({
        "role": "assistant", "content": null,
        "tool_calls": [{ "id": "c1", "type": "function", "function": { "name": "send", "arguments": "{\"to\":\"[EMAIL_1]\"}" } }],
    });
    let up = Upstream::doing([answers(200, &whole(&call, "tool_calls")), says("Sent.")]);
    let server = redacting(&up, &ALL);
    let tools = json!([{ "type": "function", "function": { "name": "send", "parameters": { "type": "object" } } }]);
    let mut request = said(SAID);
    request["tools"] = tools.clone();
    let answer = asking(request).send(&server).ok();
    let message = answer["choices"][0]["message"].clone();
    assert_eq!(message["tool_calls"][0]["function"]["arguments"], "{\"to\":\"mina.brown@example.org\"}");
    // Its next turn brings the values back, and they leave under the same names.
    let result = json!({ "role": "tool", "tool_call_id": "c1", "content": "ok: mina.brown@example.org" });
    let messages = json!([{ "role": "user", "content": SAID }, message, result]);
    asking(json!({ "messages": messages, "tools": tools })).send(&server).ok();
    let sent = up.last().json();
    assert_eq!(sent["messages"][1]["tool_calls"][0]["function"]["arguments"], "{\"to\":\"[EMAIL_1]\"}");
    assert_eq!(sent["messages"][2]["content"], "ok: [EMAIL_1]");
}

#[test]
fn only_what_is_wished_is_kept_and_only_from_those_elsewhere() {
    let up = Upstream::doing([says("Yes.")]);
    let server = redacting(&up, &["card"]);
    asking(said(SAID)).send(&server).ok();
    assert_eq!(up.last().json()["messages"][0]["content"], SAID.replace("4111 1111 1111 1111", "[CARD_1]"));
    let plain = asking(said("Nothing of this.")).send(&server);
    assert_eq!((plain.status, plain.header("x-mediary-treatments")), (200, None));
    let near = serving(&[up.entry("up", json!({}))], |config| {
        config.routing.redaction.providers = vec!["*".to_owned()];
    });
    asking(said(SAID)).send(&near).ok();
    assert_eq!(up.last().json()["messages"][0]["content"], SAID, "it does not leave this machine");
    let other = serving(&[up.far_entry("up", json!({}))], |config| {
        config.routing.redaction.providers = vec!["another".to_owned()];
    });
    asking(said(SAID)).send(&other).ok();
    assert_eq!(up.last().json()["messages"][0]["content"], SAID);
}

#[test]
fn texts_that_become_vectors_are_covered_too() {
    let vector = json!({ "object": "embedding", "index": 0, "embedding": [0.5, 0.5] });
    let list =
        json!({ "object": "list", "model": "m", "data": [vector], "usage": { "prompt_tokens": 1, "total_tokens": 1 } });
    let up = Upstream::doing([answers(200, &list)]);
    let entry = up.far_entry("up", json!({ "models": [{ "id": "m", "tasks": ["embedding"] }] }));
    let server = serving(&[entry], |config| config.routing.redaction.providers = vec!["up".to_owned()]);
    let body = json!({ "model": "up/m", "input": SAID });
    Request::new("POST", "/v1/embeddings").body("application/json", body.to_string()).send(&server).ok();
    let sent = up.last().json();
    assert!(sent["input"] == SEEN || sent["input"][0] == SEEN, "{sent}");
}

#[test]
fn a_clients_key_may_ask_for_it() {
    let up = Upstream::doing([says("To [EMAIL_1].")]);
    let place = Place::with(&[up.far_entry("a", json!({}))]);
    let key = |arguments: &[&str]| {
        let told = place.told(&[&["clients", "create"], arguments].concat(), "");
        told.lines().next().expect("the key").to_owned()
    };
    let (careful, usual) = (key(&["careful", "--redact"]), key(&["usual"]));
    let served = place.serve(&[]);
    let address = served.address.parse().expect("it is an address");
    let asks = |key: &str| asking(said(SAID)).header("authorization", &format!("Bearer {key}")).send_to(address).ok();
    assert_eq!(asks(&careful)["choices"][0]["message"]["content"], "To mina.brown@example.org.");
    assert_eq!(up.last().json()["messages"][0]["content"], SEEN);
    asks(&usual);
    assert_eq!(up.last().json()["messages"][0]["content"], SAID);
}
