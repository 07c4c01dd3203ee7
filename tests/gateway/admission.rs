//! Admission: what requests hold together is bounded, what finds no room is told so, and every permit comes back.
//!
//! Permits are counted, not timed: rooms are looked at while requests stand still on purpose.

use std::io::Write;

use mediary::config::{Bytes, Config, Pixels};
use mediary::gateway::InUse;
use serde_json::json;

use super::chat_talk::{Listener, serving};
use super::chat_words::{closing, done, opening, usage, word};
use super::client::{Multipart, Request, answer, reading};
use super::craft::{blank_png, png_of};
use super::pdf::Pdf;
use super::server::{TestServer, sample, wait_until};
use super::upstream::{Act, Gate, Step, Upstream};

fn small(config: &mut Config) {
    config.admission.bytes = Bytes::new(1 << 20);
    config.admission.pixels = Pixels::new(20_000_000);
    config.admission.children = 1;
}

fn assert_empty(server: &TestServer) {
    wait_until("every permit has come back", || server.in_use() == InUse::default());
}

fn picture(width: u32, height: u32) -> Vec<u8> {
    png_of(&image::RgbImage::from_pixel(width, height, image::Rgb([255; 3])))
}

/// A body of JSON that is as long as that.
fn json_of(bytes: usize) -> Request {
    let body = json!({ "file_data": "a".repeat(bytes) }).to_string();
    Request::new("POST", "/v1/ocr/process").body("application/json", body)
}

#[test]
fn what_would_never_fit_is_refused_at_once_and_names_the_setting() {
    let server = TestServer::with(small);
    server.read(picture(5_000, 4_100), "").refused(413, "file_too_large", "[admission] pixels");
    json_of(1_100_000).send(&server).refused(413, "file_too_large", "[admission] bytes");
    assert_empty(&server);
    server.assert_reads_on();
}

#[test]
fn a_crowd_larger_than_the_room_is_answered_and_leaves_nothing_behind() {
    let server = TestServer::with(small);
    let kinds: [fn() -> Request; 6] = [
        || reading(picture(4_000, 4_000), ""),
        || reading(blank_png(), "output=image"),
        || reading(sample("invoice.pdf"), "force_ocr=true"),
        || reading(Pdf::of_texts(&["one", "two", "three"]).bytes(), "output=image"),
        || reading(sample("letter.tiff"), "output=pdf"),
        || Multipart::default().file("a.png", "image/png", &blank_png()).file("b.txt", "text/plain", b"b").request(),
    ];
    std::thread::scope(|scope| {
        let server = &server;
        let crowd = (0..3).flat_map(|_| kinds).map(|kind| scope.spawn(move || kind().send(server)));
        for one in crowd.collect::<Vec<_>>() {
            let answer = one.join().expect("it is answered");
            assert!([200, 422, 503].contains(&answer.status), "{answer}");
            assert_eq!(answer.status == 503, answer.header("retry-after").is_some(), "{answer}");
        }
    });
    assert_empty(&server);
    server.assert_reads_on();
}

#[test]
fn a_body_holds_what_has_arrived_until_its_client_leaves() {
    let server = TestServer::with(small);
    // Much more is announced, and nothing of it reserved.
    let long = Request::new("POST", "/v1/chat/completions").header("content-length", "190000000");
    let long = long.body("application/json", vec![b' '; 700_000]);
    let mut first = server.connect();
    first.write_all(&long.bytes(&server)).expect("the server reads");
    wait_until("it has arrived", || server.in_use().bytes >= 700_000);
    assert!(server.in_use().bytes <= 1 << 20);
    let refused = json_of(600_000).send(&server);
    refused.refused(503, "engine_busy", "room");
    assert!(refused.header("retry-after").is_some(), "{refused}");
    drop(first);
    assert_empty(&server);
    let mut again = server.connect();
    again.write_all(&json_of(200_000).bytes(&server)).expect("the server reads");
    let answer = answer(again, "POST");
    assert!([200, 415, 422].contains(&answer.status), "there is room again: {answer}");
    assert_empty(&server);
}

/// A chat with so many values that are only passed on.
fn wide(values: usize, stream: bool) -> Request {
    let all = vec!["[]"; values].join(",");
    let body = format!(
        r#"{{"model":"m","stream":{stream},"messages":[{{"role":"user","content":"Hi"}}],"metadata":{{"a":[{all}]}}}}"#
    );
    Request::new("POST", "/v1/chat/completions").body("application/json", body)
}

#[test]
fn what_a_body_became_is_held_as_long_as_its_task_and_bounds_how_many_there_are() {
    const VALUES: usize = 3_000;
    let gate = Gate::default();
    let after = [opening(), word("Hi"), closing(), usage(), done()];
    let steps = [vec![Step::Wait(gate.clone())], after.to_vec()].concat();
    let up = Upstream::doing([Act::Stream(steps)]);
    let server = serving(&[up.with_model("a", json!({}))], small);
    let mut waiting = Vec::new();
    for number in 1..=2 {
        let mut connection = server.connect();
        connection.write_all(&wide(VALUES, number == 2).bytes(&server)).expect("the server reads");
        wait_until("its provider has it", || up.calls() == number);
        waiting.push(connection);
    }
    // Its text is a fiftieth of that, and given back.
    let held = server.in_use().bytes;
    assert!((2 * VALUES as u64 * 128..1 << 20).contains(&held), "{held}");
    let refused = wide(VALUES, false).send(&server);
    refused.refused(503, "engine_busy", "room");
    assert!(refused.header("retry-after").is_some(), "{refused}");
    assert_eq!(up.calls(), 2, "it went nowhere");
    gate.open();
    for connection in waiting {
        assert_eq!(answer(connection, "POST").said(), "Hi");
    }
    assert_eq!(up.last().json()["metadata"]["a"].as_array().map(Vec::len), Some(VALUES));
    assert_empty(&server);
    assert_eq!(wide(VALUES, false).send(&server).said(), "Hi", "there is room again");
}

#[test]
fn what_a_body_became_is_given_back_once_its_answer_has_begun() {
    let gate = Gate::default();
    let up = Upstream::doing([Act::Stream(vec![
        opening(),
        word("Hel"),
        Step::Wait(gate.clone()),
        word("lo"),
        closing(),
        usage(),
        done(),
    ])]);
    let server = serving(&[up.with_model("a", json!({}))], small);
    let mut stream = Listener::to(&server, &wide(3_000, true));
    stream.read_until("Hel");
    wait_until("the task is let go of", || server.in_use() == InUse::default());
    gate.open();
    stream.read_until("[DONE]");
}
