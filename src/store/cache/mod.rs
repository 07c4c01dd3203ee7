//! A bounded cache of byte values: a file per value in one folder, the least recently used go first.
//!
//! Several processes may share the folder: values are written aside and renamed, and there is no index
//! file to fight over, recency being each file's modification time. Nothing is flushed to the disk: a
//! value that a power cut tears fails its checksum and is a miss.
//!
//! The crates for this either have no bound (cacache) or want to be alone in the folder and trust its
//! files (lru-disk-cache, ritecache), hence our own.

mod entry;
mod evict;
mod key;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crate::folder::{self, CacheFailed};
pub use key::CacheKey;

/// Of the bound, what one value may take at most: a few large ones would push everything else out.
const LARGEST_SHARE: u64 = 4;

/// A folder of cached values. Shared between threads by reference.
///
/// An optimisation, never a promise: a value may be gone at any time, and an error means only that this one value was
/// not kept.
#[derive(Debug)]
pub struct DiskCache {
    folder: PathBuf,
    max_bytes: u64,
    max_age: Option<Duration>,
    /// Bytes that may be written before the folder must be looked at again. Held while it is, so that only one thread
    /// of a process evicts; reading never takes it.
    room_bytes: Mutex<u64>,
}

impl DiskCache {
    /// Opens the cache in `folder`, which is made if it is not there, for this user alone.
    ///
    /// `max_bytes` bounds the files together, headers included; 0 keeps nothing. Processes that share a folder may pass
    /// it by an eighth each, and by what they are just writing. Cheap: the folder is first looked through when something
    /// is put into it.
    ///
    /// # Errors
    /// When the folder cannot be made, or is open to other users.
    pub fn open(folder: impl Into<PathBuf>, max_bytes: u64) -> Result<Self, CacheFailed> {
        let folder = folder.into();
        folder::make_private(&folder)?;
        Ok(Self { folder, max_bytes, max_age: None, room_bytes: Mutex::new(0) })
    }

    /// The same cache with values that are a miss, and removed, once they were put longer ago than this.
    #[must_use]
    pub fn with_max_age(self, max_age: Duration) -> Self {
        Self { max_age: Some(max_age), ..self }
    }

    /// Where the values are.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The value of a key, which thereby counts as just used.
    ///
    /// A file that is cut, changed, too old or of another version is a miss and is removed.
    #[must_use]
    pub fn get(&self, key: &CacheKey) -> Option<Vec<u8>> {
        self.get_at(key, SystemTime::now())
    }

    /// Keeps a value in place of the key's former one.
    ///
    /// A value of more than a quarter of the bound is not kept, which is no error.
    ///
    /// # Errors
    /// When the folder is gone, cannot be written or is on a full disk. Nothing is half-written then.
    pub fn put(&self, key: &CacheKey, value: &[u8]) -> Result<(), CacheFailed> {
        self.put_at(key, value, SystemTime::now())
    }

    fn get_at(&self, key: &CacheKey, now: SystemTime) -> Option<Vec<u8>> {
        let path = self.path(key);
        // Not removed if it is there and cannot be opened: a process that is out of file handles opens nothing.
        let mut file = entry::open(&path).ok()?;
        let entry = entry::read(&mut file, key, self.largest_bytes());
        let Some(entry) = entry.filter(|entry| self.is_fresh(entry.written, now)) else {
            return discard(&path);
        };
        // A file system that refuses this only makes the order of eviction that of writing.
        let _ = file.set_modified(now);
        Some(entry.value)
    }

    fn put_at(&self, key: &CacheKey, value: &[u8], now: SystemTime) -> Result<(), CacheFailed> {
        let path = self.path(key);
        let file_bytes = entry::file_bytes(value);
        if file_bytes > self.largest_bytes() {
            discard::<()>(&path);
            return Ok(());
        }
        self.make_room(file_bytes, now)?;
        entry::write(&self.folder, &path, key, value, now).map_err(CacheFailed::disk("write to", &self.folder))
    }

    /// Reserves the bytes of a file, looking through the folder and evicting only when what was known to be free is
    /// used up: once for every eighth of the bound, whatever the size of the values.
    fn make_room(&self, file_bytes: u64, now: SystemTime) -> Result<(), CacheFailed> {
        let mut room_bytes = self.room_bytes.lock().unwrap_or_else(PoisonError::into_inner);
        if *room_bytes < file_bytes {
            let slack_bytes = self.max_bytes / 8;
            let goal = evict::Goal {
                most_bytes: self.max_bytes - file_bytes,
                fewer_bytes: (self.max_bytes - file_bytes).saturating_sub(slack_bytes),
                not_before: self.max_age.and_then(|age| now.checked_sub(age)),
            };
            let kept_bytes = evict::evict(&self.folder, &goal, now)?;
            // Other processes write too, so this one looks again before it has filled the whole rest.
            *room_bytes = (self.max_bytes - kept_bytes).min(slack_bytes + file_bytes);
        }
        *room_bytes -= file_bytes;
        Ok(())
    }

    fn path(&self, key: &CacheKey) -> PathBuf {
        self.folder.join(key.file_name())
    }

    fn largest_bytes(&self) -> u64 {
        self.max_bytes / LARGEST_SHARE
    }

    /// What claims to come from the future was written by a clock that was wrong, and would never grow old.
    fn is_fresh(&self, written: SystemTime, now: SystemTime) -> bool {
        self.max_age.is_none_or(|most| now.duration_since(written).is_ok_and(|age| age <= most))
    }
}

/// Another process may just have put a sound value there; losing that costs a miss.
fn discard<T>(path: &Path) -> Option<T> {
    let _ = fs::remove_file(path);
    None
}
