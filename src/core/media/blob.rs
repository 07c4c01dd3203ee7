//! A blob: bytes of known length and hash, in memory or spooled to a file.
//!
//! This crate opens no files; whoever spools one implements [`Source`]. The head is kept in memory
//! so that classification never waits for a disk.

use std::io::{self, Cursor, Read, Seek};
use std::path::Path;
use std::sync::Arc;

use crate::ContentHash;

/// A reader that can also seek.
pub trait ReadSeek: Read + Seek + Send {}

impl<T: Read + Seek + Send> ReadSeek for T {}

/// Where the bytes of a blob are.
pub trait Source: Send + Sync {
    /// A new reader over all bytes.
    ///
    /// # Errors
    /// When the bytes are gone or cannot be opened.
    fn open(&self) -> io::Result<Box<dyn ReadSeek + '_>>;

    /// The bytes, when they are in memory.
    fn bytes(&self) -> Option<&[u8]>;

    /// The file, when they are in one.
    fn path(&self) -> Option<&Path>;
}

impl Source for Vec<u8> {
    fn open(&self) -> io::Result<Box<dyn ReadSeek + '_>> {
        Ok(Box::new(Cursor::new(self.as_slice())))
    }

    fn bytes(&self) -> Option<&[u8]> {
        Some(self)
    }

    fn path(&self) -> Option<&Path> {
        None
    }
}

/// Bytes with their length, hash and first bytes. Cheap to clone; the bytes are shared.
#[derive(Clone)]
pub struct Blob {
    len: u64,
    hash: ContentHash,
    head: Arc<[u8]>,
    source: Arc<dyn Source>,
}

impl Blob {
    /// How many bytes of the beginning are always in memory.
    pub const HEAD_BYTES: usize = 64 * 1024;

    /// A blob over bytes that are in memory.
    #[must_use]
    pub fn in_memory(bytes: Vec<u8>) -> Self {
        let head = bytes[..bytes.len().min(Self::HEAD_BYTES)].into();
        Self { len: bytes.len() as u64, hash: ContentHash::of(&bytes), head, source: Arc::new(bytes) }
    }

    /// A blob over a source whose length, hash and head were taken while it was written.
    pub fn spooled(len: u64, hash: ContentHash, head: &[u8], source: impl Source + 'static) -> Self {
        let head = head[..head.len().min(Self::HEAD_BYTES)].into();
        Self { len, hash, head, source: Arc::new(source) }
    }

    /// Length in bytes.
    #[must_use]
    pub fn len_bytes(&self) -> u64 {
        self.len
    }

    /// Whether there are no bytes at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// SHA-256 of all bytes.
    #[must_use]
    pub fn hash(&self) -> ContentHash {
        self.hash
    }

    /// The first bytes, [`Blob::HEAD_BYTES`] at most.
    #[must_use]
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Where the bytes are.
    #[must_use]
    pub fn source(&self) -> &dyn Source {
        self.source.as_ref()
    }

    /// All bytes in one buffer.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub fn read_all(&self) -> io::Result<Vec<u8>> {
        if let Some(bytes) = self.source.bytes() {
            return Ok(bytes.to_vec());
        }
        let mut bytes = Vec::with_capacity(usize::try_from(self.len).unwrap_or(0));
        self.source.open()?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl std::fmt::Debug for Blob {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Blob({} bytes, {})", self.len, self.hash)
    }
}
