//! Which provider answered, said in the answer itself where the configuration asks for it.

use serde_json::{Value, json};

use super::chat_talk::serving;
use super::chat_words::{says, streams};
use super::client::Request;
use super::server::TestServer;
use super::upstream::Upstream;

fn server(up: &Upstream, shows: bool) -> TestServer {
    let entry = up.entry("a", json!({ "name": "My \"Box\"" }));
    serving(&[entry], |config| config.routing.show_provider = shows)
}

#[test]
fn answers_and_the_last_pieces_of_streams_name_their_provider() {
    let streamed = || streams(&["He", "llo."]);
    let up = Upstream::doing([says("Hello."), streamed(), streamed(), says("Hello.")]);
    let server = server(&up, true);
    let whole = server.chat(json!({})).json();
    assert_eq!(whole["provider_name"], "My \"Box\"", "{whole}");
    let chunks = server.chat(json!({ "stream": true })).chunks();
    let named: Vec<bool> = chunks.iter().map(|chunk| chunk["provider_name"] == "My \"Box\"").collect();
    assert_eq!(named.iter().filter(|is_named| **is_named).count(), 1, "{chunks:?}");
    let last = chunks.iter().position(|chunk| !chunk["choices"][0]["finish_reason"].is_null()).unwrap();
    assert!(named[last], "{chunks:?}");
    let with_usage = server.chat(json!({ "stream": true, "stream_options": { "include_usage": true } })).chunks();
    assert_eq!(with_usage.last().unwrap()["provider_name"], "My \"Box\"", "{with_usage:?}");

    // In every protocol's answers, beside what is theirs.
    let asked = |path: &str, body: Value| {
        Request::new("POST", path).body("application/json", body.to_string()).send(&server).json()
    };
    let message = json!([{ "role": "user", "content": "Hello" }]);
    let rows = [
        ("/v1/messages", json!({ "model": "m", "max_tokens": 10, "messages": message })),
        ("/v1/responses", json!({ "model": "m", "input": "Hello" })),
        ("/v1/completions", json!({ "model": "m", "prompt": "Hello" })),
        ("/api/chat", json!({ "model": "m", "stream": false, "messages": message })),
    ];
    for (path, body) in rows {
        let answer = asked(path, body);
        assert_eq!(answer["provider_name"], "My \"Box\"", "{path}: {answer}");
    }
}

#[test]
fn answers_stay_as_they_are_otherwise() {
    let up = Upstream::doing([says("Hello."), streams(&["He", "llo."])]);
    let server = server(&up, false);
    assert!(server.chat(json!({})).json().get("provider_name").is_none());
    assert!(!server.chat(json!({ "stream": true })).raw().contains("provider_name"));
}
