//! The pages of a TIFF (TIFF 6.0, section 2): walked through once, held against the limits, noted down.
//!
//! Reads directories, never samples. Thumbnails and masks between the pages are passed over.

use std::io::{Read, Seek};
use std::ops::Range;

use ::tiff::TiffError;
use ::tiff::decoder::{ChunkType, Decoder, ifd::Value};
use ::tiff::tags::{ByteOrder, Tag};
use mediary_core::{Failure, MediaFormat};

use super::super::density::Density;
use super::super::limits::weight;
use super::super::{ImageLimits, input::Input, refuse};
use super::patch::Patch;
use super::samples::PALETTE;

const FORMAT: MediaFormat = MediaFormat::Tiff;

/// More samples a pixel than any layout that is decoded; a directory may claim 65,535.
const MOST_SAMPLES: u16 = 8;

/// `NewSubfileType`: a smaller copy of another page, or a transparency mask for one.
const NO_PAGE: u32 = 0b101;

/// A page that is within the limits.
#[derive(Debug, Clone)]
pub(in super::super) struct Page {
    /// Dots per inch along the width.
    pub(in super::super) density: Option<Density>,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) has_palette: bool,
    /// What its samples take when they are decoded.
    sample_bytes: u64,
    /// What the decoder must see to take this page for the first of its file, and to take it at all.
    pub(super) patches: Vec<Patch>,
    /// Where bytes have their bits in reverse order (`FillOrder` 2, as fax machines write them), in the file's order.
    pub(super) reversed: Vec<Range<u64>>,
}

impl Page {
    pub(in super::super) fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// What decoding it takes: its samples, and the colours they become.
    pub(in super::super) fn weight(&self) -> u64 {
        weight(self.pixels(), self.sample_bytes + 3 * self.pixels())
    }
}

/// Finds the pages.
pub(in super::super) fn pages(input: Box<dyn Input + '_>, limits: &ImageLimits) -> Result<Vec<Page>, Failure> {
    let refused = |error| refuse::tiff(limits, &error);
    let mut decoder = Decoder::new(input).map_err(refused)?;
    let is_big = is_big(&mut decoder).map_err(refused)?;
    let (mut pages, mut directories) = (Vec::new(), 1);
    loop {
        let kind = decoder.find_tag_unsigned::<u32>(Tag::NewSubfileType).map_err(refused)?.unwrap_or(0);
        // A file of nothing but a thumbnail has a page after all: that one.
        let is_page = kind & NO_PAGE == 0 || (pages.is_empty() && !decoder.more_images());
        if is_page {
            pages.push(page(&mut decoder, is_big, limits)?);
        }
        if !decoder.more_images() {
            return Ok(pages);
        }
        directories += 1;
        if directories > limits.max_pages {
            return Err(limits.too_many_pages(FORMAT));
        }
        decoder.next_image().map_err(refused)?;
    }
}

fn page<R: Read + Seek>(decoder: &mut Decoder<R>, is_big: bool, limits: &ImageLimits) -> Result<Page, Failure> {
    let refused = |error| refuse::tiff(limits, &error);
    let (width, height) = decoder.dimensions().map_err(refused)?;
    limits.check_size(FORMAT, width, height)?;
    if decoder.get_chunk_type() == ChunkType::Tile {
        let (tile_width, tile_height) = decoder.chunk_dimensions();
        limits.check_size(FORMAT, tile_width, tile_height)?;
    }
    let samples = decoder.find_tag_unsigned::<u16>(Tag::SamplesPerPixel).map_err(refused)?.unwrap_or(1);
    if samples > MOST_SAMPLES {
        return Err(refuse::beyond_us(FORMAT, format_args!("{samples} channels")));
    }
    let bits = decoder.find_tag_unsigned_vec::<u16>(Tag::BitsPerSample).map_err(refused)?;
    let bits = bits.and_then(|bits| bits.first().copied()).unwrap_or(1);
    let sample_bytes = u64::from(bits.div_ceil(8).max(1));
    let sample_bytes = u64::from(width) * u64::from(height) * u64::from(samples) * sample_bytes;
    limits.check_memory(FORMAT, sample_bytes)?;
    let is_reversed = decoder.find_tag_unsigned::<u16>(Tag::FillOrder).map_err(refused)? == Some(2) && bits < 8;
    let reversed = if is_reversed { data_ranges(decoder).map_err(refused)? } else { Vec::new() };
    let photometric = decoder.find_tag_unsigned::<u16>(Tag::PhotometricInterpretation).map_err(refused)?;
    let has_palette = photometric == Some(PALETTE);
    let density = dots(decoder, Tag::XResolution)
        .and_then(|across| Density::new(across, dots(decoder, Tag::YResolution).unwrap_or(across)));
    let patches = patches(decoder, is_big, has_palette, height).map_err(refused)?;
    Ok(Page { density, width, height, has_palette, sample_bytes, patches, reversed })
}

