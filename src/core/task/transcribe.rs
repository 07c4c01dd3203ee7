//! Transcribing: from a recording to what is said in it.

use crate::Media;

/// One recording to transcribe.
#[derive(Debug, Clone)]
pub struct Transcribe {
    /// The recording.
    pub recording: Media,
    /// What language is spoken, as an ISO 639-1 code, if that is known.
    pub language: Option<String>,
}

/// A stretch of a transcript.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Where it begins, in seconds.
    pub start_seconds: f64,
    /// Where it ends, in seconds.
    pub end_seconds: f64,
    /// What is said in it.
    pub text: String,
}
