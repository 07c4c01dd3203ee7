//! One value as a file: a header that says whose it is and whether it is whole, then the bytes.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `mdycache` |
//! | 4 | version of this format, little-endian |
//! | 8 | when it was put, milliseconds since 1970, little-endian |
//! | 32 | SHA-256 of the key's name, the time and the value |

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use super::CacheKey;

const MAGIC: [u8; 8] = *b"mdycache";
const VERSION: u32 = 1;
const HEADER_BYTES: usize = 8 + 4 + 8 + 32;

/// The ending of files that are being written. No key has it.
pub(super) const UNFINISHED: &str = ".unfinished";

/// A file's content, found to be whole.
pub(super) struct Entry {
    pub(super) written: SystemTime,
    pub(super) value: Vec<u8>,
}

/// How large the file of a value is.
pub(super) fn file_bytes(value: &[u8]) -> u64 {
    (HEADER_BYTES + value.len()) as u64
}

/// Writable where possible: some systems let only writers set a file's times.
pub(super) fn open(path: &Path) -> io::Result<File> {
    File::options().read(true).write(true).open(path).or_else(|_| File::open(path))
}

/// `None` for what is not a whole value of this key, or is larger than `most_bytes`.
pub(super) fn read(file: &mut File, key: &CacheKey, most_bytes: u64) -> Option<Entry> {
    let metadata = file.metadata().ok()?;
    if !metadata.is_file() || metadata.len() > most_bytes {
        return None;
    }
    let value_bytes = usize::try_from(metadata.len()).ok()?.checked_sub(HEADER_BYTES)?;
    let mut found = [0; HEADER_BYTES];
    file.read_exact(&mut found).ok()?;
    let mut value = vec![0; value_bytes];
    file.read_exact(&mut value).ok()?;
    let (_, written_ms) = found.split_at(MAGIC.len() + 4);
    let written_ms = u64::from_le_bytes(*written_ms.first_chunk()?);
    let written = UNIX_EPOCH.checked_add(Duration::from_millis(written_ms))?;
    (found == header(key, &value, written_ms)).then_some(Entry { written, value })
}

/// Writes the file aside and renames it, so that others see the old value or the new one whole.
pub(super) fn write(folder: &Path, path: &Path, key: &CacheKey, value: &[u8], now: SystemTime) -> io::Result<()> {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let written_ms = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
    // Readable by this user only, which the rename keeps.
    let mut file = tempfile::Builder::new().suffix(UNFINISHED).tempfile_in(folder)?;
    file.write_all(&header(key, value, written_ms))?;
    file.write_all(value)?;
    file.as_file().set_modified(now)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn header(key: &CacheKey, value: &[u8], written_ms: u64) -> [u8; HEADER_BYTES] {
    let time = written_ms.to_le_bytes();
    // The key too: a file under another's name is as wrong as a damaged one.
    let sum = Sha256::new().chain_update(key.file_name()).chain_update(time).chain_update(value).finalize();
    let mut header = [0; HEADER_BYTES];
    let mut rest = header.as_mut_slice();
    for part in [&MAGIC[..], &VERSION.to_le_bytes(), &time, &sum] {
        let (place, after) = rest.split_at_mut(part.len());
        place.copy_from_slice(part);
        rest = after;
    }
    header
}
