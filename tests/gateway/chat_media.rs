//! Media that targets read as they are: forwarded byte for byte, and refused by name where no target reads them.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use mediary_convert::av::Ffmpeg;
use serde_json::{Value, json};

use super::chat_talk::{asking, with_ffmpeg, with_providers};
use super::chat_words::{fails, says};
use super::server::{TestServer, sample};
use super::upstream::{Act, Upstream};

fn url(mime: &str, bytes: &[u8]) -> String {
    format!("data:{mime};base64,{}", STANDARD.encode(bytes))
}

/// A message with a text before and after these parts.
fn showing(parts: &[Value]) -> Value {
    let text = |text: &str| json!({ "type": "text", "text": text });
    let all: Vec<Value> =
        [text("Look:")].into_iter().chain(parts.iter().cloned()).chain([text("What is it?")]).collect();
    json!({ "messages": [{ "role": "user", "content": all }] })
}

fn image(bytes: &[u8]) -> Value {
    json!({ "type": "image_url", "image_url": { "url": url("image/png", bytes), "detail": "low" } })
}

fn sound(wav: &[u8]) -> Value {
    json!({ "type": "input_audio", "input_audio": { "data": STANDARD.encode(wav), "format": "wav" } })
}

fn reader(up: &Upstream, id: &str, accepts: &[&str]) -> Value {
    up.with_model(id, json!({ "accepts": accepts }))
}

#[test]
fn media_go_byte_for_byte_to_a_target_that_reads_them() {
    let (png, pdf) = (sample("sign.png"), sample("invoice.pdf"));
    let file = json!({ "type": "file", "file": { "filename": "bill.pdf", "file_data": url("application/pdf", &pdf) } });
    let wav =
        [b"RIFF\x24\0\0\0WAVEfmt ".as_slice(), &[16, 0, 0, 0, 1, 0, 1, 0, 64, 31, 0, 0, 128, 62, 0, 0, 2, 0, 16, 0]]
            .concat();
    let wav = [wav.as_slice(), b"data\0\0\0\0"].concat();
    let up = Upstream::doing([says("A sign")]);
    let server = with_providers(&[reader(&up, "a", &["text", "image", "document", "audio"])]);
    for part in [image(&png), file, sound(&wav)] {
        for stream in [false, true] {
            let asked = showing(std::slice::from_ref(&part));
            let answer = server.chat(super::chat_talk::over(asked.clone(), json!({ "stream": stream })));
            assert_eq!(answer.said(), "A sign");
            assert_eq!(answer.header("x-mediary-treatments"), None);
            assert_eq!(up.last().json()["messages"], asked["messages"]);
        }
    }
}

#[test]
fn every_spelling_of_base64_arrives_as_the_one_that_providers_take() {
    let png = sample("sign.png");
    let spellings = [
        url("image/png", &png),
        url("image/jpeg", &png),
        format!("data:;base64,{}", STANDARD.encode(&png)),
        STANDARD.encode(&png),
        format!("data:image/png;base64,{}", STANDARD_NO_PAD.encode(&png)),
        format!("data:image/png;base64,{}", URL_SAFE.encode(&png)),
    ];
    let up = Upstream::doing([says("A sign")]);
    let server = with_providers(&[reader(&up, "a", &["image"])]);
    for spelling in spellings {
        let part = json!({ "type": "image_url", "image_url": { "url": spelling } });
        let head: String = spelling.chars().take(40).collect();
        assert_eq!(server.chat(showing(&[part])).said(), "A sign", "{head}");
        let sent = up.last().json();
        assert_eq!(sent["messages"][0]["content"][1]["image_url"]["url"], url("image/png", &png), "{head}");
    }
    // Escapes in JSON do not reach the bytes either.
    let body = showing(&[image(&png)]).to_string().replace('/', "\\/").replacen('{', "{\"model\":\"m\",", 1);
    let request = super::client::Request::new("POST", "/v1/chat/completions").body("application/json", body);
    assert_eq!(request.send(&server).said(), "A sign");
    assert_eq!(up.last().json()["messages"][0]["content"][1]["image_url"]["url"], url("image/png", &png));
}

#[test]
fn a_target_that_takes_the_medium_is_asked_and_a_complaint_moves_it_on() {
    let png = sample("sign.png");
    let blind = Upstream::doing([says("From the blind")]);
    let complains = || fails(400, "Invalid image: unsupported color type", None);
    let picky = Upstream::doing([complains(), complains(), says("From the picky")]);
    let eye = Upstream::doing([says("From the eye")]);
    let entries =
        [reader(&blind, "blind", &["text"]), reader(&picky, "picky", &["image"]), reader(&eye, "eye", &["image"])];
    let server = with_providers(&entries);
    let strictly = |fields: Value| asking(fields).header("x-mediary-strict", "true").send(&server);
    // What it complained about twice it is not sent again for a while; other chats it still gets.
    for attempts in [Some("1"), Some("1"), None] {
        let answer = strictly(showing(&[image(&png)]));
        assert_eq!((answer.said().as_str(), answer.header("x-fallback-attempts")), ("From the eye", attempts));
    }
    assert_eq!(strictly(json!({ "model": "picky/m" })).said(), "From the picky");
    assert_eq!((blind.calls(), picky.calls(), eye.calls()), (0, 3, 3));
}

