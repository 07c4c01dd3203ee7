//! Pictures with sides of other lengths, with and without transparency.
//!
//! Which lengths is decided by the callers: `open` makes dots square, `fit` makes pictures smaller.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use mediary_core::{Failure, Raster};

use super::alpha::Clear;

/// The picture with sides of other lengths, for an engine.
pub(super) fn resized(raster: &Raster, width: u32, height: u32) -> Result<Raster, Failure> {
    of_size(raster, width, height, FilterType::Bilinear)
}

/// The picture with shorter sides, as sharp as it can be.
pub(super) fn sharp(raster: &Raster, width: u32, height: u32) -> Result<Raster, Failure> {
    of_size(raster, width, height, FilterType::Lanczos3)
}

fn of_size(raster: &Raster, width: u32, height: u32, filter: FilterType) -> Result<Raster, Failure> {
    let bgr = scaled(PixelType::U8x3, raster.bgr(), (raster.width(), raster.height()), (width, height), filter)?;
    Raster::from_bgr(width, height, bgr).ok_or_else(failed)
}

/// The pixels of a picture with transparency, with sides of other lengths.
pub(super) fn resized_clear(clear: &Clear, width: u32, height: u32) -> Result<Vec<u8>, Failure> {
    scaled(PixelType::U8x4, &clear.rgba, (clear.width, clear.height), (width, height), FilterType::Lanczos3)
}

fn scaled(
    kind: PixelType,
    pixels: &[u8],
    from: (u32, u32),
    to: (u32, u32),
    filter: FilterType,
) -> Result<Vec<u8>, Failure> {
    let source = ImageRef::new(from.0, from.1, pixels, kind).map_err(|_| failed())?;
    let mut target = Image::new(to.0, to.1, kind);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    Resizer::new().resize(&source, &mut target, &options).map_err(|_| failed())?;
    Ok(target.into_vec())
}

fn failed() -> Failure {
    Failure::broken("a picture cannot be scaled")
}
