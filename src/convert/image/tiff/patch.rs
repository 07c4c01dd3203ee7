//! A reader that sees other bytes at a few places of a file.
//!
//! So one page becomes the first of its file, a palette's indices become grey, and bits come in their usual order,
//! without a copy of the file. Called by `decode`, for decoders that cannot be asked for any of it.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

/// Bytes to be seen at an offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Patch {
    pub(super) offset: u64,
    pub(super) bytes: Vec<u8>,
}

/// A reader with patches.
pub(super) struct Patched<R> {
    inner: R,
    position: u64,
    patches: Vec<Patch>,
    reversed: Vec<Range<u64>>,
}

impl<R: Read + Seek> Patched<R> {
    /// Takes a reader that stands at its beginning, and where each byte's bits are to be reversed, in order.
    pub(super) fn new(inner: R, patches: Vec<Patch>, reversed: Vec<Range<u64>>) -> Self {
        Self { inner, position: 0, patches, reversed }
    }
}

impl<R: Read + Seek> Read for Patched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let start = self.position;
        self.position += count as u64;
        let first = self.reversed.partition_point(|range| range.end <= start);
        for range in self.reversed[first..].iter().take_while(|range| range.start < self.position) {
            let within = |offset: u64| usize::try_from(offset - start).expect("an index into a buffer in memory");
            let (from, to) = (within(range.start.max(start)), within(range.end.min(self.position)));
            buffer[from..to].iter_mut().for_each(|byte| *byte = byte.reverse_bits());
        }
        for patch in &self.patches {
            let end = patch.offset + patch.bytes.len() as u64;
            if end <= start || self.position <= patch.offset {
                continue;
            }
            for (offset, byte) in (patch.offset..end).zip(&patch.bytes) {
                if (start..self.position).contains(&offset) {
                    let index = usize::try_from(offset - start).expect("an index into a buffer in memory");
                    buffer[index] = *byte;
                }
            }
        }
        Ok(count)
    }
}

impl<R: Read + Seek> Seek for Patched<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = self.inner.seek(to)?;
        Ok(self.position)
    }
}
