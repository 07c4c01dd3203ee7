//! The markers of a JPEG (ITU-T T.81, annex B): its claimed size, its density, whether it is whole.
//!
//! The decoder fills what is missing with grey and calls that a success, so the end is looked for
//! here. Decodes nothing. Called for JPEG files and for the JPEG streams inside a TIFF.

use std::io;

use super::density::Density;
use super::input::Input;

const START_OF_SCAN: u8 = 0xda;
const END_OF_IMAGE: u8 = 0xd9;
const APP0: u8 = 0xe0;

/// What stands before the first scan.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Header {
    /// Width and height of every frame that is announced; a well-formed file announces one.
    pub(super) frames: Vec<(u32, u32)>,
    /// Dots per inch, if a JFIF segment says so.
    pub(super) density: Option<Density>,
    has_scan: bool,
}

/// Reads up to the first scan, or as far as the segments make sense.
pub(super) fn header(input: &mut dyn Input) -> Header {
    let mut header = Header::default();
    // What cannot be read further has no scan, and callers see that.
    let _ = read_segments(input, &mut header);
    header
}

/// Whether the end of the image comes after the first scan. Nothing else in a scan looks like it.
pub(super) fn is_whole(input: &mut dyn Input) -> bool {
    header(input).has_scan && matches!(find_end(input), Ok(true))
}

fn read_segments(input: &mut dyn Input, header: &mut Header) -> io::Result<()> {
    if read::<2>(input)? != [0xff, 0xd8] {
        return Ok(());
    }
    loop {
        let marker = next_marker(input)?;
        match marker {
            // Markers without a segment.
            0x01 | 0xd0..=0xd8 => continue,
            END_OF_IMAGE => return Ok(()),
            _ => {}
        }
        let body = u16::from_be_bytes(read(input)?).saturating_sub(2);
        let mut rest = i64::from(body);
        match marker {
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) && body >= 5 => {
                let [_, y1, y0, x1, x0] = read(input)?;
                rest -= 5;
                header.frames.push((u16::from_be_bytes([x1, x0]).into(), u16::from_be_bytes([y1, y0]).into()));
            }
            APP0 if body >= 12 => {
                let segment = read::<12>(input)?;
                rest -= 12;
                header.density = header.density.or_else(|| jfif_density(&segment));
            }
            _ => {}
        }
        input.seek_relative(rest)?;
        if marker == START_OF_SCAN {
            header.has_scan = true;
            return Ok(());
        }
    }
}

fn read<const N: usize>(input: &mut dyn Input) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Decoders skip stray bytes between segments, so they are skipped here too.
fn next_marker(input: &mut dyn Input) -> io::Result<u8> {
    loop {
        input.skip_until(0xff)?;
        let mut byte = 0xff;
        while byte == 0xff {
            [byte] = read(input)?;
        }
        if byte != 0 {
            return Ok(byte);
        }
    }
}

/// JFIF 1.02: identifier, version, unit (1: inch, 2: centimetre), density across and down.
fn jfif_density(segment: &[u8; 12]) -> Option<Density> {
    let [b'J', b'F', b'I', b'F', 0, _, _, unit, x1, x0, y1, y0] = *segment else { return None };
    let [across, down] = [[x1, x0], [y1, y0]].map(|dots| u32::from(u16::from_be_bytes(dots)));
    let from_centimetre = |dots: u32| (dots * 254 + 50) / 100;
    match unit {
        1 => Density::new(across, down),
        2 => Density::new(from_centimetre(across), from_centimetre(down)),
        _ => None,
    }
}

fn find_end(input: &mut dyn Input) -> io::Result<bool> {
    loop {
        if input.skip_until(0xff)? == 0 {
            return Ok(false);
        }
        let mut next = [0xff];
        while next == [0xff] {
            if input.read(&mut next)? == 0 {
                return Ok(false);
            }
        }
        if next == [END_OF_IMAGE] {
            return Ok(true);
        }
    }
}
