//! A recording that is being cut: samples are read as they are needed, and let go once they were heard.

use std::collections::VecDeque;
use std::ops::Range;

use mediary_core::Failure;
use mediary_core::engine::Job;
use mediary_core::sound::{SAMPLE_RATE_HZ, Samples};
use mediary_core::task::{Segment, SpokenWord};

use super::segments::Segmenter;
use super::vad::{FRAME, Vad};
use super::whisper::Heard;

/// Frames that the voice activity detection takes in one run: 2 s.
const FRAMES_AT_ONCE: usize = 64;

/// A recording that is being cut.
pub(super) struct Recording {
    samples: Box<dyn Samples>,
    /// Whether all of it was read, …
    is_read: bool,
    /// … and whether all of it was heard.
    is_over: bool,
    /// The samples that may still be needed, and where in the recording the first of them lies.
    kept: Vec<f32>,
    kept_from: usize,
    /// How many samples the voice activity detection has heard.
    heard: usize,
    segmenter: Segmenter,
    ready: VecDeque<Range<u64>>,
}

/// A stretch of speech.
pub(super) struct Spoken {
    start_seconds: f64,
    end_seconds: f64,
    pub(super) samples: Vec<f32>,
}

impl Spoken {
    /// How long it is.
    pub(super) fn seconds(&self) -> f64 {
        self.end_seconds - self.start_seconds
    }

    /// It with its words, whose times are from its beginning.
    pub(super) fn written(&self, heard: Heard) -> Segment {
        let shifted = |mut word: SpokenWord| {
            word.start_seconds += self.start_seconds;
            word.end_seconds += self.start_seconds;
            word
        };
        Segment {
            start_seconds: self.start_seconds,
            end_seconds: self.end_seconds,
            text: heard.text,
            words: heard.words.into_iter().map(shifted).collect(),
            speaker: None,
            certainty: heard.certainty,
        }
    }
}

impl Recording {
    pub(super) fn new(samples: Box<dyn Samples>) -> Self {
        let segmenter = Segmenter::default();
        Self {
            samples,
            is_read: false,
            is_over: false,
            kept: Vec::new(),
            kept_from: 0,
            heard: 0,
            segmenter,
            ready: VecDeque::new(),
        }
    }

    /// The length of what was read.
    pub(super) fn seconds(&self) -> f64 {
        (self.kept_from + self.kept.len()) as f64 / f64::from(SAMPLE_RATE_HZ)
    }

    /// The next stretch of speech.
    pub(super) fn next(&mut self, vad: &mut Vad, job: &Job) -> Result<Option<Spoken>, Failure> {
        while self.ready.is_empty() && !self.is_over {
            job.cancel.check()?;
            self.read(vad)?;
        }
        let Some(frames) = self.ready.pop_front() else { return Ok(None) };
        let [start, end] = [frames.start, frames.end].map(|frame| frame as usize * FRAME);
        let read = self.kept_from + self.kept.len();
        let (start, end) = (start.max(self.kept_from), end.min(read));
        let samples = self.kept[start - self.kept_from..end - self.kept_from].to_vec();
        let seconds = |at: usize| at as f64 / f64::from(SAMPLE_RATE_HZ);
        Ok(Some(Spoken { start_seconds: seconds(start), end_seconds: seconds(end), samples }))
    }

    /// Reads enough for one run of the voice activity detection, and hears it.
    fn read(&mut self, vad: &mut Vad) -> Result<(), Failure> {
        let needed = self.segmenter.needed_from() as usize * FRAME;
        let done = needed.saturating_sub(self.kept_from).min(self.kept.len());
        self.kept.drain(..done);
        self.kept_from += done;
        let unheard = |recording: &Self| recording.kept_from + recording.kept.len() - recording.heard;
        while unheard(self) < FRAMES_AT_ONCE * FRAME && !self.is_read {
            match self.samples.next()? {
                Some(piece) => self.kept.extend(piece),
                None => self.is_read = true,
            }
        }
        let from = self.heard - self.kept_from;
        let count = unheard(self).min(FRAMES_AT_ONCE * FRAME);
        let mut frames = self.kept[from..from + count].to_vec();
        // The last frame of a recording is filled up with silence.
        frames.resize(count.next_multiple_of(FRAME), 0.0);
        self.heard += count;
        // Whatever was read beyond this run is heard in the next.
        self.is_over = self.is_read && unheard(self) == 0;
        for probability in vad.hear(&frames)? {
            self.ready.extend(self.segmenter.push(probability));
        }
        if self.is_over {
            self.ready.extend(self.segmenter.finish());
        }
        Ok(())
    }
}
