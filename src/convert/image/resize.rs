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
    let (from, to) = ((raster.width(), raster.height()), (width, height));
    let bgr = scaled(PixelType::U8x3, raster.bgr(), from, to, options(filter))?;
    Raster::from_bgr(width, height, bgr).ok_or_else(failed)
}

/// The picture with sides of other lengths; of another ratio, what stands out on both sides is left out.
pub(super) fn covering(raster: &Raster, width: u32, height: u32) -> Result<Raster, Failure> {
    let (from, to) = ((raster.width(), raster.height()), (width, height));
    let bgr =
        scaled(PixelType::U8x3, raster.bgr(), from, to, options(FilterType::Bilinear).fit_into_destination(None))?;
    Raster::from_bgr(width, height, bgr).ok_or_else(failed)
}

/// The same of a picture with transparency.
pub(super) fn covering_clear(clear: &Clear, width: u32, height: u32) -> Result<Vec<u8>, Failure> {
    let (from, to) = ((clear.width, clear.height), (width, height));
    scaled(PixelType::U8x4, &clear.rgba, from, to, options(FilterType::Lanczos3).fit_into_destination(None))
}

/// The pixels of a picture with transparency, with sides of other lengths.
pub(super) fn resized_clear(clear: &Clear, width: u32, height: u32) -> Result<Vec<u8>, Failure> {
    let (from, to) = ((clear.width, clear.height), (width, height));
    scaled(PixelType::U8x4, &clear.rgba, from, to, options(FilterType::Lanczos3))
}

fn options(filter: FilterType) -> ResizeOptions {
    ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter))
}

fn scaled(
    kind: PixelType,
    pixels: &[u8],
    from: (u32, u32),
    to: (u32, u32),
    options: ResizeOptions,
) -> Result<Vec<u8>, Failure> {
    let source = ImageRef::new(from.0, from.1, pixels, kind).map_err(|_| failed())?;
    let mut target = Image::new(to.0, to.1, kind);
    Resizer::new().resize(&source, &mut target, &options).map_err(|_| failed())?;
    Ok(target.into_vec())
}

fn failed() -> Failure {
    Failure::broken("a picture cannot be scaled")
}
