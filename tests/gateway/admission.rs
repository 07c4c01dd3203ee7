//! Admission: what requests hold together is bounded, what finds no room is told so, and every permit comes back.
//!
//! Permits are counted, not timed: rooms are looked at while requests stand still on purpose.

use std::io::Write;

use mediary::config::{Bytes, Config, Pixels};
use mediary::gateway::InUse;
use serde_json::json;

use super::client::{Multipart, Request, answer, reading};
use super::craft::{blank_png, png_of};
use super::pdf::Pdf;
use super::server::{TestServer, sample, wait_until};

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
