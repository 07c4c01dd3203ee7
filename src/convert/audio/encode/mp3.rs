//! MP3 by LAME, at a constant bit rate. LAME is LGPL; without the feature `mp3` it is not part of the program.

use mediary_core::Failure;
use mp3lame_encoder::{Bitrate, Builder, Encoder, FlushNoGap, Mode, MonoPcm, Quality, max_required_buffer_size};

use super::refused;

/// Writes MP3 frames.
pub(super) struct Writer {
    lame: Encoder,
    /// LAME complains where it is to end what it did not begin.
    begun: bool,
}

impl Writer {
    pub(super) fn new(rate_hz: u32, bitrate_kbps: u32) -> Result<Self, Failure> {
        let mut builder = Builder::new().ok_or_else(|| refused("LAME does not start"))?;
        builder.set_num_channels(1).map_err(refused)?;
        builder.set_mode(Mode::Mono).map_err(refused)?;
        builder.set_sample_rate(rate_hz).map_err(refused)?;
        builder.set_output_sample_rate(std::num::NonZeroU32::new(rate_hz)).map_err(refused)?;
        builder.set_brate(bitrate(bitrate_kbps)).map_err(refused)?;
        builder.set_quality(Quality::Good).map_err(refused)?;
        // Its place is the beginning, which has left when its content is known.
        builder.set_to_write_vbr_tag(false).map_err(refused)?;
        Ok(Self { lame: builder.build().map_err(refused)?, begun: false })
    }
}

impl super::Writer for Writer {
    fn push(&mut self, samples: &[f32]) -> Result<Vec<u8>, Failure> {
        if samples.is_empty() {
            return Ok(Vec::new());
        }
        self.begun = true;
        let mut bytes = Vec::with_capacity(max_required_buffer_size(samples.len()));
        self.lame.encode_to_vec(MonoPcm(samples), &mut bytes).map_err(refused)?;
        Ok(bytes)
    }

    fn finish(&mut self) -> Result<Vec<u8>, Failure> {
        if !self.begun {
            return Ok(Vec::new());
        }
        let mut bytes = Vec::with_capacity(max_required_buffer_size(0));
        self.lame.flush_to_vec::<FlushNoGap>(&mut bytes).map_err(refused)?;
        Ok(bytes)
    }
}

/// The next bit rate that every kind of MP3 has.
fn bitrate(kbps: u32) -> Bitrate {
    match kbps {
        0..=16 => Bitrate::Kbps16,
        17..=24 => Bitrate::Kbps24,
        25..=32 => Bitrate::Kbps32,
        33..=40 => Bitrate::Kbps40,
        41..=48 => Bitrate::Kbps48,
        49..=64 => Bitrate::Kbps64,
        65..=80 => Bitrate::Kbps80,
        81..=96 => Bitrate::Kbps96,
        97..=112 => Bitrate::Kbps112,
        113..=128 => Bitrate::Kbps128,
        129.. => Bitrate::Kbps160,
    }
}
