//! OpenAI's transcriptions and translations: a form with a recording in, its words out, whole or as they are heard.
//!
//! Whatever the target gave, the answer has the form that was asked for; what is made of it is in `transcript` next door.

use std::str::FromStr;

use mediary_core::task::{ReplyEvent, ReplyFrame, Segment, Task, Times, Transcribe, Usage, WholeReply};
use mediary_core::{Media, language};
use serde_json::{Map, Value, json};

use super::super::process::BadField;
use super::super::{AnswerHead, Decoded, Encode, ErrorFields, Errors, Protocol, StreamWriter, json_bytes};
use super::transcript::{self, Transcript};
use super::{CHAT, OpenAiChat};

/// `POST /v1/audio/transcriptions` and `POST /v1/audio/translations`.
#[derive(Debug, Clone, Copy)]
pub struct OpenAiTranscriptions;

impl Errors for OpenAiTranscriptions {
    fn error(&self, error: &ErrorFields) -> Value {
        CHAT.error(error)
    }
}

impl Protocol for OpenAiTranscriptions {
    fn wire_format(&self) -> &'static str {
        OpenAiChat::WIRE_FORMAT
    }
}

/// In which form a transcript is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Format {
    /// An object with the text.
    #[default]
    Json,
    /// The bare text.
    Text,
    /// Subtitles, as SubRip has them.
    Srt,
    /// Subtitles, as WebVTT has them.
    Vtt,
    /// An object with segments, and words if they were asked for.
    VerboseJson,
    /// An object with segments that say who speaks.
    DiarizedJson,
}

const FORMATS: &str = "json, text, srt, vtt, verbose_json or diarized_json";

impl FromStr for Format {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name {
            "json" => Ok(Self::Json),
            "text" => Ok(Self::Text),
            "srt" => Ok(Self::Srt),
            "vtt" => Ok(Self::Vtt),
            "verbose_json" => Ok(Self::VerboseJson),
            "diarized_json" => Ok(Self::DiarizedJson),
            _ => Err(()),
        }
    }
}

/// The fields of a form beside its recording, understood.
#[derive(Debug)]
pub struct TranscriptionForm {
    /// The model; empty if none was named.
    pub model: String,
    /// Where the recording is, if the form names an address instead of holding it.
    pub url: Option<String>,
    /// The recording, if it was sent here ahead of the request, by its id.
    pub file_id: Option<String>,
    language: Option<String>,
    into_english: bool,
    prompt: Option<String>,
    temperature: Option<f64>,
    format: Format,
    times: Times,
    stream: bool,
    extras: Map<String, Value>,
}

impl TranscriptionForm {
    /// Understands the fields of a form. Those that are not known here are for the target.
    ///
    /// # Errors
    /// The first field that has a value it cannot have.
    pub fn decode(fields: Vec<(String, String)>, into_english: bool) -> Result<Self, BadField> {
        let mut form = Self {
            model: String::new(),
            url: None,
            file_id: None,
            language: None,
            into_english,
            prompt: None,
            temperature: None,
            format: Format::Json,
            times: Times::default(),
            stream: false,
            extras: Map::new(),
        };
        let mut granularities = Times::default();
        for (name, value) in fields {
            // A field that was left empty was not filled in.
            if value.trim().is_empty() {
                continue;
            }
            form.take(&name, value, &mut granularities)?;
        }
        form.times = match form.format {
            Format::Json | Format::Text => Times::default(),
            Format::Srt | Format::Vtt => Times { segments: true, ..Times::default() },
            Format::DiarizedJson => Times { segments: true, speakers: true, ..Times::default() },
            Format::VerboseJson if granularities == Times::default() => Times { segments: true, ..Times::default() },
            Format::VerboseJson => granularities,
        };
        if form.stream && !matches!(form.format, Format::Json | Format::Text | Format::DiarizedJson) {
            let message = "a stream is of events; send `stream` with the `response_format` json, text or diarized_json";
            return Err(bad("stream", message));
        }
        if into_english && form.format == Format::DiarizedJson {
            return Err(bad("response_format", "translations do not say who speaks; use verbose_json"));
        }
        Ok(form)
    }

