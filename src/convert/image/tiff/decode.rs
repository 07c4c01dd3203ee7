//! One page of a TIFF becomes a raster.
//!
//! Says what the samples mean; their depth is dealt with in `samples`, their colours in `channels`.

use std::io::{Read, Seek};

use ::image::metadata::Orientation;
use ::tiff::decoder::{Decoder, DecodingResult, Limits};
use ::tiff::tags::{CompressionMethod, Tag};
use ::tiff::{ColorType, TiffError};
use mediary_core::{Blob, Failure, MediaFormat, Raster};

use super::super::channels::{Channels, Pixels};
use super::super::{ImageLimits, input, jpeg, orient, refuse};
use super::Page;
use super::patch::Patched;
use super::samples::{self, Depth};

const FORMAT: MediaFormat = MediaFormat::Tiff;

/// `ExtraSamples`: coverage that is multiplied into the colours, and coverage that is not.
const ASSOCIATED_ALPHA: u16 = 1;
const UNASSOCIATED_ALPHA: u16 = 2;

/// Decodes one page.
pub(in super::super) fn decode(blob: &Blob, page: &Page, limits: &ImageLimits) -> Result<Raster, Failure> {
    let refused = |error| refuse::tiff(limits, &error);
    let patched = Patched::new(input::reader(blob, FORMAT)?, page.patches.clone(), page.reversed.clone());
    let mut decoder = Decoder::new(patched).map_err(refused)?;
    let most_bytes = usize::try_from(limits.max_decoded_bytes()).unwrap_or(usize::MAX);
    let mut strict = Limits::default();
    strict.decoding_buffer_size = most_bytes;
    strict.intermediate_buffer_size = most_bytes;
    decoder = decoder.with_limits(strict);
    check_streams(&mut decoder, blob, limits)?;

    let mut decoded = DecodingResult::U8(Vec::new());
    let layout = decoder.read_image_to_buffer(&mut decoded).map_err(refused)?;
    if decoded.as_buffer(0).byte_len() < layout.complete_len {
        return Err(limits.out_of_memory(FORMAT));
    }
    let color = decoder.colortype().map_err(refused)?;
    let planes = layout.planes.max(1);
    let stride = usize::from(color.num_samples());
    let depth = if page.has_palette { Depth::Kept } else { Depth::Stretched };
    let row_samples = page.width as usize * (stride / planes);
    let mut samples = samples::bytes(decoded, color.bit_depth(), row_samples, depth)?;
    if planes > 1 {
        samples = samples::interleaved(&samples, planes);
    }
    let pixels = meaning(&mut decoder, color, samples, page, limits)?;
    let raster = Raster::from_bgr(page.width, page.height, pixels.into_bgr());
    let raster = raster.ok_or_else(|| refuse::damaged(FORMAT, "its samples do not fill the page"))?;
    let orientation = decoder.find_tag_unsigned::<u8>(Tag::Orientation).ok().flatten();
    Ok(orient::upright(raster, orientation.and_then(Orientation::from_exif).unwrap_or(Orientation::NoTransforms)))
}

fn meaning<R: Read + Seek>(
    decoder: &mut Decoder<R>,
    color: ColorType,
    mut samples: Vec<u8>,
    page: &Page,
    limits: &ImageLimits,
) -> Result<Pixels, Failure> {
    let refused = |error| refuse::tiff(limits, &error);
    let extra = decoder.find_tag_unsigned_vec::<u16>(Tag::ExtraSamples).map_err(refused)?;
    let extra = extra.and_then(|extra| extra.first().copied());
    let channels = match color {
        ColorType::Gray(_) if page.has_palette => {
            let map = decoder.get_tag_u16_vec(Tag::ColorMap).map_err(refused)?;
            samples = super::samples::coloured(&samples, &map)?;
            return Ok(Pixels { samples, channels: Channels::Rgb, stride: 3 });
        }
        ColorType::Gray(_) => Channels::Grey,
        ColorType::GrayA(_) => Channels::GreyAlpha,
        ColorType::Multiband { .. } if matches!(extra, Some(ASSOCIATED_ALPHA | UNASSOCIATED_ALPHA)) => {
            Channels::GreyAlpha
        }
        // Other extra samples are no part of the picture.
        ColorType::Multiband { .. } => Channels::Grey,
        ColorType::RGB(_) => Channels::Rgb,
        ColorType::RGBA(_) => Channels::RgbAlpha,
        ColorType::CMYK(_) | ColorType::CMYKA(_) => Channels::Cmyk,
        ColorType::YCbCr(_) => Channels::YCbCr,
        other => return Err(refuse::beyond_us(FORMAT, format_args!("the colour type {other:?}"))),
    };
    let stride = usize::from(color.num_samples());
    if extra == Some(ASSOCIATED_ALPHA) && matches!(channels, Channels::GreyAlpha | Channels::RgbAlpha) {
        divide_out_alpha(&mut samples, stride, channels.count());
    }
    Ok(Pixels { samples, channels, stride })
}

fn divide_out_alpha(samples: &mut [u8], stride: usize, channels: usize) {
    for pixel in samples.chunks_exact_mut(stride) {
        let alpha = u16::from(pixel[channels - 1]);
        for colour in &mut pixel[..channels - 1] {
            let divided = (u16::from(*colour) * 255).checked_div(alpha).unwrap_or(0).min(255);
            *colour = divided.to_le_bytes()[0];
        }
    }
}

/// A JPEG inside has a header of its own, which the decoder believes: its frames are held against the
/// limits, and it must be whole, as in a JPEG file.
fn check_streams<R: Read + Seek>(decoder: &mut Decoder<R>, blob: &Blob, limits: &ImageLimits) -> Result<(), Failure> {
    let refused = |error: TiffError| refuse::tiff(limits, &error);
    let compression = decoder.find_tag_unsigned::<u16>(Tag::Compression).map_err(refused)?;
    if compression != Some(CompressionMethod::ModernJPEG.to_u16()) {
        return Ok(());
    }
    if decoder.find_tag(Tag::JPEGTables).map_err(refused)?.is_some() {
        let tables = decoder.get_tag_u8_vec(Tag::JPEGTables).map_err(refused)?;
        check_frames(&jpeg::header(&mut std::io::Cursor::new(tables)), limits)?;
    }
    let mut file = input::reader(blob, FORMAT)?;
    for (offsets, lengths) in [(Tag::StripOffsets, Tag::StripByteCounts), (Tag::TileOffsets, Tag::TileByteCounts)] {
        let offsets = decoder.find_tag_unsigned_vec::<u64>(offsets).map_err(refused)?.unwrap_or_default();
        let lengths = decoder.find_tag_unsigned_vec::<u64>(lengths).map_err(refused)?.unwrap_or_default();
        for (&offset, &length) in offsets.iter().zip(&lengths) {
            if offset.checked_add(length).is_none_or(|end| end > blob.len_bytes()) {
                return Err(refuse::cut_short(FORMAT));
            }
            file.seek(std::io::SeekFrom::Start(offset)).map_err(|error| refuse::io(FORMAT, &error))?;
            check_frames(&jpeg::header(&mut *file), limits)?;
        }
    }
    Ok(())
}

fn check_frames(header: &jpeg::Header, limits: &ImageLimits) -> Result<(), Failure> {
    header.frames.iter().try_for_each(|&(width, height)| limits.check_size(FORMAT, width, height))
}
