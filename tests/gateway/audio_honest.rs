//! What is admitted of sound: silence that is none, times that are guesses, voices that stand in, wishes that nobody hears,
//! and how a recording was cut; in chats as well as for those that ask for a transcript.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mediary_convert::av::Ffmpeg;
use serde_json::{Value, json};

use super::audio_local::{by_ffmpeg, moonshine_clip};
use super::audio_pieces::recording;
use super::audio_speech::{SAMPLES, mouth, speaks, spoken, wave};
use super::audio_transcriptions::{ear, form, hears};
use super::chat_talk::{over, with_ffmpeg, with_providers};
use super::chat_words::says;
use super::client::Answer;
use super::craft::wav;
use super::server::TestServer;
use super::upstream::Upstream;

const ROUTE: &str = "/v1/audio/transcriptions";

fn send(server: &TestServer, sound: &[u8], fields: &[(&str, &str)]) -> Answer {
    form(sound, fields).request_to(ROUTE).send(server)
}

fn asking(parts: &[Value]) -> Value {
    json!({ "model": "talk/m", "messages": [{ "role": "user", "content": parts }] })
}

fn heard_in_chat(sound: &[u8], format: &str) -> Value {
    json!({ "type": "input_audio", "input_audio": { "data": STANDARD.encode(sound), "format": format } })
}

fn header_only() -> Vec<u8> {
    let mut header = wav();
    header.truncate(44);
    header[40..44].fill(0);
    header
}

#[test]
fn an_empty_transcript_is_believed_of_silence_alone() {
    let up = Upstream::doing([hears("")]);
    let server = with_providers(&[ear(&up, "ear", json!({}))]);
    let silent = send(&server, &wav(), &[("model", "ear/m"), ("response_format", "verbose_json")]);
    assert_eq!((&silent.ok()["text"], &silent.ok()["no_speech"]), (&json!(""), &json!(true)));
    assert_eq!(silent.header("x-mediary-status"), Some("no_speech"));
    let audible = send(&server, &moonshine_clip("beckett.wav"), &[("model", "ear/m")]);
    assert!(audible.status >= 500 && audible.text().contains("ear/m"), "{audible}");
}

#[test]
fn wishes_that_an_engine_does_not_heed_are_named() {
    let server = with_providers(&[]);
    let clip = moonshine_clip("beckett.wav");
    let wishes = [("prompt", "Beckett"), ("temperature", "0.2"), ("include[]", "logprobs"), ("foo", "bar")];
    let answer = send(&server, &clip, &[&[("model", "local/moonshine")], &wishes[..]].concat());
    assert_eq!(answer.status, 200, "{answer}");
    let dropped = answer.header("x-mediary-dropped").unwrap_or_default();
    assert!(["prompt", "temperature", "include", "foo"].iter().all(|name| dropped.contains(name)), "{dropped}");
    assert_eq!(answer.header("x-mediary-status"), None);
    let refused = send(&server, &clip, &[("chunking_strategy", "nonsense")]);
    refused.refused(400, "invalid_request", "server_vad");
}

#[test]
fn times_of_words_come_from_who_tells_them() {
    let server = with_providers(&[]);
    let clip = moonshine_clip("beckett.wav");
    let words = [("response_format", "verbose_json"), ("timestamp_granularities[]", "word")];
    let answer = send(&server, &clip, &words);
    assert!(answer.ok()["words"].as_array().is_some_and(|words| words.len() > 4), "{answer}");
    assert_eq!((answer.header("x-routed-via"), answer.header("x-mediary-dropped")), (Some("local/whisper-base"), None));
    let guessed = send(&server, &clip, &[&[("model", "local/moonshine")], &words[..]].concat());
    assert_eq!(guessed.header("x-mediary-dropped"), Some("timestamp_granularities"), "{guessed}");
}

