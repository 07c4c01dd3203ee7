//! Whether a picture moves: of an animation only the first picture is ever shown, and whoever shows it has to say so.

use image::AnimationDecoder;
use image::codecs::{gif::GifDecoder, png::PngDecoder, webp::WebPDecoder};
use mediary_core::{Media, MediaFormat};

use super::input;

/// Whether there is more than one picture in an animated file. A file that cannot be read is taken for a still one;
/// whoever decodes it finds out. Blocking work: up to two pictures are decoded.
#[must_use]
pub fn is_animated(media: &Media) -> bool {
    let Ok(input) = input::reader(&media.blob, media.format) else { return false };
    match media.format {
        MediaFormat::Gif => GifDecoder::new(input).is_ok_and(|decoder| decoder.into_frames().nth(1).is_some()),
        MediaFormat::Webp => WebPDecoder::new(input).is_ok_and(|decoder| decoder.has_animation()),
        MediaFormat::Png => PngDecoder::new(input).is_ok_and(|decoder| decoder.is_apng().unwrap_or(false)),
        _ => false,
    }
}
