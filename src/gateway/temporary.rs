//! The folder for temporary files of this process, which goes with it; after a crash the next start removes it.
//!
//! Uploads have no name and need none of this; what must be found again, such as drawn pages, lies there. A process that is
//! killed cannot remove anything, so each holds a lock on a file in its folder: a folder whose lock is not held is stale, and
//! so is an old one without a file to lock, whose process was killed before it made that.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

const PREFIX: &str = "mediary-files-";
const LOCK: &str = "lock";
/// What the name of a folder ends with that is being removed.
const GONE: &str = "gone";
/// So often a folder is emptied into which a process was still writing when it got that name.
const MOST_TRIES: usize = 5;
/// Between a folder and the lock in it lies a moment, never as long as this.
const MAKING: Duration = Duration::from_hours(1);

/// The folder of this process. Dropping it removes it with everything inside.
#[derive(Debug)]
pub struct TemporaryFiles {
    folder: TempDir,
    /// Held as long as the folder is in use; the system lets go of it when the process ends.
    _lock: File,
}

impl TemporaryFiles {
    /// Makes the folder in `parent`, and removes those that processes before have left there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn in_folder(parent: &Path) -> io::Result<Self> {
        sweep(parent);
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        let lock = File::create_new(folder.path().join(LOCK))?;
        lock.lock()?;
        Ok(Self { folder, _lock: lock })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for TemporaryFiles {
    fn drop(&mut self) {
        // What cannot be removed is left to the next start, which finds its lock.
        if let Err(error) = removed(self.folder.path()) {
            tracing::warn!(error.detail = %error, "temporary files stay until the next start");
        }
    }
}

/// Removes folders that no process holds any more. What cannot be removed is another user's, and no harm.
fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let folder = entry.path();
        // A link of another user's leads to what is not ours.
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        let is_stale = match File::open(folder.join(LOCK)) {
            Ok(lock) => lock.try_lock().is_ok(),
            // One without its lock is being made this moment, or was never finished.
            Err(error) => error.kind() == io::ErrorKind::NotFound && is_old(&folder),
        };
        if is_stale && removed(&folder).is_ok() {
            tracing::info!("removed temporary files that a process before has left");
        }
    }
}

/// Removes a folder. A browser that ends behind its server writes into it until the last, and would keep it from being emptied: under
/// another name it does not find it. The lock goes last, so that what could not be removed is known to the next start.
fn removed(folder: &Path) -> io::Result<()> {
    let gone = folder.with_extension(GONE);
    fs::rename(folder, &gone)?;
    let mut tried = emptied(&gone);
    for _ in 1..MOST_TRIES {
        if tried.is_ok() {
            break;
        }
        tried = emptied(&gone);
    }
    tried?;
    fs::remove_dir_all(&gone)
}

/// Removes all that is in a folder but its lock.
fn emptied(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() == LOCK {
            continue;
        }
        match entry.file_type()?.is_dir() {
            true => fs::remove_dir_all(entry.path())?,
            false => fs::remove_file(entry.path())?,
        }
    }
    Ok(())
}

/// Whether nothing was put into a folder for long.
fn is_old(folder: &Path) -> bool {
    let written =
        fs::symlink_metadata(folder).ok().filter(fs::Metadata::is_dir).and_then(|found| found.modified().ok());
    written.and_then(|written| SystemTime::now().duration_since(written).ok()).is_some_and(|age| age > MAKING)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_is_removed_and_what_is_in_use_is_not() {
        let parent = tempfile::tempdir().unwrap();
        let running = TemporaryFiles::in_folder(parent.path()).unwrap();
        fs::write(running.path().join("upload"), "in use").unwrap();
        let stale = parent.path().join(format!("{PREFIX}stale"));
        let (foreign, new) = (parent.path().join("foreign"), parent.path().join(format!("{PREFIX}new")));
        for folder in [&stale, &foreign, &new] {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join("upload"), "left").unwrap();
        }
        for folder in [&stale, &foreign] {
            fs::write(folder.join(LOCK), "").unwrap();
        }
        // One that was being removed when its process was killed, and a link to what is none of ours.
        let half = parent.path().join(format!("{PREFIX}half.{GONE}"));
        fs::create_dir_all(half.join("profile/Default")).unwrap();
        fs::write(half.join(LOCK), "").unwrap();
        std::os::unix::fs::symlink(&foreign, parent.path().join(format!("{PREFIX}link"))).unwrap();
        let unfinished = parent.path().join(format!("{PREFIX}unfinished"));
        fs::create_dir(&unfinished).unwrap();
        File::open(&unfinished).unwrap().set_modified(SystemTime::now() - 2 * MAKING).unwrap();
        let started = TemporaryFiles::in_folder(parent.path()).unwrap();
        assert!(!unfinished.exists(), "its process was killed before it made the lock");
        assert!(running.path().join("upload").exists() && started.path().exists());
        assert!(!stale.exists() && !half.exists() && foreign.join("upload").exists() && new.exists());
        let path = started.path().to_owned();
        drop(started);
        assert!(!path.exists());
    }
}
