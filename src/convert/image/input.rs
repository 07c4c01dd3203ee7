//! Readers over a blob, as decoders want them: buffered, seekable, without copying what is in memory.
//!
//! Knows no format.

use std::io::{BufRead, BufReader, Cursor, Seek};

use mediary_core::{Blob, Failure, MediaFormat};

use super::refuse;

const BUFFER_BYTES: usize = 64 * 1024;

pub(super) trait Input: BufRead + Seek {}

impl<T: BufRead + Seek> Input for T {}

pub(super) fn reader(blob: &Blob, format: MediaFormat) -> Result<Box<dyn Input + '_>, Failure> {
    if let Some(bytes) = blob.source().bytes() {
        return Ok(Box::new(Cursor::new(bytes)));
    }
    let source = blob.source().open().map_err(|error| refuse::io(format, &error))?;
    Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, source)))
}
