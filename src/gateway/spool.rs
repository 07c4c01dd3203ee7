//! Uploads as they arrive: in memory while small, in a temporary file beyond that.
//!
//! The file has no name, and so goes with the last user of the blob, however the process ends. Limits are the caller's
//! business; it sees each chunk before this does.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};

use mediary_convert::SharedFile;
use mediary_core::media::{ReadSeek, Source};
use mediary_core::{Blob, Failure, Hold};

use super::admission::{Permit, Room};

/// Takes chunks, gives a [`Blob`].
#[derive(Debug)]
pub struct Spool {
    memory: Vec<u8>,
    file: Option<File>,
    threshold: usize,
    len: u64,
    /// The room that counts what is in memory, and what was taken of it.
    room: Option<Room>,
    permit: Option<Permit>,
}

impl Spool {
    /// An empty spool that goes to disk beyond `threshold` bytes.
    #[must_use]
    pub fn new(threshold: u64) -> Self {
        let threshold = usize::try_from(threshold).unwrap_or(usize::MAX).max(Blob::HEAD_BYTES);
        Self { memory: Vec::new(), file: None, threshold, len: 0, room: None, permit: None }
    }

    /// As [`Spool::new`]; what it has in memory is taken of a room.
    pub(super) fn within(threshold: u64, room: Room) -> Self {
        Self { room: Some(room), ..Self::new(threshold) }
    }

    /// Appends a chunk. Beyond the threshold this writes to the page cache, which is as quick as a copy.
    ///
    /// # Errors
    /// When the temporary file cannot be made or written: a full disk. Busy when there is no more room in memory.
    pub fn write(&mut self, chunk: &[u8]) -> Result<(), Failure> {
        self.len += chunk.len() as u64;
        if self.file.is_none() && self.memory.len() + chunk.len() <= self.threshold {
            return self.remember(chunk);
        }
        self.write_out(chunk)
            .map_err(|error| Failure::broken(format!("the file cannot be kept in the temporary folder: {error}")))
    }

    fn remember(&mut self, chunk: &[u8]) -> Result<(), Failure> {
        let wanted = self.memory.len() + chunk.len();
        if wanted > self.memory.capacity() {
            let capacity = (2 * self.memory.capacity()).min(self.threshold).max(wanted);
            match (&mut self.permit, &self.room) {
                (Some(permit), _) => permit.grow_to(capacity as u64)?,
                (None, Some(room)) => self.permit = Some(room.take_now(capacity as u64)?),
                (None, None) => {}
            }
            self.memory.reserve_exact(capacity - self.memory.len());
        }
        self.memory.extend_from_slice(chunk);
        Ok(())
    }

    fn write_out(&mut self, chunk: &[u8]) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            return file.write_all(chunk);
        }
        let mut file = tempfile::tempfile()?;
        file.write_all(&self.memory)?;
        file.write_all(chunk)?;
        // The beginning stays, for classification.
        if self.memory.len() < Blob::HEAD_BYTES {
            let more = chunk.len().min(Blob::HEAD_BYTES - self.memory.len());
            self.memory.extend_from_slice(&chunk[..more]);
        }
        self.memory.truncate(Blob::HEAD_BYTES);
        self.memory.shrink_to_fit();
        if let Some(permit) = &mut self.permit {
            permit.shrink_to(Blob::HEAD_BYTES as u64);
        }
        self.file = Some(file);
        Ok(())
    }

    /// What was written, as a blob.
    #[must_use]
    pub fn finish(self) -> Blob {
        let hold = self.permit.map_or_else(Hold::default, Permit::hold);
        let blob = match self.file {
            Some(file) => Blob::spooled(self.len, &self.memory, Spooled(file)),
            None => Blob::in_memory(self.memory),
        };
        blob.held(hold)
    }
}

/// Bytes in a temporary file, which is gone with the last of its descriptors.
struct Spooled(File);

impl Source for Spooled {
    fn open(&self) -> io::Result<Box<dyn ReadSeek + '_>> {
        Ok(Box::new(SharedFile::of(self.0.as_fd())?))
    }

    fn bytes(&self) -> Option<&[u8]> {
        None
    }

    fn file(&self) -> Option<BorrowedFd<'_>> {
        Some(self.0.as_fd())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use mediary_core::ContentHash;

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
            assert_eq!(blob.source().file().is_some(), on_disk, "{chunks:?}");
            assert_eq!(blob.len_bytes(), all.len() as u64, "{chunks:?}");
            assert_eq!(blob.hash(), ContentHash::of(&all), "{chunks:?}");
            assert_eq!(blob.head(), &all[..all.len().min(Blob::HEAD_BYTES)], "{chunks:?}");
            assert_eq!(blob.read_all().unwrap(), all, "{chunks:?}");
        }
    }

    #[test]
    fn the_file_has_no_name_that_would_stay_behind() {
        let (blob, all) = spool(&[100_000], 65_536);
        let file = File::from(blob.source().file().unwrap().try_clone_to_owned().unwrap());
        assert_eq!(file.metadata().unwrap().nlink(), 0);
        let other = blob.clone();
        drop(blob);
        assert_eq!(other.read_all().unwrap(), all);
    }
}
