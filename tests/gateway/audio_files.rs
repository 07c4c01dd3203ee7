//! Recordings of every sort on their way to a target: told by their bytes, written anew where need be, refused with a
//! reason where there is nothing to hear.

use std::process::Command;

use mediary::config::Bytes;
use mediary_core::MediaFormat;
use serde_json::json;

use super::audio_pieces::recording;
use super::audio_speech::{SAMPLES, format_of, mouth, speaks, spoken, wave};
use super::audio_transcriptions::{ear, hears};
use super::chat_talk::{serving, with_providers};
use super::chat_words::fails;
use super::client::{Answer, Multipart};
use super::craft::{elf, wav};
use super::server::{TestServer, sample};
use super::upstream::Upstream;

const ROUTE: &str = "/v1/audio/transcriptions";

fn send(server: &TestServer, name: &str, mime: &str, bytes: &[u8]) -> Answer {
    Multipart::default().file(name, mime, bytes).request_to(ROUTE).send(server)
}

/// A second of a tone in a form that ffmpeg writes.
fn made(arguments: &[&str], extension: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder of its own");
    let (input, output) = (folder.path().join("in.wav"), folder.path().join("out").with_extension(extension));
    std::fs::write(&input, recording(1)).expect("the recording is written");
    let run = Command::new("ffmpeg").args(["-v", "error", "-i"]).arg(input).args(arguments).arg(&output).status();
    assert!(run.expect("these tests need ffmpeg").success(), "{arguments:?}");
    std::fs::read(output).expect("the command wrote its output")
}

/// The format of the file in a form that a target was sent.
fn sent(up: &Upstream) -> MediaFormat {
    let body = up.last().body;
    let at = |words: &[u8], from: usize| {
        body[from..].windows(words.len()).position(|window| window == words).map(|at| from + at)
    };
    let name = at(b"filename=", 0).expect("a file was sent");
    format_of(&body[at(b"\r\n\r\n", name).expect("the field is in the form") + 4..])
}

#[test]
fn a_file_is_what_its_bytes_are_on_every_target() {
    let webm = made(&["-c:a", "libopus"], "webm");
    let ogg = made(&["-c:a", "libopus"], "ogg");
    let takes_webm = Upstream::doing([hears("Yes.")]);
    let server = with_providers(&[ear(&takes_webm, "ear", json!({ "accepts": ["webm", "opus"] }))]);
    for (name, mime, bytes) in [
        ("speech.wav", "audio/wav", &webm),
        ("speech.mp3", "audio/mpeg", &webm),
        ("speech.opus", "audio/mpeg", &ogg),
        ("blob", "application/octet-stream", &ogg),
    ] {
        assert_eq!(send(&server, name, mime, bytes).ok()["text"], "Yes.", "{name}");
        let seen = String::from_utf8_lossy(&takes_webm.last().body).into_owned();
        assert!(!seen.contains("filename=\"recording.wav\"") && !seen.contains("recording.mp3"), "named as it is");
    }
    let takes_mp3 = Upstream::doing([hears("Yes.")]);
    let server = with_providers(&[ear(&takes_mp3, "ear", json!({ "accepts": ["mp3"] }))]);
    let answer = send(&server, "speech.wav", "audio/wav", &webm);
    assert_eq!(answer.ok()["text"], "Yes.");
    assert_eq!(sent(&takes_mp3), MediaFormat::Mp3);
    assert!(answer.header("x-mediary-treatments").unwrap().contains("do=transcode"), "{answer}");
}

#[test]
fn every_usual_form_is_taken_for_a_target_that_takes_one() {
    let up = Upstream::doing([hears("Yes.")]);
    let server = with_providers(&[ear(&up, "ear", json!({ "accepts": ["mp3"] }))]);
    let rows: [(&[&str], &str); 10] = [
        (&["-c:a", "pcm_s16le"], "wav"),
        (&["-c:a", "pcm_s24le", "-ar", "192000"], "wav"),
        (&["-c:a", "pcm_f32le", "-ac", "8"], "wav"),
        (&["-c:a", "flac"], "flac"),
        (&["-c:a", "libvorbis", "-ac", "2"], "ogg"),
        (&["-c:a", "aac"], "m4a"),
        (&["-c:a", "aac"], "aac"),
        (&["-c:a", "libopus"], "opus"),
        (&["-c:a", "aac", "-f", "mp4"], "mp4"),
        (&["-c:a", "pcm_s16be"], "aiff"),
    ];
    for (arguments, extension) in rows {
        let answer = send(&server, "recording", "application/octet-stream", &made(arguments, extension));
        assert_eq!(answer.status, 200, "{arguments:?} in {extension}: {answer}");
        assert_eq!(sent(&up), MediaFormat::Mp3, "{extension}");
    }
}

#[test]
fn what_holds_no_sound_is_said_and_no_target_asked() {
    let up = Upstream::doing([hears("Never.")]);
    let server = with_providers(&[ear(&up, "ear", json!({}))]);
    let mut header_only = wav();
    header_only.truncate(44);
    header_only[40..44].fill(0);
    send(&server, "a.wav", "audio/wav", &header_only).refused(422, "unreadable_file", "no audio");
    for (arguments, extension) in [
        (&["-t", "0"][..], "wav"),
        (&["-t", "0"], "flac"),
        (&["-t", "0", "-c:a", "libopus"], "ogg"),
        (&["-t", "0"], "mp3"),
        (&["-t", "0", "-c:a", "libopus"], "webm"),
    ] {
        let empty = made(arguments, extension);
        send(&server, "empty", "", &empty).refused(422, "unreadable_file", "there is no audio in this file");
    }
    let tag = [b"ID3\x04\0\0\0\0\x01\x00".as_slice(), &[0; 128]].concat();
    send(&server, "a.mp3", "audio/mpeg", &tag).refused(422, "unreadable_file", "there is no audio in this file");
    header_only[40] = 1;
    header_only.push(0);
    send(&server, "a.wav", "audio/wav", &header_only).refused(422, "unreadable_file", "there is no audio in this file");
    send(&server, "a.wav", "audio/wav", b"not a sound at all, only words").refused(
        415,
        "unsupported_media_type",
        "text",
    );
    send(&server, "a.wav", "audio/wav", &elf()).refused(415, "unsupported_media_type", "");
    send(&server, "a.mp3", "audio/mpeg", &sample("sign.png")).refused(415, "unsupported_media_type", "png");
    assert!(send(&server, "a.wav", "audio/wav", b"").status >= 400);
    assert_eq!(up.calls(), 0);
}

