//! OpenAI's speech: a text in, a sound out, as the bytes of a file or as events that carry them in base64.
//!
//! The predecessors' route takes the same, with the text under its own name.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use mediary_core::task::{SoundForm, Speak, Task, Usage};
use mediary_core::{MediaFormat, language};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::process::BadField;
use super::super::{ErrorFields, Errors, Open, Protocol, from_json, json_bytes};
use super::{CHAT, OpenAiChat};

/// Bare samples are so many a second.
const PCM_RATE_HZ: u32 = 24_000;
/// More text than this is spoken in several requests.
const MOST_CHARS: usize = 100_000;
/// How much faster or slower a voice can be.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.25..=4.0;
const FORMATS: &str = "mp3, opus, aac, flac, wav or pcm";

/// `POST /v1/audio/speech`.
#[derive(Debug, Clone, Copy)]
pub struct OpenAiSpeech;

impl Errors for OpenAiSpeech {
    fn error(&self, error: &ErrorFields) -> Value {
        CHAT.error(error)
    }
}

impl Protocol for OpenAiSpeech {
    fn wire_format(&self) -> &'static str {
        OpenAiChat::WIRE_FORMAT
    }
}

/// A request to speak.
#[derive(Debug)]
pub struct SpeechRequest {
    /// What is to be done.
    pub task: Task,
    /// The model that was asked for; empty if none was.
    pub model: String,
    /// Whether the bytes are wanted inside of events.
    pub as_events: bool,
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    model: Option<String>,
    #[serde(alias = "text")]
    input: String,
    #[serde(default)]
    voice: Option<Voice>,
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    instructions: Option<String>,
    #[serde(default)]
    speed: Option<f64>,
    #[serde(default, alias = "format")]
    response_format: Option<String>,
    #[serde(default)]
    stream_format: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected the name of a voice, or an object with its id")]
enum Voice {
    Name(String),
    Id { id: String },
}

impl SpeechRequest {
    /// Understands a request.
    ///
    /// # Errors
    /// The first field that is wrong, by its path.
    pub fn decode(body: &Bytes) -> Result<Self, BadField> {
        let Open { known, others } = from_json(body, "a request of speech")?;
        let Body { model, input, voice, language, instructions, speed, response_format, stream_format } = known;
        if input.trim().is_empty() {
            return Err(bad("input", "`input` is empty; send the text to speak".to_owned()));
        }
        let length = input.chars().count();
        if length > MOST_CHARS {
            let message = format!("`input` has {length} characters; send at most {MOST_CHARS} at once");
            return Err(bad("input", message));
        }
        let speed = speed.unwrap_or(1.0);
        if !SPEEDS.contains(&speed) {
            return Err(bad("speed", "`speed` is a number from 0.25 to 4".to_owned()));
        }
        let as_events = match stream_format.as_deref() {
            None | Some("audio") => false,
            Some("sse") => true,
            Some(_) => return Err(bad("stream_format", "`stream_format` is audio or sse".to_owned())),
        };
        let language = language.filter(|written| !written.trim().is_empty() && !written.eq_ignore_ascii_case("auto"));
        let language = language.map(|written| spoken(&written)).transpose()?;
        let speak = Speak {
            text: input,
            voice: voice.map(Voice::name).filter(|name| !name.is_empty()),
            language,
            instructions: instructions.filter(|text| !text.trim().is_empty()),
            speed,
            form: form(response_format.as_deref().unwrap_or("mp3"))?,
            extras: others.without_nulls(),
        };
        Ok(Self { task: Task::Speak(speak), model: model.unwrap_or_default(), as_events })
    }
}

impl Voice {
    fn name(self) -> String {
        match self {
            Self::Name(name) => name.trim().to_owned(),
            Self::Id { id } => id,
        }
    }
}

fn bad(field: &str, message: String) -> BadField {
    BadField { field: field.to_owned(), message }
}

fn spoken(written: &str) -> Result<String, BadField> {
    let shown: String = written.chars().take(40).collect();
    let message = || format!("`{shown}` is no language; send a code such as en or es, or an English name");
    language::code(written).map(str::to_owned).ok_or_else(|| bad("language", message()))
}

fn form(name: &str) -> Result<SoundForm, BadField> {
    Ok(match name {
        "mp3" => SoundForm::File(MediaFormat::Mp3),
        "opus" | "ogg" => SoundForm::File(MediaFormat::Opus),
        "aac" => SoundForm::File(MediaFormat::Aac),
        "flac" => SoundForm::File(MediaFormat::Flac),
        "wav" => SoundForm::File(MediaFormat::Wav),
        "pcm" => SoundForm::Pcm { rate_hz: PCM_RATE_HZ },
        other => {
            let other: String = other.chars().take(40).collect();
            return Err(bad("response_format", format!("`{other}` is no response_format; use {FORMATS}")));
        }
    })
}

/// What a sound is, for the header `Content-Type`.
#[must_use]
pub fn media_type(form: SoundForm) -> &'static str {
    match form {
        SoundForm::Pcm { .. } => "audio/pcm",
        SoundForm::File(MediaFormat::Opus) => "audio/ogg",
        SoundForm::File(format) => format.mime(),
    }
}

