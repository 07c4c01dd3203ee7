//! Live conversations of clients with keys of their own: their tokens, their limits and their rows of the log, with a
//! provider and without.

use serde_json::{Value, json};

use super::chat_words::streams;
use super::cli_serve::Served;
use super::client::Answer;
use super::keys_providers::Place;
use super::realtime_talk::{Does, Manner, Talk, Vendor};
use super::server::wait_until;
use super::upstream::Upstream;

/// Makes a key and gives its id and itself.
fn made(place: &Place, arguments: &[&str]) -> (String, String) {
    let told = place.told(&[&["clients", "create"], arguments].concat(), "");
    let (key, rest) = told.split_once('\n').expect("two lines");
    let id = rest.trim_start_matches("# ").split(':').next().expect("it begins with the id");
    (id.to_owned(), key.to_owned())
}

fn asks_for_token(served: &Served, key: &str, body: &Value) -> Answer {
    let body = body.to_string();
    let head = format!(
        "POST /v1/realtime/client_secrets HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         authorization: Bearer {key}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    served.request(&[head.as_bytes(), body.as_bytes()].concat())
}

fn token(served: &Served, key: &str) -> String {
    let given = asks_for_token(served, key, &json!({ "session": { "type": "realtime" } })).ok();
    given["value"].as_str().expect("a token").to_owned()
}

fn opened(served: &Served, query: &str, key: &str) -> Result<Talk, (u16, String)> {
    Talk::at(&served.address, query, &[("authorization", &format!("Bearer {key}"))])
}

/// A provider that answers what it is asked to, and by itself after each commit.
fn answering() -> Vendor {
    let answer = |message: &Value, count: usize| {
        let id = format!("resp_{count}");
        let response = json!({ "id": id, "status": "completed", "output": [],
            "usage": { "input_tokens": 70, "output_tokens": 30, "total_tokens": 100 } });
        let created = Does::Says(json!({ "type": "response.created", "response": { "id": id } }));
        match message["type"].as_str() {
            Some("response.create") => {
                vec![created, Does::Says(json!({ "type": "response.done", "response": response }))]
            }
            Some("input_audio_buffer.commit") => vec![created],
            _ => Vec::new(),
        }
    };
    Vendor::of(Manner::of(answer))
}

#[test]
fn a_token_is_worth_no_more_than_its_key_is_by_then() {
    let up = Upstream::doing([streams(&["Yes."])]);
    let place = Place::with(&[up.entry("a", json!({}))]);
    made(&place, &["other"]);
    let (id, key) = made(&place, &["voice", "--requests-at-once", "2"]);
    let served = place.serve(&[]);
    // One that waits keeps no place.
    let tokens = [(); 4].map(|()| token(&served, &key));
    let talk = opened(&served, "?model=m", &tokens[0]);
    talk.unwrap_or_else(|refusal| unreachable!("{refusal:?}")).until("session.created");
    place.told(&["clients", "disable", &id], "");
    wait_until("the key is not taken", || asks_for_token(&served, &key, &json!({})).status == 401);
    let (status, body) = opened(&served, "?model=m", &tokens[1]).err().expect("it is refused");
    assert_eq!(status, 401, "{body}");
    assert!(body.contains("switched off"), "{body}");
    place.told(&["clients", "remove", &id], "");
    wait_until("the key is not known", || asks_for_token(&served, &key, &json!({})).text().contains("not know"));
    let (status, body) = opened(&served, "?model=m", &tokens[2]).err().expect("it is refused");
    assert_eq!(status, 401, "{body}");
    assert!(body.contains("invalid_client_secret"), "{body}");
}

#[test]
fn answers_of_a_provider_are_held_to_the_limits_of_their_key() {
    for limit in [["--requests-per-minute", "2"], ["--tokens-per-minute", "100"]] {
        let vendor = answering();
        let place = Place::with(&[vendor.entry("oa", "openai", "gpt-realtime")]);
        let (_, key) = made(&place, &["voice", limit[0], limit[1]]);
        let served = place.serve(&[]);
        let talk = opened(&served, "?model=gpt-realtime", &key);
        let mut talk = talk.unwrap_or_else(|refusal| unreachable!("{refusal:?}"));
        talk.send(&json!({ "type": "response.create" }));
        talk.until("response.done");
        // Opening it was the first of two requests; the answer took a hundred tokens, which are counted behind it.
        if limit[0] == "--tokens-per-minute" {
            let header = format!("authorization: Bearer {key}\r\n");
            let left = || served.get("/v1/models", &header).header("x-ratelimit-remaining-tokens").map(str::to_owned);
            wait_until("they are counted", || left().as_deref() == Some("0"));
        }
        talk.send(&json!({ "type": "response.create" }));
        assert_eq!(talk.until("error")["error"]["code"], "rate_limit_exceeded");
        // One that was not asked for is ended as soon as it begins.
        talk.send(&json!({ "type": "input_audio_buffer.commit" }));
        assert_eq!(talk.until("error")["error"]["code"], "rate_limit_exceeded");
        vendor.sees("it is ended", |message| *message == json!({ "type": "response.cancel", "response_id": "resp_2" }));
        let asked = vendor.seen().iter().filter(|message| message["type"] == "response.create").count();
        assert_eq!(asked, 1);
    }
}

#[test]
fn what_a_key_says_cannot_be_got_around_with_a_provider() {
    let vendor = answering();
    let place = Place::with(&[vendor.entry("oa", "openai", "gpt-realtime")]);
    let (_, key) = made(&place, &["voice", "--system-prompt", "Be kind."]);
    let served = place.serve(&[]);
    let talk = opened(&served, "?model=gpt-realtime", &key);
    let mut talk = talk.unwrap_or_else(|refusal| unreachable!("{refusal:?}"));
    let deep = format!(
        r#"{{"type":"session.update","session":{{"instructions":"Be rude.","x":{}{}}}}}"#,
        "[".repeat(500),
        "]".repeat(500)
    );
    talk.send_text(&deep);
    assert_eq!(talk.until("error")["error"]["type"], "invalid_request_error");
    talk.send(&json!({ "type": "session.update", "session": { "instructions": null } }));
    vendor.sees("both are told", |_| vendor.seen().len() == 2);
    let told: Vec<Value> = vendor.seen().iter().map(|message| message["session"]["instructions"].clone()).collect();
    assert_eq!(told, ["Be kind.", "Be kind."]);
}

#[test]
fn an_answer_whose_client_leaves_is_a_row_of_the_log() {
    let vendor = answering();
    let place = Place::with(&[vendor.entry("oa", "openai", "gpt-realtime")]);
    let (root, key) = (made(&place, &["root", "--admin"]).1, made(&place, &["voice"]).1);
    let served = place.serve(&[("MEDIARY_LOG__REQUESTS", "true")]);
    let talk = opened(&served, "?model=gpt-realtime", &key);
    let mut talk = talk.unwrap_or_else(|refusal| unreachable!("{refusal:?}"));
    talk.send(&json!({ "type": "input_audio_buffer.commit" }));
    talk.until("response.created");
    talk.vanish();
    let header = format!("x-api-key: {root}\r\n");
    let mut rows = Vec::new();
    wait_until("the row is written", || {
        rows = served.get("/api/admin/requests", &header).ok()["data"].as_array().expect("a list").clone();
        rows.iter().any(|row| row["id"] == "resp_1")
    });
    let row = rows.iter().find(|row| row["id"] == "resp_1").expect("it was just there");
    assert_eq!((&row["endpoint"], &row["status"]), (&json!("/v1/realtime"), &json!(499)), "{row}");
    assert_eq!(row["target"], "oa/gpt-realtime", "{row}");
}

#[test]
fn a_key_for_tiers_names_no_provider() {
    let vendor = answering();
    let up = Upstream::doing([streams(&["Yes."])]);
    let place = Place::with(&[up.entry("a", json!({})), vendor.entry("oa", "openai", "gpt-realtime")]);
    let (_, key) = made(&place, &["voice", "--tier", "fast"]);
    let served = place.serve(&[]);
    let (status, body) = opened(&served, "?model=oa/gpt-realtime", &key).err().expect("it is refused");
    assert_eq!(status, 403, "{body}");
    assert!(vendor.handshakes().is_empty());
}
