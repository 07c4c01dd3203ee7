//! Targets for sound that die, fall silent or break off, and clients that leave: what is heard of it on either side, and
//! what of the server's own work ends with them.

use std::io::{Read, Write};
use std::time::Duration;

use serde_json::{Value, json};

use super::audio_local::{for_hours, spoken_by};
use super::audio_speech::{SAMPLES, begins, mouth, speaks, spoken, wave};
use super::audio_transcriptions::{ear, form, hears, transcribed};
use super::chat_talk::{over, serving, with_providers};
use super::client::Request;
use super::server::{PATIENCE, TestServer, wait_until};
use super::upstream::{Act, Step, Upstream};

const TRANSCRIPTIONS: &str = "/v1/audio/transcriptions";

fn speech(fields: &Value) -> Request {
    Request::new("POST", "/v1/audio/speech").body("application/json", fields.to_string())
}

/// Sends a request, waits until so many bytes of the answer have come, and leaves.
fn leave_after(server: &TestServer, request: &Request, bytes: usize, while_waiting: impl FnOnce()) {
    let mut connection = server.connect();
    connection.write_all(&request.bytes(server)).expect("the server reads");
    let mut read = vec![0; bytes];
    connection.read_exact(&mut read).expect("the answer begins");
    while_waiting();
}

/// What a process does that is killed: before it reads all, before it answers, and in the middle of its answer.
fn deaths(whole: &str) -> [Act; 4] {
    let half = whole.as_bytes()[..whole.len() / 2].to_vec();
    [Act::Reset, Act::Close, Act::Half(whole.to_owned()), Act::Stream(vec![Step::Bytes(half), Step::Cut])]
}

#[test]
fn a_target_that_dies_while_it_transcribes_is_followed_by_the_next() {
    for act in deaths(&json!({ "text": "Hello there." }).to_string()) {
        let (dying, next) = (Upstream::doing([act.clone()]), Upstream::doing([hears("A word.")]));
        let server = with_providers(&[ear(&dying, "dying", json!({})), ear(&next, "next", json!({}))]);
        for format in ["json", "text", "srt", "vtt", "verbose_json"] {
            let answer = transcribed(&server, &[("response_format", format)]);
            assert_eq!(answer.status, 200, "{act:?}: {answer}");
            assert!(answer.text().contains("A word.") && !answer.text().contains("Hello"), "{act:?}: {answer}");
            assert_eq!(answer.header("x-routed-via"), Some("next/m"), "{act:?}");
        }
        let alone = with_providers(&[ear(&dying, "dying", json!({}))]);
        let answer = transcribed(&alone, &[("model", "dying/m")]);
        assert!(answer.status >= 500 && answer.json()["error"]["message"].is_string(), "{act:?}: {answer}");
    }
}

#[test]
fn a_transcript_that_breaks_off_in_its_stream_is_not_done() {
    let delta = Step::Data(json!({ "type": "transcript.text.delta", "delta": "Hello " }).to_string());
    let (dying, next) = (Upstream::doing([Act::Stream(vec![delta, Step::Cut])]), Upstream::doing([hears("A word.")]));
    let server = with_providers(&[ear(&dying, "dying", json!({})), ear(&next, "next", json!({}))]);
    let answer = transcribed(&server, &[("stream", "true")]);
    let events: Vec<Value> = answer.events().iter().map(|event| serde_json::from_str(event).unwrap()).collect();
    assert_eq!(events[0]["delta"], "Hello ");
    assert!(events.last().unwrap()["error"]["message"].is_string(), "{answer}");
    assert!(!answer.text().contains("transcript.text.done"), "{answer}");
    assert_eq!(next.calls(), 0, "half a transcript is not glued to another");
}

#[test]
fn a_target_that_dies_before_its_sound_is_heard_is_followed_by_the_next() {
    for act in [Act::Reset, Act::Close, Act::Stream(vec![Step::Bytes(wave(0, true).into_bytes()), Step::Cut])] {
        let (dying, next) =
            (Upstream::doing([act.clone()]), Upstream::doing([speaks("audio/wav", wave(SAMPLES, true))]));
        let server = with_providers(&[mouth(&dying, "dying", json!({})), mouth(&next, "next", json!({}))]);
        let answer = spoken(&server, json!({ "response_format": "wav" }));
        assert_eq!((answer.status, answer.header("x-routed-via")), (200, Some("next/m")), "{act:?}: {answer}");
        assert_eq!(answer.body, wave(SAMPLES, true).into_bytes(), "{act:?}");
    }
}

