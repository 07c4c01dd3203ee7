//! `POST /v1/audio/transcriptions` and `/v1/audio/translations` with scripted providers, looked at from both sides.

use mediary::models::{Locations, Models};
use serde_json::{Value, json};

use super::chat_talk::{configure, over, with_providers};
use super::chat_words::{answers, fails};
use super::client::{Answer, Multipart};
use super::craft::wav;
use super::server::TestServer;
use super::upstream::{Act, Upstream};

const ROUTE: &str = "/v1/audio/transcriptions";

/// A form with a recording and these fields.
pub(crate) fn form(file: &[u8], fields: &[(&str, &str)]) -> Multipart {
    let form = Multipart::default().file("speech.wav", "audio/wav", file);
    fields.iter().fold(form, |form, (name, value)| form.field(name, value))
}

pub(crate) fn transcribed(server: &TestServer, fields: &[(&str, &str)]) -> Answer {
    form(&wav(), fields).request_to(ROUTE).send(server)
}

/// An entry whose one model transcribes.
pub(crate) fn ear(up: &Upstream, id: &str, fields: Value) -> Value {
    let model = over(json!({ "id": "m", "tasks": ["transcription"], "accepts": ["wav", "mp3"] }), fields);
    up.entry(id, json!({ "models": [model] }))
}

pub(crate) fn hears(text: &str) -> Act {
    answers(200, &json!({ "text": text }))
}

#[test]
fn a_recording_goes_out_as_a_form_and_its_words_come_back() {
    let up = Upstream::doing([hears("Hello there.")]);
    let server = with_providers(&[ear(&up, "ear", json!({}))]);
    let answer = transcribed(&server, &[("model", "whisper-1"), ("language", "English")]);
    assert_eq!(answer.ok()["text"], "Hello there.");
    assert_eq!(answer.header("x-routed-via"), Some("ear/m"));
    let seen = up.last();
    assert_eq!(seen.path, "/v1/audio/transcriptions");
    let body = String::from_utf8_lossy(&seen.body).into_owned();
    assert!(body.contains("name=\"model\"\r\n\r\nm\r\n") && body.contains("name=\"language\"\r\n\r\nen\r\n"), "{body}");
    assert!(body.contains("filename=\"recording.wav\""), "{body}");
}

#[test]
fn what_is_loud_and_no_speech_is_silence_when_several_say_so() {
    let (first, second) = (Upstream::doing([hears("")]), Upstream::doing([hears("")]));
    let both = [ear(&first, "first", json!({})), ear(&second, "second", json!({}))];
    // A tone, and no engine on this machine that looks for speech.
    let music = form(&super::audio_pieces::recording(5), &[]).request_to("/v1/audio/transcriptions");
    let home = tempfile::tempdir().expect("a temporary folder");
    let locations = Locations { home: Some(home.path().to_owned()), cwd: home.path().to_owned(), config_dir: None };
    let models = Models::open(&locations).expect("the cards are sound");
    let with_providers = |entries: &[Value]| TestServer::with_models(&models, |config| configure(config, entries));
    let alone = music.send(&with_providers(&both[..1]));
    alone.refused(503, "all_providers_failed", "it heard no speech");
    let agreed = music.send(&with_providers(&both));
    assert_eq!((&agreed.ok()["text"], agreed.header("x-mediary-status")), (&json!(""), Some("no_speech")));
}

#[test]
fn a_provider_that_fails_or_hears_nothing_is_followed_by_the_next() {
    let first = Upstream::doing([fails(503, "no", None)]);
    let second = Upstream::doing([hears("")]);
    let third = Upstream::doing([hears("A word.")]);
    let server = with_providers(&[
        ear(&first, "first", json!({})),
        ear(&second, "second", json!({})),
        ear(&third, "third", json!({})),
    ]);
    let answer = transcribed(&server, &[]);
    assert_eq!(answer.ok()["text"], "A word.");
    assert_eq!(answer.header("x-routed-via"), Some("third/m"));
}
