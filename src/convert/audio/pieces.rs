//! A long recording in pieces that a target takes: cut where it is quietest, none longer or larger than allowed.
//!
//! The pieces cover the recording without gap or overlap. One piece at a time is in memory, encoded but for the stretch
//! in which the cut is looked for.

use std::fmt;

use mediary_core::sound::Samples;
use mediary_core::{Blob, Failure, Media};

use super::encode::{Encoder, Encoding, whole};
use crate::av::Ffmpeg;

/// The cut is looked for in so many seconds before the cap, or a quarter of the cap.
const WINDOW_SECONDS: f64 = 30.0;
/// A cut stays so far from the cap, so that what follows is never a mere scrap.
const MARGIN_SECONDS: f64 = 1.0;
/// Loudness is looked at in steps of so many a second, over so many steps: 300 ms, a pause between sentences.
const STEPS_A_SECOND: u32 = 50;
const PAUSE_STEPS: usize = 15;
/// Headers, and what an encoder holds back and pads at the end.
const SPARE_BYTES: u64 = 2 << 10;

/// What a target takes at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Caps {
    /// Seconds of a piece.
    pub seconds: f64,
    /// Bytes of a piece.
    pub bytes: u64,
}

/// A part of a recording.
#[derive(Debug, Clone)]
pub struct Piece {
    /// Where it begins in the recording, in seconds. Times within it are shifted by as much.
    pub start_seconds: f64,
    /// How long it plays.
    pub seconds: f64,
    /// The file.
    pub media: Media,
}

/// The pieces of a recording in order. Blocks; nothing follows a failure.
pub struct Pieces {
    samples: Box<dyn Samples>,
    rate_hz: u32,
    encoding: Encoding,
    ffmpeg: Option<Ffmpeg>,
    /// The most samples of a piece, and how many of them are looked through for the cut.
    cap: usize,
    window: usize,
    /// Decoded, and not yet in a piece.
    waiting: Vec<f32>,
    /// Samples in earlier pieces.
    before: u64,
    /// There are no more samples to come.
    drained: bool,
}

impl Pieces {
    /// Cuts what `samples` gives at `rate_hz`.
    ///
    /// # Errors
    /// `TooLarge` where the caps leave no room for a second of sound.
    pub fn new(
        samples: Box<dyn Samples>,
        rate_hz: u32,
        encoding: Encoding,
        caps: Caps,
        ffmpeg: Option<Ffmpeg>,
    ) -> Result<Self, Failure> {
        let by_bytes = caps.bytes.saturating_sub(SPARE_BYTES) as f64
            / encoding.most_bytes_a_second(encoding.rate_for(rate_hz)).max(1) as f64;
        let seconds = caps.seconds.min(by_bytes);
        if seconds < MARGIN_SECONDS {
            return Err(Failure::too_large(format!(
                "{} s and {} bytes leave no room for a second of {}; choose a target that takes more",
                caps.seconds,
                caps.bytes,
                encoding.file_format()
            )));
        }
        let rate = f64::from(rate_hz);
        let (cap, window) = ((seconds * rate) as usize, (WINDOW_SECONDS.min(seconds / 4.0) * rate) as usize);
        Ok(Self { samples, rate_hz, encoding, ffmpeg, cap, window, waiting: Vec::new(), before: 0, drained: false })
    }

    fn piece(&mut self) -> Result<Option<Piece>, Failure> {
        let mut encoder = Encoder::new(&self.encoding, self.rate_hz, self.ffmpeg.as_ref())?;
        let (mut file, mut taken) = (Vec::new(), 0);
        loop {
            let sure = (self.cap - self.window - taken).min(self.waiting.len());
            taken += self.take(sure, &mut encoder, &mut file)?;
            let in_window = taken == self.cap - self.window;
            if in_window && self.waiting.len() > self.window {
                let cut = quietest(&self.waiting[..self.window], self.rate_hz);
                taken += self.take(cut, &mut encoder, &mut file)?;
                break;
            }
            if self.drained {
                taken += self.take(self.waiting.len(), &mut encoder, &mut file)?;
                break;
            }
            match self.samples.next()? {
                Some(mut more) => self.waiting.append(&mut more),
                None => self.drained = true,
            }
        }
        if taken == 0 {
            return Ok(None);
        }
        file.append(&mut encoder.finish()?);
        let rate = f64::from(self.rate_hz);
        let media =
            Media { format: self.encoding.file_format(), blob: Blob::in_memory(whole(self.encoding.form, file)) };
        let piece = Piece { start_seconds: self.before as f64 / rate, seconds: taken as f64 / rate, media };
        self.before += taken as u64;
        Ok(Some(piece))
    }

    /// Moves samples from those that wait into the file.
    fn take(&mut self, count: usize, encoder: &mut Encoder, file: &mut Vec<u8>) -> Result<usize, Failure> {
        file.append(&mut encoder.push(&self.waiting[..count])?);
        self.waiting.drain(..count);
        Ok(count)
    }
}

impl Iterator for Pieces {
    type Item = Result<Piece, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.drained && self.waiting.is_empty() {
            return None;
        }
        let piece = self.piece();
        if piece.is_err() {
            self.drained = true;
            self.waiting.clear();
        }
        piece.transpose()
    }
}

impl fmt::Debug for Pieces {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pieces").field("encoding", &self.encoding).finish_non_exhaustive()
    }
}

/// Before which sample the quietest pause has its middle; the last of several. The end, where there is no room for any.
fn quietest(window: &[f32], rate_hz: u32) -> usize {
    let step = (rate_hz / STEPS_A_SECOND).max(1) as usize;
    let margin = (rate_hz as usize).min(window.len() / 2);
    let searched = &window[..window.len() - margin];
    let energies: Vec<f32> =
        searched.chunks_exact(step).map(|step| step.iter().map(|sample| sample * sample).sum()).collect();
    let pauses = energies.windows(PAUSE_STEPS).map(|pause| pause.iter().sum::<f32>()).enumerate();
    let found = pauses.min_by(|(earlier, one), (later, other)| one.total_cmp(other).then(later.cmp(earlier)));
    found.map_or(searched.len(), |(index, _)| (index + PAUSE_STEPS / 2) * step + step / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cut_is_in_the_middle_of_the_quietest_pause() {
        let mut window = vec![0.5; 16_000 * 8];
        window[32_000..40_000].fill(0.01);
        window[64_000..72_000].fill(0.0);
        let cut = quietest(&window, 16_000);
        assert!((66_000..70_100).contains(&cut), "{cut}");
        // Of several that are alike, the last, and never a scrap before the end.
        assert!((108_000..=112_000).contains(&quietest(&vec![0.0; 16_000 * 8], 16_000)));
        assert_eq!(quietest(&[0.1; 100], 16_000), 50);
    }
}