#[test]
fn a_part_that_may_only_be_forwarded_and_that_no_target_takes_is_named() {
    let up = Upstream::doing([says("Hello")]);
    let server = with_providers(&[reader(&up, "a", &["text"])]);
    let asked = asking(showing(&[image(&sample("sign.png"))])).header("x-mediary-strict", "true");
    let answer = asked.send(&server);
    answer.refused(422, "unsupported_part", "messages[0].content[1]");
    assert_eq!(answer.json()["error"]["param"], "messages[0].content[1]");
    assert_eq!(up.calls(), 0);
}

#[test]
fn limits_of_a_target_on_bytes_and_count_are_kept() {
    let png = sample("sign.png");
    let [small, few, roomy] =
        [says("From small"), says("From few"), says("From roomy")].map(|act| Upstream::doing([act]));
    let limited = |up: &Upstream, id: &str, limits: Value| {
        up.with_model(id, json!({ "accepts": ["image"], "limits": { "image": limits } }))
    };
    let entries = [
        limited(&small, "small", json!({ "bytes": "100" })),
        limited(&few, "few", json!({ "count": 1 })),
        limited(&roomy, "roomy", json!({ "count": 9 })),
    ];
    let server = with_providers(&entries);
    for (count, said) in [(1, "From few"), (2, "From roomy")] {
        let request = asking(showing(&vec![image(&png); count])).header("x-mediary-strict", "true");
        assert_eq!(request.send(&server).said(), said, "{count} pictures");
    }
    assert_eq!(small.calls(), 0);
}

#[test]
fn limits_of_a_target_on_length_are_kept_where_the_length_can_be_told() {
    let [brief, patient] = [says("From brief"), says("From patient")].map(|act| Upstream::doing([act]));
    let limited = |up: &Upstream, id: &str, seconds: u32| {
        up.with_model(id, json!({ "accepts": ["audio"], "limits": { "audio": { "seconds": seconds } } }))
    };
    let heard = |server: &TestServer, file: &[u8]| {
        asking(showing(&[sound(file)])).header("x-mediary-strict", "true").send(server).said()
    };
    let server = with_providers(&[limited(&brief, "brief", 2), limited(&patient, "patient", 4)]);
    assert_eq!(heard(&server, &recording(3)), "From patient");
    // What cannot be decoded here may be measured by ffmpeg.
    let entries = [limited(&brief, "brief", 61), limited(&patient, "patient", 62)];
    let odd = [&b"ID3\x04\0\0\0\0\0\0"[..], &[0; 200]].concat();
    let folder = tempfile::tempdir().unwrap();
    let measures = folder.path().join("ffmpeg");
    std::fs::write(&measures, "#!/bin/sh\necho run >> \"${0}.runs\"\necho out_time_us=61500000\n").unwrap();
    std::fs::set_permissions(&measures, Permissions::from_mode(0o755)).unwrap();
    let server = with_ffmpeg(Ffmpeg::at(measures), &entries);
    assert_eq!([heard(&server, &odd), heard(&server, &odd)], ["From patient", "From patient"]);
    let runs = std::fs::read_to_string(folder.path().join("ffmpeg.runs")).unwrap();
    assert_eq!(runs.lines().count(), 1, "what was measured is remembered");
    // Where it cannot be told before, the target's own refusal tells.
    assert_eq!(heard(&with_providers(&entries), &odd), "From brief");
}

#[test]
fn broken_media_are_refused_with_the_path_of_their_part() {
    let up = Upstream::doing([says("Hello")]);
    let server = with_providers(&[reader(&up, "a", &["image", "document", "audio"])]);
    let rows = [
        json!({ "type": "image_url", "image_url": { "url": "data:image/png;base64,%%%" } }),
        json!({ "type": "image_url", "image_url": { "url": "data:image/png,plain" } }),
        json!({ "type": "image_url" }),
        json!({ "type": "file", "file": { "file_id": "file-123" } }),
        json!({ "type": "input_audio", "input_audio": { "data": STANDARD.encode(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0") } }),
    ];
    for part in rows {
        let answer = server.chat(showing(std::slice::from_ref(&part)));
        assert_eq!(answer.status, 400, "{part}: {answer}");
        let param = answer.json()["error"]["param"].clone();
        assert!(param.as_str().is_some_and(|param| param.starts_with("messages[0].content[1]")), "{part}: {answer}");
    }
    assert_eq!(up.calls(), 0);
}

#[test]
fn a_large_picture_arrives_whole_after_a_fallback_too() {
    // A head that is a picture's and ten megabytes that are not decoded.
    let mut large = sample("sign.png");
    large.resize(10 << 20, 7);
    let [first, second] = [Act::Reset, says("A picture")].map(|act| Upstream::doing([act]));
    let server = with_providers(&[reader(&first, "a", &["image"]), reader(&second, "b", &["image"])]);
    assert_eq!(server.chat(showing(&[image(&large)])).said(), "A picture");
    assert_eq!(first.last().json()["messages"], second.last().json()["messages"]);
    assert_eq!(second.last().json()["messages"][0]["content"][1]["image_url"]["url"], url("image/png", &large));
}

/// A WAVE of silence, so many seconds of it.
fn recording(seconds: u32) -> Vec<u8> {
    const RATE_HZ: u32 = 8_000;
    let bytes = seconds * RATE_HZ * 2;
    let head = [&b"RIFF"[..], &(36 + bytes).to_le_bytes(), b"WAVEfmt \x10\0\0\0\x01\0\x01\0"].concat();
    let rates = [RATE_HZ.to_le_bytes(), (RATE_HZ * 2).to_le_bytes()].concat();
    [head, rates, b"\x02\0\x10\0data".to_vec(), bytes.to_le_bytes().to_vec(), vec![0; bytes as usize]].concat()
}
