//! Sound by the engines of this process, without any provider: spoken, decoded by another decoder, written down again; in
//! chats before anything is sent elsewhere; and what is said where they are not installed.

use std::io::Write;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mediary::models::{Locations, Models};
use mediary_convert::av::Ffmpeg;
use serde_json::{Value, json};

use super::audio_transcriptions::{form, hears, transcribed};
use super::chat_talk::{with_ffmpeg, with_providers};
use super::chat_words::says;
use super::client::{Answer, Request};
use super::server::{TestServer, checkout};
use super::upstream::Upstream;

const SAID: &str = "The boats came in before the sun had reached the hills, and the market opened at eight.";
/// What is said in the recording that comes with Moonshine.
const BECKETT: &str = "ever tried";

fn ffmpeg() -> Ffmpeg {
    Ffmpeg::find(Some("/usr/bin:/usr/local/bin:/opt/homebrew/bin".as_ref())).expect("these tests need ffmpeg")
}

/// A recording of real speech that comes with Moonshine, as a file.
pub(crate) fn moonshine_clip(name: &str) -> Vec<u8> {
    std::fs::read(checkout().join("models/weights/moonshine").join(name)).expect("`make models` fetches the recordings")
}

/// The same again and again, for as long as the server takes.
pub(crate) fn for_hours(name: &str) -> Vec<u8> {
    let clip = checkout().join("models/weights/moonshine").join(name);
    let written = Command::new("ffmpeg")
        .args(["-hide_banner", "-v", "error", "-stream_loop", "-1", "-i"])
        .arg(clip)
        .args(["-t", "3600", "-ac", "1", "-ar", "8000", "-c:a", "pcm_mulaw", "-f", "wav", "pipe:1"])
        .output()
        .expect("these tests need ffmpeg");
    assert!(written.status.success() && written.stdout.len() > 3_500 * 8_000);
    written.stdout
}

pub(crate) fn spoken_by(server: &TestServer, model: &str, format: &str) -> Answer {
    let body = json!({ "model": model, "input": SAID, "voice": "alloy", "response_format": format });
    Request::new("POST", "/v1/audio/speech").body("application/json", body.to_string()).send(server)
}

/// A sound by way of ffmpeg, in this form.
pub(crate) fn by_ffmpeg(sound: &[u8], of: &[&str], into: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder of its own");
    let out = folder.path().join("out");
    let mut child = Command::new("ffmpeg")
        .args(["-hide_banner", "-v", "error"])
        .args(of)
        .args(["-i", "pipe:0"])
        .args(into)
        .arg(&out)
        .stdin(Stdio::piped())
        .spawn()
        .expect("these tests need ffmpeg");
    child.stdin.take().expect("it is piped").write_all(sound).expect("ffmpeg reads it");
    assert!(child.wait().expect("it ends").success(), "{of:?} {into:?}");
    std::fs::read(out).expect("ffmpeg wrote it")
}

fn written_down(server: &TestServer, model: &str, sound: &[u8]) -> Answer {
    form(sound, &[("model", model)]).request_to("/v1/audio/transcriptions").send(server)
}

/// How many of the words are missing, in any order.
fn missed(text: &str) -> usize {
    let words = |text: &str| -> Vec<String> {
        let plain = text.to_lowercase().replace(|letter: char| !letter.is_alphanumeric() && letter != ' ', "");
        plain.replace(" 8", " eight").split_whitespace().map(str::to_owned).collect()
    };
    let heard = words(text);
    words(SAID).iter().filter(|word| !heard.contains(word)).count()
}

#[test]
fn what_a_voice_says_in_any_form_is_understood() {
    let server = with_ffmpeg(ffmpeg(), &[]);
    // espeak's plain voice is understood less well than a neural one.
    for (voice, most_missed) in [("local/piper", 1), ("local/espeak", 5)] {
        for format in ["mp3", "opus", "aac", "flac", "wav", "pcm"] {
            let sound = spoken_by(&server, voice, format);
            assert_eq!((sound.status, sound.header("x-routed-via")), (200, Some(voice)), "{format}");
            let of: &[&str] = if format == "pcm" { &["-f", "s16le", "-ar", "24000", "-ac", "1"] } else { &[] };
            let decoded = by_ffmpeg(&sound.body, of, &["-f", "wav", "-ar", "16000"]);
            let text = written_down(&server, "local/whisper-base", &decoded).ok()["text"].to_string();
            assert!(missed(&text) <= most_missed, "{voice} as {format}: {text}");
        }
    }
}

