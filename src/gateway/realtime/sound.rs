//! Sound between the client's form and the forms that are worked with here: 16,000 samples a second where it is heard,
//! 24,000 where it is given.

use mediary_convert::audio::{Resampler, from_a_law, from_mu_law, to_a_law, to_mu_law};
use mediary_core::Failure;
use mediary_core::live::LiveSound;
use mediary_core::sound::SAMPLE_RATE_HZ;

const HEADER_BYTES: u32 = 36;
/// What answers are made in.
const GIVEN_HZ: u32 = 24_000;

/// From what a client sends to what is listened to.
#[derive(Debug)]
pub(super) struct Intake {
    form: LiveSound,
    resampler: Resampler,
    /// Half of a sample that came at the end of a piece.
    half: Option<u8>,
}

impl Intake {
    pub(super) fn new(form: LiveSound) -> Result<Self, Failure> {
        Ok(Self { form, resampler: Resampler::new(form.rate_hz(), SAMPLE_RATE_HZ)?, half: None })
    }

    pub(super) fn form(&self) -> LiveSound {
        self.form
    }

    /// The next samples.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<f32>, Failure> {
        let samples: Vec<f32> = match self.form {
            LiveSound::MuLaw => bytes.iter().map(|byte| level(from_mu_law(*byte))).collect(),
            LiveSound::ALaw => bytes.iter().map(|byte| level(from_a_law(*byte))).collect(),
            LiveSound::Pcm => {
                let whole: Vec<u8> = self.half.take().into_iter().chain(bytes.iter().copied()).collect();
                let (pairs, rest) = whole.as_chunks::<2>();
                self.half = rest.first().copied();
                pairs.iter().map(|pair| level(i16::from_le_bytes(*pair))).collect()
            }
        };
        let mut heard = Vec::with_capacity(samples.len());
        self.resampler.push(&samples, &mut heard)?;
        Ok(heard)
    }
}

/// From what is spoken to what the client wants.
#[derive(Debug)]
pub(super) struct Outlet {
    form: LiveSound,
    resampler: Resampler,
    half: Option<u8>,
}

impl Outlet {
    pub(super) fn new(form: LiveSound) -> Result<Self, Failure> {
        Ok(Self { form, resampler: Resampler::new(GIVEN_HZ, form.rate_hz())?, half: None })
    }

    /// How long so many bytes play, in milliseconds.
    pub(super) fn plays_ms(&self, bytes: usize) -> f64 {
        let width = if self.form == LiveSound::Pcm { 2.0 } else { 1.0 };
        bytes as f64 * 1_000.0 / width / f64::from(self.form.rate_hz())
    }

    /// Takes samples of 16 bits; gives bytes of the client's form.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        let whole: Vec<u8> = self.half.take().into_iter().chain(bytes.iter().copied()).collect();
        let (pairs, rest) = whole.as_chunks::<2>();
        self.half = rest.first().copied();
        if self.form == LiveSound::Pcm {
            return Ok(pairs.as_flattened().to_vec());
        }
        let samples: Vec<f32> = pairs.iter().map(|pair| level(i16::from_le_bytes(*pair))).collect();
        let mut turned = Vec::with_capacity(samples.len());
        self.resampler.push(&samples, &mut turned)?;
        Ok(self.written(&turned))
    }

    /// What is left.
    pub(super) fn finish(&mut self) -> Result<Vec<u8>, Failure> {
        if self.form == LiveSound::Pcm {
            return Ok(Vec::new());
        }
        let mut turned = Vec::new();
        self.resampler.finish(&mut turned)?;
        Ok(self.written(&turned))
    }

    fn written(&self, samples: &[f32]) -> Vec<u8> {
        let write = if self.form == LiveSound::ALaw { to_a_law } else { to_mu_law };
        samples.iter().map(|sample| write(step(*sample))).collect()
    }
}

fn level(sample: i16) -> f32 {
    f32::from(sample) / 32_768.0
}

/// A sample in steps of 16 bits. Casts of floats saturate.
pub(super) fn step(sample: f32) -> i16 {
    (sample * 32_768.0).round() as i16
}

/// Samples of 16 bits as they are sent to a target.
pub(super) fn bytes(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

/// Samples of 16 bits as a WAV file of one channel.
pub(super) fn wav(samples: &[u8], rate_hz: u32) -> Vec<u8> {
    let len = u32::try_from(samples.len()).unwrap_or(u32::MAX - HEADER_BYTES);
    let mut file = Vec::with_capacity(samples.len() + 44);
    file.extend(b"RIFF");
    file.extend((HEADER_BYTES + len).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend([1_u16.to_le_bytes(), 1_u16.to_le_bytes()].concat());
    file.extend([rate_hz.to_le_bytes(), (rate_hz * 2).to_le_bytes()].concat());
    file.extend([2_u16.to_le_bytes(), 16_u16.to_le_bytes()].concat());
    file.extend(b"data");
    file.extend(len.to_le_bytes());
    file.extend_from_slice(samples);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_samples_find_each_other() {
        let mut intake = Intake::new(LiveSound::Pcm).unwrap();
        let mut outlet = Outlet::new(LiveSound::Pcm).unwrap();
        let bytes: Vec<u8> = (0..=255).cycle().take(24_001).collect();
        let heard: usize = bytes.chunks(1_001).map(|piece| intake.push(piece).unwrap().len()).sum();
        // The filter holds a little back.
        assert!((6_500..=8_000).contains(&heard), "{heard}");
        let given: Vec<u8> = bytes.chunks(999).flat_map(|piece| outlet.push(piece).unwrap()).collect();
        assert_eq!(given, bytes[..24_000]);
    }

    #[test]
    fn telephones_hear_as_long_as_is_spoken() {
        for form in [LiveSound::MuLaw, LiveSound::ALaw] {
            let mut outlet = Outlet::new(form).unwrap();
            let mut given = outlet.push(&vec![0; 48_000]).unwrap();
            given.append(&mut outlet.finish().unwrap());
            assert_eq!(given.len(), 8_000);
            assert_eq!(outlet.plays_ms(given.len()).round(), 1_000.0);
        }
    }
}
