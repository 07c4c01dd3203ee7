//! Transcriptions at Hugging Face's inference service: the bytes of the recording, or JSON with its base64 where times are
//! wanted. An answer is a text, and its stretches under the name of chunks.

use mediary_core::Failure;
use mediary_core::capability::TaskKind;
use mediary_core::task::{Finish, ReplyEvent, Segment, Transcribe};
use serde::Deserialize;
use serde_json::json;

use super::{NAME, place};
use crate::body::{self, Base64, Object};
use crate::dialect::CallOf;
use crate::openai::inside_answer;
use crate::{HttpCall, Reader, unwritable, whole};

/// Writes a request.
pub(super) fn encode(call: &CallOf<'_, Transcribe>) -> Result<HttpCall, Failure> {
    let Transcribe { recording, language, into_english, prompt, temperature, times, .. } = call.task;
    if *into_english {
        return Err(unwritable::task(NAME, TaskKind::Translation));
    }
    let asked =
        [("language", language.is_some()), ("prompt", prompt.is_some()), ("temperature", temperature.is_some())];
    asked.into_iter().filter(|(_, is_asked)| *is_asked).for_each(|(name, _)| call.leave_out(name));
    let path = place(call.model())?;
    if !(times.segments || times.words) || !call.sends("timestamp_granularities") {
        let mime = recording.format.mime();
        let plain = mime.split_once(';').map_or(mime, |(plain, _)| plain);
        return Ok(HttpCall::bytes(path, plain, recording)?.without(call));
    }
    let mut out = body::buffer_for([&recording.blob]);
    let mut request = Object::open(&mut out);
    body::write(request.key("inputs"), &Base64(&recording.blob))?;
    request.field("parameters", &json!({ "return_timestamps": true }));
    request.close();
    Ok(HttpCall::json(path, out).without(call))
}

#[derive(Deserialize)]
struct Answer {
    text: String,
    #[serde(default)]
    chunks: Option<Vec<Chunk>>,
}

#[derive(Deserialize)]
struct Chunk {
    text: String,
    /// Where it begins, and where it ends if that is before the recording does.
    timestamp: (Option<f64>, Option<f64>),
}

/// A reader for the answer.
pub(super) fn reader() -> Box<dyn Reader> {
    whole::reader(|body, events| {
        let answer: Answer = serde_json::from_slice(body).map_err(|_| inside_answer(body))?;
        let mut before = 0.0;
        for Chunk { text, timestamp: (start, end) } in answer.chunks.into_iter().flatten() {
            let start_seconds = start.unwrap_or(before);
            before = end.unwrap_or(start_seconds);
            let text = text.trim().to_owned();
            events.push(ReplyEvent::Segment(Segment {
                start_seconds,
                end_seconds: before,
                text,
                ..Segment::default()
            }));
        }
        let text = answer.text.trim();
        if !text.is_empty() {
            events.push(ReplyEvent::Text { choice: 0, text: text.to_owned() });
        }
        events.push(ReplyEvent::Finish { choice: 0, finish: Finish::Stop });
        Ok(())
    })
}
