//! Speech: a text to be read out goes to a model that answers with sound, and comes back as bare samples inside of JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mediary_core::task::{Finish, ReplyEvent, SoundForm, Speak};
use mediary_core::{Failure, FailureKind};
use serde::Deserialize;
use serde_json::{Value, json};

use super::encode::{in_path, plain_name};
use super::failure;
use crate::blame::garbled;
use crate::dialect::CallOf;
use crate::{HttpCall, Reader, body, whole};

/// The voice of requests that name none.
const USUAL_VOICE: &str = "Kore";
/// The rate of samples that do not tell it.
const USUAL_RATE_HZ: u32 = 24_000;

/// Writes a request. How it is to sound stands before the text, as these models want it.
pub(super) fn encode(call: &CallOf<'_, Speak>) -> HttpCall {
    let Speak { text, voice, instructions, speed, .. } = call.task;
    // It has no place here; the gateway makes the pace.
    if *speed != 1.0 {
        call.leave_out("speed");
    }
    let said = match instructions {
        Some(instructions) => format!("{instructions}:\n{text}"),
        None => text.clone(),
    };
    let voice = voice.as_deref().unwrap_or(USUAL_VOICE);
    let request = json!({
        "contents": [{ "role": "user", "parts": [{ "text": said }] }],
        "generationConfig": {
            "responseModalities": ["AUDIO"],
            "speechConfig": { "voiceConfig": { "prebuiltVoiceConfig": { "voiceName": voice } } },
        },
    });
    let mut out = body::buffer_for_text(&said);
    body::value(&mut out, &request);
    let name = plain_name(call.model());
    HttpCall::json(format!("/models/{}:generateContent", in_path(name)), out).without(call)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    candidates: Vec<Candidate>,
    prompt_feedback: Option<Value>,
    error: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    #[serde(default)]
    content: Content,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Content {
    parts: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    inline_data: Option<InlineData>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InlineData {
    #[serde(default)]
    mime_type: String,
    data: String,
}

/// A reader for the answer.
pub(super) fn reader() -> Box<dyn Reader> {
    whole::reader(|body, events| {
        let answer: Answer = serde_json::from_slice(body).map_err(|error| failure::wrapped(body, error))?;
        if let Some(error) = &answer.error {
            return Err(failure::in_stream(error));
        }
        let parts = answer.candidates.into_iter().flat_map(|candidate| candidate.content.parts);
        let sounds: Vec<InlineData> = parts.filter_map(|part| part.inline_data).collect();
        let Some(first) = sounds.first() else {
            let is_blocked = answer.prompt_feedback.is_some_and(|feedback| feedback.get("blockReason").is_some());
            return Err(match is_blocked {
                true => Failure::new(FailureKind::ContentRefused, "the provider would not speak this text"),
                // They answer with text now and then.
                false => Failure::new(FailureKind::EmptyAnswer, "the provider answered without a sound"),
            });
        };
        events.push(ReplyEvent::Sound(SoundForm::Pcm { rate_hz: rate_hz(&first.mime_type) }));
        for sound in &sounds {
            let bytes = STANDARD.decode(&sound.data).map_err(|_| garbled("its sound is no base64"))?;
            events.push(ReplyEvent::Bytes(bytes.into()));
        }
        events.push(ReplyEvent::Finish { choice: 0, finish: Finish::Stop });
        Ok(())
    })
}

/// The rate in a media type such as `audio/L16;codec=pcm;rate=24000`.
fn rate_hz(mime: &str) -> u32 {
    let rate = mime.split(';').find_map(|parameter| parameter.trim().strip_prefix("rate="));
    rate.and_then(|rate| rate.parse().ok()).unwrap_or(USUAL_RATE_HZ)
}
