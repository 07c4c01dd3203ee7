//! The engine: samples of a recording in; segments with their times, its language and its length out.
//!
//! Of a recording in no declared language, Moonshine gives English or nothing: where Whisper is there,
//! it tells the language of the first speech before Moonshine is believed, and foreign speech is a failure that sends the
//! attempt to the next target.

use std::collections::VecDeque;
use std::ops::Range;
use std::path::PathBuf;

use mediary_core::engine::{Emit, Engine, Job};
use mediary_core::sound::{SAMPLE_RATE_HZ, Samples};
use mediary_core::task::{Certainty, Finish, ReplyEvent, Segment, Task, Transcribe};
use mediary_core::{Failure, FailureKind};

use super::moonshine::{Moonshine, MoonshineFiles};
use super::segments::Segmenter;
use super::vad::{FRAME, Vad};
use super::whisper::{Heard, Wanted, Whisper, WhisperFiles};
use crate::runtime::Runtime;

/// Frames that the voice activity detection takes in one run: 2 s.
const FRAMES_AT_ONCE: usize = 64;
/// So sure Whisper has to be that speech is not English before Moonshine gives it up.
const SURELY_FOREIGN: f32 = 0.5;
/// Languages that are written without spaces between sentences.
const UNSPACED: [&str; 7] = ["zh", "ja", "yue", "th", "lo", "my", "km"];

/// Where the engine's files lie. A model without files is missing.
#[derive(Debug, Clone)]
pub struct SpeechFiles {
    /// Silero's voice activity detection, the variant that takes many frames in one run.
    pub vad: PathBuf,
    /// `local/moonshine`.
    pub moonshine: Option<MoonshineFiles>,
    /// `local/whisper-base`.
    pub whisper: Option<WhisperFiles>,
}

/// The engine. A model is opened when it is first asked for.
#[derive(Debug)]
pub struct Listener {
    runtime: Runtime,
    files: SpeechFiles,
    threads: usize,
    vad: Vad,
    moonshine: Option<Moonshine>,
    whisper: Option<Whisper>,
}

impl Listener {
    /// Opens the voice activity detection. The runtime has to be ONNX Runtime's own: Moonshine's files open with no other.
    ///
    /// # Errors
    /// When a file is missing, damaged or not of this kind.
    pub fn load(runtime: &Runtime, files: SpeechFiles, threads: usize) -> Result<Self, Failure> {
        let vad = Vad::load(runtime, &files.vad)?;
        Ok(Self { runtime: runtime.clone(), files, threads, vad, moonshine: None, whisper: None })
    }

    fn moonshine(&mut self) -> Result<&mut Moonshine, Failure> {
        if self.moonshine.is_none() {
            let files = self.files.moonshine.as_ref().ok_or_else(|| not_installed("moonshine"))?;
            self.moonshine = Some(Moonshine::load(&self.runtime, files, self.threads)?);
        }
        self.moonshine.as_mut().ok_or_else(|| not_installed("moonshine"))
    }

    fn whisper(&mut self) -> Result<&mut Whisper, Failure> {
        if self.whisper.is_none() {
            let files = self.files.whisper.as_ref().ok_or_else(|| not_installed("whisper-base"))?;
            self.whisper = Some(Whisper::load(&self.runtime, files, self.threads)?);
        }
        self.whisper.as_mut().ok_or_else(|| not_installed("whisper-base"))
    }

    /// The language of a recording by its first segment, if it is known or can be told.
    fn language(&mut self, job: &Job, transcribe: &Transcribe, samples: &[f32]) -> Result<Option<String>, Failure> {
        let by_moonshine = is_moonshine(job);
        let declared = transcribe.language.clone();
        let told = match declared {
            Some(declared) => Some((declared, 1.0)),
            None if by_moonshine && self.files.whisper.is_none() => None,
            None => Some(self.whisper()?.language(samples, &job.cancel)?),
        };
        match told {
            Some((language, sureness)) if by_moonshine && language != "en" && sureness >= SURELY_FOREIGN => {
                Err(Failure::unsupported(format!(
                    "local/moonshine understands English only, and the language spoken is `{language}`; \
                     use local/whisper-base or `model=auto`"
                )))
            }
            Some(_) | None if by_moonshine => Ok(Some("en".to_owned())),
            Some((language, _)) if !self.whisper()?.knows(&language) => Err(Failure::unsupported(format!(
                "local/whisper-base does not know the language `{language}`; leave it out, and it is told by the speech"
            ))),
            told => Ok(told.map(|(language, _)| language)),
        }
    }

