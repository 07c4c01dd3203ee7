//! Bodies for finding faults: off unless they are asked for, without keys and media, and shown to administrators alone.

use serde_json::{Value, json};

use super::chat_words::{says, streams};
use super::cli_serve::Served;
use super::client::Answer;
use super::keys_admin::sets_up;
use super::keys_providers::Place;
use super::server::wait_until;
use super::upstream::Upstream;

const ON: [(&str, &str); 3] = [
    ("MEDIARY_LOG__REQUESTS", "true"),
    ("MEDIARY_LOG__BODIES", "true"),
    ("MEDIARY_LOG", "error,mediary::http::serve=info,mediary::cli::serve=info"),
];

fn chats(served: &Served, id: &str, text: &str, stream: bool) -> Answer {
    let body = json!({ "model": "m", "stream": stream, "messages": [{ "role": "user", "content": text }] }).to_string();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nx-request-id: {id}\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    served.request(&[head.as_bytes(), body.as_bytes()].concat())
}

fn row(served: &Served, headers: &str, id: &str) -> Value {
    let mut found = Value::Null;
    wait_until("the row is written", || {
        let answer = served.get(&format!("/api/admin/requests/{id}"), headers);
        let is_there = answer.status == 200;
        if is_there {
            found = answer.json();
        }
        is_there
    });
    found
}

#[test]
fn what_was_said_is_shown_to_administrators_cut_and_without_keys_and_media() {
    let up = Upstream::doing([says("The answer."), streams(&["In ", "pieces."])]);
    let key = Upstream::key_of("a");
    let place = Place::with(&[up.entry("a", json!({}))]);
    let served = place.serve(&ON);
    let picture = "iVBORw0KGgoAAAANSUhEUgAA".repeat(1_000);
    let text = format!("Why is {key} refused, and sk-0123456789abcdef? {picture} End.");
    assert_eq!(chats(&served, "visit-1", &text, false).status, 200);
    assert!(chats(&served, "visit-2", "Go on.", true).to_string().contains("pieces"));
    // A client of a server that shows what it has is no administrator.
    assert!(row(&served, "", "visit-1").get("bodies").is_none());
    let admin = sets_up(&served);
    let mut bodies = Value::Null;
    wait_until("the bodies are written", || {
        bodies = row(&served, &admin, "visit-1")["bodies"].clone();
        !bodies.is_null()
    });
    let request = bodies["request"]["text"].as_str().unwrap();
    assert!(request.contains("Why is [hidden] refused") && request.contains("End."), "{request}");
    assert!(!request.contains(&key) && !request.contains("0123456789abcdef"), "{request}");
    assert!(request.len() < 1_000 && request.contains("characters]"), "{request}");
    assert!(bodies["request"]["bytes"].as_u64().unwrap() > 24_000, "{bodies}");
    assert!(bodies["response"]["text"].as_str().unwrap().contains("The answer."), "{bodies}");
    let mut streamed = Value::Null;
    wait_until("the bodies are written", || {
        streamed = row(&served, &admin, "visit-2")["bodies"]["response"].clone();
        !streamed.is_null()
    });
    let text = streamed["text"].as_str().unwrap();
    assert!(text.contains("pieces.") && text.contains("[DONE]"), "{text}");
    let listed = served.get("/api/admin/requests", &admin).ok();
    assert!(!listed.to_string().contains("The answer."), "lists have none");
}

#[test]
fn nothing_is_kept_of_what_was_said_unless_that_is_asked_for() {
    let up = Upstream::doing([says("The answer.")]);
    let place = Place::with(&[up.entry("a", json!({}))]);
    let served = place.serve(&[ON[0], ON[2]]);
    assert_eq!(chats(&served, "visit-1", "A question.", false).status, 200);
    let admin = sets_up(&served);
    assert!(row(&served, &admin, "visit-1").get("bodies").is_none());
    assert!(!place.path("store").join("bodies").exists());
    let refused = place.run(&["check-config"], "", &[("MEDIARY_LOG__BODIES", "true")]);
    assert!(
        !refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("requests = true"),
        "{refused:?}"
    );
}
