//! Looks through the folder and removes what is too much, the least recently used first.
//!
//! Counts and removes only files that the cache wrote; whatever else lies in the folder is not ours.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::time::{Duration, SystemTime};

use super::entry::UNFINISHED;
use super::{CacheKey, DiskCache};
use crate::folder::CacheFailed;

/// A file that is still unfinished after this long belongs to a process that died.
const ABANDONED_AFTER: Duration = Duration::from_hours(1);

/// How far to go.
pub(super) struct Goal {
    /// Nothing is removed for its size while the files together have no more than this.
    pub(super) most_bytes: u64,
    /// Otherwise they are brought down to this, so that there is something to be gained from having looked.
    pub(super) fewer_bytes: u64,
    /// What was not used since then is too old in any case.
    pub(super) not_before: Option<SystemTime>,
}

struct Found {
    used: SystemTime,
    bytes: u64,
    path: PathBuf,
}

impl DiskCache {
    /// Removes what is too old, and the least recently used of what is too much.
    ///
    /// # Errors
    /// When the folder cannot be looked through.
    pub fn sweep(&self) -> Result<(), CacheFailed> {
        let now = SystemTime::now();
        let mut room_bytes = self.room_bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let not_before = self.max_age.and_then(|age| now.checked_sub(age));
        let goal = Goal { most_bytes: self.max_bytes, fewer_bytes: self.max_bytes, not_before };
        evict(&self.folder, &goal, now)?;
        // What is put next looks by itself.
        *room_bytes = 0;
        Ok(())
    }
}

/// Removes what is too old or too much; says how many bytes remain.
pub(super) fn evict(folder: &Path, goal: &Goal, now: SystemTime) -> Result<u64, CacheFailed> {
    remaining(folder, goal, now).map_err(CacheFailed::disk("look through", folder))
}

fn remaining(folder: &Path, goal: &Goal, now: SystemTime) -> io::Result<u64> {
    let mut found = Vec::new();
    for item in fs::read_dir(folder)? {
        let item = item?;
        let Ok(name) = item.file_name().into_string() else { continue };
        let is_value = CacheKey::is_file_name(&name);
        if !is_value && !name.ends_with(UNFINISHED) {
            continue;
        }
        // Another process may have removed it since.
        let Ok(metadata) = item.metadata() else { continue };
        if !metadata.is_file() {
            continue;
        }
        let used = metadata.modified()?;
        if is_value {
            found.push(Found { used, bytes: metadata.len(), path: item.path() });
        } else if now.duration_since(used).is_ok_and(|age| age > ABANDONED_AFTER) {
            remove(&item.path())?;
        }
    }
    // Of the same time the name decides, so that the order is the same everywhere.
    found.sort_unstable_by(|a, b| (a.used, &a.path).cmp(&(b.used, &b.path)));
    let mut total: u64 = found.iter().map(|file| file.bytes).sum();
    let is_too_much = total > goal.most_bytes;
    for file in &found {
        let is_old = goal.not_before.is_some_and(|time| file.used < time);
        if is_old || (is_too_much && total > goal.fewer_bytes) {
            remove(&file.path)?;
            total -= file.bytes;
        } else {
            break;
        }
    }
    Ok(total)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