#[test]
fn caps_of_seconds_count_for_short_recordings_and_the_cut_is_told() {
    let up = Upstream::doing([hears("One."), hears("Two.")]);
    let limits = json!({ "accepts": ["wav"], "limits": { "audio": { "seconds": 30 } } });
    let server = with_providers(&[ear(&up, "ear", limits)]);
    let answer = send(&server, &recording(44), &[("model", "ear/m")]);
    assert_eq!((&answer.ok()["text"], up.calls()), (&json!("One. Two."), 2), "{answer}");
    let treated = answer.header("x-mediary-treatments").unwrap_or_default();
    assert!(treated.contains("\"file\";do=split;by=\"pauses\";pages=2"), "{treated}");
    assert!(treated.contains("\"file\";do=transcode;by=\"audio-to-audio\""), "{treated}");
}

#[test]
fn a_stream_of_pieces_says_each_when_it_is_heard() {
    let up = Upstream::doing([hears("One."), hears("Two."), hears("Three.")]);
    let server = with_providers(&[ear(&up, "ear", json!({ "limits": { "audio": { "seconds": 35 } } }))]);
    let answer = send(&server, &recording(70), &[("model", "ear/m"), ("stream", "true")]);
    let events: Vec<Value> = answer.events().iter().filter_map(|event| serde_json::from_str(event).ok()).collect();
    let deltas = events.iter().filter(|event| event["type"] == "transcript.text.delta");
    let deltas: Vec<&str> = deltas.filter_map(|event| event["delta"].as_str()).collect();
    assert_eq!(deltas, ["One.", " Two.", " Three."], "{answer}");
    let done = events.last().expect("it ends");
    assert_eq!((&done["type"], &done["text"]), (&json!("transcript.text.done"), &json!("One. Two. Three.")));
    assert_eq!(done["usage"]["seconds"], 70.0, "{done}");
    // A target that gives all at once.
    let whole = Upstream::doing([hears("All.")]);
    let server = with_providers(&[ear(&whole, "ear", json!({}))]);
    let answer = send(&server, &recording(4), &[("model", "ear/m"), ("stream", "true")]);
    let done: Value = serde_json::from_str(answer.events().last().expect("it ends")).expect("an event is JSON");
    assert_eq!(done["usage"]["seconds"], 4.0, "{done}");
}

#[test]
fn a_chat_is_given_long_recordings_in_pieces_with_their_times() {
    let talk = Upstream::doing([says("Noted.")]);
    let up = Upstream::doing([hears("One."), hears("Two."), hears("Three.")]);
    let entries = [talk.entry("talk", json!({})), ear(&up, "ear", json!({ "limits": { "audio": { "seconds": 35 } } }))];
    let server = with_providers(&entries);
    // Engines of this process are left out.
    let asked = asking(&[heard_in_chat(&recording(70), "wav")]);
    let answer = server.chat_with(("x-mediary-provider", "talk, ear"), asked);
    assert_eq!((answer.said().as_str(), up.calls()), ("Noted.", 3), "{answer}");
    let sent = talk.last().json()["messages"].to_string();
    assert!(["[0:00] One.", "[0:29] Two.", "Three."].iter().all(|line| sent.contains(line)), "{sent}");
}

#[test]
fn what_holds_no_sound_is_not_heard_in_a_chat_either() {
    let (talk, up) = (Upstream::doing([says("Noted.")]), Upstream::doing([hears("Invented.")]));
    let server = with_providers(&[talk.entry("talk", json!({})), ear(&up, "ear", json!({}))]);
    let asked = || asking(&[heard_in_chat(&header_only(), "wav")]);
    let answer = server.chat_with(("x-mediary-provider", "talk, ear"), asked());
    answer.refused(422, "unreadable_file", "no audio");
    assert_eq!((talk.calls(), up.calls()), (0, 0));
}

