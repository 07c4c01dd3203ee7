//! Palettes (TIFF 6.0, section 5): an index a pixel becomes red, green and blue.
//!
//! The decoder does not take palettes, so the page is shown to it as grey and coloured here.

use mediary_core::{Failure, MediaFormat};

use super::super::refuse;

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
