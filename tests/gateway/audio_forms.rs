//! What a transcript looks like, whatever its target gives: every `response_format`, times, events; and what is refused.

use serde_json::{Value, json};

use super::audio_transcriptions::{ear, form, hears, transcribed};
use super::chat_talk::with_providers;
use super::chat_words::{answers, says};
use super::client::Request;
use super::craft::wav;
use super::upstream::{Act, Step, Upstream};

/// A target that gives nothing but text.
fn plain(up: &Upstream) -> Value {
    ear(up, "ear", json!({ "refuses": ["timestamp_granularities"] }))
}

#[test]
fn every_form_is_made_of_bare_text() {
    let up = Upstream::doing([hears("Hello there. Bye.")]);
    let server = with_providers(&[plain(&up)]);
    let answer = |name: &str| transcribed(&server, &[("model", "ear/m"), ("response_format", name)]);
    let json = answer("json");
    assert_eq!(
        (json.header("content-type"), &json.ok()["text"]),
        (Some("application/json"), &json!("Hello there. Bye."))
    );
    let text = answer("text");
    assert_eq!((text.header("content-type"), text.text()), (Some("text/plain; charset=utf-8"), "Hello there. Bye.\n"));
    // A tenth of a second, shared by its sentences.
    let srt = answer("srt");
    let expected = "1\n00:00:00,000 --> 00:00:00,075\nHello there.\n\n2\n00:00:00,075 --> 00:00:00,100\nBye.\n\n";
    assert_eq!(srt.text(), expected);
    assert_eq!(srt.header("x-mediary-dropped"), Some("timestamp_granularities"), "times are estimates");
    let vtt = answer("vtt");
    assert!(vtt.text().starts_with("WEBVTT\n\n00:00:00.000 --> 00:00:00.075\nHello there.\n\n"), "{vtt}");
    let verbose = answer("verbose_json").ok();
    assert_eq!((&verbose["task"], &verbose["text"]), (&json!("transcribe"), &json!("Hello there. Bye.")));
    assert!(verbose["language"].is_string() && verbose["duration"].is_number(), "{verbose}");
    let segment = &verbose["segments"][0];
    for field in ["id", "seek", "start", "end", "temperature", "avg_logprob", "compression_ratio", "no_speech_prob"] {
        assert!(segment[field].is_number(), "{field} in {segment}");
    }
    assert!(segment["text"].is_string() && segment["tokens"].is_array(), "{segment}");
    assert_eq!(verbose["words"], Value::Null, "nobody asked for words");
}

#[test]
fn words_and_segments_come_as_they_were_asked_for() {
    let word = |text: &str, start, end| json!({ "word": text, "start": start, "end": end });
    let body = json!({ "text": "Hi you.", "words": [word("Hi", 0.0, 0.2), word("you.", 0.3, 0.5)],
        "segments": [{ "id": 0, "start": 0.0, "end": 0.5, "text": "Hi you." }], "language": "english", "duration": 0.5 });
    let up = Upstream::doing([answers(200, &body)]);
    let server = with_providers(&[ear(&up, "ear", json!({}))]);
    let verbose = [("response_format", "verbose_json")];
    let words = [verbose[0], ("timestamp_granularities[]", "word")];
    let answer = transcribed(&server, &words).ok();
    assert_eq!(answer["words"], body["words"]);
    assert_eq!(answer["segments"], Value::Null, "{answer}");
    let both = [words[0], words[1], ("timestamp_granularities[]", "segment")];
    let answer = transcribed(&server, &both).ok();
    assert_eq!((&answer["words"], answer["segments"].as_array().unwrap().len()), (&body["words"], 1));
    let sent = String::from_utf8_lossy(&up.last().body).into_owned();
    assert!(sent.contains("name=\"timestamp_granularities[]\"\r\n\r\nword"), "{sent}");
}

#[test]
fn who_speaks_is_told_where_a_target_can_and_refused_otherwise() {
    let up = Upstream::doing([hears("Hello.")]);
    let server = with_providers(&[plain(&up)]);
    let answer = transcribed(&server, &[("response_format", "diarized_json")]);
    answer.refused(400, "invalid_request", "verbose_json");
    assert_eq!(up.calls(), 0);
    let segment = json!({ "type": "transcript.text.segment", "id": "s", "start": 0.0, "end": 1.0, "text": "Hello.", "speaker": "A" });
    let able = Upstream::doing([answers(200, &json!({ "text": "Hello.", "duration": 1.0, "segments": [segment] }))]);
    let server = with_providers(&[plain(&up), ear(&able, "able", json!({ "speakers": true }))]);
    let answer = transcribed(&server, &[("response_format", "diarized_json")]);
    assert_eq!(answer.ok()["segments"][0]["speaker"], "A");
    assert_eq!(answer.header("x-routed-via"), Some("able/m"));
    let sent = String::from_utf8_lossy(&able.last().body).into_owned();
    assert!(sent.contains("name=\"chunking_strategy\"\r\n\r\nauto"), "the sensible default is sent: {sent}");
}

