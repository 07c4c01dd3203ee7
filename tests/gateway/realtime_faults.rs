//! What goes wrong with live conversations: clients that vanish, say too much or are too many, pages that may not ask, and
//! what is refused by name.

use std::time::Duration;

use mediary::config::{Bytes, Config, Secret};
use serde_json::{Value, json};

use super::chat_talk::{serving, with_providers};
use super::chat_words::{closing, done, opening, streams, word};
use super::client::Request;
use super::keys_providers::Place;
use super::realtime_talk::{Does, Manner, Talk, Vendor, speech};
use super::server::wait_until;
use super::upstream::{Act, Gate, Step, Upstream};

#[test]
fn what_is_no_socket_or_is_spoken_by_webrtc_is_refused_by_name() {
    let up = Upstream::doing([streams(&["Yes."])]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    server.get("/v1/realtime").refused(426, "websocket_required", "ws://HOST/v1/realtime");
    let offer = Request::new("POST", "/v1/realtime/calls").body("application/sdp", "v=0");
    offer.send(&server).refused(501, "webrtc_not_supported", "WebSocket");
    let (status, body) = Talk::open_with(&server, "?model=no-such-model", &[]).err().expect("it is refused");
    assert_eq!(status, 404, "{body}");
    let (status, body) = Talk::open_with(&server, "?model=m&intent=x", &[]).err().expect("it is refused");
    assert_eq!(status, 400, "{body}");
}

#[test]
fn a_foreign_page_holds_no_conversation() {
    let up = Upstream::doing([streams(&["Yes."])]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    let refusal = Talk::open_with(&server, "?model=m", &[("origin", "https://evil.example")]);
    assert_eq!(refusal.err().map(|(status, _)| status), Some(403));
    let refusal = Talk::open_with(&server, "?model=m", &[("sec-fetch-site", "cross-site")]);
    assert_eq!(refusal.err().map(|(status, _)| status), Some(403));
    let own = format!("http://{}", server.address);
    assert!(Talk::open_with(&server, "?model=m", &[("origin", &own)]).is_ok());
    let closed =
        serving(&[up.entry("a", json!({}))], |config| config.server.api_keys = vec![Secret::new("a-long-key")]);
    assert_eq!(Talk::open_with(&closed, "?model=m", &[]).err().map(|(status, _)| status), Some(401));
    assert!(
        Talk::open_with(
            &closed,
            "?model=m",
            &[("sec-websocket-protocol", "realtime, openai-insecure-api-key.a-long-key")]
        )
        .is_ok()
    );
}

#[test]
fn a_client_that_vanishes_leaves_nothing_behind() {
    let gate = Gate::default();
    let held = vec![opening(), word("This sentence is spoken at once. "), Step::Wait(gate.clone()), closing(), done()];
    let up = Upstream::doing([Act::Stream(held)]);
    let server = with_providers(&[up.entry("a", json!({}))]);
    let before = server.in_use().bytes;
    let mut talk = Talk::open(&server, "?model=m");
    talk.until("session.created");
    assert_eq!(server.live_sessions(), 1);
    assert!(server.in_use().bytes > before, "a session holds its part of the memory");
    talk.write("Hello.");
    talk.send(&json!({ "type": "response.create" }));
    talk.until("response.output_audio.delta");
    talk.speak(&speech());
    talk.vanish();
    wait_until("it is all given back", || server.live_sessions() == 0 && server.in_use().bytes == before);
    gate.open();
}

#[test]
fn only_so_many_are_held_at_once() {
    let up = Upstream::doing([streams(&["Yes."])]);
    let server = serving(&[up.entry("a", json!({}))], |config| config.realtime.sessions = 1);
    let mut first = Talk::open(&server, "?model=m");
    first.until("session.created");
    let (status, body) = Talk::open_with(&server, "?model=m", &[]).err().expect("it is refused");
    assert_eq!(status, 503, "{body}");
    assert!(body.contains("realtime.sessions"), "{body}");
    first.vanish();
    wait_until("its place is free", || Talk::open_with(&server, "?model=m", &[]).is_ok());
}

#[test]
fn an_event_that_is_too_long_ends_the_conversation() {
    let up = Upstream::doing([streams(&["Yes."])]);
    let server = serving(&[up.entry("a", json!({}))], |config| config.realtime.message_bytes = Bytes::new(64_000));
    let mut talk = Talk::open(&server, "?model=m");
    talk.until("session.created");
    talk.send(&json!({ "type": "input_audio_buffer.append", "audio": "A".repeat(100_000) }));
    let (code, reason) = talk.closed().expect("it says why");
    assert_eq!(code, 1009);
    assert!(reason.contains("realtime.message_bytes"), "{reason}");
}

#[test]
fn a_turn_that_is_too_long_is_refused_and_the_conversation_goes_on() {
    let up = Upstream::doing([streams(&["Yes."])]);
    let server = serving(&[up.entry("a", json!({}))], |config| config.realtime.turn = Duration::from_secs(5));
    let mut talk = Talk::open(&server, "?model=m");
    talk.until("session.created");
    talk.send(&json!({ "type": "session.update", "session": { "type": "realtime", "audio": { "input": { "turn_detection": null } } } }));
    talk.until("session.updated");
    talk.speak(&speech());
    let error = talk.until("error");
    assert!(error["error"]["message"].as_str().expect("a sentence").contains("realtime.turn_seconds"), "{error}");
    talk.send(&json!({ "type": "input_audio_buffer.clear" }));
    talk.until("input_audio_buffer.cleared");
}

#[test]
fn a_conversation_lasts_no_longer_than_it_may() {
    let up = Upstream::doing([streams(&["Yes."])]);
    let server = serving(&[up.entry("a", json!({}))], |config| config.realtime.lasts = Duration::from_millis(200));
    let mut talk = Talk::open(&server, "?model=m");
    assert_eq!(talk.until("error")["error"]["code"], "session_expired");
    assert!(talk.next().is_none(), "it is over");
    wait_until("its place is free", || server.live_sessions() == 0);
}

#[test]
fn a_client_that_does_not_read_is_let_go() {
    // Far more than what lies between both sides holds.
    let flood = |_: &Value, _: usize| vec![Does::Says(json!({ "type": "x", "padding": "y".repeat(1 << 20) })); 64];
    let vendor = Vendor::of(Manner::of(flood));
    let edit = |config: &mut Config| config.limits.body_idle = Duration::from_millis(300);
    let server = serving(&[vendor.entry("oa", "openai", "gpt-realtime")], edit);
    let mut talk = Talk::open(&server, "?model=gpt-realtime");
    talk.send(&json!({ "type": "response.create" }));
    wait_until("both are let go", || server.live_sessions() == 0 && vendor.open() == 0);
    talk.vanish();
}

#[test]
fn each_answer_counts_as_a_request_of_its_key_and_is_a_row_of_the_log() {
    let up = Upstream::doing([streams(&["A secret answer."])]);
    let place = Place::with(&[up.entry("a", json!({}))]);
    let made = |name: &str, more: &[&str]| {
        let told = place.told(&[&["clients", "create", name], more].concat(), "");
        told.lines().next().expect("the key").to_owned()
    };
    let (root, key) = (made("root", &["--admin"]), made("voice", &["--requests-per-minute", "2"]));
    let served = place.serve(&[("MEDIARY_LOG__REQUESTS", "true")]);
    let bearer = format!("Bearer {key}");
    let talk = Talk::at(&served.address, "?model=m", &[("authorization", &bearer)]);
    let mut talk = talk.unwrap_or_else(|refusal| unreachable!("{refusal:?}"));
    let settings = json!({ "output_modalities": ["text"], "audio": { "input": { "turn_detection": null } } });
    talk.send(&json!({ "type": "session.update", "session": settings }));
    talk.write("A confidential question.");
    talk.send(&json!({ "type": "response.create" }));
    let answer = talk.until("response.done");
    // Opening it was the first of two requests.
    talk.send(&json!({ "type": "response.create" }));
    assert_eq!(talk.until("error")["error"]["code"], "rate_limit_exceeded");
    let mut rows = Vec::new();
    let header = format!("x-api-key: {root}\r\n");
    wait_until("the row is written", || {
        rows = served.get("/api/admin/requests", &header).ok()["data"].as_array().expect("a list").clone();
        !rows.is_empty()
    });
    let row = &rows[0];
    assert_eq!((&row["id"], &row["endpoint"]), (&answer["response"]["id"], &json!("/v1/realtime")));
    assert_eq!((&row["target"], &row["status"]), (&json!("a/m"), &json!(200)), "{row}");
    assert_eq!((&row["prompt_tokens"], &row["completion_tokens"]), (&json!(9), &json!(2)));
    let whole = row.to_string();
    assert!(!whole.contains("secret") && !whole.contains("confidential"), "{whole}");
}

#[test]
fn a_server_that_stops_says_goodbye() {
    let vendor = Vendor::of(Manner::of(|_, _| Vec::new()));
    let mut server = with_providers(&[vendor.entry("oa", "openai", "gpt-realtime")]);
    let mut talk = Talk::open(&server, "?model=gpt-realtime");
    wait_until("the provider is there", || vendor.open() == 1);
    server.ask_to_stop();
    let (code, _) = talk.closed().expect("it says why");
    assert_eq!(code, 1012);
    drop(talk);
    server.wait_for_end();
    wait_until("the provider is let go", || vendor.open() == 0);
}
