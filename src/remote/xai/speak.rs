//! Speech as xAI has it: the voice and the form of the sound have fields of their own; the bytes of a file come back.

use mediary_core::task::{SoundForm, Speak};

use crate::HttpCall;
use crate::body::{self, Object};
use crate::dialect::CallOf;
use crate::openai::sound_name;

/// The rate of the sound, as OpenAI's has it.
const RATE_HZ: u32 = 24_000;
/// The bits a second of an MP3.
const BIT_RATE: u32 = 128_000;

/// Writes a request.
pub(super) fn encode(call: &CallOf<'_, Speak>) -> HttpCall {
    let Speak { text, voice, instructions, language, speed, form, .. } = call.task;
    if instructions.is_some() {
        call.leave_out("instructions");
    }
    // It has no place here; the gateway makes the pace.
    if *speed != 1.0 {
        call.leave_out("speed");
    }
    let mut out = body::buffer_for_text(text);
    let mut request = Object::open(&mut out);
    request.field("text", text);
    request.some("voice_id", voice.as_ref());
    request.field("language", language.as_deref().unwrap_or("auto"));
    let mut output = Object::open(request.key("output_format"));
    output.field("codec", sound_name(*form));
    output.field("sample_rate", &RATE_HZ);
    output.some("bit_rate", matches!(form, SoundForm::File(mediary_core::MediaFormat::Mp3)).then_some(BIT_RATE));
    output.close();
    request.close();
    HttpCall::json("/tts", out).without(call)
}
