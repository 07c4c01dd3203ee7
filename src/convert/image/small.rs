//! JPEGs decoded to a half, a quarter or an eighth of their sides: out of the low frequencies alone, which takes less time and
//! a fraction of the memory.
//!
//! Only for pictures that are scaled down anyway; what the small way does not take (CMYK, sixteen bits, damaged files) is
//! left to the whole one, which says what is wrong. Called by `coded`.

use std::io::Read;

use jpeg_decoder::{Decoder, PixelFormat};
use mediary_core::{Blob, MediaFormat};

use super::channels::Channels;
use super::input;

/// A picture with fewer pixels than its file, not upright yet.
pub(super) struct Small {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) channels: Channels,
    pub(super) samples: Vec<u8>,
}

/// The smallest of those sizes whose longer side still has `longest_px`; `None` where the file is of another kind, or no
/// smaller one would do.
pub(super) fn decoded(blob: &Blob, longest_px: u32, most_bytes: u64) -> Option<Small> {
    // This decoder reads byte by byte: through a trait object that is a tenth of all its time.
    match blob.source().bytes() {
        Some(bytes) => decoded_from(bytes, longest_px, most_bytes),
        None => decoded_from(input::reader(blob, MediaFormat::Jpeg).ok()?, longest_px, most_bytes),
    }
}

fn decoded_from(input: impl Read, longest_px: u32, most_bytes: u64) -> Option<Small> {
    let mut decoder = Decoder::new(input);
    decoder.set_max_decoding_buffer_size(usize::try_from(most_bytes).unwrap_or(usize::MAX));
    decoder.read_info().ok()?;
    let info = decoder.info()?;
    let channels = match info.pixel_format {
        PixelFormat::L8 => Channels::Grey,
        PixelFormat::RGB24 => Channels::Rgb,
        PixelFormat::L16 | PixelFormat::CMYK32 => return None,
    };
    // One side that is as long as asked for is enough for the decoder, so the shorter is asked for what it never has.
    let longest = u16::try_from(longest_px).ok()?;
    let (width, height) = if info.width >= info.height { (longest, u16::MAX) } else { (u16::MAX, longest) };
    let (width, height) = decoder.scale(width, height).ok()?;
    if (width, height) == (info.width, info.height) || width.max(height) < longest {
        return None;
    }
    let samples = decoder.decode().ok()?;
    Some(Small { width: width.into(), height: height.into(), channels, samples })
}
