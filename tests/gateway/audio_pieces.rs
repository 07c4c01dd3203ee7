//! What is longer than a target takes: recordings cut at silence, texts cut at sentences; whole in the end, or refused.

use std::io::Write as _;

use serde_json::{Value, json};

use super::audio_speech::{SAMPLES, mouth, speaks, spoken, wave};
use super::audio_transcriptions::{ear, form, hears};
use super::chat_talk::with_providers;
use super::chat_words::{answers, fails};
use super::client::{Answer, Request};
use super::server::{TestServer, wait_until};
use super::upstream::{Act, Upstream};

const RATE_HZ: u32 = 8_000;

/// A recording of so many seconds: a tone with a pause in every tenth second.
pub(crate) fn recording(seconds: u32) -> Vec<u8> {
    let samples = (0..seconds * RATE_HZ).map(|at| match at / RATE_HZ % 10 {
        9 => 0_i16,
        _ => {
            if at / 20 % 2 == 0 {
                4_000
            } else {
                -4_000
            }
        }
    });
    let data: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
    let bytes = data.len() as u32;
    let head = [&b"RIFF"[..], &(36 + bytes).to_le_bytes(), b"WAVEfmt \x10\0\0\0\x01\0\x01\0"].concat();
    let rates = [RATE_HZ.to_le_bytes(), (RATE_HZ * 2).to_le_bytes()].concat();
    [head, rates, b"\x02\0\x10\0data".to_vec(), bytes.to_le_bytes().to_vec(), data].concat()
}

fn transcribed(server: &TestServer, fields: &[(&str, &str)]) -> Answer {
    form(&recording(70), fields).request_to("/v1/audio/transcriptions").send(server)
}

/// What a target hears in a piece, with its times.
fn verbose(text: &str) -> Act {
    let segment = json!({ "id": 0, "start": 1.0, "end": 2.0, "text": text });
    answers(200, &json!({ "text": text, "language": "english", "duration": 25.0, "segments": [segment] }))
}

#[test]
fn a_long_recording_is_cut_at_pauses_and_its_times_go_on() {
    let up = Upstream::doing([verbose("One."), verbose("Two."), verbose("Three.")]);
    let server = with_providers(&[ear(&up, "ear", json!({ "limits": { "audio": { "seconds": 35 } } }))]);
    let answer = transcribed(&server, &[("response_format", "verbose_json")]).ok();
    assert_eq!(answer["text"], "One. Two. Three.");
    assert_eq!(up.calls(), 3);
    let starts: Vec<f64> =
        answer["segments"].as_array().unwrap().iter().map(|segment| segment["start"].as_f64().unwrap()).collect();
    // Pauses are in the tenth second of every ten; the cut is in their middle.
    for (start, expected) in starts.iter().zip([1.0, 30.5, 60.5]) {
        assert!((start - expected).abs() < 0.5, "{starts:?}");
    }
    assert!((answer["duration"].as_f64().unwrap() - 70.0).abs() < 0.2, "{answer}");
}

#[test]
fn a_plan_shows_that_a_recording_is_cut() {
    let up = Upstream::doing([hears("One.")]);
    let limits = json!({ "limits": { "audio": { "seconds": 35 } }, "price": { "minute_usd": 0.6 } });
    let server = with_providers(&[ear(&up, "ear", limits)]);
    let plan = |seconds: u32| {
        let file = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, recording(seconds));
        let body =
            json!({ "endpoint": "/v1/audio/transcriptions", "request": { "file_data": file, "model": "ear/m" } });
        Request::new("POST", "/v1/plan").body("application/json", body.to_string()).send(&server).ok()
    };
    let (whole, cut) = (plan(30), plan(70));
    assert_eq!((whole.get("first"), &cut["first"]), (None, &json!("split")), "{cut}");
    assert_eq!((&cut["candidates"][0]["target"], &cut["parts"][0]["seconds"]), (&json!("ear/m"), &json!(70)));
    assert_eq!(cut["candidates"][0]["estimated_cost_usd"], json!(0.7));
    assert_eq!(up.calls(), 0);
}

#[test]
fn caps_in_bytes_count_like_those_in_seconds() {
    let up = Upstream::doing([hears("One."), hears("Two."), hears("Three.")]);
    let server =
        with_providers(&[ear(&up, "ear", json!({ "accepts": ["mp3"], "limits": { "audio": { "bytes": 130_000 } } }))]);
    let answer = transcribed(&server, &[]).ok();
    assert!(up.calls() >= 3, "{}", up.calls());
    assert!(answer["text"].as_str().unwrap().starts_with("One. Two. Three."), "{answer}");
    assert!(up.seen().iter().all(|seen| seen.body.len() < 131_000), "a piece is larger than allowed");
}

