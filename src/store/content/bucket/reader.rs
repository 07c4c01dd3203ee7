//! Reads an object piece by piece, wherever its reader is: no more of it than a piece is ever held.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use object_store::ObjectStoreExt as _;
use object_store::path::Path;

use super::reach::Reach;

/// What is fetched at once.
const PIECE: u64 = 1 << 20;

/// An object that is being read.
pub(super) struct ObjectReader {
    reach: Arc<Reach>,
    path: Path,
    len_bytes: u64,
    at: u64,
    piece: bytes::Bytes,
    /// Where that piece begins.
    piece_at: u64,
}

impl ObjectReader {
    pub(super) fn new(reach: Arc<Reach>, path: Path, len_bytes: u64) -> Self {
        Self { reach, path, len_bytes, at: 0, piece: bytes::Bytes::new(), piece_at: 0 }
    }

    /// What is held of the object from where its reader is.
    fn held(&self) -> &[u8] {
        let skipped = self.at.checked_sub(self.piece_at).and_then(|skipped| usize::try_from(skipped).ok());
        skipped.and_then(|skipped| self.piece.get(skipped..)).unwrap_or_default()
    }

    fn fetch(&mut self) -> io::Result<()> {
        let (store, path) = (self.reach.store.clone(), self.path.clone());
        let range = self.at..(self.at + PIECE).min(self.len_bytes);
        self.piece_at = self.at;
        let fetched = self.reach.wait(async move { store.get_range(&path, range).await });
        self.piece = fetched.map_err(|error| match error {
            object_store::Error::NotFound { .. } => io::Error::new(io::ErrorKind::NotFound, "it has been removed"),
            other => io::Error::other(self.reach.failed(&other)),
        })?;
        Ok(())
    }
}

impl Read for ObjectReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.len_bytes || into.is_empty() {
            return Ok(0);
        }
        if self.held().is_empty() {
            self.fetch()?;
        }
        let held = self.held();
        let read = held.len().min(into.len());
        into[..read].copy_from_slice(&held[..read]);
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for ObjectReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.len_bytes.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
