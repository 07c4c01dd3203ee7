//! A raster as a PNG or a JPEG file.
//!
//! PNG is for people to look at: quick rather than small, since what is drawn for debugging is sent once and thrown away.
//! JPEG is for targets; which quality it gets is decided by `fit`.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use mediary_core::{Failure, Raster};

/// From this quality on colours keep every pixel: red writing on white is the first to suffer.
const WHOLE_COLOURS: u8 = 90;

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
    let refused =
        |why: &dyn std::fmt::Display| Failure::broken(format!("the picture cannot be written as JPEG: {why}"));
    let side = |side: u32| u16::try_from(side).map_err(|error| refused(&error));
    let (width, height) = (side(picture.width())?, side(picture.height())?);
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, quality.clamp(1, 100));
    encoder.set_sampling_factor(if quality < WHOLE_COLOURS { SamplingFactor::F_2_2 } else { SamplingFactor::F_1_1 });
    encoder.encode(picture.bgr(), width, height, ColorType::Bgr).map_err(|error| refused(&error))?;
    Ok(file)
}

/// Its pixels in the order that encoders take.
pub(super) fn rgb_of(picture: &Raster) -> Vec<u8> {
    let mut rgb = picture.bgr().to_vec();
    rgb.as_chunks_mut::<{ Raster::CHANNELS }>().0.iter_mut().for_each(|pixel| pixel.swap(0, 2));
    rgb
}