    fn take(&mut self, name: &str, value: String, granularities: &mut Times) -> Result<(), BadField> {
        let plain = value.trim();
        match name.strip_suffix("[]").unwrap_or(name) {
            "model" => plain.clone_into(&mut self.model),
            "url" => self.url = Some(plain.to_owned()),
            "file_id" => self.file_id = Some(plain.to_owned()),
            "language" => self.language = spoken(plain)?,
            "prompt" => self.prompt = Some(value),
            "temperature" => {
                let number = plain.parse().ok().filter(|number| (0.0..=1.0).contains(number));
                self.temperature = Some(number.ok_or_else(|| bad(name, "`temperature` is a number from 0 to 1"))?);
            }
            "response_format" => {
                let message = || format!("`{}` is no response_format; use {FORMATS}", shortened(plain));
                self.format = plain.parse().map_err(|()| bad("response_format", message()))?;
            }
            "timestamp_granularities" => match plain {
                "word" => granularities.words = true,
                "segment" => granularities.segments = true,
                _ => return Err(bad(name, "`timestamp_granularities[]` is word or segment")),
            },
            "stream" => self.stream = yes_or_no(plain)?,
            // A word or an object, as OpenAI has it.
            "chunking_strategy" => {
                let value: Value = serde_json::from_str(plain).unwrap_or_else(|_| plain.into());
                let is_known = value == "auto" || value["type"] == "server_vad";
                let message = "`chunking_strategy` is auto, or an object of the `type` server_vad";
                is_known.then_some(()).ok_or_else(|| bad(name, message))?;
                self.extras.insert("chunking_strategy".to_owned(), value);
            }
            bare if bare != name => {
                let list = self.extras.entry(bare).or_insert_with(|| json!([]));
                if let Value::Array(list) = list {
                    list.push(value.into());
                }
            }
            other => {
                self.extras.insert(other.to_owned(), value.into());
            }
        }
        Ok(())
    }

    /// The task for this recording, and how its answer is written.
    #[must_use]
    pub fn of(self, recording: Media) -> Decoded {
        let Self {
            model,
            url: _,
            file_id: _,
            language,
            into_english,
            prompt,
            temperature,
            format,
            times,
            stream,
            extras,
        } = self;
        let extras = extras.into_iter().collect();
        let answer = TranscriptAnswer { format, times, into_english };
        let transcribe =
            Transcribe { recording, samples: None, language, into_english, prompt, temperature, times, stream, extras };
        Decoded { task: Task::Transcribe(transcribe), model, answer: Box::new(answer), dropped: Vec::new() }
    }
}

fn bad(field: &str, message: impl Into<String>) -> BadField {
    BadField { field: field.to_owned(), message: message.into() }
}

fn shortened(value: &str) -> String {
    value.chars().take(40).collect()
}

/// The language that was named, if one was.
fn spoken(value: &str) -> Result<Option<String>, BadField> {
    if value.eq_ignore_ascii_case("auto") {
        return Ok(None);
    }
    let message = || {
        let value = shortened(value);
        format!("`{value}` is no language; send a code such as en or es, an English name, or auto")
    };
    language::code(value).map(|code| Some(code.to_owned())).ok_or_else(|| bad("language", message()))
}

fn yes_or_no(value: &str) -> Result<bool, BadField> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(bad("stream", "`stream` is true or false")),
    }
}

/// How the answer to one request is written.
#[derive(Debug)]
struct TranscriptAnswer {
    format: Format,
    times: Times,
    into_english: bool,
}

impl Encode for TranscriptAnswer {
    fn whole(&self, _head: AnswerHead, reply: &WholeReply) -> Vec<u8> {
        let transcript = Transcript::of(reply);
        let task = if self.into_english { "translate" } else { "transcribe" };
        match self.format {
            Format::Json => json_bytes(&transcript.plain()),
            Format::Text => format!("{}\n", transcript.text).into_bytes(),
            Format::Srt => transcript.srt().into_bytes(),
            Format::Vtt => transcript.vtt().into_bytes(),
            Format::VerboseJson => json_bytes(&transcript.verbose(task, self.times)),
            Format::DiarizedJson => json_bytes(&transcript.diarized(task)),
        }
    }

    fn media_type(&self) -> &'static str {
        match self.format {
            Format::Json | Format::VerboseJson | Format::DiarizedJson => "application/json",
            Format::Text | Format::Srt | Format::Vtt => "text/plain; charset=utf-8",
        }
    }

    fn passes_raw(&self) -> bool {
        false
    }

    fn stream(&self, _head: AnswerHead, _passes_raw: bool) -> Option<Box<dyn StreamWriter>> {
        Some(Box::new(Events { tells_speakers: self.times.speakers, ..Events::default() }))
    }
}

