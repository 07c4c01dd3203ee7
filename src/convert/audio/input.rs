//! The bytes of a recording as the demuxers read them: from a file, from memory, or while they arrive.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::sync::Mutex;

use mediary_core::{Blob, Failure};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};

/// A stream over all bytes of a blob, which it keeps.
///
/// # Errors
/// `Broken` when they cannot be read.
pub(super) fn stored(blob: &Blob) -> Result<MediaSourceStream<'static>, Failure> {
    let gone = |error: io::Error| Failure::broken(format!("the stored sound cannot be read: {error}"));
    let source: Box<dyn MediaSource> = match blob.source().path() {
        Some(path) => {
            Box::new(Spooled { file: File::open(path).map_err(gone)?, len: blob.len_bytes(), _blob: blob.clone() })
        }
        None if blob.source().bytes().is_some() => Box::new(Held { blob: blob.clone(), at: 0 }),
        None => Box::new(Cursor::new(blob.read_all().map_err(gone)?)),
    };
    Ok(MediaSourceStream::new(source, MediaSourceStreamOptions::default()))
}

/// A stream over bytes that are still on their way: forward only.
pub(super) fn arriving(reader: impl Read + Send + 'static) -> MediaSourceStream<'static> {
    let source = Once { reader: Mutex::new(Box::new(reader)) };
    MediaSourceStream::new(Box::new(source), MediaSourceStreamOptions::default())
}

/// The blob's own file, which stays as long as the blob does.
struct Spooled {
    file: File,
    len: u64,
    _blob: Blob,
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
