//! Looks through the folder and removes what is too old, and of the rest the oldest while there is too much.
//!
//! Files that are being written count, and go only once they are abandoned. Whatever else lies in the folder is not ours.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The ending of files that are being written.
pub(super) const UNFINISHED: &str = ".unfinished";
/// A file to which nothing was added for this long belongs to a process that died.
const ABANDONED_AFTER: Duration = Duration::from_hours(2);

struct Found {
    written: SystemTime,
    len_bytes: u64,
    path: PathBuf,
}

/// Removes what was written longer than `max_age` ago, and the oldest of what passes `most_bytes`; says how many bytes
/// remain.
pub(super) fn sweep(folder: &Path, most_bytes: u64, max_age: Duration, now: SystemTime) -> io::Result<u64> {
    let mut found = Vec::new();
    let mut total_bytes = 0;
    for item in fs::read_dir(folder)? {
        let item = item?;
        let Ok(name) = item.file_name().into_string() else { continue };
        let is_unfinished = name.ends_with(UNFINISHED);
        if !is_unfinished && !is_hash(&name) {
            continue;
        }
        // Another process may have removed it since.
        let Ok(metadata) = item.metadata() else { continue };
        let (written, len_bytes) = (metadata.modified()?, metadata.len());
        let is_older = |most: Duration| now.duration_since(written).is_ok_and(|age| age > most);
        if is_older(if is_unfinished { ABANDONED_AFTER } else { max_age }) {
            remove(&item.path())?;
            continue;
        }
        total_bytes += len_bytes;
        if !is_unfinished {
            found.push(Found { written, len_bytes, path: item.path() });
        }
    }
    // Of the same time the name decides, so that the order is the same everywhere.
    found.sort_unstable_by(|a, b| (a.written, &a.path).cmp(&(b.written, &b.path)));
    for file in found {
        if total_bytes <= most_bytes {
            break;
        }
        remove(&file.path)?;
        total_bytes -= file.len_bytes;
    }
    Ok(total_bytes)
}

/// Whether a name is that of a file of ours.
pub(super) fn is_hash(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Removes a file that another process may have removed since.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
