//! Transcriptions and translations at Cloudflare: the newer Whisper takes JSON with the recording in base64, the older ones
//! the bytes of the recording and nothing else. Both answer inside of an envelope.

use mediary_core::Failure;
use mediary_core::capability::TaskKind;
use mediary_core::task::Transcribe;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{NAME, run};
use crate::body::{self, Base64, Object};
use crate::dialect::CallOf;
use crate::openai::{inside_answer, read_transcript};
use crate::{HttpCall, Reader, unwritable, whole};

/// Writes a request.
pub(super) fn encode(call: &CallOf<'_, Transcribe>) -> Result<HttpCall, Failure> {
    let Transcribe { recording, language, into_english, prompt, temperature, .. } = call.task;
    if temperature.is_some() {
        call.leave_out("temperature");
    }
    if takes_bytes(call.model()) {
        if *into_english {
            return Err(unwritable::task(NAME, TaskKind::Translation));
        }
        // They hear the language by themselves.
        for (name, is_asked) in [("language", language.is_some()), ("prompt", prompt.is_some())] {
            if is_asked {
                call.leave_out(name);
            }
        }
        return Ok(HttpCall::bytes(run(call.model())?, "application/octet-stream", recording)?.without(call));
    }
    let mut out = body::buffer_for([&recording.blob]);
    let mut request = Object::open(&mut out);
    body::write(request.key("audio"), &Base64(&recording.blob))?;
    request.field("task", if *into_english { "translate" } else { "transcribe" });
    request.some("language", language.as_ref());
    request.some("initial_prompt", prompt.as_ref().filter(|_| call.sends("prompt")));
    // Without it silence becomes words.
    request.field("vad_filter", &true);
    request.close();
    Ok(HttpCall::json(run(call.model())?, out).without(call))
}

/// Whether a model takes the bytes of a recording alone.
fn takes_bytes(model: &str) -> bool {
    model.ends_with("/whisper") || model.ends_with("/whisper-tiny-en")
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    success: Option<bool>,
}

/// A reader for the answer.
pub(super) fn reader() -> Box<dyn Reader> {
    whole::reader(|body, events| {
        let answer: Envelope<'_> = serde_json::from_slice(body).map_err(|_| inside_answer(body))?;
        match answer.result.filter(|result| result.get() != "null" && answer.success != Some(false)) {
            Some(result) => read_transcript(result.get().as_bytes(), events),
            None => Err(inside_answer(body)),
        }
    })
}
