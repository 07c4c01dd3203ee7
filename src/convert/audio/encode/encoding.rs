//! How a sound is to be written: its form, its rate and how small it is.

use mediary_core::MediaFormat;
use mediary_core::task::SoundForm;

/// How a sound is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding {
    /// What the bytes are.
    pub form: SoundForm,
    /// How many samples a second; `None`: as many as come in, or the next number that the form has.
    pub rate_hz: Option<u32>,
    /// Of MP3, Opus and AAC: kilobits a second.
    pub bitrate_kbps: u32,
}

impl Encoding {
    /// For a voice that is listened to.
    #[must_use]
    pub fn for_listening(form: SoundForm) -> Self {
        let bitrate_kbps = if form == SoundForm::File(MediaFormat::Opus) { 48 } else { 96 };
        Self { form, rate_hz: None, bitrate_kbps }
    }

    /// As small as recognition of speech stands: 16,000 samples a second, Opus at 24 kbit/s, MP3 at 32.
    #[must_use]
    pub fn for_transcripts(form: SoundForm) -> Self {
        let bitrate_kbps = if form == SoundForm::File(MediaFormat::Opus) { 24 } else { 32 };
        Self { form, rate_hz: Some(16_000), bitrate_kbps }
    }

    /// The format of the file; bare samples are none, and count as WAV.
    #[must_use]
    pub fn file_format(&self) -> MediaFormat {
        match self.form {
            SoundForm::File(format) => format,
            SoundForm::Pcm { .. } => MediaFormat::Wav,
        }
    }

    /// The rate of the file, in samples a second, when `from_hz` come in.
    #[must_use]
    pub fn rate_for(&self, from_hz: u32) -> u32 {
        let wanted = self.rate_hz.unwrap_or(from_hz);
        let possible: &[u32] = match self.form {
            SoundForm::Pcm { rate_hz } => return rate_hz,
            SoundForm::File(MediaFormat::Opus) => &[8_000, 12_000, 16_000, 24_000, 48_000],
            SoundForm::File(MediaFormat::Mp3 | MediaFormat::Aac) => {
                &[8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000]
            }
            SoundForm::File(_) => return wanted,
        };
        possible.iter().copied().find(|rate_hz| *rate_hz >= wanted).unwrap_or(48_000)
    }

    /// So many bytes a second it has at most, at so many samples a second.
    pub(in super::super) fn most_bytes_a_second(&self, rate_hz: u32) -> u64 {
        let raw = u64::from(rate_hz) * 2;
        let coded = u64::from(self.bitrate_kbps) * 1_000 / 8;
        match self.form {
            // Where nothing can be saved, a frame is its samples and a header.
            SoundForm::File(MediaFormat::Flac) => raw + raw / 100,
            // The bit rate of Opus is an average, and pages have headers.
            SoundForm::File(MediaFormat::Opus) => coded + coded / 2 + 500,
            SoundForm::File(MediaFormat::Mp3 | MediaFormat::Aac) => coded + coded / 20,
            SoundForm::File(_) | SoundForm::Pcm { .. } => raw,
        }
    }
}