fn events() -> Act {
    let event = |value: Value| Step::Data(value.to_string());
    Act::Stream(vec![
        event(json!({ "type": "transcript.text.delta", "delta": "Hello " })),
        event(json!({ "type": "transcript.text.delta", "delta": "there." })),
        event(json!({ "type": "transcript.text.done", "text": "Hello there." })),
    ])
}

#[test]
fn a_stream_of_words_is_events_whatever_true_is_called_and_whatever_the_target_gives() {
    for (act, streams) in [(events as fn() -> Act, true), (|| hears("Hello there."), false)] {
        let up = Upstream::doing([act()]);
        let server = with_providers(&[ear(&up, "ear", json!({ "streaming": streams }))]);
        for yes in ["true", "True", "1"] {
            let answer = transcribed(&server, &[("stream", yes)]);
            let events: Vec<Value> = answer.events().iter().map(|event| serde_json::from_str(event).unwrap()).collect();
            let (last, deltas) = events.split_last().unwrap();
            let text: String = deltas.iter().map(|event| event["delta"].as_str().unwrap()).collect();
            assert!(deltas.iter().all(|event| event["type"] == "transcript.text.delta"), "{answer}");
            assert_eq!((text.as_str(), &last["text"]), ("Hello there.", &json!("Hello there.")));
            assert_eq!(last["type"], "transcript.text.done");
        }
        let answer = transcribed(&server, &[("stream", "true"), ("response_format", "srt")]);
        answer.refused(400, "invalid_request", "stream");
    }
}

#[test]
fn a_model_that_chats_about_sound_is_served_by_the_same_form() {
    let up = Upstream::doing([says("Hello there.")]);
    let server = with_providers(&[up.with_model("talk", json!({ "accepts": ["wav"] }))]);
    let answer = transcribed(&server, &[("model", "talk/m"), ("response_format", "text")]);
    assert_eq!(answer.text(), "Hello there.\n");
    let part = &up.last().json()["messages"][0]["content"];
    let part = part.as_array().unwrap().iter().find(|part| part["type"] == "input_audio");
    assert_eq!(part.expect("the recording went along")["input_audio"]["format"], "wav");
}

#[test]
fn clients_of_other_servers_are_understood() {
    let up = Upstream::doing([hears("Hello.")]);
    let server = with_providers(&[ear(&up, "ear", json!({}))]);
    // As speaches has it, with its own fields.
    let speaches = [
        ("model", "Systran/faster-whisper-small"),
        ("language", "en"),
        ("prompt", "Names: Ana"),
        ("temperature", "0.0"),
        ("response_format", "json"),
        ("timestamp_granularities[]", "segment"),
        ("stream", "false"),
        ("hotwords", "Ana"),
        ("vad_filter", "true"),
        ("without_timestamps", "false"),
    ];
    // As Open WebUI has it: a model's name, and nothing of its language.
    let open_webui = [("model", "whisper-1")];
    for fields in [&speaches[1..], &open_webui[..]] {
        assert_eq!(transcribed(&server, fields).ok()["text"], "Hello.");
    }
}

#[test]
fn exactly_one_recording_is_sent() {
    let up = Upstream::doing([hears("Hello.")]);
    let server = with_providers(&[ear(&up, "ear", json!({}))]);
    let to = |form: super::client::Multipart| form.request_to("/v1/audio/transcriptions").send(&server);
    to(super::client::Multipart::default().field("model", "auto")).refused(400, "invalid_request", "file");
    let both = form(&wav(), &[("url", "http://127.0.0.1:9/a.wav")]);
    to(both).refused(400, "invalid_request", "send one of");
    let two = form(&wav(), &[]).file("b.wav", "audio/wav", &wav());
    to(two).refused(400, "invalid_request", "several");
    let body = Request::new("POST", "/v1/audio/transcriptions").body("application/json", "{}").send(&server);
    body.refused(400, "invalid_request", "multipart");
}
