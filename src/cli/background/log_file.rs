//! The log of a server in the background: a file that is turned over when it is full, and the last few before it.
//!
//! Standard error is made to go into the new file, so that whatever writes there, child processes that are yet to be
//! started included, goes on without knowing.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::Duration;

/// How often its length is looked at.
pub(super) const EVERY: Duration = Duration::from_secs(1);
/// How long it may become.
const MOST_BYTES: u64 = 10 * 1024 * 1024;
/// How many are kept that were full.
const KEPT: u32 = 3;

/// A log file.
#[derive(Debug)]
pub(super) struct LogFile {
    path: PathBuf,
    most_bytes: u64,
}

impl LogFile {
    pub(super) fn at(path: PathBuf) -> Self {
        Self { path, most_bytes: MOST_BYTES }
    }

    /// Opens it, to be written on.
    pub(super) fn open(&self) -> io::Result<File> {
        File::options().create(true).append(true).mode(0o600).open(&self.path)
    }

    /// Sends what is logged from now on into a new file, where this one is full. Where that fails, the old one goes on.
    pub(super) fn turn_if_full(&self) {
        match self.turned().and_then(|new| new.map_or(Ok(()), |file| redirect(&file))) {
            Ok(()) => {}
            Err(error) => tracing::warn!(error.detail = %error, "the log cannot be turned over"),
        }
    }

    /// The new file, where the old one was full and is out of the way.
    fn turned(&self) -> io::Result<Option<File>> {
        // A file that was taken away is made anew.
        let length = match fs::metadata(&self.path) {
            Ok(facts) => Some(facts.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        if length.is_some_and(|length| length < self.most_bytes) {
            return Ok(None);
        }
        if length.is_some() {
            for number in (1..KEPT).rev() {
                let _missing = fs::rename(self.numbered(number), self.numbered(number + 1));
            }
            fs::rename(&self.path, self.numbered(1))?;
        }
        self.open().map(Some)
    }

    /// One that was full, the latest being the first.
    fn numbered(&self, number: u32) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{number}"));
        name.into()
    }
}

fn redirect(file: &File) -> io::Result<()> {
    rustix::stdio::dup2_stderr(file)?;
    rustix::stdio::dup2_stdout(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_full_file_makes_way_and_only_so_many_are_kept() {
        let place = tempfile::tempdir().unwrap();
        let log = LogFile { path: place.path().join("log"), most_bytes: 10 };
        let names = || {
            let names =
                fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
            let mut names: Vec<String> = names.collect();
            names.sort();
            names
        };
        assert!(log.turned().unwrap().is_some(), "there is none yet");
        for round in 0..6 {
            let mut file = log.open().unwrap();
            file.write_all(b"short").unwrap();
            assert!(log.turned().unwrap().is_none());
            file.write_all(format!(" and long {round}").as_bytes()).unwrap();
            assert!(log.turned().unwrap().is_some());
        }
        assert_eq!(names(), ["log", "log.1", "log.2", "log.3"]);
        assert_eq!(fs::read_to_string(place.path().join("log.1")).unwrap(), "short and long 5");
        assert_eq!(fs::read_to_string(place.path().join("log.3")).unwrap(), "short and long 3");
        fs::remove_file(place.path().join("log")).unwrap();
        assert!(log.turned().unwrap().is_some(), "it was taken away");
    }
}
