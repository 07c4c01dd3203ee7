//! Pictures made to fit: no longer a side, no more bytes than a target takes, in a format that all targets read.
//!
//! JPEG, since no other format is as small and as widely taken; PNG where a picture has transparency that counts and
//! still fits. Bytes are won by quality first, by size after that. Blocking work; the gateway calls it for targets that
//! do not take a picture as it is.

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use mediary_core::{Blob, Failure, Media, MediaFormat, Raster};

use super::Pictures;
use super::alpha::Clear;
use super::encode::encode_jpeg;
use super::resize::{resized_clear, sharp};

/// What a picture is to fit into, and how far it may be spoilt for that.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// The most pixels of the longer side.
    pub longest_side_px: u32,
    /// The most bytes of the file, if there is a limit.
    pub max_bytes: Option<u64>,
    /// JPEG quality to begin with, from 1 to 100.
    pub quality: u8,
    /// The lowest quality before pixels are given up.
    pub least_quality: u8,
    /// The share of its sides that a picture keeps at most when it has to shrink.
    pub shrink: f32,
    /// How often it may shrink.
    pub steps: u32,
    /// Whether a PNG will do for a picture with transparency.
    pub png: bool,
}

/// Below so many pixels a side nothing can be recognised any more.
const LEAST_SIDE_PX: u32 = 64;

impl Pictures {
    /// One picture of the file, counted from 0, made to fit.
    ///
    /// # Errors
    /// As [`Pictures::decode`]; `TooLarge` when it does not fit however small it is made.
    pub fn fitted(&self, index: usize, fit: &Fit) -> Result<Media, Failure> {
        if fit.png
            && let Some(clear) = self.decode_clear(index)?
            && let Some(media) = fitted_png(&clear, fit)?
        {
            return Ok(media);
        }
        fit_raster(&self.decode_for(index, fit.longest_side_px)?, fit)
    }
}

/// A raster as a JPEG that fits.
///
/// # Errors
/// `TooLarge` when it does not fit however small it is made.
pub fn fit_raster(raster: &Raster, fit: &Fit) -> Result<Media, Failure> {
    let mut side = raster.width().max(raster.height()).min(fit.longest_side_px.max(1));
    let mut smallest = u64::MAX;
    for _ in 0..=fit.steps {
        let (width, height) = sides_within(raster.width(), raster.height(), side);
        let scaled = match (width, height) == (raster.width(), raster.height()) {
            true => None,
            false => Some(sharp(raster, width, height)?),
        };
        let picture = scaled.as_ref().unwrap_or(raster);
        for quality in [fit.quality, fit.least_quality.min(fit.quality)] {
            let jpeg = encode_jpeg(picture, quality)?;
            smallest = jpeg.len() as u64;
            if fit.max_bytes.is_none_or(|most| smallest <= most) {
                return Ok(Media { format: MediaFormat::Jpeg, blob: Blob::in_memory(jpeg) });
            }
        }
        if side <= LEAST_SIDE_PX {
            break;
        }
        // Bytes grow about as the area does; a little less than that, so that the next step is the last.
        let by_bytes = (fit.max_bytes.unwrap_or(u64::MAX) as f32 / smallest as f32).sqrt() * 0.95;
        side = ((side as f32 * by_bytes.min(fit.shrink)) as u32).max(LEAST_SIDE_PX);
    }
    Err(Failure::too_large(format!(
        "the picture cannot be made smaller than {smallest} bytes and still be recognised; {} are taken at most",
        fit.max_bytes.unwrap_or_default()
    )))
}

/// `None` where it would have more bytes than are taken: transparency is not worth pixels.
fn fitted_png(clear: &Clear, fit: &Fit) -> Result<Option<Media>, Failure> {
    let (width, height) = sides_within(clear.width, clear.height, fit.longest_side_px.max(1));
    let scaled = match (width, height) == (clear.width, clear.height) {
        true => None,
        false => Some(resized_clear(clear, width, height)?),
    };
    let rgba = scaled.as_deref().unwrap_or(&clear.rgba);
    let mut png = Vec::new();
    PngEncoder::new(&mut png)
        .write_image(rgba, width, height, ExtendedColorType::Rgba8)
        .map_err(|error| Failure::broken(format!("the picture cannot be written as PNG: {error}")))?;
    let fits = fit.max_bytes.is_none_or(|most| png.len() as u64 <= most);
    Ok(fits.then(|| Media { format: MediaFormat::Png, blob: Blob::in_memory(png) }))
}

/// Both sides, scaled so that the longer one has at most so many pixels.
fn sides_within(width: u32, height: u32, longest: u32) -> (u32, u32) {
    let longer = width.max(height);
    if longer <= longest {
        return (width, height);
    }
    let scaled = |side: u32| {
        let side = (u64::from(side) * u64::from(longest) + u64::from(longer) / 2) / u64::from(longer);
        u32::try_from(side).unwrap_or(longest).max(1)
    };
    (scaled(width), scaled(height))
}
