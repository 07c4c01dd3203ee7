//! The dots per inch that a file of a single picture claims.
//!
//! Looks only at the beginning of the file: JFIF density and PNG `pHYs`. EXIF resolution is not
//! read; cameras write a constant there. TIFF has its own (see `tiff`).

use std::io::Cursor;

use mediary_core::MediaFormat;

use super::jpeg;

pub(super) fn dots_per_inch(format: MediaFormat, head: &[u8]) -> Option<u32> {
    match format {
        MediaFormat::Jpeg => jpeg::header(&mut Cursor::new(head)).dpi,
        MediaFormat::Png => png_dpi(head),
        _ => None,
    }
}

/// PNG, section 11.3.5.3: pixels per unit across and down, unit 1 being the metre.
fn png_dpi(head: &[u8]) -> Option<u32> {
    let mut rest = head.get(8..)?;
    loop {
        let (length, after) = rest.split_first_chunk()?;
        let (name, body) = after.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        match name {
            b"pHYs" => {
                let (across, body) = body.split_first_chunk()?;
                let is_metre = body.get(4) == Some(&1);
                let inch = (u64::from(u32::from_be_bytes(*across)) * 254 + 5_000) / 10_000;
                return u32::try_from(inch).ok().filter(|&dpi| is_metre && dpi > 0);
            }
            b"IDAT" => return None,
            // The checksum follows the body.
            _ => rest = body.get(length.checked_add(4)?..)?,
        }
    }
}
