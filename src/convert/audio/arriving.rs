//! A sound that is decoded while its bytes arrive, such as speech from a target on its way to another form.

use std::fmt;
use std::io::Read;

use mediary_core::sound::Samples;
use mediary_core::task::SoundForm;
use mediary_core::{Failure, FailureKind};

use super::facts::SoundLimits;
use super::input;
use super::recording::{Decoding, guarded, no_sound};
use super::resample::Resampler;
use super::track::Track;

/// Bytes are read so many at once.
const READ_BYTES: usize = 16 << 10;

/// The samples of a sound that arrives: one channel, so many a second. Each piece is there as soon as its bytes are.
pub struct Arriving {
    samples: Box<dyn Samples>,
}

impl Arriving {
    /// Waits for the beginning of the sound. A file's own bytes say what it is; of bare samples the form says it.
    ///
    /// # Errors
    /// `Unreadable` when it is no sound, `UnsupportedMedium` for what cannot be decoded while it arrives: a file whose
    /// index is at its end, for one. Save such a one, and make it a [`Recording`](super::Recording).
    pub fn new(
        bytes: impl Read + Send + 'static,
        form: SoundForm,
        rate_hz: u32,
        limits: SoundLimits,
    ) -> Result<Self, Failure> {
        let samples: Box<dyn Samples> = match form {
            SoundForm::Pcm { rate_hz: from_hz } => Box::new(Bare {
                bytes: Box::new(bytes),
                resampler: Resampler::new(from_hz, rate_hz)?,
                odd: None,
                given: 0,
                most: limits.seconds.saturating_mul(rate_hz.into()),
                limits,
                ended: false,
            }),
            SoundForm::File(_) => {
                let track = guarded(|| Track::open(input::arriving(bytes)?, limits))?;
                Box::new(Decoding::new(track.ok_or_else(no_sound)?, rate_hz, limits)?.at_once())
            }
        };
        Ok(Self { samples })
    }
}

impl Samples for Arriving {
    fn next(&mut self) -> Result<Option<Vec<f32>>, Failure> {
        self.samples.next()
    }
}

impl fmt::Debug for Arriving {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Arriving").finish_non_exhaustive()
    }
}

/// Bare samples: signed, 16 bits, little-endian, one channel.
struct Bare {
    bytes: Box<dyn Read + Send>,
    resampler: Resampler,
    /// Half of a sample, whose other half has not arrived.
    odd: Option<u8>,
    given: u64,
    most: u64,
    limits: SoundLimits,
    ended: bool,
}

impl Samples for Bare {
    fn next(&mut self) -> Result<Option<Vec<f32>>, Failure> {
        let mut piece = Vec::new();
        let mut buffer = vec![0; READ_BYTES];
        while piece.is_empty() && !self.ended {
            let broke = |error| Failure::new(FailureKind::Unreachable, format!("the sound broke off: {error}"));
            let count = self.bytes.read(&mut buffer).map_err(broke)?;
            self.ended = count == 0;
            let bytes: Vec<u8> = self.odd.take().into_iter().chain(buffer[..count].iter().copied()).collect();
            let pairs = bytes.chunks_exact(2);
            self.odd = pairs.remainder().first().copied();
            let samples: Vec<f32> =
                pairs.map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0).collect();
            self.resampler.push(&samples, &mut piece)?;
            if self.ended {
                self.resampler.finish(&mut piece)?;
            }
        }
        self.given += piece.len() as u64;
        if self.given > self.most {
            self.ended = true;
            return Err(self.limits.too_long());
        }
        match piece.is_empty() {
            false => Ok(Some(piece)),
            true if self.given > 0 => Ok(None),
            true => Err(no_sound()),
        }
    }
}
