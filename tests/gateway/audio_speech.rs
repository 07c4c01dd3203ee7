//! `POST /v1/audio/speech`, `/v1/tts` and `GET /v1/audio/voices` with scripted providers, looked at from both sides.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mediary_core::{Blob, Claim, MediaFormat, classify};
use serde_json::{Value, json};

use super::chat_talk::{over, with_providers};
use super::chat_words::{answers, fails};
use super::client::{Answer, Request};
use super::server::TestServer;
use super::upstream::{Act, Step, Upstream};

const RATE_HZ: u32 = 11_025;

/// A sound as text, since providers here answer with text: every byte of it is a character. `loud`: it can be heard.
pub(crate) fn wave(samples: u32, loud: bool) -> String {
    let mut file = Vec::new();
    let bytes = samples * 2;
    file.extend(b"RIFF".iter().chain(&(36 + bytes).to_le_bytes()).chain(b"WAVEfmt \x10\0\0\0\x01\0\x01\0"));
    file.extend(RATE_HZ.to_le_bytes().into_iter().chain((RATE_HZ * 2).to_le_bytes()).chain(*b"\x02\0\x10\0data"));
    file.extend(bytes.to_le_bytes());
    for sample in 0..samples {
        file.extend(if loud && sample / 20 % 2 == 0 { [0x20, 0x20] } else { [0, 0] });
    }
    String::from_utf8(file).expect("every byte is a character")
}

/// Three quarters of a second.
pub(crate) const SAMPLES: u32 = 0x2020;

pub(crate) fn speaks(mime: &str, body: String) -> Act {
    Act::Answer { status: 200, headers: vec![("content-type", mime.into())], body }
}

/// A target that begins a sound and then says nothing more.
pub(crate) fn begins(body: &str) -> Act {
    Act::Stream(vec![Step::Bytes(body.as_bytes().to_vec()), Step::Stall])
}

pub(crate) fn mouth(up: &Upstream, id: &str, fields: Value) -> Value {
    let model = over(json!({ "id": "m", "tasks": ["speech"] }), fields);
    up.entry(id, json!({ "models": [model] }))
}

pub(crate) fn spoken(server: &TestServer, fields: Value) -> Answer {
    let body = over(json!({ "model": "tts-1", "input": "Hello there.", "voice": "alloy" }), fields);
    Request::new("POST", "/v1/audio/speech").body("application/json", body.to_string()).send(server)
}

pub(crate) fn format_of(bytes: &[u8]) -> MediaFormat {
    let claim = Claim { mime: None, file_name: None };
    classify(Blob::in_memory(bytes.to_vec()), claim).expect("it is a sound").format
}

#[test]
fn a_sound_has_the_form_that_was_asked_for_whatever_the_target_gives() {
    let up = Upstream::doing([speaks("audio/mpeg", wave(SAMPLES, true))]);
    let server = with_providers(&[mouth(&up, "mouth", json!({}))]);
    for (name, mime, format) in [
        ("mp3", "audio/mpeg", MediaFormat::Mp3),
        ("opus", "audio/ogg", MediaFormat::Opus),
        ("flac", "audio/flac", MediaFormat::Flac),
        ("wav", "audio/wav", MediaFormat::Wav),
    ] {
        let answer = spoken(&server, json!({ "response_format": name }));
        assert_eq!(answer.status, 200, "{answer}");
        assert_eq!(answer.header("content-type"), Some(mime));
        assert_eq!(answer.header("x-routed-via"), Some("mouth/m"));
        assert_eq!(format_of(&answer.body), format, "{name}");
        assert_eq!(up.last().json()["response_format"], name);
    }
    // As it came.
    assert_eq!(spoken(&server, json!({ "response_format": "wav" })).body, wave(SAMPLES, true).into_bytes());
    let bare = spoken(&server, json!({ "response_format": "pcm" }));
    assert_eq!(bare.header("content-type"), Some("audio/pcm"));
    let seconds = bare.body.len() as f64 / 2.0 / 24_000.0;
    assert!((seconds - f64::from(SAMPLES) / f64::from(RATE_HZ)).abs() < 0.1, "{seconds}");
    let seen = up.last().json();
    assert_eq!(
        (&seen["input"], &seen["voice"], &seen["model"]),
        (&json!("Hello there."), &json!("alloy"), &json!("m"))
    );
}

#[test]
fn a_target_that_fails_or_is_silent_is_followed_by_the_next() {
    let first = Upstream::doing([fails(503, "no", None)]);
    let second = Upstream::doing([speaks("audio/wav", wave(SAMPLES, false))]);
    let third = Upstream::doing([speaks("audio/wav", wave(SAMPLES, true))]);
    let server = with_providers(&[
        mouth(&first, "first", json!({})),
        mouth(&second, "second", json!({})),
        mouth(&third, "third", json!({})),
    ]);
    let answer = spoken(&server, json!({ "response_format": "wav" }));
    assert_eq!((answer.status, answer.header("x-routed-via")), (200, Some("third/m")), "{answer}");
}