#[test]
fn a_film_of_sound_alone_is_heard_in_a_chat() {
    let ffmpeg = Ffmpeg::find(Some("/usr/bin:/usr/local/bin:/opt/homebrew/bin".as_ref())).expect("tests need ffmpeg");
    let talk = Upstream::doing([says("Noted.")]);
    let server = with_ffmpeg(ffmpeg, &[talk.entry("talk", json!({}))]);
    let hears = Upstream::doing([says("Heard.")]);
    let hearer = with_providers(&[hears.entry("talk", json!({ "models": [{ "id": "m", "accepts": ["wav"] }] }))]);
    let clip = moonshine_clip("beckett.wav");
    let rows: [(&str, &[&str]); 3] = [
        ("webm", &["-c:a", "libopus", "-f", "webm", "-live", "1"]),
        ("mp4", &["-c:a", "aac", "-f", "mp4"]),
        ("mkv", &["-c:a", "libvorbis", "-f", "matroska"]),
    ];
    for (ending, into) in rows {
        let sound = by_ffmpeg(&clip, &[], into);
        let data = format!("data:application/octet-stream;base64,{}", STANDARD.encode(&sound));
        let file = json!({ "type": "file", "file": { "filename": format!("memo.{ending}"), "file_data": data } });
        for part in [heard_in_chat(&sound, ending), file] {
            let answer = server.chat(asking(std::slice::from_ref(&part)));
            assert_eq!(answer.said(), "Noted.", "{ending}: {answer}");
            let sent = talk.last().json()["messages"].to_string().to_lowercase();
            assert!(sent.contains("[0:0") && sent.contains("ever tried"), "{ending}: {sent}");
            let answer = hearer.chat(asking(&[part]));
            assert_eq!(answer.said(), "Heard.", "{ending}: {answer}");
            let sent = hears.last().json()["messages"][0]["content"][0].clone();
            assert_eq!(
                (&sent["type"], &sent["input_audio"]["format"]),
                (&json!("input_audio"), &json!("wav")),
                "{sent}"
            );
        }
    }
}

#[test]
fn a_pace_is_kept_by_the_engines_and_a_voice_that_stands_in_is_named() {
    let server = with_providers(&[]);
    let text = "The boats came in before the sun had reached the hills.";
    for (model, named, give) in [("local/espeak", "en-us+f3", 0.03), ("local/piper", "joe", 0.15)] {
        let seconds = |speed: f64| {
            let wish =
                json!({ "model": model, "input": text, "voice": "nova", "speed": speed, "response_format": "pcm" });
            let answer = spoken(&server, over(wish, json!({ "instructions": "calm", "foo": 1 })));
            assert_eq!(answer.status, 200, "{model}: {answer}");
            let treated = answer.header("x-mediary-treatments").unwrap_or_default().to_owned();
            assert_eq!(treated, format!("\"voice\";do=transcode;by=\"{named}\""), "{model}");
            let dropped = answer.header("x-mediary-dropped").unwrap_or_default();
            assert!(dropped.contains("instructions") && dropped.contains("foo"), "{model}: {dropped}");
            assert!(!dropped.contains("speed"), "{model}: {dropped}");
            answer.body.len() as f64 / 2.0 / 24_000.0
        };
        let usual = seconds(1.0);
        for speed in [0.25, 0.5, 2.0, 4.0] {
            let pace = usual / seconds(speed);
            assert!((pace / speed - 1.0).abs() < give, "{model} asked for {speed} speaks at {pace}");
        }
    }
}

#[test]
fn a_provider_that_gives_another_sound_is_to_blame_itself() {
    // Bare samples that say what they are, and bytes that are no sound at all.
    let bare = wave(SAMPLES, true).split_off(44);
    let samples = Upstream::doing([speaks("audio/L16; rate=11025", bare)]);
    let server = with_providers(&[mouth(&samples, "mouth", json!({}))]);
    let answer = spoken(&server, json!({ "model": "mouth/m", "response_format": "mp3" }));
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("audio/mpeg")), "{answer}");
    let noise = Upstream::doing([speaks("audio/mpeg", "nothing but words ".repeat(400))]);
    let server = with_providers(&[mouth(&noise, "mouth", json!({}))]);
    let answer = spoken(&server, json!({ "model": "mouth/m", "response_format": "mp3" }));
    assert!(answer.status >= 500, "{answer}");
    let good = Upstream::doing([speaks("audio/wav", wave(SAMPLES, true))]);
    let server = with_providers(&[mouth(&noise, "noise", json!({})), mouth(&good, "good", json!({}))]);
    let answer = spoken(&server, json!({ "response_format": "mp3" }));
    assert_eq!((answer.status, answer.header("x-routed-via")), (200, Some("good/m")), "{answer}");
}
