//! The formats of a single picture, through the decoders of the `image` crate.
//!
//! TIFF is not here (see `tiff`), and neither is what becomes of the pixels (see `channels`). Called
//! by `open`.

use ::image::codecs::{bmp::BmpDecoder, gif::GifDecoder, jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder};
use ::image::{ColorType, ImageDecoder, ImageResult, Limits};
use mediary_core::{Blob, Failure, MediaFormat, Raster};

use super::alpha::Clear;
use super::channels::{Channels, Pixels};
use super::input::{self, Input};
use super::limits::weight;
use super::{ImageLimits, jpeg, orient, refuse, small, webp};

/// What a PNG's text chunks and colour profile may unpack to.
const METADATA_BYTES: u64 = 16 * 1024 * 1024;

/// Holds the header against the limits and says what decoding its pixels takes.
pub(super) fn check_header(
    format: MediaFormat,
    input: Box<dyn Input + '_>,
    limits: &ImageLimits,
) -> Result<u64, Failure> {
    let decoder = decoder(format, input, limits)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    let (samples, color) = (decoder.total_bytes(), decoder.color_type());
    // What has to be there beside the samples.
    let beside = match (format, layout(color)) {
        // The coefficients of a progressive file, two bytes each, before they are samples.
        (MediaFormat::Jpeg, _) => pixels * 2 * u64::from(color.channel_count()),
        // The decoder's own picture, before it is handed over.
        (MediaFormat::Webp | MediaFormat::Gif, _) => pixels * 4,
        // Grey needs a buffer of its own to become colours, everything else does it in place.
        (_, Some((Channels::Grey, _))) => pixels * 3,
        (_, Some((Channels::GreyAlpha, _))) => pixels * 4,
        _ => 0,
    };
    Ok(weight(pixels, samples + beside))
}

pub(super) fn decode(format: MediaFormat, blob: &Blob, limits: &ImageLimits) -> Result<Raster, Failure> {
    let Decoded { width, height, channels, samples, orientation } = decoded(format, blob, limits)?;
    let bgr = Pixels { samples, channels, stride: channels.count() }.into_bgr();
    let raster = Raster::from_bgr(width, height, bgr).ok_or_else(|| refuse::damaged(format, "it has no pixels"))?;
    Ok(orient::upright(raster, orientation))
}

/// A JPEG with fewer pixels than it has, its longer side still `longest_px`; `None` where that is no less work.
pub(super) fn decode_small(blob: &Blob, limits: &ImageLimits, longest_px: u32) -> Result<Option<Raster>, Failure> {
    let format = MediaFormat::Jpeg;
    let mut whole = decoder(format, input::reader(blob, format)?, limits)?;
    let (width, height) = whole.dimensions();
    // Half the size is the first smaller one.
    if width.max(height).div_ceil(2) < longest_px || !jpeg::is_whole(&mut *input::reader(blob, format)?) {
        return Ok(None);
    }
    let orientation = whole.orientation().unwrap_or(::image::metadata::Orientation::NoTransforms);
    let found = small::decoded(blob, longest_px, limits.max_decoded_bytes());
    let Some(small::Small { width, height, channels, samples }) = found else { return Ok(None) };
    let bgr = Pixels { samples, channels, stride: channels.count() }.into_bgr();
    Ok(Raster::from_bgr(width, height, bgr).map(|raster| orient::upright(raster, orientation)))
}

/// The picture with its transparency; `None` where it is opaque, or turned, which pictures of this kind never are.
pub(super) fn decode_clear(format: MediaFormat, blob: &Blob, limits: &ImageLimits) -> Result<Option<Clear>, Failure> {
    let color = decoder(format, input::reader(blob, format)?, limits)?.color_type();
    if !color.has_alpha() {
        return Ok(None);
    }
    let Decoded { width, height, channels, samples, orientation } = decoded(format, blob, limits)?;
    let rgba: Vec<u8> = match channels {
        Channels::GreyAlpha => {
            samples.as_chunks::<2>().0.iter().flat_map(|&[grey, alpha]| [grey, grey, grey, alpha]).collect()
        }
        Channels::RgbAlpha => samples,
        Channels::Grey | Channels::Rgb | Channels::Cmyk | Channels::YCbCr => return Ok(None),
    };
    let is_clear = rgba.as_chunks::<4>().0.iter().any(|pixel| pixel[3] < u8::MAX);
    let is_upright = orientation == ::image::metadata::Orientation::NoTransforms;
    Ok((is_clear && is_upright).then_some(Clear { width, height, rgba }))
}

