//! Uploads as they arrive: hashed on the way, in memory while small, in a temporary file beyond that.
//!
//! The file has no name others could guess and goes when the last user of the blob does. Limits are the
//! caller's business; it sees each chunk before this does.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use mediary_core::media::{ReadSeek, Source};
use mediary_core::{Blob, ContentHash};
use sha2::{Digest, Sha256};
use tempfile::{NamedTempFile, TempPath};

/// Takes chunks, gives a [`Blob`].
#[derive(Debug)]
pub struct Spool {
    memory: Vec<u8>,
    file: Option<NamedTempFile>,
    threshold: usize,
    hasher: Sha256,
    len: u64,
}

impl Spool {
    /// An empty spool that goes to disk beyond `threshold` bytes.
    #[must_use]
    pub fn new(threshold: u64) -> Self {
        let threshold = usize::try_from(threshold).unwrap_or(usize::MAX).max(Blob::HEAD_BYTES);
        Self { memory: Vec::new(), file: None, threshold, hasher: Sha256::new(), len: 0 }
    }

    /// Appends a chunk. Beyond the threshold this writes to the page cache, which is as quick as a copy.
    ///
    /// # Errors
    /// When the temporary file cannot be made or written: a full disk.
    pub fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        self.hasher.update(chunk);
        self.len += chunk.len() as u64;
        if let Some(file) = &mut self.file {
            return file.write_all(chunk);
        }
        if self.memory.len() + chunk.len() <= self.threshold {
            self.memory.extend_from_slice(chunk);
            return Ok(());
        }
        let mut file = tempfile::Builder::new().prefix("mediary-").tempfile()?;
        file.write_all(&self.memory)?;
        file.write_all(chunk)?;
        // The beginning stays, for classification.
        if self.memory.len() < Blob::HEAD_BYTES {
            let more = chunk.len().min(Blob::HEAD_BYTES - self.memory.len());
            self.memory.extend_from_slice(&chunk[..more]);
        }
        self.memory.truncate(Blob::HEAD_BYTES);
        self.memory.shrink_to_fit();
        self.file = Some(file);
        Ok(())
    }

    /// What was written, as a blob.
    #[must_use]
    pub fn finish(self) -> Blob {
        let hash = ContentHash::from_digest(self.hasher.finalize().into());
        match self.file {
            Some(file) => Blob::spooled(self.len, hash, &self.memory, Spooled(file.into_temp_path())),
            None => Blob::in_memory(self.memory),
        }
    }
}

/// Bytes in a temporary file, which is removed with this value.
struct Spooled(TempPath);

impl Source for Spooled {
    fn open(&self) -> io::Result<Box<dyn ReadSeek + '_>> {
        Ok(Box::new(File::open(&self.0)?))
    }

    fn bytes(&self) -> Option<&[u8]> {
        None
    }

    fn path(&self) -> Option<&Path> {
        Some(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spool(chunks: &[usize], threshold: u64) -> (Blob, Vec<u8>) {
        let mut spool = Spool::new(threshold);
        let mut all = Vec::new();
        for (number, &length) in chunks.iter().enumerate() {
            let chunk: Vec<u8> = (0..length).map(|place| (place * 7 + number) as u8).collect();
            spool.write(&chunk).unwrap();
            all.extend(chunk);
        }
        (spool.finish(), all)
    }

    #[test]
    fn bytes_come_back_as_they_went_in() {
        let rows: [(&[usize], bool); 6] = [
            (&[], false),
            (&[10], false),
            (&[65_536], false),
            (&[65_537], true),
            (&[1_000, 200_000, 5], true),
            (&[60_000, 5_000, 60_000, 300_000], true),
        ];
        for (chunks, on_disk) in rows {
            let (blob, all) = spool(chunks, 65_536);
            assert_eq!(blob.source().path().is_some(), on_disk, "{chunks:?}");
            assert_eq!(blob.len_bytes(), all.len() as u64, "{chunks:?}");
            assert_eq!(blob.hash(), ContentHash::of(&all), "{chunks:?}");
            assert_eq!(blob.head(), &all[..all.len().min(Blob::HEAD_BYTES)], "{chunks:?}");
            assert_eq!(blob.read_all().unwrap(), all, "{chunks:?}");
        }
    }

    #[test]
    fn the_file_goes_with_the_last_user() {
        let (blob, _) = spool(&[100_000], 65_536);
        let path = blob.source().path().unwrap().to_path_buf();
        let other = blob.clone();
        drop(blob);
        assert!(path.exists());
        drop(other);
        assert!(!path.exists());
    }
}
