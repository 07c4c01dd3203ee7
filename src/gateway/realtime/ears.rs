//! What the client sends, listened to: kept as long as it may be needed, and cut into turns where the session tells them.

use std::sync::Arc;

use bytes::Bytes;
use mediary_core::live::{LiveSound, TurnDetection};
use mediary_core::sound::SAMPLE_RATE_HZ;
use mediary_core::{Failure, Hold};
use mediary_local::{VoiceDetector, VoiceMemory};

use super::super::{Admission, blocking};
use super::detector::{Detector, Sensed};
use super::sound::{Intake, step};

const FRAME: u64 = VoiceDetector::FRAME as u64;
/// Samples in a millisecond.
const PER_MS: u64 = SAMPLE_RATE_HZ as u64 / 1_000;
/// Beyond what a beginning takes, so much silence is kept: what comes before a turn is known to have begun.
const MARGIN: u64 = SAMPLE_RATE_HZ as u64;
/// Memory is held in steps of so many samples: a minute.
const STEP: usize = 60 * SAMPLE_RATE_HZ as usize;

/// The ears of a session.
#[derive(Debug)]
pub(super) struct Ears {
    intake: Intake,
    detector: Detector,
    vad: Option<Arc<VoiceDetector>>,
    memory: VoiceMemory,
    /// Samples that may still be needed, and the number of the first of them.
    kept: Vec<i16>,
    from: u64,
    /// How many were judged.
    judged: u64,
    /// Where the turn that is being heard begins.
    turn_from: Option<u64>,
    admission: Admission,
    held: Vec<Hold>,
    most: u64,
}

/// Some of what was heard: samples by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) from: u64,
    pub(super) to: u64,
}

impl Stretch {
    pub(super) fn seconds(self) -> f64 {
        self.to.saturating_sub(self.from) as f64 / f64::from(SAMPLE_RATE_HZ)
    }
}

impl Ears {
    pub(super) fn new(form: LiveSound, admission: Admission, most_seconds: u64) -> Result<Self, Failure> {
        Ok(Self {
            intake: Intake::new(form)?,
            detector: Detector::default(),
            vad: None,
            memory: VoiceMemory::default(),
            kept: Vec::new(),
            from: 0,
            judged: 0,
            turn_from: None,
            admission,
            held: Vec::new(),
            most: most_seconds * u64::from(SAMPLE_RATE_HZ),
        })
    }

    /// From here on it is heard with this.
    pub(super) fn listens_with(&mut self, vad: Arc<VoiceDetector>) {
        self.vad = Some(vad);
    }

    pub(super) fn can_tell_turns(&self) -> bool {
        self.vad.is_some()
    }

    /// From here on sound comes in this form.
    pub(super) fn takes(&mut self, form: LiveSound) -> Result<(), Failure> {
        if form != self.intake.form() {
            self.intake = Intake::new(form)?;
        }
        Ok(())
    }

    /// How much has been heard altogether.
    pub(super) fn heard(&self) -> u64 {
        self.from + self.kept.len() as u64
    }

    /// A place in milliseconds.
    pub(super) fn ms(at: u64) -> u64 {
        at / PER_MS
    }

