//! Where the bytes of a blob are: the contract between a blob and what holds its bytes.
//!
//! This crate implements it for bytes in memory and for base64; files are opened by the crates above.

use std::io::{self, Cursor, Read, Seek};
use std::os::fd::BorrowedFd;

use bytes::Bytes;

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

    /// The open file, when they are in one. It may have no name, and others may read it too.
    fn file(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// The bytes as standard base64, when they came so.
    fn base64(&self) -> Option<&Bytes> {
        None
    }
}

impl Source for Vec<u8> {
    fn open(&self) -> io::Result<Box<dyn ReadSeek + '_>> {
        Ok(Box::new(Cursor::new(self.as_slice())))
    }

    fn bytes(&self) -> Option<&[u8]> {
        Some(self)
    }
}