/// A transcript as events: what is heard as it is heard, then all of it once more.
#[derive(Debug, Default)]
struct Events {
    tells_speakers: bool,
    text: String,
    segments: usize,
    seconds: Option<f64>,
}

impl Events {
    fn write(event: &Value, into: &mut Vec<u8>) {
        into.extend_from_slice(b"data: ");
        into.extend_from_slice(&json_bytes(event));
        into.extend_from_slice(b"\n\n");
    }
}

impl StreamWriter for Events {
    fn frame(&mut self, frame: &ReplyFrame, into: &mut Vec<u8>) {
        for event in &frame.events {
            if let ReplyEvent::Text { text, .. } = event
                && !text.is_empty()
            {
                // The text of all deltas together is the text of the end.
                let text = if self.text.is_empty() { text.trim_start() } else { text };
                self.text.push_str(text);
                Self::write(&json!({ "type": "transcript.text.delta", "delta": text }), into);
            }
            if let ReplyEvent::Segment(segment) = event
                && self.tells_speakers
            {
                let Segment { start_seconds, end_seconds, text, .. } = segment;
                let id = format!("seg_{}", self.segments);
                self.segments += 1;
                let event = json!({
                    "type": "transcript.text.segment", "id": id, "start": start_seconds, "end": end_seconds,
                    "text": text, "speaker": segment.speaker.as_deref().unwrap_or("unknown"),
                });
                Self::write(&event, into);
            }
            if let ReplyEvent::Heard { seconds: Some(seconds), .. } = event {
                self.seconds = Some(*seconds);
            }
        }
    }

    fn end(&mut self, usage: Usage, into: &mut Vec<u8>) {
        let usage = transcript::usage(Some(usage), self.seconds);
        let mut last = json!({ "type": "transcript.text.done", "text": self.text, "usage": usage });
        if self.text.is_empty() {
            last["no_speech"] = true.into();
        }
        Self::write(&last, into);
    }
}

#[cfg(test)]
mod tests {
    use mediary_core::task::{Certainty, Choice, SpokenWord};
    use mediary_core::{Blob, MediaFormat};

    use super::*;

    fn form(fields: &[(&str, &str)]) -> Result<TranscriptionForm, BadField> {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        TranscriptionForm::decode(fields.collect(), false)
    }

    fn decoded(fields: &[(&str, &str)]) -> Decoded {
        let recording = Media { format: MediaFormat::Wav, blob: Blob::in_memory(vec![1]) };
        form(fields).unwrap().of(recording)
    }

    fn task(fields: &[(&str, &str)]) -> Transcribe {
        match decoded(fields).task {
            Task::Transcribe(transcribe) => transcribe,
            other => unreachable!("{other:?}"),
        }
    }

    fn heard() -> WholeReply {
        let word =
            |start_seconds, end_seconds, text: &str| SpokenWord { start_seconds, end_seconds, text: text.to_owned() };
        let segment = |start_seconds, end_seconds, text: &str, words| Segment {
            start_seconds,
            end_seconds,
            text: text.to_owned(),
            words,
            speaker: Some("A".to_owned()),
            certainty: Certainty { mean_logprob: Some(-0.25), ..Certainty::default() },
        };
        WholeReply {
            choices: vec![Choice { text: "Hello there. Bye.".to_owned(), ..Choice::default() }],
            segments: vec![
                segment(0.0, 1.5, "Hello there.", vec![word(0.0, 0.5, "Hello"), word(0.6, 1.5, "there.")]),
                segment(3_661.25, 3_662.0, "Bye.", vec![word(3_661.25, 3_662.0, "Bye.")]),
            ],
            language: Some("en".to_owned()),
            seconds: Some(3_662.4),
            ..WholeReply::default()
        }
    }

    fn head() -> AnswerHead {
        AnswerHead::default()
    }

