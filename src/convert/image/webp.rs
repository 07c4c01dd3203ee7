//! The chunks of a WebP (RFC 9649, section 2): each must be there in whole, each frame within limits.
//!
//! The decoder allocates by the lengths and sizes it reads, so they are held against the file and
//! the limits first. Decodes nothing.

use std::io::{self, SeekFrom};

use mediary_core::{Failure, MediaFormat};

use super::input::Input;
use super::{ImageLimits, refuse};

const FORMAT: MediaFormat = MediaFormat::Webp;

/// What comes before the chunks of an animation's frame.
const FRAME_HEADER_BYTES: u64 = 16;

/// Walks through all chunks and leaves the input at its beginning.
pub(super) fn check_chunks(input: &mut dyn Input, limits: &ImageLimits) -> Result<(), Failure> {
    walk(input, limits).unwrap_or_else(|error| Err(refuse::io(FORMAT, &error)))
}

fn walk(input: &mut dyn Input, limits: &ImageLimits) -> io::Result<Result<(), Failure>> {
    let file_bytes = input.seek(SeekFrom::End(0))?;
    input.seek(SeekFrom::Start(4))?;
    let end = 8 + u64::from(number(input)?);
    if end > file_bytes {
        return Ok(Err(refuse::cut_short(FORMAT)));
    }
    input.seek_relative(4)?;
    let mut at = 12;
    while at + 8 <= end {
        let name = number(input)?.to_le_bytes();
        let body_bytes = u64::from(number(input)?);
        if at + 8 + body_bytes > file_bytes {
            return Ok(Err(refuse::cut_short(FORMAT)));
        }
        let mut skip = if &name == b"ANMF" { FRAME_HEADER_BYTES } else { body_bytes.next_multiple_of(2) };
        at += 8 + skip;
        if &name == b"VP8 " && body_bytes >= 10 {
            let mut head = [0; 10];
            input.read_exact(&mut head)?;
            skip -= 10;
            // RFC 6386, section 9.1: fourteen bits each, two of scaling above them.
            let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
            if let Err(failure) = limits.check_size(FORMAT, side(head[6], head[7]), side(head[8], head[9])) {
                return Ok(Err(failure));
            }
        }
        input.seek_relative(i64::try_from(skip).expect("a chunk has at most 2^32 bytes"))?;
    }
    input.seek(SeekFrom::Start(0))?;
    Ok(Ok(()))
}

fn number(input: &mut dyn Input) -> io::Result<u32> {
    let mut bytes = [0; 4];
    input.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}
