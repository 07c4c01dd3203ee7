//! A reader that sees other bytes at a few places of a file.
//!
//! So one page becomes the first of its file, and a palette's indices become grey, without a copy of
//! the file. Called by `decode`, for decoders that cannot be asked for either.

use std::io::{self, Read, Seek, SeekFrom};

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
}

impl<R: Read + Seek> Patched<R> {
    /// Takes a reader that stands at its beginning.
    pub(super) fn new(inner: R, patches: Vec<Patch>) -> Self {
        Self { inner, position: 0, patches }
    }
}

impl<R: Read + Seek> Read for Patched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let start = self.position;
        self.position += count as u64;
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
