//! Whisper's view of sound: a spectrogram of 80 bands or more, spaced as the ear hears, in logarithms.
//!
//! 100 columns a second, each from 25 ms of sound under a Hann window. The bands are Slaney's: linear up to 1 kHz,
//! logarithmic above, each with the same area.

use std::fmt;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

use mediary_core::sound::SAMPLE_RATE_HZ;

/// Samples from one column to the next.
pub(super) const HOP: usize = 160;
const WINDOW: usize = 400;
const BINS: usize = WINDOW / 2 + 1;

/// The front end.
pub(super) struct Mel {
    transform: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// Of each band: the first bin it takes from, and how much of that one and those that follow.
    bands: Vec<(usize, Vec<f32>)>,
}

impl Mel {
    /// With so many bands in a column.
    pub(super) fn of(count: usize) -> Self {
        let turn = |index: usize| (std::f32::consts::TAU * index as f32 / WINDOW as f32).cos();
        let window = (0..WINDOW).map(|index| 0.5 - 0.5 * turn(index)).collect();
        Self { transform: RealFftPlanner::new().plan_fft_forward(WINDOW), window, bands: bands(count) }
    }

    /// Bands in a column.
    pub(super) fn bands(&self) -> usize {
        self.bands.len()
    }

    /// The spectrogram of samples, band after band, and how many columns it has. Beyond both ends the sound is mirrored.
    pub(super) fn spectrogram(&self, samples: &[f32]) -> (Vec<f32>, usize) {
        let columns = samples.len() / HOP;
        let mut values = vec![0.0_f32; self.bands.len() * columns];
        let (mut frame, mut spectrum) = (vec![0.0; WINDOW], vec![Complex32::default(); BINS]);
        let mut scratch = self.transform.make_scratch_vec();
        let mut power = vec![0.0; BINS];
        let last = samples.len().saturating_sub(1) as i64;
        let mirrored = |at: i64| {
            if at < 0 {
                -at
            } else if at > last {
                2 * last - at
            } else {
                at
            }
        };
        for column in 0..columns {
            let start = (column * HOP) as i64 - WINDOW as i64 / 2;
            for (index, (value, weight)) in frame.iter_mut().zip(&self.window).enumerate() {
                let at = usize::try_from(mirrored(start + index as i64)).unwrap_or_default();
                *value = samples.get(at).copied().unwrap_or_default() * weight;
            }
            // The lengths are those that the transform was planned for, which is all that can fail.
            let _ = self.transform.process_with_scratch(&mut frame, &mut spectrum, &mut scratch);
            power.iter_mut().zip(&spectrum).for_each(|(power, value)| *power = value.norm_sqr());
            for (band, (first, weights)) in self.bands.iter().enumerate() {
                let energy: f32 = weights.iter().zip(&power[*first..]).map(|(weight, power)| weight * power).sum();
                values[band * columns + column] = energy.max(1e-10).log10();
            }
        }
        // What is 80 dB below the loudest is as good as silent.
        let floor = values.iter().copied().fold(f32::NEG_INFINITY, f32::max) - 8.0;
        values.iter_mut().for_each(|value| *value = (value.max(floor) + 4.0) / 4.0);
        (values, columns)
    }
}

impl fmt::Debug for Mel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Mel").finish_non_exhaustive()
    }
}

/// Slaney's scale ends its linear part here, …
const LINEAR_HZ: f64 = 1_000.0;
/// … having counted a mel each 200/3 Hz; …
const HZ_A_MEL: f64 = 200.0 / 3.0;
/// … from then on 27 mels multiply the frequency by this.
const BY_27: f64 = 6.4;

fn hz(mel: f64) -> f64 {
    let linear = LINEAR_HZ / HZ_A_MEL;
    if mel < linear { mel * HZ_A_MEL } else { LINEAR_HZ * BY_27.powf((mel - linear) / 27.0) }
}

fn mel(hz: f64) -> f64 {
    if hz < LINEAR_HZ { hz / HZ_A_MEL } else { LINEAR_HZ / HZ_A_MEL + 27.0 * (hz / LINEAR_HZ).ln() / BY_27.ln() }
}

fn bands(count: usize) -> Vec<(usize, Vec<f32>)> {
    let rate = f64::from(SAMPLE_RATE_HZ);
    let step = mel(rate / 2.0) / (count + 1) as f64;
    let band = |band: usize| {
        let [low, middle, high] = [0, 1, 2].map(|edge| hz((band + edge) as f64 * step));
        let weight = |bin: usize| {
            let at = bin as f64 * rate / WINDOW as f64;
            let rise = ((at - low) / (middle - low)).min((high - at) / (high - middle));
            (rise.max(0.0) * 2.0 / (high - low)) as f32
        };
        let weights: Vec<f32> = (0..BINS).map(weight).collect();
        let first = weights.iter().position(|weight| *weight > 0.0).unwrap_or(BINS);
        let taken = weights[first..].iter().take_while(|weight| **weight > 0.0).copied().collect();
        (first, taken)
    };
    (0..count).map(band).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_loudest_in_its_band() {
        let mel = Mel::of(80);
        let tone: Vec<f32> =
            (0..16_000).map(|at| (at as f32 * std::f32::consts::TAU * 1_000.0 / 16_000.0).sin()).collect();
        let (values, columns) = mel.spectrogram(&tone);
        assert_eq!((columns, values.len()), (100, 8_000));
        let loudest =
            (0..mel.bands()).max_by(|a, b| values[a * columns + 50].total_cmp(&values[b * columns + 50])).unwrap();
        let (first, weights) = &mel.bands[loudest];
        // A bin is 40 Hz wide.
        assert!((*first..first + weights.len()).contains(&25), "band {loudest}");
        let (silence, _) = mel.spectrogram(&[0.0; 1_600]);
        assert!(silence.iter().all(|value| (*value - silence[0]).abs() < 1e-6));
    }
}
