//! Transcribing: from a recording to what is said in it, in its own language or in English.

use std::sync::Arc;

use super::Extras;
use crate::Media;
use crate::sound::SampleSource;

/// One recording to transcribe.
#[derive(Debug, Clone)]
pub struct Transcribe {
    /// The recording.
    pub recording: Media,
    /// Its decoded samples, for targets that take those; `None` until they are wanted.
    pub samples: Option<Arc<dyn SampleSource>>,
    /// What language is spoken, as an ISO 639-1 code in lower case, if that is known.
    pub language: Option<String>,
    /// Whether the words are wanted in English, whatever is spoken.
    pub into_english: bool,
    /// What was said before, or names that may occur.
    pub prompt: Option<String>,
    /// How freely words are drawn, 0 to 1.
    pub temperature: Option<f64>,
    /// Which times are wanted.
    pub times: Times,
    /// Whether the client wants the words as they are heard.
    pub stream: bool,
    /// Everything else that was asked for.
    pub extras: Extras,
}

impl Transcribe {
    /// A recording of which nothing else is known or wanted.
    #[must_use]
    pub fn of(recording: Media) -> Self {
        Self {
            recording,
            samples: None,
            language: None,
            into_english: false,
            prompt: None,
            temperature: None,
            times: Times::default(),
            stream: false,
            extras: Extras::new(),
        }
    }
}

/// Which times of a transcript are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Times {
    /// Those of its segments.
    pub segments: bool,
    /// Those of each word.
    pub words: bool,
    /// Who speaks in each segment.
    pub speakers: bool,
}

/// A stretch of a transcript.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Segment {
    /// Where it begins, in seconds.
    pub start_seconds: f64,
    /// Where it ends, in seconds.
    pub end_seconds: f64,
    /// What is said in it.
    pub text: String,
    /// Its words with their times, if those were wanted and are known.
    pub words: Vec<SpokenWord>,
    /// Who speaks, if the target can tell.
    pub speaker: Option<String>,
    /// How sure its words are.
    pub certainty: Certainty,
}

/// One word of a transcript.
#[derive(Debug, Clone, PartialEq)]
pub struct SpokenWord {
    /// Where it begins, in seconds.
    pub start_seconds: f64,
    /// Where it ends, in seconds.
    pub end_seconds: f64,
    /// The word, without spaces around it.
    pub text: String,
}

/// How sure the words of a segment are, in the measures of Whisper; what is not known is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Certainty {
    /// The mean logarithm of the tokens' probabilities.
    pub mean_logprob: Option<f32>,
    /// How likely it is that there is no speech, 0 to 1.
    pub no_speech: Option<f32>,
    /// How far the text can be compressed; above 2.4 it repeats itself.
    pub compression: Option<f32>,
}
