//! Speech: a text goes out as JSON, a sound comes back as the bytes of a file, as OpenAI has it and most after it.

use bytes::Bytes;
use mediary_core::Failure;
use mediary_core::task::{Finish, ReplyEvent, ReplyFrame, SoundForm, Speak};

use super::encode::{extras, sends};
use super::failure;
use crate::blame::broken_off;
use crate::body::{self, Object};
use crate::dialect::CallOf;
use crate::{Frame, HttpCall, Reader};

/// Fields of a request that are written from elsewhere.
const OWN: [&str; 6] = ["model", "input", "voice", "response_format", "speed", "instructions"];
/// The voice of requests that name none; there has to be one.
const USUAL_VOICE: &str = "alloy";
/// Writes a request.
pub(super) fn encode(call: &CallOf<'_, Speak>) -> HttpCall {
    let Speak { text, voice, instructions, speed, form, .. } = call.task;
    let mut out = body::buffer_for_text(text);
    let mut request = Object::open(&mut out);
    request.field("model", call.model());
    request.field("input", text);
    request.field("voice", voice.as_deref().unwrap_or(USUAL_VOICE));
    request.field("response_format", name(*form));
    request.some("speed", Some(speed).filter(|speed| **speed != 1.0 && sends(call, "speed")));
    request.some("instructions", instructions.as_ref().filter(|_| sends(call, "instructions")));
    extras(&mut request, &call.task.extras, &OWN, |name| sends(call, name));
    request.close();
    HttpCall::json("/audio/speech", out).without(call)
}

/// The name of a form in requests.
pub(crate) fn name(form: SoundForm) -> &'static str {
    match form {
        SoundForm::Pcm { .. } => "pcm",
        SoundForm::File(format) => format.name(),
    }
}

/// A reader for the bytes of a sound, piece by piece. `stream`: they are a sound's; else they are a complaint.
pub(crate) fn reader(speak: &Speak, stream: bool) -> Box<dyn Reader> {
    Box::new(Sound { form: speak.form, is_sound: stream, has_begun: false })
}

struct Sound {
    form: SoundForm,
    is_sound: bool,
    has_begun: bool,
}

impl Reader for Sound {
    fn read(&mut self, frame: &Frame<'_>, into: &mut ReplyFrame) -> Result<(), Failure> {
        if !self.is_sound {
            return Err(failure::unreadable(frame.data));
        }
        if !std::mem::replace(&mut self.has_begun, true) {
            into.events.push(ReplyEvent::Sound(self.form));
        }
        into.events.push(ReplyEvent::Bytes(Bytes::copy_from_slice(frame.data)));
        Ok(())
    }

    fn end(&mut self, into: &mut ReplyFrame) -> Result<(), Failure> {
        into.events.push(ReplyEvent::Finish { choice: 0, finish: Finish::Stop });
        if self.has_begun { Ok(()) } else { Err(broken_off()) }
    }

    fn is_complete(&self) -> bool {
        false
    }
}
