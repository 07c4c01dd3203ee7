//! A picture that was made, as it is wanted: looked at, brought to its size and its format.
//!
//! What is right already is not touched, so that no quality is lost for nothing. Of a picture of another ratio what
//! stands out is cut off. Blocking work; the gateway calls it for pictures that targets made.

use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder};
use mediary_core::task::ImageSize;
use mediary_core::{Blob, Failure, Media, MediaFormat, Raster};

use super::Pictures;
use super::alpha::Clear;
use super::encode::{encode_jpeg, encode_png, rgb_of};
use super::resize::{covering, covering_clear};

/// How a picture is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Finish {
    /// Its columns and rows; `None`: as they are.
    pub size: Option<(u32, u32)>,
    /// The ratio of its sides where no size is named: what stands out is cut off.
    pub ratio: Option<ImageSize>,
    /// Its format: PNG, JPEG or WebP; `None`: as it is.
    pub format: Option<MediaFormat>,
    /// The quality of a JPEG or a WebP, 1 to 100; `None`: a usual one for a JPEG, and a WebP that loses nothing.
    pub quality: Option<u8>,
}

/// A picture that was looked at.
#[derive(Debug, Clone)]
pub struct FinishedPicture {
    /// The file; the one that came, where nothing was to be done.
    pub media: Media,
    /// Columns of the picture as it came.
    pub width: u32,
    /// Rows of the picture as it came.
    pub height: u32,
    /// Columns and rows of the file.
    pub size: (u32, u32),
    /// Whether all of it has one colour.
    pub is_plain: bool,
}

/// The quality of a JPEG of which nothing was said.
const USUAL_QUALITY: u8 = 95;

impl Finish {
    /// How many pixels it makes beside those of the picture it begins with.
    #[must_use]
    pub fn weight(&self) -> u64 {
        self.size.map_or(0, |(width, height)| u64::from(width) * u64::from(height))
    }
}

impl Pictures {
    /// The first picture of the file as it is wanted.
    ///
    /// # Errors
    /// As [`Pictures::decode`].
    pub fn finished(&self, wanted: &Finish) -> Result<FinishedPicture, Failure> {
        let picture = match self.decode_clear(0)? {
            Some(clear) => Pixels::Clear(clear),
            None => Pixels::Opaque(self.decode(0)?),
        };
        let (width, height) = picture.sides();
        let is_plain = picture.is_plain();
        let source = self.media();
        let format = wanted.format.unwrap_or(source.format);
        let cut = wanted.ratio.map(|ratio| ImageSize::new(width, height).cut_to(ratio));
        let size = wanted.size.or(cut.map(|cut| (cut.width, cut.height))).unwrap_or((width, height));
        let is_asked_smaller = wanted.quality.is_some() && loses_by_quality(format);
        if size == (width, height) && format == source.format && !is_asked_smaller {
            return Ok(FinishedPicture { media: source.clone(), width, height, size, is_plain });
        }
        let picture = if size == (width, height) { picture } else { picture.covering(size)? };
        let bytes = picture.encoded(format, wanted.quality)?;
        let media = Media { format, blob: Blob::in_memory(bytes) };
        Ok(FinishedPicture { media, width, height, size, is_plain })
    }
}

/// Decoded pixels, with their transparency where there is some.
enum Pixels {
    Opaque(Raster),
    Clear(Clear),
}

impl Pixels {
    fn sides(&self) -> (u32, u32) {
        match self {
            Self::Opaque(raster) => (raster.width(), raster.height()),
            Self::Clear(clear) => (clear.width, clear.height),
        }
    }

    fn is_plain(&self) -> bool {
        match self {
            Self::Opaque(raster) => all_the_same(raster.bgr().as_chunks::<3>().0),
            Self::Clear(clear) => all_the_same(clear.rgba.as_chunks::<4>().0),
        }
    }

