//! Transcriptions and translations: a recording goes out as a form, its text comes back whole or as events, as OpenAI has
//! it and Groq and Mistral after it.

use mediary_core::task::{Certainty, Finish, ReplyEvent, ReplyFrame, Segment, SpokenWord, Transcribe};
use mediary_core::{Failure, language};
use serde::Deserialize;
use serde_json::Value;

use super::encode::sends;
use super::failure;
use super::lenient::Word;
use super::usage;
use crate::blame::broken_off;
use crate::dialect::CallOf;
use crate::form::Form;
use crate::{Frame, HttpCall, Reader, whole};

/// There is only ever one transcript.
const CHOICE: u32 = 0;

/// Writes a request.
pub(super) fn encode(call: &CallOf<'_, Transcribe>) -> Result<HttpCall, Failure> {
    let Transcribe { recording, language, into_english, times, stream, .. } = call.task;
    let tells_times = (times.segments || times.words) && sends(call, "timestamp_granularities");
    let mut form = Form::open(recording);
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
    let path = if *into_english { "/audio/translations" } else { "/audio/transcriptions" };
    Ok(form.close(path, recording)?.without(call))
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
        match value {
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

#[derive(Deserialize)]
struct Transcript {
    text: String,
    #[serde(default)]
    model: Word,
    #[serde(default)]
    language: Word,
    #[serde(default)]
    duration: Option<f64>,
    #[serde(default)]
    segments: Option<Vec<Stretch>>,
    #[serde(default)]
    words: Option<Vec<Said>>,
    #[serde(default)]
    usage: Option<Value>,
    #[serde(default)]
    error: Option<Value>,
}

/// A segment, as it is called here, in Mistral's words as well as in OpenAI's.
#[derive(Deserialize)]
struct Stretch {
    start: f64,
    end: f64,
    text: String,
    #[serde(default, alias = "speaker_id")]
    speaker: Word,
    #[serde(default)]
    avg_logprob: Option<f32>,
    #[serde(default)]
    no_speech_prob: Option<f32>,
    #[serde(default)]
    compression_ratio: Option<f32>,
}

#[derive(Deserialize)]
struct Said {
    #[serde(alias = "text")]
    word: String,
    start: f64,
    end: f64,
}

impl Stretch {
    fn segment(self) -> Segment {
        let certainty = Certainty {
            mean_logprob: self.avg_logprob,
            no_speech: self.no_speech_prob,
            compression: self.compression_ratio,
        };
        Segment {
            start_seconds: self.start,
            end_seconds: self.end,
            text: self.text.trim().to_owned(),
            words: Vec::new(),
            speaker: self.speaker.some(),
            certainty,
        }
    }
}

impl Transcript {
    /// Its segments with their words. Words without segments are one.
    fn segments(&mut self) -> Vec<Segment> {
        let stretches = self.segments.take().unwrap_or_default();
        let mut segments: Vec<Segment> = stretches.into_iter().map(Stretch::segment).collect();
        let words = self.words.take().unwrap_or_default();
        if let (true, Some(first), Some(last)) = (segments.is_empty(), words.first(), words.last()) {
            let text = self.text.trim().to_owned();
            let (start_seconds, end_seconds) = (first.start, last.end);
            segments.push(Segment { start_seconds, end_seconds, text, ..Segment::default() });
        }
        let mut place = 0;
        for Said { word, start, end } in words {
            while place + 1 < segments.len() && start >= segments[place].end_seconds {
                place += 1;
            }
            let word = SpokenWord { start_seconds: start, end_seconds: end, text: word.trim().to_owned() };
            segments[place].words.push(word);
        }
        segments
    }
}

/// A reader for a transcript, whole or as events. One without words is complete all the same: the recording holds no
/// speech.
pub(crate) fn reader(stream: bool) -> Box<dyn Reader> {
    if stream {
        return Box::new(Events::default());
    }
    whole::reader(|body, events| {
        let mut answer: Transcript = serde_json::from_slice(body).map_err(|_| failure::unreadable(body))?;
        if answer.error.is_some() {
            return Err(failure::inside_body(body));
        }
        events.push(ReplyEvent::Begun { id: None, model: std::mem::take(&mut answer.model).some() });
        events.extend(heard(&mut answer.language, answer.duration));
        events.extend(answer.segments().into_iter().map(ReplyEvent::Segment));
        let text = answer.text.trim();
        if !text.is_empty() {
            events.push(ReplyEvent::Text { choice: CHOICE, text: text.to_owned() });
        }
        events.push(ReplyEvent::Finish { choice: CHOICE, finish: Finish::Stop });
        events.extend(answer.usage.as_ref().and_then(usage::of_prompt).map(ReplyEvent::Usage));
        Ok(())
    })
}

/// What is said of the recording, if anything is.
fn heard(language: &mut Word, seconds: Option<f64>) -> Option<ReplyEvent> {
    let written = std::mem::take(language).some();
    let language = written.and_then(|written| language::code(&written)).map(str::to_owned);
    (language.is_some() || seconds.is_some()).then_some(ReplyEvent::Heard { language, seconds })
}

/// Reads a transcript that comes as events, OpenAI's or Mistral's, which differ in the beginning of their names only.
#[derive(Default)]
struct Events {
    has_spoken: bool,
    is_done: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Event {
    r#type: Word,
    delta: Word,
    text: Word,
    #[serde(alias = "audio_language")]
    language: Word,
    start: Option<f64>,
    end: Option<f64>,
    #[serde(alias = "speaker_id")]
    speaker: Word,
    usage: Option<Value>,
    error: Option<Value>,
}

impl Reader for Events {
    fn read(&mut self, frame: &Frame<'_>, into: &mut ReplyFrame) -> Result<(), Failure> {
        if frame.data == b"[DONE]" {
            return Ok(());
        }
        let event: Event = serde_json::from_slice(frame.data).map_err(|_| failure::unreadable(frame.data))?;
        if event.error.is_some() {
            return Err(failure::inside_body(frame.data));
        }
        let events = &mut into.events;
        let Event { r#type, delta, text, mut language, start, end, speaker, usage, error: _ } = event;
        let name = r#type.some().or_else(|| frame.event.map(str::to_owned)).unwrap_or_default();
        let name = name.strip_prefix("transcript").map_or("", |rest| rest.trim_start_matches("ion"));
        events.extend(heard(&mut language, None));
        match name.trim_start_matches('.').trim_start_matches("text.") {
            "delta" => {
                if let Some(text) = delta.some().or_else(|| text.some()) {
                    self.has_spoken = true;
                    events.push(ReplyEvent::Text { choice: CHOICE, text });
                }
            }
            "segment" => {
                let stretch = Stretch {
                    start: start.unwrap_or(0.0),
                    end: end.unwrap_or(0.0),
                    text: text.some().unwrap_or_default(),
                    speaker,
                    avg_logprob: None,
                    no_speech_prob: None,
                    compression_ratio: None,
                };
                events.push(ReplyEvent::Segment(stretch.segment()));
            }
            "done" => {
                self.is_done = true;
                if let Some(text) = text.some().filter(|text| !self.has_spoken && !text.trim().is_empty()) {
                    events.push(ReplyEvent::Text { choice: CHOICE, text });
                }
                events.push(ReplyEvent::Finish { choice: CHOICE, finish: Finish::Stop });
                events.extend(usage.as_ref().and_then(usage::of_prompt).map(ReplyEvent::Usage));
            }
            // Others say nothing that anything here waits for.
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, _into: &mut ReplyFrame) -> Result<(), Failure> {
        if self.is_done { Ok(()) } else { Err(broken_off()) }
    }

    fn is_complete(&self) -> bool {
        self.is_done
    }
}
