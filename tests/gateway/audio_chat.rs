//! Chats whose answer is to be heard: forwarded to models that speak, spoken here for those that only write.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::audio_speech::{SAMPLES, mouth, speaks, wave};
use super::chat_talk::with_providers;
use super::chat_words::{answers, fails, says, streams, whole};
use super::upstream::{Act, Upstream};

/// What asks for a sound.
fn heard(format: &str) -> Value {
    json!({ "model": "auto", "modalities": ["text", "audio"], "audio": { "voice": "alloy", "format": format } })
}

fn voice() -> Upstream {
    Upstream::doing([speaks("audio/wav", wave(SAMPLES, true))])
}

fn writing(acts: impl IntoIterator<Item = Act>) -> Upstream {
    Upstream::doing(acts)
}

#[test]
fn a_model_that_speaks_is_passed_the_wish_and_its_sound_passes() {
    let audio = json!({ "id": "audio_1", "data": "AAAA", "transcript": "Hi.", "expires_at": 1_790_003_600 });
    let message = json!({ "role": "assistant", "content": null, "refusal": null, "audio": audio });
    let up = Upstream::doing([answers(200, &whole(&message, "stop"))]);
    let mouth_up = voice();
    let server =
        with_providers(&[up.with_model("talk", json!({ "audio_output": true })), mouth(&mouth_up, "mouth", json!({}))]);
    let answer = server.chat(heard("wav")).ok();
    assert_eq!(answer["choices"][0]["message"]["audio"], audio);
    let seen = up.last().json();
    assert_eq!((&seen["modalities"], &seen["audio"]["voice"]), (&json!(["text", "audio"]), &json!("alloy")));
    assert_eq!(mouth_up.calls(), 0);
}

#[test]
fn the_words_of_a_model_that_only_writes_are_spoken() {
    let (up, mouth_up) = (writing([says("Hello there.")]), voice());
    let server = with_providers(&[up.entry("talk", json!({})), mouth(&mouth_up, "mouth", json!({}))]);
    let answer = server.chat(heard("wav"));
    let message = answer.ok()["choices"][0]["message"].clone();
    assert_eq!(message["content"], Value::Null);
    assert_eq!(message["audio"]["transcript"], "Hello there.");
    assert!(message["audio"]["id"].is_string() && message["audio"]["expires_at"].is_u64(), "{message}");
    let sound = STANDARD.decode(message["audio"]["data"].as_str().unwrap()).unwrap();
    assert_eq!(sound, wave(SAMPLES, true).into_bytes());
    assert_eq!(answer.header("x-routed-via"), Some("talk/m, mouth/m"));
    assert_eq!(answer.header("x-mediary-treatments"), Some("\"audio\";do=speak;by=\"mouth/m\""));
    let seen = up.last().json();
    assert_eq!((&seen["modalities"], &seen["audio"]), (&Value::Null, &Value::Null), "it was asked to write");
    assert_eq!(mouth_up.last().json()["input"], "Hello there.");
}

