//! The bytes of a recording as the demuxers read them: from a file, from memory, or while they arrive.

use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::sync::Mutex;

use mediary_core::{Blob, Failure, FailureKind};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};

use super::riff::{self, Corrected};
use crate::SharedFile;

/// What is waited for of a sound that arrives, before it is looked at: as much as a WAV header mostly has.
const FIRST_BYTES: usize = 64;

/// A stream over all bytes of a blob, which it keeps.
///
/// # Errors
/// `Broken` when they cannot be read.
pub(super) fn stored(blob: &Blob) -> Result<MediaSourceStream<'static>, Failure> {
    Ok(stream(source(blob)?, riff::corrections(blob.head(), Some(blob.len_bytes()))))
}

/// The same, forward only: its end is not looked at, and need not be where the file says that it is.
///
/// # Errors
/// As [`stored`].
pub(super) fn forward(blob: &Blob) -> Result<MediaSourceStream<'static>, Failure> {
    let once = Once { reader: Mutex::new(Box::new(source(blob)?)) };
    Ok(stream(Box::new(once), riff::corrections(blob.head(), Some(blob.len_bytes()))))
}

/// A stream over bytes that are still on their way: forward only. Waits for the first ones.
///
/// # Errors
/// `Unreachable` when they break off.
pub(super) fn arriving(mut reader: impl Read + Send + 'static) -> Result<MediaSourceStream<'static>, Failure> {
    let mut head = Vec::with_capacity(FIRST_BYTES);
    let broke = |error| Failure::new(FailureKind::Unreachable, format!("the sound broke off: {error}"));
    reader.by_ref().take(FIRST_BYTES as u64).read_to_end(&mut head).map_err(broke)?;
    let corrections = riff::corrections(&head, None);
    let once = Once { reader: Mutex::new(Box::new(Cursor::new(head).chain(reader))) };
    Ok(stream(Box::new(once), corrections))
}

fn stream(source: Box<dyn MediaSource>, corrections: Vec<(u64, [u8; 4])>) -> MediaSourceStream<'static> {
    let source = if corrections.is_empty() { source } else { Box::new(Corrected::new(source, corrections)) };
    MediaSourceStream::new(source, MediaSourceStreamOptions::default())
}

/// The bytes of a blob, which it keeps.
///
/// # Errors
/// As [`stored`].
pub(super) fn source(blob: &Blob) -> Result<Box<dyn MediaSource>, Failure> {
    let gone = |error: io::Error| Failure::broken(format!("the stored sound cannot be read: {error}"));
    Ok(match blob.source().file() {
        Some(file) => Box::new(Spooled { file: SharedFile::of(file).map_err(gone)?, len: blob.len_bytes() }),
        None if blob.source().bytes().is_some() => Box::new(Held { blob: blob.clone(), at: 0 }),
        None => Box::new(Cursor::new(blob.read_all().map_err(gone)?)),
    })
}

/// The blob's own file.
struct Spooled {
    file: SharedFile,
    len: u64,
}

impl Read for Spooled {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Seek for Spooled {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl MediaSource for Spooled {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.len)
    }
}

/// Bytes in memory, shared with everything else that holds the blob.
struct Held {
    blob: Blob,
    at: u64,
}

impl Held {
    fn cursor(&self) -> Cursor<&[u8]> {
        let mut cursor = Cursor::new(self.blob.source().bytes().unwrap_or_default());
        cursor.set_position(self.at);
        cursor
    }
}

impl Read for Held {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.cursor().read(buffer)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Held {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.cursor().seek(to)?;
        Ok(self.at)
    }
}

impl MediaSource for Held {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.blob.len_bytes())
    }
}

/// A reader that cannot go back. The lock is never waited for: a demuxer must be shareable, and shares nothing.
struct Once {
    reader: Mutex<Box<dyn Read + Send>>,
}

impl Read for Once {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.get_mut().map_err(|_| io::Error::other("the reader panicked"))?.read(buffer)
    }
}

impl Seek for Once {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl MediaSource for Once {
    fn is_seekable(&self) -> bool {
        false
    }

    fn byte_len(&self) -> Option<u64> {
        None
    }
}