#[test]
fn a_pace_that_the_target_lacks_is_made_here() {
    let up = Upstream::doing([speaks("audio/wav", wave(SAMPLES, true))]);
    let server = with_providers(&[mouth(&up, "mouth", json!({ "refuses": ["speed"], "gives": ["wav"] }))]);
    let answer = spoken(&server, json!({ "response_format": "pcm", "speed": 2 }));
    assert_eq!(answer.status, 200, "{answer}");
    let seconds = answer.body.len() as f64 / 2.0 / 24_000.0;
    assert!((seconds - f64::from(SAMPLES) / f64::from(RATE_HZ) / 2.0).abs() < 0.1, "{seconds}");
    let seen = up.last().json();
    assert_eq!((&seen["response_format"], &seen["speed"]), (&json!("wav"), &Value::Null));
    assert_eq!(answer.header("x-mediary-dropped"), None, "nothing is missing");
}

#[test]
fn voices_are_known_by_their_names_and_stood_in_for() {
    let up = Upstream::doing([speaks("audio/wav", wave(SAMPLES, true))]);
    let server = with_providers(&[mouth(&up, "mouth", json!({ "voices": ["Kore", "Puck"] }))]);
    let answer = spoken(&server, json!({ "model": "mouth/m", "voice": "nova" }));
    assert_eq!(answer.status, 200, "{answer}");
    assert_eq!(up.last().json()["voice"], "Kore");
    assert_eq!(answer.header("x-mediary-treatments"), Some("\"voice\";do=transcode;by=\"Kore\""));
    assert_eq!(spoken(&server, json!({ "voice": "puck" })).status, 200);
    let unknown = spoken(&server, json!({ "model": "mouth/m", "voice": "Nobel" }));
    unknown.refused(400, "invalid_request", "Kore, Puck");
    assert_eq!(unknown.json()["error"]["param"], "voice");
    let listed = Request::new("GET", "/v1/audio/voices").send(&server).ok();
    let names: Vec<&Value> = listed["data"].as_array().unwrap().iter().map(|voice| &voice["id"]).collect();
    assert!(names.contains(&&json!("Kore")), "{listed}");
}

#[test]
fn a_text_without_words_is_refused_before_a_target_is_asked() {
    let up = Upstream::doing([speaks("audio/wav", wave(SAMPLES, true))]);
    let server = with_providers(&[mouth(&up, "mouth", json!({}))]);
    for text in ["😀", "…", "?!", "—\n***"] {
        for model in ["tts-1", "mouth/m", "local/espeak"] {
            let answer = spoken(&server, json!({ "model": model, "input": text }));
            answer.refused(400, "invalid_request", "neither a letter nor a digit");
            assert_eq!(answer.json()["error"]["param"], "input");
        }
    }
    spoken(&server, json!({ "input": " " })).refused(400, "invalid_request", "is empty");
    assert_eq!(up.calls(), 0);
    assert_eq!(spoken(&server, json!({ "input": "😀 7" })).status, 200);
}

#[test]
fn a_sound_comes_in_events_and_under_the_older_name() {
    let up = Upstream::doing([speaks("audio/wav", wave(SAMPLES, true))]);
    let server = with_providers(&[mouth(&up, "mouth", json!({}))]);
    let answer = spoken(&server, json!({ "response_format": "wav", "stream_format": "sse" }));
    let events: Vec<Value> = answer.events().iter().map(|event| serde_json::from_str(event).unwrap()).collect();
    let (last, deltas) = events.split_last().unwrap();
    assert_eq!(last["type"], "speech.audio.done");
    let sound: Vec<u8> =
        deltas.iter().flat_map(|delta| STANDARD.decode(delta["audio"].as_str().unwrap()).unwrap()).collect();
    assert_eq!(sound, wave(SAMPLES, true).into_bytes());
    let body = json!({ "text": "Hello", "voice": "alloy", "model": "auto" });
    let older = Request::new("POST", "/v1/tts").body("application/json", body.to_string()).send(&server);
    assert_eq!((older.status, format_of(&older.body)), (200, MediaFormat::Mp3));
}

#[test]
fn a_sound_inside_of_json_is_taken_out() {
    let sound = STANDARD.encode(wave(SAMPLES, true));
    let gemini = json!({ "candidates": [{ "content": { "parts": [
        { "inlineData": { "mimeType": "audio/L16;codec=pcm;rate=24000", "data": STANDARD.encode([0x20; 48_000]) } }
    ] } }] });
    for (dialect, answer, path) in [
        ("mistral", json!({ "audio_data": sound }), "/v1/audio/speech"),
        ("gemini", gemini, "/v1/models/m:generateContent"),
    ] {
        let up = Upstream::doing([answers(200, &answer)]);
        let server = with_providers(&[over(mouth(&up, "mouth", json!({})), json!({ "dialect": dialect }))]);
        let answer = spoken(&server, json!({ "model": "mouth/m", "response_format": "flac" }));
        assert_eq!(answer.status, 200, "{dialect}: {answer}");
        assert_eq!(format_of(&answer.body), MediaFormat::Flac);
        assert_eq!(up.last().path, path);
    }
}
