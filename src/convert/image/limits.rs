//! How large a picture may be, and the sentences for one that is larger.
//!
//! Only numbers and comparisons; the values come from the configuration. Called for every size that
//! a header names, before anything is allocated for it.

use mediary_core::{Failure, MediaFormat};

/// The limits of a picture file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageLimits {
    /// The largest file, in bytes (`[limits.image] bytes`).
    pub max_bytes: u64,
    /// The most pixels of one picture, width times height (`[limits.image] pixels`).
    pub max_pixels: u64,
    /// The longest side of one picture.
    pub max_side_px: u32,
    /// The most pages of a TIFF, the thumbnails between them counted too (`[limits.document] pages`).
    pub max_pages: usize,
}

impl Default for ImageLimits {
    fn default() -> Self {
        Self { max_bytes: 50_000_000, max_pixels: 100_000_000, max_side_px: 30_000, max_pages: 2000 }
    }
}

impl ImageLimits {
    /// The widest pixel that is decoded: four channels of sixteen bits.
    const BYTES_PER_PIXEL: u64 = 8;

    pub(super) fn check_bytes(&self, format: MediaFormat, found: u64) -> Result<(), Failure> {
        if found <= self.max_bytes {
            return Ok(());
        }
        Err(Failure::too_large(format!(
            "the {format} has {found} bytes, more than the {} allowed; send a smaller file or raise `[limits.image] bytes`",
            self.max_bytes
        )))
    }

    pub(super) fn check_size(&self, format: MediaFormat, width: u32, height: u32) -> Result<(), Failure> {
        let pixels = u64::from(width) * u64::from(height);
        if pixels > self.max_pixels {
            return Err(Failure::too_large(format!(
                "the {format} is {width} × {height} = {pixels} pixels, more than the {} allowed; scale it down or raise \
                 `[limits.image] pixels`",
                self.max_pixels
            )));
        }
        if width.max(height) > self.max_side_px {
            return Err(Failure::too_large(format!(
                "the {format} is {width} × {height} pixels, and no side may have more than {}; scale it down or cut it \
                 into pieces (this limit is fixed, `[limits.image] pixels` does not raise it)",
                self.max_side_px
            )));
        }
        Ok(())
    }

    /// Holds what decoding takes against what a picture of the allowed pixels may take.
    pub(super) fn check_memory(&self, format: MediaFormat, bytes: u64) -> Result<(), Failure> {
        if bytes <= self.max_decoded_bytes() { Ok(()) } else { Err(self.out_of_memory(format)) }
    }

    pub(super) fn max_decoded_bytes(&self) -> u64 {
        self.max_pixels.saturating_mul(Self::BYTES_PER_PIXEL)
    }

    /// For a decoder that gave up at the limit it was handed.
    pub(super) fn out_of_memory(&self, format: MediaFormat) -> Failure {
        Failure::too_large(format!(
            "decoding the {format} takes more memory than {} pixels may; simplify it or raise `[limits.image] pixels`",
            self.max_pixels
        ))
    }

    pub(super) fn too_many_pages(&self, format: MediaFormat) -> Failure {
        Failure::too_large(format!(
            "the {format} has more than the {} pages allowed; split it or raise `[limits.document] pages`",
            self.max_pages
        ))
    }
}

/// What decoding a picture takes, in pixels of four bytes; at least what it has.
pub(super) fn weight(pixels: u64, bytes: u64) -> u64 {
    pixels.max(bytes.div_ceil(4))
}
