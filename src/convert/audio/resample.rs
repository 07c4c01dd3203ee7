//! Another number of samples a second, piece by piece, without a sample more or less at either end.

use mediary_core::Failure;
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler as _};

/// About how many samples are turned at once: 40 ms of what voices make.
const CHUNK: usize = 1024;

/// One channel from one rate to another.
#[derive(Debug)]
pub struct Resampler {
    /// `None` where both rates are the same.
    turning: Option<Turning>,
}

#[derive(Debug)]
struct Turning {
    fft: Fft<f32>,
    from_hz: u64,
    to_hz: u64,
    /// What waits until a chunk is full.
    waiting: Vec<f32>,
    chunk: Vec<f32>,
    /// Of the filter's delay, how much is still to be left out.
    delay: usize,
    taken: u64,
    given: u64,
}

impl Resampler {
    /// From one rate to another, in samples a second.
    ///
    /// # Errors
    /// `Unreadable` for a rate of nothing.
    pub fn new(from_hz: u32, to_hz: u32) -> Result<Self, Failure> {
        if from_hz == to_hz {
            return Ok(Self { turning: None });
        }
        let unheard_of = |error| Failure::unreadable(format!("{from_hz} samples a second are no sound: {error}"));
        let fft = Fft::new(from_hz as usize, to_hz as usize, CHUNK, 1, FixedSync::Both).map_err(unheard_of)?;
        let (delay, chunk) = (fft.output_delay(), vec![0.0; fft.output_frames_max()]);
        let turning = Turning {
            fft,
            from_hz: from_hz.into(),
            to_hz: to_hz.into(),
            waiting: Vec::new(),
            chunk,
            delay,
            taken: 0,
            given: 0,
        };
        Ok(Self { turning: Some(turning) })
    }

    /// Takes samples of the old rate and appends those of the new one that are ready.
    ///
    /// # Errors
    /// `Broken` when the filter refuses.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) -> Result<(), Failure> {
        match &mut self.turning {
            Some(turning) => turning.push(samples, out),
            None => {
                out.extend_from_slice(samples);
                Ok(())
            }
        }
    }

    /// Appends what is left, to the last sample: as much time leaves as came in.
    ///
    /// # Errors
    /// As [`Resampler::push`].
    pub fn finish(&mut self, out: &mut Vec<f32>) -> Result<(), Failure> {
        match &mut self.turning {
            Some(turning) => turning.finish(out),
            None => Ok(()),
        }
    }
}

impl Turning {
    fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) -> Result<(), Failure> {
        self.taken += samples.len() as u64;
        self.waiting.extend_from_slice(samples);
        self.turn(out)
    }

    fn turn(&mut self, out: &mut Vec<f32>) -> Result<(), Failure> {
        let mut from = 0;
        loop {
            let wanted = self.fft.input_frames_next();
            let Some(input) = self.waiting.get(from..from + wanted) else { break };
            let refused =
                |error: &dyn std::fmt::Display| Failure::broken(format!("the sound cannot be resampled: {error}"));
            let input = InterleavedSlice::new(input, 1, wanted).map_err(|error| refused(&error))?;
            let room = self.chunk.len();
            let mut output = InterleavedSlice::new_mut(&mut self.chunk, 1, room).map_err(|error| refused(&error))?;
            let turned = self.fft.process_into_buffer(&input, &mut output, None);
            let (taken, made) = turned.map_err(|error| refused(&error))?;
            let left_out = self.delay.min(made);
            self.delay -= left_out;
            self.given += (made - left_out) as u64;
            out.extend_from_slice(&self.chunk[left_out..made]);
            from += taken;
        }
        self.waiting.drain(..from);
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<f32>) -> Result<(), Failure> {
        let due = (self.taken * self.to_hz).div_ceil(self.from_hz);
        while self.given < due {
            let missing = self.fft.input_frames_next().saturating_sub(self.waiting.len());
            self.waiting.extend(std::iter::repeat_n(0.0, missing));
            self.turn(out)?;
        }
        let surplus = usize::try_from(self.given - due).unwrap_or(0);
        out.truncate(out.len().saturating_sub(surplus));
        self.given = due;
        Ok(())
    }
}
