//! One pull at a time per weights folder, across processes.
//!
//! The lock is the kernel's, so a killed pull leaves none behind; the file itself stays and means nothing.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use super::PullFailed;

/// Held while files are fetched and put in place.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock of a weights folder, which is created if need be; `wait` is told before waiting for another
    /// process.
    pub(super) fn take(weights: &Path, wait: impl FnOnce()) -> Result<Self, PullFailed> {
        fs::create_dir_all(weights).map_err(PullFailed::disk("create", weights))?;
        let path = weights.join(".lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(PullFailed::disk("create", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                wait();
                file.lock().map_err(PullFailed::disk("lock", &path))?;
            }
            Err(TryLockError::Error(error)) => return Err(PullFailed::disk("lock", &path)(error)),
        }
        Ok(Self { file })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing alone would leave the lock with any child process that another thread is just starting, as a fork
        // shares the open file until it executes its program. An error leaves what closing does anyway.
        let _ = self.file.unlock();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn a_second_pull_says_that_it_waits_and_goes_on_when_the_first_ends() {
        let weights = tempfile::tempdir().unwrap();
        let first = Lock::take(weights.path(), || panic!("no process holds the lock")).unwrap();
        let (said, heard) = mpsc::channel();
        thread::scope(|scope| {
            let second = scope.spawn(|| Lock::take(weights.path(), move || said.send(()).unwrap()));
            heard.recv().unwrap();
            drop(first);
            second.join().unwrap().unwrap();
        });
    }
}
