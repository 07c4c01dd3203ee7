//! What can be had of a damaged recording: decoded in this process as far as that goes, and by ffmpeg from there on.
//!
//! A decoder that loses its way does not find it again in every container; ffmpeg mostly does, and is asked once. What was
//! decoded before counts, as it does of a file that was cut off. Limits that are passed are no damage.

use mediary_core::sound::Samples;
use mediary_core::{Failure, FailureKind, Media};

use super::facts::SoundLimits;
use super::ffmpeg;
use super::recording::another_way_may_do;
use crate::av::Ffmpeg;

/// By what a recording can be decoded a second time.
pub(super) struct Rescue {
    pub(super) ffmpeg: Option<Ffmpeg>,
    pub(super) media: Media,
    pub(super) limits: SoundLimits,
}

/// Samples of a recording that may be damaged.
pub(super) struct Salvaged {
    /// From this process, and after that from ffmpeg.
    samples: Box<dyn Samples>,
    rate_hz: u32,
    rescue: Rescue,
    /// Why this process gave up, once it has.
    failure: Option<Failure>,
    /// How many samples were given.
    given: u64,
    /// How many of ffmpeg's were given before by this process.
    known: u64,
    ended: bool,
}

impl Salvaged {
    /// What this process decodes, or that it cannot begin.
    ///
    /// # Errors
    /// That same failure, where ffmpeg is not there or cannot help.
    pub(super) fn of(
        opened: Result<Box<dyn Samples>, Failure>,
        rate_hz: u32,
        rescue: Rescue,
    ) -> Result<Box<dyn Samples>, Failure> {
        let (samples, failure) = match opened {
            Ok(samples) => (samples, None),
            Err(failure) => (rescue.again(rate_hz, failure.clone())?, Some(failure)),
        };
        Ok(Box::new(Self { samples, rate_hz, rescue, failure, given: 0, known: 0, ended: false }))
    }

    /// What is left where nothing decodes the rest.
    fn gave_up(&mut self, last: Failure) -> Result<Option<Vec<f32>>, Failure> {
        self.ended = true;
        if self.given > 0 {
            return Ok(None);
        }
        match self.failure.take() {
            // What is unknown here, ffmpeg judges better.
            Some(first) if first.kind == FailureKind::Unreadable => Err(first),
            _ => Err(last),
        }
    }
}

impl Rescue {
    fn again(&self, rate_hz: u32, failure: Failure) -> Result<Box<dyn Samples>, Failure> {
        match &self.ffmpeg {
            Some(ffmpeg) if another_way_may_do(&failure) => ffmpeg::samples(ffmpeg, &self.media, rate_hz, self.limits),
            Some(_) | None => Err(failure),
        }
    }
}

impl Samples for Salvaged {
    fn next(&mut self) -> Result<Option<Vec<f32>>, Failure> {
        while !self.ended {
            match self.samples.next() {
                Ok(Some(mut piece)) => {
                    let before = self.known.min(piece.len() as u64);
                    self.known -= before;
                    piece.drain(..before as usize);
                    self.given += piece.len() as u64;
                    if !piece.is_empty() {
                        return Ok(Some(piece));
                    }
                }
                Ok(None) => self.ended = true,
                Err(failure) if !another_way_may_do(&failure) => {
                    self.ended = true;
                    return Err(failure);
                }
                Err(failure) if self.failure.is_some() => return self.gave_up(failure),
                Err(failure) => {
                    self.failure = Some(failure.clone());
                    match self.rescue.again(self.rate_hz, failure) {
                        Ok(samples) => (self.samples, self.known) = (samples, self.given),
                        Err(failure) => return self.gave_up(failure),
                    }
                }
            }
        }
        Ok(None)
    }
}
