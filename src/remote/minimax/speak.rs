//! Speech as MiniMax has it: voice and form of the sound in objects of their own; the sound comes back as hexadecimal digits
//! inside of JSON, and a refusal with the status of a success.

use mediary_core::task::{Finish, ReplyEvent, Speak};
use serde::Deserialize;
use serde_json::json;

use crate::blame::garbled;
use crate::body::{self, Object};
use crate::dialect::CallOf;
use crate::openai::{complaint, inside_answer, sound_name};
use crate::{HttpCall, Reader, whole};

/// The voice of requests that name none; there has to be one.
const USUAL_VOICE: &str = "English_Graceful_Lady";
/// The paces that it makes.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.5..=2.0;
/// The rate of the sound, as OpenAI's has it.
const RATE_HZ: u32 = 24_000;

/// Writes a request.
pub(super) fn encode(call: &CallOf<'_, Speak>) -> HttpCall {
    let Speak { text, voice, instructions, speed, form, .. } = call.task;
    if instructions.is_some() {
        call.leave_out("instructions");
    }
    let speed = call.fitting("speed", Some(*speed).filter(|speed| *speed != 1.0), SPEEDS.contains(speed));
    let mut out = body::buffer_for_text(text);
    let mut request = Object::open(&mut out);
    request.field("model", call.model());
    request.field("text", text);
    request.field("stream", &false);
    request.field("language_boost", "auto");
    let voice = voice.as_deref().unwrap_or(USUAL_VOICE);
    request.field("voice_setting", &json!({ "voice_id": voice, "speed": speed.unwrap_or(1.0), "vol": 1, "pitch": 0 }));
    request.field("audio_setting", &json!({ "sample_rate": RATE_HZ, "format": sound_name(*form), "channel": 1 }));
    request.field("output_format", "hex");
    request.close();
    HttpCall::json("/t2a_v2", out).without(call)
}

#[derive(Deserialize)]
struct Answer {
    data: Option<Sound>,
    base_resp: Option<Outcome>,
}

#[derive(Deserialize)]
struct Sound {
    audio: Option<String>,
}

#[derive(Deserialize)]
struct Outcome {
    status_code: i64,
}

/// A reader for the answer.
pub(super) fn reader(speak: &Speak) -> Box<dyn Reader> {
    let form = speak.form;
    whole::reader(move |body, events| {
        let answer: Answer = serde_json::from_slice(body).map_err(|_| inside_answer(body))?;
        if answer.base_resp.is_some_and(|outcome| outcome.status_code != 0) {
            return Err(complaint(body));
        }
        let digits = answer.data.and_then(|sound| sound.audio).ok_or_else(|| inside_answer(body))?;
        let bytes = bytes_of(&digits).ok_or_else(|| garbled("its sound is not in hexadecimal digits"))?;
        events.push(ReplyEvent::Sound(form));
        events.push(ReplyEvent::Bytes(bytes.into()));
        events.push(ReplyEvent::Finish { choice: 0, finish: Finish::Stop });
        Ok(())
    })
}

/// The bytes that hexadecimal digits stand for; `None` where they are none, or one is missing.
fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    let value = |digit: u8| char::from(digit).to_digit(16);
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| u8::try_from(value(*pair.first()?)? * 16 + value(*pair.get(1)?)?).ok()).collect()
}
