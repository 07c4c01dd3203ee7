//! A database that is damaged: put aside under a name that tells so, never deleted.
//!
//! The start that finds it fails, since to go on without keys and jobs is for the operator to decide; the next one begins
//! with an empty database.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::super::StoreFailed;

/// SQLite's codes for a file that is damaged, and for one that is no database.
const CODES: [&str; 2] = ["11", "26"];

/// The failure; if it is that the file is damaged, the file has been put aside.
pub(super) fn put_aside(path: &Path, failed: StoreFailed) -> StoreFailed {
    let StoreFailed::Database { source, .. } = &failed else { return failed };
    let code = source.as_database_error().and_then(|error| error.code()).unwrap_or_default();
    // An extended code has the plain one in its last byte.
    let plain = code.parse::<u32>().map(|code| (code & 0xff).to_string()).unwrap_or_default();
    if !CODES.contains(&plain.as_str()) {
        return failed;
    }
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let aside = |suffix: &str| with(path, &format!(".damaged-{seconds}{suffix}"));
    let kept_as = aside("");
    if fs::rename(path, &kept_as).is_err() {
        return failed;
    }
    for suffix in ["-wal", "-shm"] {
        // What was not written yet stands in a file beside; where there is none, nothing is moved.
        let _moved = fs::rename(with(path, suffix), aside(suffix));
    }
    StoreFailed::Damaged { path: path.to_owned(), kept_as }
}

fn with(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}
