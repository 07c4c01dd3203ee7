//! A file in the making: it appears under its name only when it is complete and what the card expects.
//!
//! Knows nothing of where the bytes come from; `archive` takes them out of packages, `derive` makes them.

use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::Expected;

/// Why what was written is not kept.
#[derive(Debug)]
pub(super) enum Unkept {
    /// It is not what the card expects: a phrase to stand after the file's name.
    Differs(String),
    /// The disk refused to be written to.
    Disk(io::Error),
}

/// A file beside its place. Dropped without being kept, it is removed.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    expected: Expected<'a>,
    place: PathBuf,
    partial: PathBuf,
    to: File,
    hasher: Sha256,
    size_bytes: u64,
    kept: bool,
}

impl<'a> Draft<'a> {
    /// Begins a file of the folder `dir`.
    pub(super) fn begin(expected: Expected<'a>, dir: &Path) -> io::Result<Self> {
        let partial = dir.join(format!(".{}.partial", expected.name));
        let to = File::create(&partial)?;
        let place = dir.join(expected.name);
        Ok(Self { expected, place, partial, to, hasher: Sha256::new(), size_bytes: 0, kept: false })
    }

    /// Puts the file in its place, provided that size and checksum are right.
    pub(super) fn keep(mut self) -> Result<Metadata, Unkept> {
        let Expected { size_bytes, sha256, .. } = self.expected;
        let found = format!("{:x}", self.hasher.finalize_reset());
        if self.size_bytes != size_bytes || found != sha256 {
            let detail = format!(
                "has {} bytes and SHA-256 {found}, expected were {size_bytes} bytes and {sha256}",
                self.size_bytes
            );
            return Err(Unkept::Differs(detail));
        }
        // The record of verified files trusts size and time, so the contents must not be lost in a power cut after them.
        self.to.sync_all().map_err(Unkept::Disk)?;
        fs::rename(&self.partial, &self.place).map_err(Unkept::Disk)?;
        self.kept = true;
        fs::metadata(&self.place).map_err(Unkept::Disk)
    }

    /// What an error of writing to it means.
    pub(super) fn refusal(&self, error: io::Error) -> Unkept {
        match self.size_bytes > self.expected.size_bytes {
            true => Unkept::Differs(format!("is longer than {} bytes", self.expected.size_bytes)),
            false => Unkept::Disk(error),
        }
    }
}

impl Write for Draft<'_> {
    /// Refuses to grow beyond the size that is expected.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.size_bytes + bytes.len() as u64 > self.expected.size_bytes {
            self.size_bytes += bytes.len() as u64;
            return Err(io::Error::other("longer than expected"));
        }
        let count = self.to.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        self.size_bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if !self.kept {
            // Nothing reads a partial file and the next pull overwrites it, so failing to remove it harms nothing.
            let _ = fs::remove_file(&self.partial);
        }
    }
}