    #[test]
    fn every_field_is_understood() {
        let task = task(&[
            ("model", "whisper-1"),
            ("language", "Spanish"),
            ("prompt", " Names: Ana "),
            ("temperature", "0.2"),
            ("response_format", "verbose_json"),
            ("timestamp_granularities[]", "word"),
            ("timestamp_granularities[]", "segment"),
            ("chunking_strategy", "{\"type\":\"server_vad\"}"),
            ("include[]", "logprobs"),
            ("vad_filter", "true"),
        ]);
        assert_eq!(task.language.as_deref(), Some("es"));
        assert_eq!((task.prompt.as_deref(), task.temperature), (Some(" Names: Ana "), Some(0.2)));
        assert_eq!(task.times, Times { segments: true, words: true, speakers: false });
        assert_eq!(task.extras["chunking_strategy"], json!({ "type": "server_vad" }));
        assert_eq!((&task.extras["include"], &task.extras["vad_filter"]), (&json!(["logprobs"]), &json!("true")));
        for (value, expected) in [("true", true), ("True", true), ("1", true), ("False", false), ("0", false)] {
            assert_eq!(self::task(&[("stream", value)]).stream, expected, "{value}");
        }
        assert_eq!(self::task(&[("language", "auto"), ("prompt", "")]).language, None);
    }

    #[test]
    fn a_field_that_cannot_be_is_named() {
        let rows = [
            (&[("language", "klingon")][..], "language"),
            (&[("temperature", "2")], "temperature"),
            (&[("response_format", "xml")], "response_format"),
            (&[("timestamp_granularities[]", "letter")], "timestamp_granularities[]"),
            (&[("stream", "perhaps")], "stream"),
            (&[("chunking_strategy", "nonsense")], "chunking_strategy"),
            (&[("chunking_strategy", "{\"type\":\"other\"}")], "chunking_strategy"),
            (&[("stream", "true"), ("response_format", "srt")], "stream"),
        ];
        for (fields, field) in rows {
            assert_eq!(form(fields).unwrap_err().field, field, "{fields:?}");
        }
    }

    #[test]
    fn an_answer_has_the_form_that_was_asked_for() {
        let mut shown = String::new();
        for format in ["json", "text", "srt", "vtt", "verbose_json", "diarized_json"] {
            let answer = decoded(&[("response_format", format)]).answer;
            let body = String::from_utf8(answer.whole(head(), &heard())).unwrap();
            shown.push_str(&format!("# {format}: {}\n{body}\n", answer.media_type()));
        }
        let words = [("response_format", "verbose_json"), ("timestamp_granularities[]", "word")];
        let body = decoded(&words).answer.whole(head(), &heard());
        shown.push_str(&format!("# words\n{}\n", String::from_utf8(body).unwrap()));
        insta::assert_snapshot!(shown);
    }

    #[test]
    fn a_text_without_times_is_spread_over_its_recording() {
        let text = "One two three. Four five six, seven!".to_owned();
        let choices = vec![Choice { text, ..Choice::default() }];
        let reply = WholeReply { choices, seconds: Some(10.0), ..WholeReply::default() };
        let body = decoded(&[("response_format", "srt")]).answer.whole(head(), &reply);
        insta::assert_snapshot!(String::from_utf8(body).unwrap());
        let silent = WholeReply { seconds: Some(10.0), ..WholeReply::default() };
        assert_eq!(decoded(&[("response_format", "vtt")]).answer.whole(head(), &silent), b"WEBVTT\n\n");
    }

    #[test]
    fn a_stream_says_each_word_once_and_then_all_of_them() {
        let mut writer = decoded(&[("stream", "true")]).answer.stream(head(), false).unwrap();
        let mut bytes = Vec::new();
        for text in [" Hello", " there."] {
            let events = vec![ReplyEvent::Text { choice: 0, text: text.to_owned() }];
            writer.frame(&ReplyFrame { events, ..ReplyFrame::default() }, &mut bytes);
        }
        let heard = vec![ReplyEvent::Heard { language: None, seconds: Some(2.4) }];
        writer.frame(&ReplyFrame { events: heard, ..ReplyFrame::default() }, &mut bytes);
        writer.end(Usage { estimated: true, ..Usage::default() }, &mut bytes);
        insta::assert_snapshot!(String::from_utf8(bytes).unwrap());
    }

    #[test]
    fn a_stream_of_silence_says_so() {
        let mut writer = decoded(&[("stream", "true")]).answer.stream(head(), false).unwrap();
        let mut bytes = Vec::new();
        writer.end(Usage { estimated: true, ..Usage::default() }, &mut bytes);
        let usage = "\"usage\":{\"type\":\"duration\",\"seconds\":0.0}";
        let expected =
            format!("data: {{\"type\":\"transcript.text.done\",\"text\":\"\",{usage},\"no_speech\":true}}\n\n");
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
        assert_eq!(decoded(&[("response_format", "srt")]).answer.whole(head(), &WholeReply::default()), b"");
    }
}
