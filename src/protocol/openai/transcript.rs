//! A transcript in every form that is asked for: bare, as subtitles, or as objects with all of OpenAI's fields.
//!
//! Where a target knows no times, its text is spread over the recording by sentences; the answer's headers say so.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use mediary_core::language;
use mediary_core::task::{Segment, SpokenWord, Times, Usage, WholeReply};
use serde_json::{Value, json};

use super::cues::{Cue, cues};

/// Marks behind which a sentence may end.
pub(super) const SENTENCE_ENDS: [char; 8] = ['.', '!', '?', '…', '。', '！', '？', '।'];

/// What was heard.
#[derive(Debug)]
pub(super) struct Transcript<'a> {
    /// All of it.
    pub(super) text: &'a str,
    segments: Vec<Segment>,
    language: Option<&'a str>,
    seconds: f64,
    usage: Value,
}

impl<'a> Transcript<'a> {
    /// The transcript of a reply.
    pub(super) fn of(reply: &'a WholeReply) -> Self {
        let text = reply.choices.first().map_or("", |choice| choice.text.trim());
        let last = reply.segments.last().map(|segment| segment.end_seconds);
        let seconds = reply.seconds.or(last).unwrap_or(0.0);
        let segments = if reply.segments.is_empty() { spread(text, seconds) } else { reply.segments.clone() };
        Self {
            text,
            segments,
            language: reply.language.as_deref(),
            seconds,
            usage: usage(reply.usage, reply.seconds.or(last)),
        }
    }

    /// An object with the text.
    pub(super) fn plain(&self) -> Value {
        json!({ "text": self.text, "usage": self.usage })
    }

    /// An object with everything that is known, under Whisper's names.
    pub(super) fn verbose(&self, task: &str, times: Times) -> Value {
        let mut body = json!({
            "task": task,
            "language": self.language.map_or("unknown", language::name),
            "duration": self.seconds,
            "text": self.text,
            "no_speech": self.text.is_empty(),
            "usage": self.usage,
        });
        if times.segments {
            body["segments"] = self.segments.iter().enumerate().map(|(id, segment)| whispers(id, segment)).collect();
        }
        if times.words {
            let word =
                |word: SpokenWord| json!({ "word": word.text, "start": word.start_seconds, "end": word.end_seconds });
            body["words"] = self.segments.iter().flat_map(words).map(word).collect();
        }
        body
    }

    /// An object that says who speaks.
    pub(super) fn diarized(&self, task: &str) -> Value {
        let segment = |(id, segment): (usize, &Segment)| {
            json!({
                "type": "transcript.text.segment", "id": format!("seg_{id}"),
                "start": segment.start_seconds, "end": segment.end_seconds, "text": segment.text,
                "speaker": segment.speaker.as_deref().unwrap_or("unknown"),
            })
        };
        let segments: Vec<Value> = self.segments.iter().enumerate().map(segment).collect();
        json!({ "task": task, "duration": self.seconds, "text": self.text, "segments": segments, "usage": self.usage })
    }

    /// Subtitles as SubRip has them.
    pub(super) fn srt(&self) -> String {
        let mut out = String::new();
        for (number, Cue { start_seconds, end_seconds, lines }) in (1..).zip(self.cues()) {
            let (start, end) = (clock(start_seconds, ','), clock(end_seconds, ','));
            // Writing to a string cannot fail.
            let _ = write!(out, "{number}\n{start} --> {end}\n{}\n\n", lines.join("\n"));
        }
        out
    }

    /// Subtitles as WebVTT has them.
    pub(super) fn vtt(&self) -> String {
        let mut out = "WEBVTT\n\n".to_owned();
        for Cue { start_seconds, end_seconds, lines } in self.cues() {
            let (start, end) = (clock(start_seconds, '.'), clock(end_seconds, '.'));
            // An arrow would be taken for another cue.
            let _ = write!(out, "{start} --> {end}\n{}\n\n", lines.join("\n").replace("-->", "->"));
        }
        out
    }

    fn cues(&self) -> impl Iterator<Item = Cue> {
        self.segments.iter().flat_map(cues)
    }
}

/// What a transcript cost: tokens where the provider counted any, else the length of the recording.
pub(super) fn usage(usage: Option<Usage>, seconds: Option<f64>) -> Value {
    match (usage.filter(|usage| !usage.estimated), seconds) {
        (Some(Usage { prompt_tokens, completion_tokens, .. }), _) => json!({
            "type": "tokens", "input_tokens": prompt_tokens, "output_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
        }),
        (None, seconds) => json!({ "type": "duration", "seconds": seconds.unwrap_or(0.0).ceil() }),
    }
}

/// A segment with Whisper's fields, all of them, since clients rely on each.
fn whispers(id: usize, segment: &Segment) -> Value {
    let Segment { start_seconds, end_seconds, text, certainty, .. } = segment;
    json!({
        "id": id,
        "seek": (start_seconds * 100.0).round() as u64,
        "start": start_seconds,
        "end": end_seconds,
        "text": text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": certainty.mean_logprob.unwrap_or(0.0),
        "compression_ratio": certainty.compression.unwrap_or_else(|| compression(text)),
        "no_speech_prob": certainty.no_speech.unwrap_or(0.0),
    })
}

/// How far a text can be compressed, as Whisper measures it.
fn compression(text: &str) -> f32 {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let packed = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    packed.map_or(1.0, |packed| text.len() as f32 / packed.len().max(1) as f32)
}

/// A text without known times: its sentences, each as long as its share of the letters.
fn spread(text: &str, seconds: f64) -> Vec<Segment> {
    let sentences = sentences(text);
    let all: usize = sentences.iter().map(|sentence| sentence.chars().count()).sum();
    let mut said = 0;
    let at = |said: usize| seconds * said as f64 / all.max(1) as f64;
    let segments = sentences.into_iter().map(|sentence| {
        let start_seconds = at(said);
        said += sentence.chars().count();
        Segment { start_seconds, end_seconds: at(said), text: sentence.to_owned(), ..Segment::default() }
    });
    segments.collect()
}

/// The words of a segment; without known times each is as long as its share of the letters.
fn words(segment: &Segment) -> Vec<SpokenWord> {
    if !segment.words.is_empty() {
        return segment.words.clone();
    }
    let length = segment.end_seconds - segment.start_seconds;
    let all: usize = segment.text.split_whitespace().map(|word| word.chars().count()).sum();
    let mut said = 0;
    let at = |said: usize| segment.start_seconds + length * said as f64 / all.max(1) as f64;
    let words = segment.text.split_whitespace().map(|word| {
        let start_seconds = at(said);
        said += word.chars().count();
        SpokenWord { start_seconds, end_seconds: at(said), text: word.to_owned() }
    });
    words.collect()
}

/// The sentences of a text, without spaces around them.
fn sentences(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut start = 0;
    let mut letters = text.char_indices().peekable();
    while let Some((index, letter)) = letters.next() {
        let follows = letters.peek().map(|(_, next)| *next);
        let is_wide = !letter.is_ascii() && letter != '…';
        let ends = SENTENCE_ENDS.contains(&letter) && (is_wide || follows.is_none_or(char::is_whitespace));
        if ends || letter == '\n' {
            let end = index + letter.len_utf8();
            sentences.push(text[start..end].trim());
            start = end;
        }
    }
    sentences.push(text[start..].trim());
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

/// A time as subtitles have it: `01:02:03,450`.
fn clock(seconds: f64, point: char) -> String {
    let milliseconds = (seconds.max(0.0) * 1000.0).round() as u64;
    let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000);
    format!("{:02}:{:02}:{:02}{point}{rest:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