/// An event with more of a sound.
pub fn sound_event(bytes: &[u8], into: &mut Vec<u8>) {
    event(&json!({ "type": "speech.audio.delta", "audio": STANDARD.encode(bytes) }), into);
}

/// The event that ends a sound, with the tokens if there were any: most voices count none.
pub fn last_event(usage: Usage, into: &mut Vec<u8>) {
    let Usage { prompt_tokens, completion_tokens, .. } = usage;
    let mut last = json!({ "type": "speech.audio.done" });
    let total = prompt_tokens + completion_tokens;
    if total > 0 {
        last["usage"] =
            json!({ "input_tokens": prompt_tokens, "output_tokens": completion_tokens, "total_tokens": total });
    }
    event(&last, into);
}

fn event(value: &Value, into: &mut Vec<u8>) {
    into.extend_from_slice(b"data: ");
    into.extend_from_slice(&json_bytes(value));
    into.extend_from_slice(b"\n\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(body: &Value) -> Result<(Speak, SpeechRequest), BadField> {
        let request = SpeechRequest::decode(&Bytes::from(body.to_string()))?;
        let Task::Speak(speak) = request.task.clone() else { unreachable!("{request:?}") };
        Ok((speak, request))
    }

    #[test]
    fn every_field_is_understood_under_both_names() {
        let (speak, request) = decoded(&json!({
            "model": "tts-1", "input": "Hello", "voice": { "id": "voice_1" }, "instructions": "calm", "speed": 1.5,
            "response_format": "opus", "stream_format": "sse", "language": "Spanish", "user": "x",
        }))
        .unwrap();
        assert_eq!((speak.text.as_str(), speak.voice.as_deref(), speak.speed), ("Hello", Some("voice_1"), 1.5));
        assert_eq!((speak.instructions.as_deref(), speak.language.as_deref()), (Some("calm"), Some("es")));
        assert_eq!((speak.form, request.as_events), (SoundForm::File(MediaFormat::Opus), true));
        assert_eq!((request.model.as_str(), &speak.extras["user"]), ("tts-1", &json!("x")));
        let (speak, request) = decoded(&json!({ "text": "Hi", "format": "pcm", "voice": "alloy" })).unwrap();
        assert_eq!((speak.text.as_str(), speak.form), ("Hi", SoundForm::Pcm { rate_hz: 24_000 }));
        assert!(!request.as_events && request.model.is_empty());
    }

    #[test]
    fn a_sound_ends_with_its_tokens_if_any_were_counted() {
        let last = |usage| {
            let mut bytes = Vec::new();
            last_event(usage, &mut bytes);
            String::from_utf8(bytes).unwrap()
        };
        assert_eq!(last(Usage::default()), "data: {\"type\":\"speech.audio.done\"}\n\n");
        let counted = last(Usage { prompt_tokens: 3, completion_tokens: 40, ..Usage::default() });
        let usage = "\"usage\":{\"input_tokens\":3,\"output_tokens\":40,\"total_tokens\":43}";
        assert_eq!(counted, format!("data: {{\"type\":\"speech.audio.done\",{usage}}}\n\n"));
    }

    #[test]
    fn a_field_that_cannot_be_is_named() {
        let rows = [
            (json!({ "input": " " }), "input"),
            (json!({ "input": "a", "speed": 5 }), "speed"),
            (json!({ "input": "a", "response_format": "midi" }), "response_format"),
            (json!({ "input": "a", "stream_format": "ws" }), "stream_format"),
            (json!({ "input": "a", "language": "klingon" }), "language"),
        ];
        for (body, field) in rows {
            assert_eq!(decoded(&body).unwrap_err().field, field, "{body}");
        }
    }
}