#[test]
fn a_damaged_file_is_read_as_far_as_it_goes() {
    let up = Upstream::doing([hears("Yes.")]);
    let server = with_providers(&[ear(&up, "ear", json!({ "accepts": ["mp3"] }))]);
    // Cut off, and a header that claims more than there is.
    let whole = recording(4);
    let half = &whole[..whole.len() / 2];
    assert_eq!(send(&server, "a.wav", "audio/wav", half).status, 200);
    let mut lying = whole.clone();
    lying[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(send(&server, "a.wav", "audio/wav", &lying).status, 200);
    let mp3 = made(&["-c:a", "libmp3lame"], "mp3");
    assert_eq!(send(&server, "a.mp3", "audio/mpeg", &mp3[..mp3.len() / 2]).status, 200);
    // What loses this process its way, and ffmpeg finds again.
    let mut bent = made(&["-c:a", "libopus", "-b:a", "64k"], "webm");
    let middle = bent.len() / 2;
    bent[middle..middle + 200].fill(0x5a);
    assert_eq!(send(&server, "a.webm", "audio/webm", &bent).status, 200);
    let caf = made(&["-c:a", "pcm_s16be"], "caf");
    assert_eq!(send(&server, "a.caf", "audio/x-caf", &caf[..caf.len() * 6 / 10]).status, 200);
    let long = made(&["-rf64", "always"], "wav");
    let in_ogg = made(&["-c:a", "flac"], "ogg");
    for bytes in [long, in_ogg] {
        assert_eq!(send(&server, "blob", "application/octet-stream", &bytes).status, 200);
        assert_eq!(sent(&up), MediaFormat::Mp3);
    }
}

#[test]
fn limits_are_named() {
    let up = Upstream::doing([hears("Yes.")]);
    let server = serving(&[ear(&up, "ear", json!({}))], |config| config.limits.audio.seconds = 2);
    send(&server, "a.wav", "audio/wav", &recording(4)).refused(413, "file_too_large", "2 s");
    let server = serving(&[ear(&up, "ear", json!({}))], |config| config.limits.audio.bytes = Bytes::new(10_000));
    send(&server, "a.wav", "audio/wav", &recording(4)).refused(413, "file_too_large", "audio");
    let server = serving(&[ear(&up, "ear", json!({}))], |config| config.limits.upload_bytes = Bytes::new(10_000));
    send(&server, "a.wav", "audio/wav", &recording(4)).refused(413, "file_too_large", "upload_bytes");
    assert_eq!(up.calls(), 0);
    let limits = mediary::config::Config::default().limits;
    assert_eq!((limits.audio.bytes.get(), limits.audio.seconds), (500_000_000, 14_400));
    assert_eq!(limits.upload_bytes.get(), 600_000_000);
}

#[test]
fn a_refusal_for_length_is_the_next_targets_chance_and_no_refusal_of_content() {
    let strict = Upstream::doing([fails(400, "audio duration 1978 seconds is longer than 1500 seconds", None)]);
    let other = Upstream::doing([hears("Yes.")]);
    let server = with_providers(&[ear(&strict, "strict", json!({})), ear(&other, "other", json!({}))]);
    let answer = send(&server, "a.wav", "audio/wav", &recording(1));
    assert_eq!((answer.status, answer.header("x-routed-via")), (200, Some("other/m")), "{answer}");
    let server = with_providers(&[ear(&strict, "strict", json!({}))]);
    let answer = send(&server, "a.wav", "audio/wav", &recording(1));
    assert!(!answer.text().contains("content_refused") && !answer.text().contains("policy"), "{answer}");
}

#[test]
fn a_sound_leaves_before_its_target_has_made_all_of_it() {
    // Ten seconds that are announced, two of which arrive before the target falls silent.
    let up = Upstream::doing([super::audio_speech::begins(&wave(SAMPLES, true))]);
    let server = with_providers(&[mouth(&up, "mouth", json!({}))]);
    let body = json!({ "model": "tts-1", "input": "Hello there.", "voice": "alloy", "response_format": "pcm" });
    let request = super::client::Request::new("POST", "/v1/audio/speech").body("application/json", body.to_string());
    let mut connection = server.connect();
    std::io::Write::write_all(&mut connection, &request.bytes(&server)).unwrap();
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    while head.len() < 2_000 {
        let count = std::io::Read::read(&mut connection, &mut buffer).unwrap();
        assert!(count > 0, "it ended: {}", String::from_utf8_lossy(&head));
        head.extend(&buffer[..count]);
    }
    drop(connection);
    up.was_left();
}

#[test]
fn silence_for_a_text_is_no_answer() {
    let up = Upstream::doing([speaks("audio/wav", wave(SAMPLES, false))]);
    let server = with_providers(&[mouth(&up, "mouth", json!({}))]);
    let answer = spoken(&server, json!({ "model": "mouth/m" }));
    assert!(answer.status >= 500, "{answer}");
}
