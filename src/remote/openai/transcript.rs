//! Transcripts as they come back: whole, as OpenAI has them and Groq, Mistral, xAI and Cloudflare after it, or as events.

use mediary_core::task::{Certainty, Finish, ReplyEvent, ReplyFrame, Segment, SpokenWord};
use mediary_core::{Failure, language};
use serde::Deserialize;
use serde_json::Value;

use super::failure;
use super::lenient::Word;
use super::usage;
use crate::blame::broken_off;
use crate::{Frame, Reader, sentences, whole};

/// There is only ever one transcript.
const CHOICE: u32 = 0;

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
    #[serde(default, rename = "transcription_info")]
    about: Option<About>,
    #[serde(default)]
    usage: Option<Value>,
    #[serde(default)]
    error: Option<Value>,
}

/// What Cloudflare says of a recording, apart from its transcript.
#[derive(Deserialize, Default)]
#[serde(default)]
struct About {
    language: Word,
    duration: Option<f64>,
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
    words: Vec<Said>,
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

impl Said {
    fn spoken(self) -> SpokenWord {
        SpokenWord { start_seconds: self.start, end_seconds: self.end, text: self.word.trim().to_owned() }
    }
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
            words: self.words.into_iter().map(Said::spoken).collect(),
            speaker: self.speaker.some(),
            certainty,
        }
    }
}

impl Transcript {
    /// Its segments with their words. Words without segments become sentences.
    fn segments(&mut self) -> Vec<Segment> {
        let stretches = self.segments.take().unwrap_or_default();
        let mut segments: Vec<Segment> = stretches.into_iter().map(Stretch::segment).collect();
        let words = self.words.take().unwrap_or_default().into_iter().map(Said::spoken);
        if segments.is_empty() {
            return sentences::of(words);
        }
        let mut place = 0;
        for word in words {
            while place + 1 < segments.len() && word.start_seconds >= segments[place].end_seconds {
                place += 1;
            }
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
    whole::reader(read)
}

/// Reads a whole transcript.
pub(crate) fn read(body: &[u8], events: &mut Vec<ReplyEvent>) -> Result<(), Failure> {
    let mut answer: Transcript = serde_json::from_slice(body).map_err(|_| failure::unreadable(body))?;
    if answer.error.is_some() {
        return Err(failure::inside_body(body));
    }
    events.push(ReplyEvent::Begun { id: None, model: std::mem::take(&mut answer.model).some() });
    let About { language, duration } = answer.about.take().unwrap_or_default();
    let mut named = if answer.language.is_empty() { language } else { std::mem::take(&mut answer.language) };
    events.extend(heard(&mut named, answer.duration.or(duration)));
    events.extend(answer.segments().into_iter().map(ReplyEvent::Segment));
    let text = answer.text.trim();
    if !text.is_empty() {
        events.push(ReplyEvent::Text { choice: CHOICE, text: text.to_owned() });
    }
    events.push(ReplyEvent::Finish { choice: CHOICE, finish: Finish::Stop });
    events.extend(answer.usage.as_ref().and_then(usage::of_prompt).map(ReplyEvent::Usage));
    Ok(())
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
                    words: Vec::new(),
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
