//! The dots per inch that a file claims, along the width and down the page.
//!
//! Of a file of a single picture only the beginning is looked at: JFIF density and PNG `pHYs`. EXIF resolution
//! is not read; cameras write a constant there. TIFF finds its own (see `tiff`).

use std::io::Cursor;

use mediary_core::MediaFormat;

use super::jpeg;

/// Dots per inch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Density {
    pub(super) across: u32,
    pub(super) down: u32,
}

impl Density {
    /// `None` where either is nothing.
    pub(super) fn new(across: u32, down: u32) -> Option<Self> {
        (across > 0 && down > 0).then_some(Self { across, down })
    }

    /// The dots per inch of the picture once its dots are square.
    pub(super) fn square(self) -> u32 {
        self.across.max(self.down)
    }

    /// The size of a picture whose dots are made square, if they are so far from it that letters would be
    /// squashed: faxes have half or a quarter of the lines. `None` if they are square, or the claim is absurd.
    pub(super) fn squared(self, width: u32, height: u32) -> Option<(u32, u32)> {
        let (across, down) = (f64::from(self.across), f64::from(self.down));
        let ratio = across.max(down) / across.min(down);
        let stretched = |side: u32| (f64::from(side) * ratio).round() as u32;
        match (1.2..=4.5).contains(&ratio) {
            true if across > down => Some((width, stretched(height))),
            true => Some((stretched(width), height)),
            false => None,
        }
    }
}

pub(super) fn dots_per_inch(format: MediaFormat, head: &[u8]) -> Option<Density> {
    match format {
        MediaFormat::Jpeg => jpeg::header(&mut Cursor::new(head)).density,
        MediaFormat::Png => png_dpi(head),
        _ => None,
    }
}

/// PNG, section 11.3.5.3: pixels per unit across and down, unit 1 being the metre.
fn png_dpi(head: &[u8]) -> Option<Density> {
    let mut rest = head.get(8..)?;
    loop {
        let (length, after) = rest.split_first_chunk()?;
        let (name, body) = after.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        match name {
            b"pHYs" => {
                let (across, body) = body.split_first_chunk()?;
                let (down, body) = body.split_first_chunk()?;
                let is_metre = body.first() == Some(&1);
                let inch = |metre: &[u8; 4]| {
                    u32::try_from((u64::from(u32::from_be_bytes(*metre)) * 254 + 5_000) / 10_000).unwrap_or(0)
                };
                return Density::new(inch(across), inch(down)).filter(|_| is_metre);
            }
            b"IDAT" => return None,
            // The checksum follows the body.
            _ => rest = body.get(length.checked_add(4)?..)?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_made_square_where_letters_would_be_squashed() {
        let rows = [
            ((200, 200), None),
            ((204, 196), None),
            ((204, 98), Some((1728, 2290))),
            ((98, 204), Some((3597, 1100))),
            ((1, 300), None),
        ];
        for ((across, down), expected) in rows {
            assert_eq!(Density { across, down }.squared(1728, 1100), expected, "{across} × {down}");
        }
    }
}