/// Where the samples lie, in the order of the file.
fn data_ranges<R: Read + Seek>(decoder: &mut Decoder<R>) -> Result<Vec<Range<u64>>, TiffError> {
    let mut ranges = Vec::new();
    for (offsets, lengths) in [(Tag::StripOffsets, Tag::StripByteCounts), (Tag::TileOffsets, Tag::TileByteCounts)] {
        let offsets = decoder.find_tag_unsigned_vec::<u64>(offsets)?.unwrap_or_default();
        let lengths = decoder.find_tag_unsigned_vec::<u64>(lengths)?.unwrap_or_default();
        ranges.extend(offsets.iter().zip(&lengths).map(|(&offset, &length)| offset..offset.saturating_add(length)));
    }
    ranges.sort_by_key(|range| range.start);
    Ok(ranges)
}

fn is_big<R: Read + Seek>(decoder: &mut Decoder<R>) -> Result<bool, TiffError> {
    decoder.goto_offset(2)?;
    Ok(decoder.read_short()? == 43)
}

/// Bad metadata is no reason to refuse a page, so an unreadable resolution is none.
fn dots<R: Read + Seek>(decoder: &mut Decoder<R>, tag: Tag) -> Option<u32> {
    let Value::Rational(dots, units) = decoder.find_tag(tag).ok()?? else { return None };
    let unit = decoder.find_tag_unsigned::<u16>(Tag::ResolutionUnit).ok()?.unwrap_or(2);
    let per_unit = f64::from(dots) / f64::from(units);
    let per_inch = match unit {
        2 => per_unit,
        3 => per_unit * 2.54,
        _ => return None,
    };
    // Above a million dots an inch, and for 0/0, the numbers are noise.
    (1.0..1e6).contains(&per_inch).then(|| per_inch.round() as u32)
}

fn patches<R: Read + Seek>(
    decoder: &mut Decoder<R>,
    is_big: bool,
    has_palette: bool,
    height: u32,
) -> Result<Vec<Patch>, TiffError> {
    let order = decoder.byte_order();
    let directory = decoder.ifd_pointer().map_or(0, |pointer| pointer.0);
    let mut patches = vec![if is_big {
        Patch { offset: 8, bytes: ordered(order, directory.to_le_bytes()) }
    } else {
        let short = u32::try_from(directory)?;
        Patch { offset: 4, bytes: ordered(order, short.to_le_bytes()) }
    }];
    decoder.goto_offset_u64(directory)?;
    let entries = if is_big { decoder.read_long8()? } else { u64::from(decoder.read_short()?) };
    let (count_bytes, entry_bytes, value_at) = if is_big { (8, 20, 12) } else { (2, 12, 8) };
    for entry in 0..entries {
        let offset = directory + count_bytes + entry * entry_bytes;
        decoder.goto_offset_u64(offset)?;
        let (tag, kind) = (decoder.read_short()?, decoder.read_short()?);
        let value = offset + value_at;
        const SHORT: u16 = 3;
        const LONG: u16 = 4;
        if has_palette && tag == Tag::PhotometricInterpretation.to_u16() && kind == SHORT {
            patches.push(Patch { offset: value, bytes: ordered(order, super::samples::GREY.to_le_bytes()) });
        }
        // "All rows in one strip" is often written as the largest number, which the decoder of
        // CCITT group 4 cannot count up to.
        if tag == Tag::RowsPerStrip.to_u16() && kind == LONG {
            decoder.goto_offset_u64(value)?;
            if decoder.read_long()? > height {
                patches.push(Patch { offset: value, bytes: ordered(order, height.to_le_bytes()) });
            }
        }
    }
    Ok(patches)
}

fn ordered<const N: usize>(order: ByteOrder, mut little_endian: [u8; N]) -> Vec<u8> {
    if order == ByteOrder::BigEndian {
        little_endian.reverse();
    }
    little_endian.to_vec()
}