    /// Hears more; gives what follows from it for turns, in order, with places in samples.
    pub(super) async fn hear(&mut self, bytes: &Bytes, turns: Option<&TurnDetection>) -> Result<Vec<Sensed>, Failure> {
        let samples = self.intake.push(bytes)?;
        let Some((how, vad)) = turns.zip(self.vad.clone()) else {
            self.keep(&samples, None)?;
            self.judged = self.heard();
            return Ok(Vec::new());
        };
        self.keep(&samples, Some(how))?;
        let start = (self.judged - self.from) as usize;
        let whole = (self.kept.len() - start) / FRAME as usize * FRAME as usize;
        let frames: Vec<f32> =
            self.kept[start..start + whole].iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
        let mut memory = std::mem::take(&mut self.memory);
        let (memory, probabilities) = blocking::run(move || {
            let probabilities = vad.hear(&mut memory, &frames)?;
            Ok((memory, probabilities))
        })
        .await?;
        self.memory = memory;
        let base = self.judged;
        self.judged += whole as u64;
        let mut sensed = Vec::new();
        for (at, probability) in (0_u64..).zip(probabilities) {
            let number = self.detector.frames();
            let Some(found) = self.detector.push(probability, how) else { continue };
            sensed.push(match found {
                Sensed::Started(frame) => {
                    let begins = place(base, at, number, frame);
                    let from = begins.saturating_sub(u64::from(how.prefix_ms) * PER_MS).max(self.from);
                    self.turn_from = Some(from);
                    Sensed::Started(from)
                }
                Sensed::Paused(frame) => Sensed::Paused(place(base, at, number, frame)),
                Sensed::Stopped(frame) => {
                    self.turn_from = None;
                    Sensed::Stopped(place(base, at, number, frame))
                }
                Sensed::Resumed => Sensed::Resumed,
            });
        }
        let is_overlong = |from: u64| self.detector.is_speaking() && self.judged.saturating_sub(from) > self.most;
        if self.turn_from.is_some_and(is_overlong) {
            self.end_turn();
            sensed.push(Sensed::Stopped(self.judged));
        }
        Ok(sensed)
    }

    /// Keeps samples, and lets go of those that no turn will need.
    fn keep(&mut self, samples: &[f32], turns: Option<&TurnDetection>) -> Result<(), Failure> {
        self.kept.extend(samples.iter().map(|sample| step(*sample)));
        if let Some(how) = turns.filter(|_| self.turn_from.is_none()) {
            let needed = u64::from(how.prefix_ms) * PER_MS + MARGIN;
            let from = self.judged.min(self.heard()).saturating_sub(needed).max(self.from);
            self.forget_before(from);
        }
        if turns.is_none() && self.kept.len() as u64 > self.most {
            let most = self.most / u64::from(SAMPLE_RATE_HZ);
            self.clear();
            let detail = format!("a turn is of {most} seconds at most (realtime.turn_seconds); commit sooner");
            return Err(Failure::too_large(detail));
        }
        while self.held.len() * STEP < self.kept.len() {
            self.held.push(self.admission.holding(2 * STEP as u64)?);
        }
        Ok(())
    }

    /// Lets go of what is before this place.
    pub(super) fn forget_before(&mut self, place: u64) {
        let count = place.saturating_sub(self.from).min(self.kept.len() as u64);
        self.kept.drain(..count as usize);
        self.from += count;
        // What was let go of is not judged any more.
        self.judged = self.judged.max(self.from);
        self.held.truncate(self.kept.len().div_ceil(STEP));
        if self.kept.is_empty() {
            self.kept.shrink_to(STEP);
        }
    }

    /// Forgets everything that was not committed.
    pub(super) fn clear(&mut self) {
        self.end_turn();
        self.forget_before(self.heard());
        self.judged = self.heard();
    }

    /// The turn that is being heard, or all that was heard since the last one.
    pub(super) fn open(&self) -> Stretch {
        Stretch { from: self.turn_from.unwrap_or(self.from), to: self.heard() }
    }

    /// The turn is over.
    pub(super) fn end_turn(&mut self) {
        self.turn_from = None;
        self.detector.reset();
    }

    /// Samples of a stretch, as far as they are kept.
    pub(super) fn samples(&self, stretch: Stretch) -> &[i16] {
        let within = |at: u64| at.saturating_sub(self.from).min(self.kept.len() as u64) as usize;
        let (from, to) = (within(stretch.from), within(stretch.to));
        &self.kept[from.min(to)..to]
    }
}

/// Where a frame begins: `frame` by its number, seen when frame `number`, the `at`-th of those from `base` on, came.
fn place(base: u64, at: u64, number: u64, frame: u64) -> u64 {
    (base + at * FRAME).saturating_add_signed((frame as i64 - number as i64) * FRAME as i64)
}
