//! Speech at Hugging Face's inference service: a text goes out, the bytes of a file come back, in the form that the model has.

use mediary_core::Failure;
use mediary_core::task::Speak;
use serde_json::json;

use super::place;
use crate::HttpCall;
use crate::body;
use crate::dialect::CallOf;

/// Writes a request.
pub(super) fn encode(call: &CallOf<'_, Speak>) -> Result<HttpCall, Failure> {
    let Speak { text, voice, instructions, speed, .. } = call.task;
    // Each of these models has one voice and one pace; the gateway makes another.
    for (name, is_asked) in
        [("voice", voice.is_some()), ("instructions", instructions.is_some()), ("speed", *speed != 1.0)]
    {
        if is_asked {
            call.leave_out(name);
        }
    }
    let mut out = body::buffer_for_text(text);
    body::value(&mut out, &json!({ "inputs": text }));
    Ok(HttpCall::json(place(call.model())?, out).without(call))
}
