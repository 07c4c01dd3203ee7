//! The content store in a folder: a file per hash, and the key with which tokens are signed.
//!
//! Several processes may share the folder, as with the cache: there is no index, a file's age is its modification time.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use mediary_core::ContentHash;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::sweep::{self, UNFINISHED};
use super::token::{KEY_BYTES, Signer};
use super::{BadToken, ContentFailed, ContentLink, ContentStore, ContentWriter, Kept, StoredContent};
use crate::CacheFailed;
use crate::folder::make_private;

/// The file with the key.
const KEY_FILE: &str = "key";
/// Room is taken in steps of this, so that the folder is not looked through for every chunk.
const STEP_BYTES: u64 = 1 << 20;

/// A folder of files, this user's alone.
#[derive(Debug)]
pub struct DiskContent {
    room: Arc<Room>,
    signer: Signer,
}

/// The folder and how much may still be written to it.
#[derive(Debug)]
struct Room {
    folder: PathBuf,
    most_bytes: u64,
    max_age: Duration,
    /// Bytes that may be written before the folder must be looked through again; held while it is.
    left_bytes: Mutex<u64>,
}

impl DiskContent {
    /// Opens the store in `folder`, which is made if it is not there. Its files may have `most_bytes` together and stay
    /// for `max_age`; what is too old or too much by now is removed.
    ///
    /// # Errors
    /// When the folder cannot be made, is open to other users, or has no readable key.
    pub fn open(folder: impl Into<PathBuf>, most_bytes: u64, max_age: Duration) -> Result<Self, ContentFailed> {
        let folder = folder.into();
        make_private(&folder)?;
        let signer = Signer::new(key(&folder).map_err(CacheFailed::disk("read the key of", &folder))?);
        let room = Room { folder, most_bytes, max_age, left_bytes: Mutex::new(0) };
        room.sweep_at(SystemTime::now())?;
        Ok(Self { room: Arc::new(room), signer })
    }

    pub(super) fn sweep_at(&self, now: SystemTime) -> Result<(), ContentFailed> {
        self.room.sweep_at(now)
    }
}

/// The key of a folder, made by whichever process comes first.
fn key(folder: &Path) -> io::Result<[u8; KEY_BYTES]> {
    let path = folder.join(KEY_FILE);
    if !path.exists() {
        let mut fresh = [0; KEY_BYTES];
        getrandom::fill(&mut fresh).map_err(io::Error::other)?;
        // Readable by this user only, and never seen half-written.
        let mut file = tempfile::Builder::new().suffix(UNFINISHED).tempfile_in(folder)?;
        file.write_all(&fresh)?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(&path) {
            Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => return Err(error.error),
            _ => {}
        }
    }
    let mut key = [0; KEY_BYTES];
    File::open(&path)?.read_exact(&mut key)?;
    Ok(key)
}

impl Room {
    fn sweep_at(&self, now: SystemTime) -> Result<(), ContentFailed> {
        let mut left_bytes = self.left_bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = sweep::sweep(&self.folder, self.most_bytes, self.max_age, now);
        let kept_bytes = kept.map_err(CacheFailed::disk("look through", &self.folder))?;
        *left_bytes = self.most_bytes.saturating_sub(kept_bytes);
        Ok(())
    }

    /// Takes room for so many bytes more; what is oldest makes way.
    fn take(&self, bytes: u64) -> Result<(), ContentFailed> {
        let mut left_bytes = self.left_bytes.lock().unwrap_or_else(PoisonError::into_inner);
        if *left_bytes < bytes {
            let goal_bytes = self.most_bytes.saturating_sub(bytes);
            let kept = sweep::sweep(&self.folder, goal_bytes, self.max_age, SystemTime::now());
            let kept_bytes = kept.map_err(CacheFailed::disk("look through", &self.folder))?;
            *left_bytes = self.most_bytes.saturating_sub(kept_bytes);
        }
        // What others are writing at the moment does not make way.
        *left_bytes = left_bytes.checked_sub(bytes).ok_or(ContentFailed::TooLarge { most_bytes: self.most_bytes })?;
        Ok(())
    }
}

impl ContentStore for DiskContent {
    fn begin(&self) -> Result<Box<dyn ContentWriter>, ContentFailed> {
        let file = tempfile::Builder::new().suffix(UNFINISHED).tempfile_in(&self.room.folder);
        let file = file.map_err(CacheFailed::disk("write to", &self.room.folder))?;
        Ok(Box::new(DiskWriter { room: self.room.clone(), file, hasher: Sha256::new(), len_bytes: 0, taken_bytes: 0 }))
    }

    fn open(&self, hash: &ContentHash) -> Result<Option<StoredContent>, ContentFailed> {
        match File::open(self.room.folder.join(hash.to_string())) {
            Ok(file) => Ok(Some(StoredContent { len_bytes: file.metadata()?.len(), reader: Box::new(file) })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn remove(&self, hash: &ContentHash) -> Result<(), ContentFailed> {
        let path = self.room.folder.join(hash.to_string());
        let len_bytes = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
        sweep::remove(&path)?;
        let mut left_bytes = self.room.left_bytes.lock().unwrap_or_else(PoisonError::into_inner);
        *left_bytes = left_bytes.saturating_add(len_bytes);
        Ok(())
    }

    fn token(&self, link: &ContentLink) -> Result<String, ContentFailed> {
        Ok(self.signer.sign(link))
    }

    fn read_token(&self, token: &str, now: SystemTime) -> Result<Result<ContentLink, BadToken>, ContentFailed> {
        Ok(self.signer.read(token, now))
    }

    fn before(&self, time: SystemTime) -> Result<Vec<ContentHash>, ContentFailed> {
        let folder = &self.room.folder;
        let items = std::fs::read_dir(folder).map_err(CacheFailed::disk("look through", folder))?;
        let of = |item: std::fs::DirEntry| {
            let is_before = item.metadata().and_then(|metadata| metadata.modified()).is_ok_and(|at| at < time);
            item.file_name().to_str().filter(|_| is_before)?.parse().ok()
        };
        Ok(items.flatten().filter_map(of).collect())
    }

    fn sweep(&self) -> Result<(), ContentFailed> {
        self.sweep_at(SystemTime::now())
    }
}

/// A file that is being written.
struct DiskWriter {
    room: Arc<Room>,
    file: NamedTempFile,
    hasher: Sha256,
    len_bytes: u64,
    taken_bytes: u64,
}

impl ContentWriter for DiskWriter {
    fn write(&mut self, chunk: &[u8]) -> Result<(), ContentFailed> {
        let len_bytes = self.len_bytes + chunk.len() as u64;
        if len_bytes > self.taken_bytes {
            // No more than a small store has at all.
            let step_bytes = (len_bytes - self.taken_bytes).max(STEP_BYTES.min(self.room.most_bytes / 8));
            self.room.take(step_bytes)?;
            self.taken_bytes += step_bytes;
        }
        self.hasher.update(chunk);
        self.file.write_all(chunk)?;
        self.len_bytes = len_bytes;
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Kept, ContentFailed> {
        let Self { room, file, hasher, len_bytes, taken_bytes } = *self;
        let hash = ContentHash::from_digest(hasher.finalize().into());
        // One that was there already begins its time anew.
        file.persist(room.folder.join(hash.to_string())).map_err(|error| error.error)?;
        let mut left_bytes = room.left_bytes.lock().unwrap_or_else(PoisonError::into_inner);
        *left_bytes += taken_bytes - len_bytes;
        Ok(Kept { hash, len_bytes })
    }
}
