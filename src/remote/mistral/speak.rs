//! Speech as Mistral has it: nearly OpenAI's request, but the sound comes back inside of JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mediary_core::task::{Finish, ReplyEvent, Speak};
use serde::Deserialize;

use crate::blame::garbled;
use crate::body::{self, Object};
use crate::dialect::CallOf;
use crate::openai::{inside_answer, sound_name};
use crate::{HttpCall, Reader, whole};

/// Writes a request.
pub(super) fn encode(call: &CallOf<'_, Speak>) -> HttpCall {
    let Speak { text, voice, instructions, speed, form, .. } = call.task;
    if instructions.is_some() {
        call.leave_out("instructions");
    }
    // It has no place here; the gateway makes the pace.
    if *speed != 1.0 {
        call.leave_out("speed");
    }
    let mut out = body::buffer_for_text(text);
    let mut request = Object::open(&mut out);
    request.field("model", call.model());
    request.field("input", text);
    request.some("voice_id", voice.as_ref());
    request.field("response_format", sound_name(*form));
    request.field("stream", &false);
    request.close();
    HttpCall::json("/audio/speech", out).without(call)
}

#[derive(Deserialize)]
struct Answer {
    audio_data: String,
}

/// A reader for the answer.
pub(super) fn reader(speak: &Speak) -> Box<dyn Reader> {
    let form = speak.form;
    whole::reader(move |body, events| {
        let answer: Answer = serde_json::from_slice(body).map_err(|_| inside_answer(body))?;
        let bytes = STANDARD.decode(answer.audio_data).map_err(|_| garbled("its sound is no base64"))?;
        events.push(ReplyEvent::Sound(form));
        events.push(ReplyEvent::Bytes(bytes.into()));
        events.push(ReplyEvent::Finish { choice: 0, finish: Finish::Stop });
        Ok(())
    })
}
