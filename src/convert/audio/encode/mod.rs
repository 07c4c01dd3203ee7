//! Files from samples while they are made: the first bytes leave as soon as the form allows.
//!
//! One channel, since speech is what is written. MP3 is made by LAME (LGPL; feature `mp3`), Opus by libopus, FLAC by
//! flacenc, AAC by ffmpeg where it is installed. Which form a target or client takes is the gateway's business.

mod encoding;
mod flac;
#[cfg(feature = "mp3")]
mod mp3;
mod opus;
mod wav;

use std::fmt;

use mediary_core::task::SoundForm;
use mediary_core::{Failure, MediaFormat};

use super::ffmpeg::AacWriter;
use super::resample::Resampler;
use crate::av::Ffmpeg;

pub use encoding::Encoding;

/// Writes samples of one channel, from −1 to 1, as a file.
pub struct Encoder {
    resampler: Resampler,
    resampled: Vec<f32>,
    writer: Box<dyn Writer>,
}

/// One form of file.
pub(super) trait Writer: Send {
    /// Takes samples and gives the bytes that are ready.
    fn push(&mut self, samples: &[f32]) -> Result<Vec<u8>, Failure>;

    /// The last bytes. Called once.
    fn finish(&mut self) -> Result<Vec<u8>, Failure>;
}

impl Encoder {
    /// For samples that come at `from_hz`. Bytes of a form with a header begin with it.
    ///
    /// # Errors
    /// `UnsupportedMedium` for a form that is not made here, with those that are; `NotInstalled` for AAC without
    /// ffmpeg.
    pub fn new(encoding: &Encoding, from_hz: u32, ffmpeg: Option<&Ffmpeg>) -> Result<Self, Failure> {
        let rate_hz = encoding.rate_for(from_hz);
        let writer: Box<dyn Writer> = match encoding.form {
            SoundForm::Pcm { .. } => Box::new(wav::Writer::bare()),
            SoundForm::File(MediaFormat::Wav) => Box::new(wav::Writer::new(rate_hz)),
            SoundForm::File(MediaFormat::Flac) => Box::new(flac::Writer::new(rate_hz)?),
            SoundForm::File(MediaFormat::Opus) => Box::new(opus::Writer::new(rate_hz, encoding.bitrate_kbps)?),
            #[cfg(feature = "mp3")]
            SoundForm::File(MediaFormat::Mp3) => Box::new(mp3::Writer::new(rate_hz, encoding.bitrate_kbps)?),
            SoundForm::File(MediaFormat::Aac) => {
                let ffmpeg = ffmpeg.ok_or_else(|| {
                    let which = Self::made_here();
                    Failure::unsupported(format!("aac is made by ffmpeg, which is not installed; ask for {which}"))
                })?;
                Box::new(AacWriter::new(ffmpeg, rate_hz, encoding.bitrate_kbps)?)
            }
            SoundForm::File(other) => {
                let which = Self::made_here();
                return Err(Failure::unsupported(format!("sound is not made into {other}; ask for {which}")));
            }
        };
        Ok(Self { resampler: Resampler::new(from_hz, rate_hz)?, resampled: Vec::new(), writer })
    }

    /// Whether files of this format are written here, with nothing installed.
    #[must_use]
    pub fn writes(format: MediaFormat) -> bool {
        let always = [MediaFormat::Wav, MediaFormat::Flac, MediaFormat::Opus];
        always.contains(&format) || (cfg!(feature = "mp3") && format == MediaFormat::Mp3)
    }

    /// The forms that need nothing installed, as a list for people.
    #[must_use]
    pub fn made_here() -> &'static str {
        if cfg!(feature = "mp3") { "mp3, opus, flac, wav or pcm" } else { "opus, flac, wav or pcm" }
    }

    /// Takes samples and gives the bytes that are ready; maybe none yet.
    ///
    /// # Errors
    /// `Broken` when the encoder refuses.
    pub fn push(&mut self, samples: &[f32]) -> Result<Vec<u8>, Failure> {
        self.resampled.clear();
        self.resampler.push(samples, &mut self.resampled)?;
        self.writer.push(&self.resampled)
    }

    /// The last bytes.
    ///
    /// # Errors
    /// As [`Encoder::push`].
    pub fn finish(mut self) -> Result<Vec<u8>, Failure> {
        self.resampled.clear();
        self.resampler.finish(&mut self.resampled)?;
        let mut bytes = self.writer.push(&self.resampled)?;
        bytes.append(&mut self.writer.finish()?);
        Ok(bytes)
    }
}

impl fmt::Debug for Encoder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Encoder").field("resampler", &self.resampler).finish_non_exhaustive()
    }
}

/// A file that is complete, with the lengths in its header that were not known when it was begun.
pub(super) fn whole(form: SoundForm, mut file: Vec<u8>) -> Vec<u8> {
    match form {
        SoundForm::File(MediaFormat::Wav) => wav::tell_length(&mut file),
        SoundForm::File(_) | SoundForm::Pcm { .. } => {}
    }
    file
}

/// A sample as 16 bits; what is louder than possible is as loud as possible.
pub(super) fn as_i16(sample: f32) -> i16 {
    (sample.clamp(-1.0, 1.0) * 32_767.0).round() as i16
}

/// What an encoder's refusal becomes.
fn refused(error: impl fmt::Display) -> Failure {
    Failure::broken(format!("the sound cannot be encoded: {error}"))
}
