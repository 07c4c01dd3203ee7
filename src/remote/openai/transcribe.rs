//! Transcriptions: a recording goes out as a form, its text comes back, as OpenAI has it and Groq and Mistral after it.

use mediary_core::Failure;
use mediary_core::task::{Finish, ReplyEvent, Segment, Transcribe};
use serde::Deserialize;
use serde_json::Value;

use super::failure;
use super::lenient::Word;
use super::usage;
use crate::dialect::CallOf;
use crate::form::Form;
use crate::{HttpCall, Reader, whole};

/// There is only ever one transcript.
const CHOICE: u32 = 0;

/// Writes a request.
pub(super) fn encode(call: &CallOf<'_, Transcribe>) -> Result<HttpCall, Failure> {
    let Transcribe { recording, language, .. } = call.task;
    let mut form = Form::open(recording);
    form.field("model", call.model())?;
    form.field("response_format", "json")?;
    if let Some(language) = language {
        form.field("language", language)?;
    }
    form.close("/audio/transcriptions", recording)
}

#[derive(Deserialize)]
struct Transcript {
    text: String,
    #[serde(default)]
    model: Word,
    #[serde(default)]
    segments: Option<Vec<Stretch>>,
    #[serde(default)]
    usage: Option<Value>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Stretch {
    start: f64,
    end: f64,
    text: String,
}

/// A reader for a transcript. One without words is complete all the same: the recording holds no speech.
pub(crate) fn reader() -> Box<dyn Reader> {
    whole::reader(|body, events| {
        let answer: Transcript = serde_json::from_slice(body).map_err(|_| failure::unreadable(body))?;
        if answer.error.is_some() {
            return Err(failure::inside_body(body));
        }
        events.push(ReplyEvent::Begun { id: None, model: answer.model.some() });
        events.extend(answer.segments.unwrap_or_default().into_iter().map(|stretch| {
            let Stretch { start, end, text } = stretch;
            ReplyEvent::Segment(Segment {
                start_seconds: start,
                end_seconds: end,
                text: text.trim().to_owned(),
                ..Segment::default()
            })
        }));
        let text = answer.text.trim();
        if !text.is_empty() {
            events.push(ReplyEvent::Text { choice: CHOICE, text: text.to_owned() });
        }
        events.push(ReplyEvent::Finish { choice: CHOICE, finish: Finish::Stop });
        events.extend(answer.usage.as_ref().and_then(usage::of_prompt).map(ReplyEvent::Usage));
        Ok(())
    })
}