#[test]
fn what_kokoro_says_is_understood_where_it_was_fetched() {
    if !checkout().join("models/weights/kokoro").is_dir() {
        // It is fetched by name alone; the tests do without.
        return;
    }
    let server = with_ffmpeg(ffmpeg(), &[]);
    let sound = spoken_by(&server, "local/kokoro", "mp3");
    assert_eq!((sound.status, sound.header("x-routed-via")), (200, Some("local/kokoro")));
    let decoded = by_ffmpeg(&sound.body, &[], &["-f", "wav", "-ar", "16000"]);
    let text = written_down(&server, "local/whisper-base", &decoded).ok()["text"].to_string();
    assert!(missed(&text) <= 1, "{text}");
    // Nobody says that this is Spanish, or who speaks it.
    let body = json!({ "model": "auto", "input": "El museo abre tarde los jueves y cierra temprano los domingos." });
    let sound = Request::new("POST", "/v1/audio/speech").body("application/json", body.to_string()).send(&server);
    assert_eq!((sound.status, sound.header("x-routed-via")), (200, Some("local/kokoro")));
    let heard = form(&sound.body, &[("response_format", "verbose_json")]);
    let heard = heard.request_to("/v1/audio/transcriptions").send(&server);
    let (body, text) = (heard.ok(), heard.text().to_lowercase());
    assert_eq!(body["language"], "spanish", "{body}");
    assert!(["museo", "jueves", "domingos"].iter().all(|word| text.contains(word)), "{body}");
}

#[test]
fn voice_notes_are_written_down_whatever_carries_them() {
    let server = with_providers(&[]);
    let sound = spoken_by(&server, "local/piper", "wav").body;
    let rows: [&[&str]; 5] = [
        &["-c:a", "libopus", "-f", "ogg"],
        &["-c:a", "libopus", "-f", "webm"],
        &["-c:a", "libopus", "-f", "mp4"],
        &["-c:a", "aac", "-f", "ipod"],
        &["-c:a", "libmp3lame", "-b:a", "32k", "-f", "mp3"],
    ];
    for into in rows {
        let answer = written_down(&server, "auto", &by_ffmpeg(&sound, &[], into));
        assert!(missed(&answer.ok()["text"].to_string()) <= 2, "{into:?}: {answer}");
        assert_eq!(answer.header("x-routed-via"), Some("local/moonshine"), "{into:?}");
    }
}

#[test]
fn a_chat_asks_the_engines_of_this_process_before_it_sends_its_sound_away() {
    let data = STANDARD.encode(moonshine_clip("beckett.wav"));
    let sound = json!({ "type": "input_audio", "input_audio": { "data": data, "format": "wav" } });
    let [talk, elsewhere, beside] =
        [says("Noted."), hears("Never."), hears("Never.")].map(|act| Upstream::doing([act]));
    let ear = json!({ "priority": 1, "models": [{ "id": "m", "tasks": ["transcription"], "accepts": ["wav"] }] });
    // Another process of this machine is no engine of this one, and may pass a sound on.
    let entries = [talk.entry("talk", json!({})), elsewhere.far_entry("ear", ear.clone()), beside.entry("beside", ear)];
    let server = with_providers(&entries);
    for model in ["talk/m", "auto"] {
        let asked = json!({ "model": model, "messages": [{ "role": "user", "content": [sound] }] });
        let answer = server.chat(asked);
        assert_eq!(answer.said(), "Noted.");
        let treated = answer.header("x-mediary-treatments").unwrap_or_default();
        assert!(treated.contains("local/moonshine"), "{treated}");
        let sent = talk.last().json()["messages"].to_string().to_lowercase();
        assert!(sent.contains(BECKETT), "{sent}");
    }
    assert_eq!((elsewhere.calls(), beside.calls()), (0, 0));
}

#[test]
fn where_no_engine_is_installed_the_command_that_fetches_one_is_named() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let locations = Locations { home: Some(home.path().to_owned()), cwd: home.path().to_owned(), config_dir: None };
    let server = TestServer::with_models(&Models::open(&locations).expect("the cards are sound"), |_| ());
    for model in ["auto", "whisper-1", "local/whisper-base"] {
        let answer = transcribed(&server, &[("model", model)]);
        answer.refused(503, "engine_not_installed", "`mediary models pull");
    }
    let answer = form(&super::craft::wav(), &[]).request_to("/v1/audio/translations").send(&server);
    answer.refused(503, "engine_not_installed", "`mediary models pull");
    let listed: Value = server.get("/v1/models/local/moonshine").ok();
    assert_eq!(listed["installed"], false);
}