    /// What is said in one segment; `None` when it is nothing.
    fn hear(
        &mut self,
        job: &Job,
        transcribe: &Transcribe,
        language: &str,
        samples: &[f32],
    ) -> Result<Option<Heard>, Failure> {
        if is_moonshine(job) {
            let text = self.moonshine()?.transcribe(samples, &job.cancel)?;
            return Ok((!text.is_empty()).then_some(Heard {
                text,
                words: Vec::new(),
                mean_logprob: None,
                no_speech: None,
            }));
        }
        let wanted = Wanted { language, into_english: transcribe.into_english, words: transcribe.times.words };
        self.whisper()?.transcribe(samples, &wanted, &job.cancel)
    }
}

impl Engine for Listener {
    fn run(&mut self, job: &Job, emit: Emit<'_>) -> Result<(), Failure> {
        let Task::Transcribe(transcribe) = &job.task else { return Err(crate::other_task("speech", &job.task)) };
        let source = transcribe.samples.as_ref();
        let source = source.ok_or_else(|| Failure::broken("a recording reached the engine before it was decoded"))?;
        self.vad.clear();
        let mut recording = Recording::new(source.open()?);
        let mut language: Option<String> = None;
        let mut is_first = true;
        while let Some(segment) = recording.next(&mut self.vad, job)? {
            if language.is_none() {
                language = self.language(job, transcribe, &segment.samples)?;
            }
            let known = language.as_deref().unwrap_or("en");
            let Some(heard) = self.hear(job, transcribe, known, &segment.samples)? else { continue };
            let written = if transcribe.into_english { "en" } else { known };
            let gap = if is_first || UNSPACED.contains(&written) { "" } else { " " };
            is_first = false;
            let text = ReplyEvent::Text { choice: 0, text: format!("{gap}{}", heard.text) };
            if emit(text).is_break() || emit(ReplyEvent::Segment(segment.written(heard))).is_break() {
                return Err(Failure::client_gone());
            }
        }
        let seconds = Some(recording.seconds());
        let ended = emit(ReplyEvent::Heard { language, seconds }).is_break()
            || emit(ReplyEvent::Finish { choice: 0, finish: Finish::Stop }).is_break();
        if ended { Err(Failure::client_gone()) } else { Ok(()) }
    }
}

fn is_moonshine(job: &Job) -> bool {
    job.model.as_str() == "moonshine"
}

fn not_installed(model: &str) -> Failure {
    Failure::new(FailureKind::NotInstalled, format!("{model} is not installed; run `mediary models pull`"))
}

/// A recording that is being cut.
struct Recording {
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
struct Spoken {
    start_seconds: f64,
    end_seconds: f64,
    samples: Vec<f32>,
}

impl Spoken {
    fn written(&self, heard: Heard) -> Segment {
        let shifted = |mut word: mediary_core::task::SpokenWord| {
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
            certainty: Certainty { mean_logprob: heard.mean_logprob, no_speech: heard.no_speech, compression: None },
        }
    }
}

impl Recording {
    fn new(samples: Box<dyn Samples>) -> Self {
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
    fn seconds(&self) -> f64 {
        (self.kept_from + self.kept.len()) as f64 / f64::from(SAMPLE_RATE_HZ)
    }

    /// The next stretch of speech.
    fn next(&mut self, vad: &mut Vad, job: &Job) -> Result<Option<Spoken>, Failure> {
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
