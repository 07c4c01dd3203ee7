//! Samples of any depth become bytes, planes become pixels, indices become the colours of a palette (TIFF 6.0, section 5).
//!
//! Does not know what any other sample means (see `decode`). The decoder does not take palettes, so the page is shown to
//! it as grey and coloured here.

use ::tiff::decoder::DecodingResult;
use mediary_core::{Failure, MediaFormat};

use super::super::refuse;

/// What happens to samples of fewer than eight bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// The largest becomes 255.
    Stretched,
    /// They stay, being indices.
    Kept,
}

/// Makes a byte of every sample. A row of `row_samples` starts on a byte of its own.
pub(super) fn bytes(decoded: DecodingResult, bits: u8, row_samples: usize, depth: Depth) -> Result<Vec<u8>, Failure> {
    let beyond = || refuse::beyond_us(MediaFormat::Tiff, format_args!("samples of {bits} bits of their kind"));
    if depth == Depth::Kept && bits > 8 {
        return Err(refuse::beyond_us(MediaFormat::Tiff, format_args!("a palette of {bits} bits")));
    }
    Ok(match (decoded, bits) {
        (DecodingResult::U8(samples), 8) => samples,
        (DecodingResult::U8(packed), 1..=7) => unpacked(&packed, bits, row_samples, depth),
        (DecodingResult::U16(samples), 16) => samples.iter().map(|sample| sample.to_be_bytes()[0]).collect(),
        (DecodingResult::U32(samples), 32) => samples.iter().map(|sample| sample.to_be_bytes()[0]).collect(),
        (DecodingResult::U64(samples), 64) => samples.iter().map(|sample| sample.to_be_bytes()[0]).collect(),
        (DecodingResult::F16(samples), 16) => of_floats(samples.iter().map(|sample| sample.to_f32())),
        (DecodingResult::F32(samples), 32) => of_floats(samples.iter().copied()),
        (DecodingResult::F64(samples), 64) => of_floats(samples.iter().map(|&sample| sample as f32)),
        _ => return Err(beyond()),
    })
}

/// Most significant bits first.
fn unpacked(packed: &[u8], bits: u8, row_samples: usize, depth: Depth) -> Vec<u8> {
    let row_bytes = (row_samples * usize::from(bits)).div_ceil(8);
    let largest = (1_u16 << bits) - 1;
    let values: Vec<u8> = (0..=largest)
        .map(|value| if depth == Depth::Stretched { value * 255 / largest } else { value })
        .map(|value| value.to_le_bytes()[0])
        .collect();
    let mut samples = Vec::with_capacity(packed.len() * 8 / usize::from(bits));
    for row in packed.chunks_exact(row_bytes) {
        samples.extend((0..row_samples).map(|index| {
            let bit = index * usize::from(bits);
            let two = u16::from_be_bytes([row[bit / 8], row.get(bit / 8 + 1).copied().unwrap_or(0)]);
            let value = two >> (16 - bit % 8 - usize::from(bits)) & largest;
            values[usize::from(value)]
        }));
    }
    samples
}

/// Floats go from zero to one by custom; if they go further, the largest becomes white.
fn of_floats(samples: impl Iterator<Item = f32> + Clone) -> Vec<u8> {
    let largest = samples.clone().filter(|sample| sample.is_finite()).fold(1.0, f32::max);
    // The cast clamps to a byte and makes zero of what is no number.
    samples.map(|sample| (sample / largest * 255.0).round() as u8).collect()
}

/// Puts the samples of a pixel side by side that were stored plane after plane.
pub(super) fn interleaved(planar: &[u8], planes: usize) -> Vec<u8> {
    let pixels = planar.len() / planes;
    (0..pixels).flat_map(|pixel| (0..planes).map(move |plane| planar[plane * pixels + pixel])).collect()
}

/// `PhotometricInterpretation` of a page with a palette.
pub(super) const PALETTE: u16 = 3;

/// `PhotometricInterpretation` of grey whose zero is black.
pub(super) const GREY: u16 = 1;

/// Colours the indices by the map, which holds all reds, then all greens, then all blues.
pub(super) fn coloured(indices: &[u8], map: &[u16]) -> Result<Vec<u8>, Failure> {
    let colours = map.len() / 3;
    // The map has sixteen bits, but some programs wrote eight into it.
    let shift = if map.iter().all(|&value| value < 256) { 0 } else { 8 };
    let lookup: Vec<[u8; 3]> = (0..colours)
        .map(|colour| [0, 1, 2].map(|channel| (map[channel * colours + colour] >> shift).to_le_bytes()[0]))
        .collect();
    let mut rgb = Vec::with_capacity(indices.len() * 3);
    for &index in indices {
        let colour = lookup.get(usize::from(index));
        rgb.extend(colour.ok_or_else(|| refuse::damaged(MediaFormat::Tiff, "a pixel is not in the palette"))?);
    }
    Ok(rgb)
}