/// A picture as its decoder gave it, in bytes.
struct Decoded {
    width: u32,
    height: u32,
    channels: Channels,
    samples: Vec<u8>,
    orientation: ::image::metadata::Orientation,
}

fn decoded(format: MediaFormat, blob: &Blob, limits: &ImageLimits) -> Result<Decoded, Failure> {
    let refused = |error| refuse::image(format, limits, &error);
    // The JPEG decoder paints what is missing grey and the WebP decoder trusts lengths, so both
    // files are walked through first.
    if format == MediaFormat::Jpeg && !jpeg::is_whole(&mut *input::reader(blob, format)?) {
        return Err(refuse::cut_short(format));
    }
    let mut decoder = decoder(format, input::reader(blob, format)?, limits)?;
    // Damaged metadata is no reason not to read the picture.
    let orientation = decoder.orientation().unwrap_or(::image::metadata::Orientation::NoTransforms);
    let (width, height) = decoder.dimensions();
    let (channels, wide) = layout(decoder.color_type()).ok_or_else(|| refuse::beyond_us(format, "its sample type"))?;
    limits.check_memory(format, decoder.total_bytes())?;
    let mut samples = vec![0; usize::try_from(decoder.total_bytes()).map_err(|_| limits.out_of_memory(format))?];
    decoder.read_image(&mut samples).map_err(refused)?;
    if wide {
        narrow(&mut samples);
    }
    Ok(Decoded { width, height, channels, samples, orientation })
}

/// A decoder that has read the header, found it within the limits, and been told the limits.
fn decoder<'a>(
    format: MediaFormat,
    mut input: Box<dyn Input + 'a>,
    limits: &ImageLimits,
) -> Result<Box<dyn ImageDecoder + 'a>, Failure> {
    let refused = |error| refuse::image(format, limits, &error);
    if format == MediaFormat::Webp {
        webp::check_chunks(&mut *input, limits)?;
    }
    let mut decoder = bare_decoder(format, input).map_err(refused)?;
    let (width, height) = decoder.dimensions();
    limits.check_size(format, width, height)?;
    let mut strict = Limits::no_limits();
    strict.max_image_width = Some(limits.max_side_px);
    strict.max_image_height = Some(limits.max_side_px);
    strict.max_alloc = Some(limits.max_decoded_bytes());
    decoder.set_limits(strict).map_err(refused)?;
    Ok(decoder)
}

fn bare_decoder<'a>(format: MediaFormat, input: Box<dyn Input + 'a>) -> ImageResult<Box<dyn ImageDecoder + 'a>> {
    Ok(match format {
        MediaFormat::Png => {
            let mut metadata = Limits::no_limits();
            metadata.max_alloc = Some(METADATA_BYTES);
            Box::new(PngDecoder::with_limits(input, metadata)?)
        }
        MediaFormat::Jpeg => Box::new(JpegDecoder::new(input)?),
        MediaFormat::Webp => Box::new(WebPDecoder::new(input)?),
        MediaFormat::Gif => Box::new(GifDecoder::new(input)?),
        MediaFormat::Bmp => Box::new(BmpDecoder::new(input)?),
        _ => {
            let hint = ::image::error::ImageFormatHint::Name(format.name().to_owned());
            return Err(::image::ImageError::Unsupported(hint.into()));
        }
    })
}

/// The channels, and whether a sample has two bytes.
fn layout(color: ColorType) -> Option<(Channels, bool)> {
    match color {
        ColorType::L8 => Some((Channels::Grey, false)),
        ColorType::La8 => Some((Channels::GreyAlpha, false)),
        ColorType::Rgb8 => Some((Channels::Rgb, false)),
        ColorType::Rgba8 => Some((Channels::RgbAlpha, false)),
        ColorType::L16 => Some((Channels::Grey, true)),
        ColorType::La16 => Some((Channels::GreyAlpha, true)),
        ColorType::Rgb16 => Some((Channels::Rgb, true)),
        ColorType::Rgba16 => Some((Channels::RgbAlpha, true)),
        _ => None,
    }
}

/// Sixteen bits become eight, in place.
fn narrow(samples: &mut Vec<u8>) {
    let count = samples.len() / 2;
    for index in 0..count {
        let wide = u16::from_ne_bytes([samples[2 * index], samples[2 * index + 1]]);
        samples[index] = wide.to_be_bytes()[0];
    }
    samples.truncate(count);
}
