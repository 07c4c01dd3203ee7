//! What a picture file says of itself before its picture is decoded: size, density, whether it moves.
//!
//! Of a file of a single picture only the beginning is looked at for the density: JFIF density and PNG `pHYs`. EXIF
//! resolution is not read; cameras write a constant there. TIFF finds its own (see `tiff`). Of an animation only the
//! first picture is ever shown, and the caller that shows it has to say so.

use std::io::{Cursor, Read};

use gif::DecodeOptions;
use image::codecs::{png::PngDecoder, webp::WebPDecoder};
use mediary_core::{Media, MediaFormat};

use super::density::Density;
use super::{input, jpeg};

/// The longer side in pixels, as stored; `None` where the beginning of the file does not tell.
#[must_use]
pub fn longest_side(media: &Media) -> Option<u32> {
    size(media).map(|(width, height)| width.max(height))
}

/// Width and height in pixels, as stored; `None` where the beginning of the file does not tell.
#[must_use]
pub fn size(media: &Media) -> Option<(u32, u32)> {
    let size = imagesize::blob_size(media.blob.head()).ok()?;
    Some((size.width.try_into().ok()?, size.height.try_into().ok()?))
}

/// Whether a file is of a format that can move, as far as its beginning tells; cheap.
#[must_use]
pub fn may_be_animated(media: &Media) -> bool {
    let head = media.blob.head();
    match media.format {
        MediaFormat::Gif => true,
        MediaFormat::Webp => head.get(12..16) == Some(b"VP8X") && head.get(20).is_some_and(|flags| flags & 2 != 0),
        MediaFormat::Png => head.windows(4).any(|window| window == b"acTL"),
        _ => false,
    }
}

/// Whether there is more than one picture in an animated file. A file that cannot be read is taken for a still one;
/// decoding it will fail. No picture is decoded, whatever its size. Blocking work: the file is read up to its second
/// picture.
#[must_use]
pub fn is_animated(media: &Media) -> bool {
    let Ok(input) = input::reader(&media.blob, media.format) else { return false };
    match media.format {
        MediaFormat::Gif => has_two_frames(input),
        MediaFormat::Webp => WebPDecoder::new(input).is_ok_and(|decoder| decoder.has_animation()),
        MediaFormat::Png => PngDecoder::new(input).is_ok_and(|decoder| decoder.is_apng().unwrap_or(false)),
        _ => false,
    }
}

/// A GIF does not say how many pictures it holds. Their compressed data is skipped.
fn has_two_frames(input: impl Read) -> bool {
    let mut options = DecodeOptions::new();
    options.skip_frame_decoding(true);
    let Ok(mut decoder) = options.read_info(input) else { return false };
    (0..2).all(|_| matches!(decoder.next_frame_info(), Ok(Some(_))))
}

/// What the beginning of a file of a single picture claims.
pub(super) fn dots_per_inch(format: MediaFormat, head: &[u8]) -> Option<Density> {
    match format {
        MediaFormat::Jpeg => jpeg::header(&mut Cursor::new(head)).density,
        MediaFormat::Png => png_dpi(head),
        _ => None,
    }
}

/// PNG, section 11.3.5.3: pixels per unit across and down, unit 1 being the metre.
fn png_dpi(head: &[u8]) -> Option<Density> {
    let mut rest = head.get(8..)?;
    loop {
        let (length, after) = rest.split_first_chunk()?;
        let (name, body) = after.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        match name {
            b"pHYs" => {
                let (across, body) = body.split_first_chunk()?;
                let (down, body) = body.split_first_chunk()?;
                let is_metre = body.first() == Some(&1);
                let inch = |metre: &[u8; 4]| {
                    u32::try_from((u64::from(u32::from_be_bytes(*metre)) * 254 + 5_000) / 10_000).unwrap_or(0)
                };
                return Density::new(inch(across), inch(down)).filter(|_| is_metre);
            }
            b"IDAT" => return None,
            // The checksum follows the body.
            _ => rest = body.get(length.checked_add(4)?..)?,
        }
    }
}