    /// Cut to the ratio of the size around its middle, and scaled to it; never more pixels than those two have.
    fn covering(self, (width, height): (u32, u32)) -> Result<Self, Failure> {
        Ok(match self {
            Self::Opaque(raster) => Self::Opaque(covering(&raster, width, height)?),
            Self::Clear(clear) => Self::Clear(Clear { width, height, rgba: covering_clear(&clear, width, height)? }),
        })
    }

    fn encoded(&self, format: MediaFormat, quality: Option<u8>) -> Result<Vec<u8>, Failure> {
        let (width, height) = self.sides();
        match (self, format) {
            (Self::Opaque(raster), MediaFormat::Png) => encode_png(raster),
            (Self::Opaque(raster), MediaFormat::Jpeg) => encode_jpeg(raster, quality.unwrap_or(USUAL_QUALITY)),
            (Self::Opaque(raster), MediaFormat::Webp) => match quality {
                Some(quality) => lossy(&webp::Encoder::from_rgb(&rgb_of(raster), width, height), quality),
                None => lossless(&rgb_of(raster), width, height, ExtendedColorType::Rgb8),
            },
            (Self::Clear(clear), MediaFormat::Png) => {
                let mut file = Vec::new();
                let written =
                    PngEncoder::new(&mut file).write_image(&clear.rgba, width, height, ExtendedColorType::Rgba8);
                written.map_err(|error| unwritable(format, &error))?;
                Ok(file)
            }
            (Self::Clear(clear), MediaFormat::Webp) => match quality {
                Some(quality) => lossy(&webp::Encoder::from_rgba(&clear.rgba, width, height), quality),
                None => lossless(&clear.rgba, width, height, ExtendedColorType::Rgba8),
            },
            (Self::Clear(clear), MediaFormat::Jpeg) => encode_jpeg(&on_white(clear)?, quality.unwrap_or(USUAL_QUALITY)),
            (Self::Opaque(_) | Self::Clear(_), other) => {
                Err(Failure::unsupported(format!("a picture cannot be written as {other}; ask for png, jpeg or webp")))
            }
        }
    }
}

/// Whether a picture of this format can be written with fewer bytes and less likeness.
#[must_use]
pub fn loses_by_quality(format: MediaFormat) -> bool {
    matches!(format, MediaFormat::Jpeg | MediaFormat::Webp)
}

fn lossy(encoder: &webp::Encoder<'_>, quality: u8) -> Result<Vec<u8>, Failure> {
    let written = encoder.encode_simple(false, f32::from(quality));
    let refused = |error| Failure::broken(format!("the picture cannot be written as webp: {error:?}"));
    Ok(written.map_err(refused)?.to_vec())
}

fn lossless(pixels: &[u8], width: u32, height: u32, colours: ExtendedColorType) -> Result<Vec<u8>, Failure> {
    let mut file = Vec::new();
    let written = WebPEncoder::new_lossless(&mut file).write_image(pixels, width, height, colours);
    written.map_err(|error| unwritable(MediaFormat::Webp, &error))?;
    Ok(file)
}

fn unwritable(format: MediaFormat, error: &image::ImageError) -> Failure {
    Failure::broken(format!("the picture cannot be written as {format}: {error}"))
}

/// A picture that loses its transparency, as it would look on paper.
fn on_white(clear: &Clear) -> Result<Raster, Failure> {
    let over = |colour: u8, alpha: u8| {
        let (colour, alpha) = (u16::from(colour), u16::from(alpha));
        u8::try_from((colour * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
    };
    let pixels = clear.rgba.as_chunks::<4>().0.iter();
    let bgr =
        pixels.flat_map(|&[red, green, blue, alpha]| [blue, green, red].map(|colour| over(colour, alpha))).collect();
    Raster::from_bgr(clear.width, clear.height, bgr).ok_or_else(|| Failure::broken("a picture lost its pixels"))
}

fn all_the_same<const N: usize>(pixels: &[[u8; N]]) -> bool {
    pixels.first().is_none_or(|first| pixels.iter().all(|pixel| pixel == first))
}
