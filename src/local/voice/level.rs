//! What becomes of the samples of a voice before they leave: silence at their ends cut off, one loudness, no clipping.

use bytes::Bytes;

/// A voice's loudest sample, as a part of full scale: a decibel below it.
const PEAK: f32 = 0.89;
/// A voice is not made louder than that; what is so soft was meant to be.
const MOST_GAIN: f32 = 4.0;
/// What is softer than this part of a piece's peak, at its ends, is silence.
const SILENCE: f32 = 0.015;
/// Kept of the silence at the ends, so that no consonant is cut.
const KEPT_SECONDS: f32 = 0.03;

/// The loudness of one reply: set by its first piece, lowered where a later one would clip.
#[derive(Debug, Default)]
pub(super) struct Level {
    gain: Option<f32>,
}

impl Level {
    /// The samples of a piece at this loudness. What is not a number is silence.
    pub(super) fn apply(&mut self, samples: &mut [f32]) {
        let peak = samples.iter().copied().map(f32::abs).filter(|value| value.is_finite()).fold(0.0, f32::max);
        if peak <= f32::EPSILON {
            samples.fill(0.0);
            return;
        }
        let fits = PEAK / peak;
        let gain = self.gain.get_or_insert(fits.min(MOST_GAIN)).min(fits);
        for sample in samples {
            *sample = if sample.is_finite() { *sample * gain } else { 0.0 };
        }
    }
}

/// The samples without the silence around them.
pub(super) fn trimmed(samples: &[f32], rate_hz: u32) -> &[f32] {
    let peak = samples.iter().copied().map(f32::abs).fold(0.0, f32::max);
    let is_sound = |sample: &f32| sample.abs() > peak * SILENCE;
    let (Some(first), Some(last)) = (samples.iter().position(is_sound), samples.iter().rposition(is_sound)) else {
        return samples;
    };
    let kept = samples_in(KEPT_SECONDS, rate_hz);
    &samples[first.saturating_sub(kept)..(last + kept + 1).min(samples.len())]
}

/// How many samples a time has.
pub(super) fn samples_in(seconds: f32, rate_hz: u32) -> usize {
    (seconds.max(0.0) * rate_hz as f32) as usize
}

/// Samples as they leave: signed, 16 bits, little-endian.
pub(super) fn pcm(samples: &[f32]) -> Bytes {
    let scaled = |sample: &f32| ((sample * 32_767.0).round() as i16).to_le_bytes();
    samples.iter().flat_map(scaled).collect::<Vec<u8>>().into()
}

/// So many samples of silence, as they leave.
pub(super) fn silence(samples: usize) -> Bytes {
    vec![0; samples * 2].into()
}