#[test]
fn a_stream_of_words_is_spoken_sentence_by_sentence() {
    let up = writing([streams(&["Hello ", "there. How", " are you?"])]);
    let mouth_up = voice();
    let server = with_providers(&[up.entry("talk", json!({})), mouth(&mouth_up, "mouth", json!({}))]);
    let mut wish = heard("pcm16");
    wish["stream"] = true.into();
    let answer = server.chat(wish);
    assert_eq!(answer.header("x-mediary-treatments"), Some("\"audio\";do=speak;by=\"speech\""));
    let chunks = answer.chunks();
    let deltas: Vec<&Value> = chunks.iter().map(|chunk| &chunk["choices"][0]["delta"]["audio"]).collect();
    let text: String = deltas.iter().filter_map(|audio| audio["transcript"].as_str()).collect();
    assert_eq!(text, "Hello there. How are you?");
    let sound = deltas.iter().filter_map(|audio| audio["data"].as_str());
    let bytes: usize = sound.map(|data| STANDARD.decode(data).unwrap().len()).sum();
    let seconds = bytes as f64 / 2.0 / 24_000.0;
    let once = f64::from(SAMPLES) / 11_025.0;
    assert!((seconds - 2.0 * once).abs() < 0.2, "{seconds} s of two sentences");
    let inputs: Vec<Value> = mouth_up.seen().iter().map(|seen| seen.json()["input"].clone()).collect();
    assert_eq!(inputs, ["Hello there.", "How are you?"]);
    assert_eq!(deltas.iter().filter(|audio| audio["id"].is_string()).count(), 1);
    let last = chunks.iter().rposition(|chunk| chunk["choices"][0]["finish_reason"] == "stop").unwrap();
    assert!(chunks[..last].iter().any(|chunk| chunk["choices"][0]["delta"]["audio"]["expires_at"].is_u64()));
    assert!(chunks.iter().all(|chunk| chunk["choices"][0]["delta"]["content"].as_str().unwrap_or("").is_empty()));
    assert_eq!(answer.events().last(), Some(&"[DONE]"));
}

#[test]
fn what_cannot_be_spoken_is_refused_before_a_model_is_asked() {
    let (up, mouth_up) = (writing([says("Hello.")]), voice());
    let server =
        with_providers(&[up.entry("talk", json!({})), mouth(&mouth_up, "mouth", json!({ "voices": ["Kore"] }))]);
    let with = |field: &str, value: Value| {
        let mut wish = heard("wav");
        match field {
            "voice" | "format" => wish["audio"][field] = value,
            _ => wish[field] = value,
        }
        server.chat(wish)
    };
    with("voice", json!("Nobel")).refused(400, "invalid_request", "Kore");
    with("format", json!("midi")).refused(400, "invalid_request", "pcm16");
    with("stream", json!(true)).refused(400, "invalid_request", "pcm16");
    with("n", json!(2)).refused(400, "invalid_request", "one reply");
    assert_eq!((up.calls(), mouth_up.calls()), (0, 0));
}

#[test]
fn an_answer_that_nothing_speaks_is_no_answer() {
    let up = writing([says("Hello.")]);
    let mouth_up = Upstream::doing([fails(503, "no", None)]);
    let server = with_providers(&[up.entry("talk", json!({})), mouth(&mouth_up, "mouth", json!({}))]);
    let mut wish = heard("wav");
    wish["model"] = "talk/m".into();
    // Voices on this machine are left out.
    let answer = server.chat_with(("x-mediary-provider", "talk, mouth"), wish);
    assert!(answer.status >= 400, "{answer}");
}

#[test]
fn an_answer_without_words_stays_what_was_written() {
    let (up, mouth_up) = (writing([says("👍")]), voice());
    let server = with_providers(&[up.entry("talk", json!({})), mouth(&mouth_up, "mouth", json!({}))]);
    let message = server.chat(heard("wav")).ok()["choices"][0]["message"].clone();
    assert_eq!((&message["content"], &message["audio"]), (&json!("👍"), &Value::Null));
    assert_eq!(mouth_up.calls(), 0);
}

#[test]
fn a_call_of_a_function_has_no_sound() {
    let call = json!({ "id": "c1", "type": "function", "function": { "name": "f", "arguments": "{}" } });
    let message = json!({ "role": "assistant", "content": null, "tool_calls": [call] });
    let (up, mouth_up) = (writing([answers(200, &whole(&message, "tool_calls"))]), voice());
    let server =
        with_providers(&[up.with_model("talk", json!({ "tools": true })), mouth(&mouth_up, "mouth", json!({}))]);
    let mut wish = heard("wav");
    wish["tools"] = json!([{ "type": "function", "function": { "name": "f", "parameters": { "type": "object" } } }]);
    let answer = server.chat(wish).ok();
    assert_eq!(answer["choices"][0]["message"]["tool_calls"][0]["function"]["name"], "f");
    assert_eq!(mouth_up.calls(), 0);
}
