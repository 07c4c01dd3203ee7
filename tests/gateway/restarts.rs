//! What calls have taught is known after a restart: a key that was refused until a time is not asked before, and a
//! conversation stays with the model that answered it.

use serde_json::{Value, json};

use super::chat_words::{fails, says};
use super::cli_serve::Served;
use super::keys_providers::Place;
use super::upstream::Upstream;

/// The target that answers these messages.
fn via(served: &Served, messages: &Value) -> String {
    let body = json!({ "model": "m", "messages": messages }).to_string();
    let head = "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json";
    let request = format!("{head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
    let answer = served.request(request.as_bytes());
    assert_eq!(answer.status, 200, "{answer}");
    answer.header("x-routed-via").unwrap_or_default().to_owned()
}

fn ended(served: Served) {
    let (code, _, log) = served.ended_by(rustix::process::Signal::TERM);
    assert_eq!(code, Some(0), "{log}");
}

#[test]
fn a_key_that_rests_still_rests() {
    let slow_down = fails(429, "slow down", None).header("retry-after", "3000");
    let (up, other) = (Upstream::doing([slow_down, says("From a")]), Upstream::doing([says("From b")]));
    let place =
        Place::with(&[up.far_entry("a", json!({ "priority": 1 })), other.far_entry("b", json!({ "priority": 2 }))]);
    let hello = json!([{ "role": "user", "content": "Hello" }]);
    let served = place.serve(&[]);
    assert_eq!(via(&served, &hello), "b/m");
    let asked = up.calls();
    ended(served);
    let served = place.serve(&[]);
    assert_eq!((via(&served, &hello).as_str(), up.calls()), ("b/m", asked), "it would be refused");
    ended(served);
    // Without what was kept, it is asked.
    std::fs::remove_dir_all(place.path("store")).expect("the folder is ours");
    assert_eq!(via(&place.serve(&[]), &hello), "a/m");
}

#[test]
fn a_conversation_stays_where_it_began() {
    let (one, other) = (Upstream::doing([says("Hello.")]), Upstream::doing([says("Hello.")]));
    let entries = |first: i32, second: i32| {
        [one.far_entry("a", json!({ "priority": first })), other.far_entry("b", json!({ "priority": second }))]
    };
    let place = Place::with(&entries(1, 2));
    let begins = json!([{ "role": "user", "content": "Hello" }]);
    let goes_on = json!([
        { "role": "user", "content": "Hello" },
        { "role": "assistant", "content": "Hello." },
        { "role": "user", "content": "And then?" },
    ]);
    let served = place.serve(&[]);
    assert_eq!(via(&served, &begins), "a/m");
    ended(served);
    place.configure(&entries(2, 1));
    let served = place.serve(&[]);
    assert_eq!([via(&served, &goes_on), via(&served, &begins)], ["a/m", "b/m"]);
}
