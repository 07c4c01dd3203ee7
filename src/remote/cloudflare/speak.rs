//! Speech at Cloudflare, where each family of models has an input of its own: MeloTTS is told a language and answers with
//! base64 inside of JSON, Deepgram's Aura is told a speaker and answers with the bytes of a file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mediary_core::task::{Finish, ReplyEvent, SoundForm, Speak};
use mediary_core::{Failure, FailureKind, MediaFormat};
use serde::Deserialize;

use super::run;
use crate::blame::garbled;
use crate::body::{self, Object};
use crate::dialect::CallOf;
use crate::openai::{inside_answer, sound_reader};
use crate::{HttpCall, Reader, whole};

/// Writes a request.
pub(super) fn encode(call: &CallOf<'_, Speak>) -> Result<HttpCall, Failure> {
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
    if is_melo(call.model()) {
        request.field("prompt", text);
        request.field("lang", language.as_deref().unwrap_or("en"));
    } else {
        let (encoding, container) = encoded(*form);
        request.field("text", text);
        request.some("speaker", voice.as_ref());
        request.field("encoding", encoding);
        request.some("container", container);
    }
    request.close();
    Ok(HttpCall::json(run(call.model())?, out).without(call))
}

/// Whether a model is one of MeloTTS, which has no voices to choose from.
fn is_melo(model: &str) -> bool {
    model.contains("melotts")
}

/// How Aura names a form: the encoding, and the container where there is a choice.
fn encoded(form: SoundForm) -> (&'static str, Option<&'static str>) {
    match form {
        SoundForm::Pcm { .. } => ("linear16", Some("none")),
        SoundForm::File(MediaFormat::Wav) => ("linear16", Some("wav")),
        SoundForm::File(MediaFormat::Opus) => ("opus", Some("ogg")),
        SoundForm::File(other) => (other.name(), None),
    }
}

#[derive(Deserialize)]
struct Envelope {
    result: Option<Sound>,
    success: Option<bool>,
}

#[derive(Deserialize)]
struct Sound {
    audio: String,
}

/// A reader for the answer. `stream`: it is the bytes of a file.
pub(super) fn reader(speak: &Speak, stream: bool) -> Box<dyn Reader> {
    if stream {
        return sound_reader(speak, stream);
    }
    whole::reader(|body, events| {
        let answer: Envelope = serde_json::from_slice(body).map_err(|_| inside_answer(body))?;
        let sound = answer.result.filter(|_| answer.success != Some(false)).ok_or_else(|| inside_answer(body))?;
        let bytes = STANDARD.decode(sound.audio).map_err(|_| garbled("its sound is no base64"))?;
        if bytes.is_empty() {
            return Err(Failure::new(FailureKind::EmptyAnswer, "the provider answered without a sound"));
        }
        events.push(ReplyEvent::Sound(SoundForm::File(MediaFormat::Mp3)));
        events.push(ReplyEvent::Bytes(bytes.into()));
        events.push(ReplyEvent::Finish { choice: 0, finish: Finish::Stop });
        Ok(())
    })
}
