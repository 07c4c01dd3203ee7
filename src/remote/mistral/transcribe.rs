//! Transcriptions as Mistral has them: OpenAI's form without the wish for a format, which is not known here; who speaks is
//! a field of its own.

use mediary_core::Failure;
use mediary_core::task::Transcribe;

use crate::HttpCall;
use crate::dialect::CallOf;
use crate::form::Form;
use crate::openai::granularities;

/// Writes a request.
pub(super) fn encode(call: &CallOf<'_, Transcribe>) -> Result<HttpCall, Failure> {
    let Transcribe { recording, language, times, stream, temperature, .. } = call.task;
    let mut form = Form::new();
    form.field("model", call.model())?;
    let tells_times = (times.segments || times.words) && call.sends("timestamp_granularities");
    match language {
        // They exclude each other; the language is heard all the same.
        Some(_) if tells_times => call.leave_out("language"),
        Some(language) => form.field("language", language)?,
        None => {}
    }
    if tells_times {
        granularities(&mut form, call.task)?;
    }
    if let Some(temperature) = temperature.filter(|_| call.sends("temperature")) {
        form.field("temperature", &temperature.to_string())?;
    }
    if call.task.prompt.is_some() {
        call.leave_out("prompt");
    }
    if times.speakers {
        form.field("diarize", "true")?;
    }
    if *stream {
        form.field("stream", "true")?;
    }
    Ok(form.close("/audio/transcriptions", recording)?.without(call))
}
