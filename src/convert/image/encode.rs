//! A raster as a PNG or a JPEG file.
//!
//! PNG is for people to look at: quick rather than small, since what is drawn for debugging is sent once and thrown away.
//! JPEG is for targets; which quality it gets is decided by `fit`.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use mediary_core::{Failure, Raster};

/// The picture as a PNG of eight bits a channel. Blocking work.
///
/// # Errors
/// `Broken` when the encoder refuses, which it has no reason to.
pub fn encode_png(picture: &Raster) -> Result<Vec<u8>, Failure> {
    let mut file = Vec::new();
    PngEncoder::new_with_quality(&mut file, CompressionType::Fast, FilterType::Adaptive)
        .write_image(&rgb_of(picture), picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .map_err(|error| Failure::broken(format!("the picture cannot be written as PNG: {error}")))?;
    Ok(file)
}

/// The picture as a JPEG. Blocking work.
///
/// # Errors
/// `Broken` when the encoder refuses, as it does beyond 65,535 pixels a side.
pub fn encode_jpeg(picture: &Raster, quality: u8) -> Result<Vec<u8>, Failure> {
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, quality.clamp(1, 100))
        .write_image(&rgb_of(picture), picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .map_err(|error| Failure::broken(format!("the picture cannot be written as JPEG: {error}")))?;
    Ok(file)
}

/// Its pixels in the order that encoders take.
pub(super) fn rgb_of(picture: &Raster) -> Vec<u8> {
    let mut rgb = picture.bgr().to_vec();
    rgb.as_chunks_mut::<{ Raster::CHANNELS }>().0.iter_mut().for_each(|pixel| pixel.swap(0, 2));
    rgb
}
