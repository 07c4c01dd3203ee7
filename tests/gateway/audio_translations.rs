//! `POST /v1/audio/translations`: by a target that translates what it hears, else by way of a transcript and a chat.

use serde_json::{Value, json};

use super::audio_transcriptions::{ear, form, hears};
use super::chat_talk::with_providers;
use super::chat_words::{answers, says};
use super::client::{Answer, Request};
use super::craft::wav;
use super::server::TestServer;
use super::upstream::Upstream;

const ROUTE: &str = "/v1/audio/translations";

/// Engines on this machine, which may translate as well, are left out.
const ASKED: (&str, &str) = ("x-mediary-provider", "ear, talk");

fn translated(server: &TestServer, fields: &[(&str, &str)]) -> Answer {
    form(&wav(), fields).request_to(ROUTE).header(ASKED.0, ASKED.1).send(server)
}

/// What an ear hears of Spanish, in two segments.
fn spanish() -> Value {
    let segment = |id, start, end, text: &str| json!({ "id": id, "start": start, "end": end, "text": text });
    json!({
        "text": "Hola. Buenos días.", "language": "spanish", "duration": 3.0,
        "segments": [segment(0, 0.0, 1.0, "Hola."), segment(1, 1.5, 3.0, "Buenos días.")],
    })
}

#[test]
fn a_target_that_translates_is_asked_for_that() {
    let up = Upstream::doing([hears("Hello.")]);
    let server = with_providers(&[ear(&up, "ear", json!({ "tasks": ["transcription", "translation"] }))]);
    assert_eq!(translated(&server, &[]).ok()["text"], "Hello.");
    assert_eq!(up.last().path, ROUTE);
}

#[test]
fn without_one_the_transcript_is_translated_and_the_answer_says_so() {
    let ear_up = Upstream::doing([answers(200, &spanish())]);
    let talk = Upstream::doing([says("1: Hello.\n2: Good morning.")]);
    let server = with_providers(&[ear(&ear_up, "ear", json!({})), talk.entry("talk", json!({}))]);
    let answer = translated(&server, &[("model", "whisper-1"), ("response_format", "srt")]);
    let expected = "1\n00:00:00,000 --> 00:00:01,000\nHello.\n\n2\n00:00:01,500 --> 00:00:03,000\nGood morning.\n\n";
    assert_eq!(answer.text(), expected);
    assert_eq!(answer.header("x-routed-via"), Some("ear/m, talk/m"));
    assert_eq!(
        answer.header("x-mediary-treatments"),
        Some("\"file\";do=extract;by=\"ear/m\", \"file\";do=translate;by=\"talk/m\"")
    );
    assert_eq!(ear_up.last().path, "/v1/audio/transcriptions");
    let asked = talk.last().json().to_string();
    assert!(asked.contains("Spanish") && asked.contains("2: Buenos días."), "{asked}");
}

#[test]
fn a_transcript_by_a_model_that_was_named_is_translated_by_no_other_provider() {
    let ear_up = Upstream::doing([answers(200, &spanish())]);
    let talk = Upstream::doing([says("1: Hello.\n2: Good morning.")]);
    let server = with_providers(&[ear(&ear_up, "ear", json!({})), talk.far_entry("talk", json!({}))]);
    let answer = form(&wav(), &[("model", "ear/m")]).request_to(ROUTE).send(&server);
    assert!(answer.status >= 400, "{answer}");
    assert_eq!(talk.calls(), 0);
}

#[test]
fn a_translation_with_a_line_missing_is_none() {
    let ear_up = Upstream::doing([answers(200, &spanish())]);
    let talk = Upstream::doing([says("1: Hello.")]);
    let server = with_providers(&[ear(&ear_up, "ear", json!({})), talk.entry("talk", json!({}))]);
    let answer = translated(&server, &[]);
    assert!(answer.status >= 500, "{answer}");
}

#[test]
fn a_translation_streams_like_a_transcript() {
    let ear_up = Upstream::doing([hears("Hola.")]);
    let talk = Upstream::doing([says("Hello.")]);
    let server = with_providers(&[ear(&ear_up, "ear", json!({})), talk.entry("talk", json!({}))]);
    let answer = translated(&server, &[("stream", "True")]);
    let events: Vec<Value> = answer.events().iter().map(|event| serde_json::from_str(event).unwrap()).collect();
    assert_eq!(events[0], json!({ "type": "transcript.text.delta", "delta": "Hello." }));
    assert_eq!((&events[1]["type"], &events[1]["text"]), (&json!("transcript.text.done"), &json!("Hello.")));
}

#[test]
fn plans_explain_sound() {
    let (ear_up, talk) = (Upstream::doing([hears("Hola.")]), Upstream::doing([says("Hello.")]));
    let server = with_providers(&[
        ear(&ear_up, "ear", json!({ "price": { "minute_usd": 0.6 } })),
        talk.entry("talk", json!({})),
        talk.entry(
            "mouth",
            json!({ "models": [{ "id": "m", "tasks": ["speech"], "price": { "character_usd": 10.0 } }] }),
        ),
    ]);
    let plan = |endpoint: &str, request: Value| {
        let body = json!({ "endpoint": endpoint, "request": request });
        let asked = Request::new("POST", "/v1/plan").header("x-mediary-provider", "ear, talk, mouth");
        asked.body("application/json", body.to_string()).send(&server).ok()
    };
    let file = json!({ "file_data": base64::Engine::encode(&base64::engine::general_purpose::STANDARD, wav()) });
    let heard = plan("/v1/audio/transcriptions", file.clone());
    assert_eq!((&heard["task"], &heard["candidates"][0]["target"]), (&json!("transcription"), &json!("ear/m")));
    let cost = heard["candidates"][0]["estimated_cost_usd"].as_f64().unwrap();
    assert!((cost - 0.01).abs() < 1e-9, "a second that was begun, at 0.6 a minute: {cost}");
    assert_eq!(heard["then"], Value::Null);
    let translated = plan(ROUTE, file);
    assert_eq!((&translated["then"], &translated["candidates"][0]["target"]), (&json!("translate"), &json!("ear/m")));
    let spoken = plan("/v1/audio/speech", json!({ "input": "Hello", "voice": "alloy", "model": "tts-1" }));
    assert_eq!((&spoken["task"], &spoken["candidates"][0]["target"]), (&json!("speech"), &json!("mouth/m")));
    let aloud = plan(
        "/v1/chat/completions",
        json!({ "model": "talk/m", "modalities": ["text", "audio"], "audio": { "voice": "alloy", "format": "wav" },
            "messages": [{ "role": "user", "content": "Hi" }] }),
    );
    assert_eq!((&aloud["then"], &aloud["candidates"][0]["target"]), (&json!("speak"), &json!("talk/m")));
    assert_eq!((ear_up.calls(), talk.calls()), (0, 0), "nothing is spent");
}