#[test]
fn a_sound_that_breaks_off_is_never_said_to_be_whole() {
    let whole = wave(SAMPLES, true).into_bytes();
    let half = whole[..whole.len() / 2].to_vec();
    let dying = Upstream::doing([Act::Stream(vec![Step::Bytes(half), Step::Cut])]);
    let server = with_providers(&[mouth(&dying, "dying", json!({}))]);
    let asked = json!({ "model": "dying/m", "input": "Hello there.", "voice": "alloy", "response_format": "pcm" });
    let mut connection = server.connect();
    connection.write_all(&speech(&asked).bytes(&server)).unwrap();
    let mut raw = Vec::new();
    // Some systems report a connection that is cut off as such, others as one that has ended.
    let _ = connection.read_to_end(&mut raw);
    // Where it broke off before anything could be heard, the answer is an error; else it has no end.
    let is_error = !raw.starts_with(b"HTTP/1.1 200");
    assert!(is_error || !raw.ends_with(b"0\r\n\r\n"), "{}", String::from_utf8_lossy(&raw));

    let answer = spoken(&server, over(asked, json!({ "stream_format": "sse" })));
    assert!(!answer.text().contains("speech.audio.done"), "{answer}");
    let last = if answer.status == 200 { answer.events().last().copied().unwrap_or_default() } else { answer.text() };
    let last: Value = serde_json::from_str(last).unwrap();
    assert!(last["error"]["message"].is_string(), "{last}");
}

#[test]
fn a_target_that_says_nothing_is_left_for_the_next() {
    // Sounds are given up sooner while another target is left; recordings are waited for as long in any case.
    let impatient = |entries: &[Value], ears: Duration| {
        serving(entries, |config| {
            config.routing.reasoning_first_byte = ears;
            config.routing.reasoning_fallback_first_byte = Duration::from_millis(100);
        })
    };
    let silent = Upstream::doing([Act::Silence]);
    let next = Upstream::doing([speaks("audio/wav", wave(SAMPLES, true))]);
    let server = impatient(&[mouth(&silent, "silent", json!({})), mouth(&next, "next", json!({}))], PATIENCE);
    assert_eq!(spoken(&server, json!({})).header("x-routed-via"), Some("next/m"));
    silent.was_left();
    let silent = Upstream::doing([Act::Silence]);
    let next = Upstream::doing([hears("A word.")]);
    let server = impatient(&[ear(&silent, "silent", json!({})), ear(&next, "next", json!({}))], Duration::from_secs(2));
    assert_eq!(transcribed(&server, &[]).header("x-routed-via"), Some("next/m"));
    silent.was_left();
}

#[test]
fn a_client_that_leaves_ends_its_call_and_nothing_is_kept_of_it() {
    let up = Upstream::doing([Act::Silence, begins(&wave(SAMPLES, true))]);
    let server = with_providers(&[mouth(&up, "mouth", json!({})), ear(&up, "ear", json!({}))]);
    let before = server.in_use();
    let recording = form(&super::craft::wav(), &[("model", "ear/m")]).request_to(TRANSCRIPTIONS);
    leave_after(&server, &recording, 0, || wait_until("it is asked", || up.calls() == 1));
    up.was_left();
    wait_until("its rooms are free", || server.in_use() == before);
    let asked = json!({ "model": "mouth/m", "input": "Hello.", "voice": "alloy", "response_format": "pcm" });
    leave_after(&server, &speech(&asked), 1_000, || ());
    wait_until("its rooms are free", || server.in_use() == before);
}

#[test]
fn a_client_that_leaves_frees_the_engine_it_kept_busy() {
    let server = with_providers(&[]);
    // Hours of speech: an engine that did not stop would be waited for in vain.
    let long = for_hours("two_cities.wav");
    for model in ["local/moonshine", "local/whisper-base"] {
        let fields = [("model", model), ("stream", "true"), ("language", "en")];
        let request = form(&long, &fields).request_to(TRANSCRIPTIONS);
        leave_after(&server, &request, 700, || assert_eq!(server.engine_depth("speech"), 1, "{model}"));
        wait_until("the place is free", || server.engine_depth("speech") == 0);
    }
    let text = "The boats came in before the sun had reached the hills. ".repeat(1_500);
    for (engine, voice) in [("piper", "local/piper"), ("espeak", "local/espeak")] {
        let asked = json!({ "model": voice, "input": text, "voice": "alloy", "response_format": "pcm" });
        leave_after(&server, &speech(&asked), 2_000, || assert_eq!(server.engine_depth(engine), 1, "{voice}"));
        wait_until("the place is free", || server.engine_depth(engine) == 0);
        assert_eq!(spoken_by(&server, voice, "wav").status, 200, "it speaks on");
    }
}
