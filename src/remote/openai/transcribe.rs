//! Transcriptions and translations as they are asked for: a recording goes out as a form, as OpenAI has it and most after it,
//! or inside of JSON where a provider wants it so. What comes back is read by `transcript`.

use mediary_core::Failure;
use mediary_core::task::Transcribe;
use serde_json::{Value, json};

use super::encode::{extras, sends};
use crate::HttpCall;
use crate::body::{self, Base64, Object};
use crate::dialect::CallOf;
use crate::form::{Form, ending};

/// Writes a request.
pub(super) fn encode(call: &CallOf<'_, Transcribe>) -> Result<HttpCall, Failure> {
    if call.quirks.recordings_in_json {
        return in_json(call);
    }
    let Transcribe { recording, language, into_english, times, stream, .. } = call.task;
    let tells_times = (times.segments || times.words) && sends(call, "timestamp_granularities");
    let mut form = Form::new();
    form.field("model", call.model())?;
    form.field(
        "response_format",
        match (times.speakers, tells_times) {
            (true, _) => "diarized_json",
            (false, true) => "verbose_json",
            (false, false) => "json",
        },
    )?;
    // What is English afterwards is not said to be anything else before, and has no times of its words.
    if !into_english {
        if let Some(language) = language {
            form.field("language", language)?;
        }
        if tells_times && !times.speakers {
            granularities(&mut form, call.task)?;
        }
    }
    wishes(&mut form, call)?;
    if *stream {
        form.field("stream", "true")?;
    }
    if times.speakers && !call.task.extras.contains_key("chunking_strategy") {
        // Recordings of more than half a minute are refused without.
        form.field("chunking_strategy", "auto")?;
    }
    Ok(form.close(path(*into_english), recording)?.without(call))
}

fn path(into_english: bool) -> &'static str {
    if into_english { "/audio/translations" } else { "/audio/transcriptions" }
}

/// The same as JSON, in which the recording is written as it is in chats.
fn in_json(call: &CallOf<'_, Transcribe>) -> Result<HttpCall, Failure> {
    let Transcribe { recording, language, into_english, prompt, temperature, times, .. } = call.task;
    let tells_times = (times.segments || times.words) && sends(call, "timestamp_granularities");
    let mut out = body::buffer_for([&recording.blob]);
    let mut request = Object::open(&mut out);
    request.field("model", call.model());
    let mut input = Object::open(request.key("input_audio"));
    body::write(input.key("data"), &Base64(&recording.blob))?;
    input.field("format", ending(recording.format));
    input.close();
    request.some("language", language.as_ref().filter(|_| !into_english));
    request.field("response_format", if tells_times { "verbose_json" } else { "json" });
    if tells_times {
        let wanted = [("segment", times.segments), ("word", times.words)].into_iter().filter(|(_, wanted)| *wanted);
        request.field("timestamp_granularities", &json!(wanted.map(|(name, _)| name).collect::<Vec<_>>()));
    }
    request.some("prompt", prompt.as_ref().filter(|_| sends(call, "prompt")));
    request.some("temperature", temperature.filter(|_| sends(call, "temperature")));
    extras(&mut request, &call.task.extras, &[], |name| sends(call, name));
    request.close();
    Ok(HttpCall::json(path(*into_english), out).without(call))
}

/// Which times are wanted.
pub(crate) fn granularities(form: &mut Form, transcribe: &Transcribe) -> Result<(), Failure> {
    let times = transcribe.times;
    for (name, is_wanted) in [("segment", times.segments), ("word", times.words)] {
        if is_wanted {
            form.field("timestamp_granularities[]", name)?;
        }
    }
    Ok(())
}

/// What was asked for beside the times.
fn wishes(form: &mut Form, call: &CallOf<'_, Transcribe>) -> Result<(), Failure> {
    let Transcribe { prompt, temperature, extras, .. } = call.task;
    if let Some(prompt) = prompt.as_ref().filter(|_| sends(call, "prompt")) {
        form.text("prompt", prompt);
    }
    if let Some(temperature) = temperature.filter(|_| sends(call, "temperature")) {
        form.field("temperature", &temperature.to_string())?;
    }
    for (name, value) in extras.iter().filter(|(name, _)| sends(call, name)) {
        match value.value() {
            Value::Array(all) => {
                for one in all {
                    form.text(&format!("{name}[]"), &text_of(one));
                }
            }
            one => form.text(name, &text_of(one)),
        }
    }
    Ok(())
}

/// A value as a field has it: text as it is, all else as JSON.
fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
