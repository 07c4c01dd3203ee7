//! A raster as a PNG file, for people to look at.
//!
//! Quick rather than small: what is drawn for debugging is sent once and thrown away.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use mediary_core::{Failure, Raster};

/// The picture as a PNG of eight bits a channel. Blocking work.
///
/// # Errors
/// `Broken` when the encoder refuses, which it has no reason to.
pub fn encode_png(picture: &Raster) -> Result<Vec<u8>, Failure> {
    let mut rgb = picture.bgr().to_vec();
    rgb.as_chunks_mut::<{ Raster::CHANNELS }>().0.iter_mut().for_each(|pixel| pixel.swap(0, 2));
    let mut file = Vec::new();
    PngEncoder::new_with_quality(&mut file, CompressionType::Fast, FilterType::Adaptive)
        .write_image(&rgb, picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .map_err(|error| Failure::broken(format!("the picture cannot be written as PNG: {error}")))?;
    Ok(file)
}
