//! WAV and bare samples: 16 bits, little-endian.

use mediary_core::Failure;

use super::as_i16;

/// What stands for a length that is not known yet.
const UNKNOWN: u32 = u32::MAX;
const HEADER_BYTES: usize = 44;

/// Writes samples as they are, behind a header or none.
pub(super) struct Writer {
    header: Vec<u8>,
}

impl Writer {
    /// Samples alone.
    pub(super) fn bare() -> Self {
        Self { header: Vec::new() }
    }

    /// A WAV file whose length is not known.
    pub(super) fn new(rate_hz: u32) -> Self {
        let mut header = Vec::with_capacity(HEADER_BYTES);
        header.extend(b"RIFF");
        header.extend(UNKNOWN.to_le_bytes());
        header.extend(b"WAVEfmt ");
        header.extend(16_u32.to_le_bytes());
        // PCM, one channel.
        header.extend([1_u16.to_le_bytes(), 1_u16.to_le_bytes()].concat());
        header.extend([rate_hz.to_le_bytes(), (rate_hz * 2).to_le_bytes()].concat());
        header.extend([2_u16.to_le_bytes(), 16_u16.to_le_bytes()].concat());
        header.extend(b"data");
        header.extend(UNKNOWN.to_le_bytes());
        Self { header }
    }
}

impl super::Writer for Writer {
    fn push(&mut self, samples: &[f32]) -> Result<Vec<u8>, Failure> {
        let mut bytes = std::mem::take(&mut self.header);
        bytes.extend(samples.iter().flat_map(|sample| as_i16(*sample).to_le_bytes()));
        Ok(bytes)
    }

    fn finish(&mut self) -> Result<Vec<u8>, Failure> {
        Ok(std::mem::take(&mut self.header))
    }
}

/// Writes the length of a complete file into its header. One of 4 GB and more keeps the unknown one.
pub(super) fn tell_length(file: &mut [u8]) {
    let len = u32::try_from(file.len()).ok();
    let (Some(len), true) = (len, file.len() >= HEADER_BYTES) else { return };
    file[4..8].copy_from_slice(&(len - 8).to_le_bytes());
    file[40..44].copy_from_slice(&(len - HEADER_BYTES as u32).to_le_bytes());
}