#[test]
fn a_piece_that_fails_falls_back_alone() {
    let first = Upstream::doing([hears("One."), fails(400, "too long", None), hears("Three.")]);
    let second = Upstream::doing([hears("Two.")]);
    let limits = json!({ "limits": { "audio": { "seconds": 30 } } });
    let server = with_providers(&[ear(&first, "first", limits.clone()), ear(&second, "second", limits)]);
    let answer = transcribed(&server, &[("model", "auto")]);
    assert_eq!(second.calls() + first.calls(), 4, "{answer}");
    let text = answer.ok()["text"].as_str().unwrap().to_owned();
    assert!(text.starts_with("One. Two."), "{text}");
    assert_eq!(answer.header("x-routed-via"), Some("first/m, second/m"));
}

#[test]
fn a_provider_is_given_several_pieces_at_once_and_one_on_this_machine_one_after_the_other() {
    let limits = json!({ "models": [
        { "id": "m", "tasks": ["transcription"], "accepts": ["wav", "mp3"], "limits": { "audio": { "seconds": 25 } } }
    ] });
    let recording = form(&recording(100), &[("model", "ear/m")]).request_to("/v1/audio/transcriptions");
    for (is_far, at_once) in [(true, 4), (false, 2)] {
        // The first piece is waited for, and shows who answers; the second is never answered.
        let up = Upstream::doing([hears("One."), Act::Silence]);
        let entry = if is_far { up.far_entry("ear", limits.clone()) } else { up.entry("ear", limits.clone()) };
        let server = with_providers(&[entry]);
        let mut connection = server.connect();
        connection.write_all(&recording.bytes(&server)).expect("the server reads");
        wait_until("they are asked for", || up.calls() == at_once);
        drop(connection);
        up.was_left();
        assert_eq!(up.calls(), at_once);
    }
}

#[test]
fn a_transcript_is_never_silently_partial() {
    let up = Upstream::doing([hears("One."), fails(400, "no", None)]);
    let server = with_providers(&[ear(&up, "ear", json!({ "limits": { "audio": { "seconds": 30 } } }))]);
    let answer = transcribed(&server, &[("model", "ear/m")]);
    assert!(answer.status >= 400, "{answer}");
    assert!(!answer.text().contains("One."), "{answer}");
}

fn says(body: String) -> Act {
    speaks("audio/wav", body)
}

fn inputs(up: &Upstream) -> Vec<Value> {
    up.seen().iter().map(|seen| seen.json()["input"].clone()).collect()
}

#[test]
fn a_long_text_is_spoken_in_pieces_that_are_one_sound() {
    let up = Upstream::doing([says(wave(SAMPLES, true))]);
    let server = with_providers(&[mouth(&up, "mouth", json!({ "limits": { "text": { "bytes": 30 } } }))]);
    let text = "One is a number. Two is as well. Three, too.";
    let answer = spoken(&server, json!({ "input": text, "response_format": "pcm" }));
    assert_eq!(answer.status, 200, "{answer}");
    assert_eq!(inputs(&up), ["One is a number.", "Two is as well. Three, too."]);
    let seconds = answer.body.len() as f64 / 2.0 / 24_000.0;
    let expected = 2.0 * f64::from(SAMPLES) / 11_025.0;
    assert!((seconds - expected).abs() < 0.2, "{seconds}, not {expected}");
    let treatments = answer.header("x-mediary-treatments").unwrap();
    assert!(treatments.contains("\"input\";do=split;by=\"sentences\";pages=2"), "{treatments}");
    let short = spoken(&server, json!({ "input": "One.", "response_format": "wav" }));
    assert_eq!(short.header("x-mediary-treatments"), None);
}

#[test]
fn a_piece_of_a_text_that_fails_is_spoken_by_another() {
    let first = Upstream::doing([says(wave(SAMPLES, true)), fails(400, "no", None)]);
    let second = Upstream::doing([says(wave(SAMPLES, true))]);
    let limits = json!({ "limits": { "text": { "bytes": 20 } } });
    let server = with_providers(&[mouth(&first, "first", limits.clone()), mouth(&second, "second", limits)]);
    let answer = spoken(&server, json!({ "input": "One is a number. Two is as well.", "response_format": "pcm" }));
    assert_eq!(answer.status, 200, "{answer}");
    assert_eq!(inputs(&second), ["Two is as well."]);
    let seconds = answer.body.len() as f64 / 2.0 / 24_000.0;
    assert!((seconds - 2.0 * f64::from(SAMPLES) / 11_025.0).abs() < 0.2, "{seconds}");
}

#[test]
fn a_sound_whose_pieces_cannot_be_had_breaks_off() {
    let up = Upstream::doing([says(wave(SAMPLES, true)), fails(400, "no", None)]);
    let server = with_providers(&[mouth(&up, "mouth", json!({ "limits": { "text": { "bytes": 20 } } }))]);
    let text = "One is a number. Two is as well.";
    let wish = json!({ "model": "mouth/m", "input": text, "response_format": "pcm", "stream_format": "sse" });
    let answer = spoken(&server, wish);
    let last: Value = serde_json::from_str(answer.events().last().unwrap()).unwrap();
    assert!(last["error"].is_object(), "{last}");
}
