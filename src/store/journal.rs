//! A journal: small records in the slots of one file, each overwritten in place as it changes.
//!
//! A record is with the system as soon as it is put, so it outlives the process however that ends, and costs no more than
//! a copy; a power cut may tear or lose one, which its checksum tells. What must outlive that too belongs into the database.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

/// The room of one record, with its length and its checksum.
const SLOT_BYTES: usize = 1_024;
const HEAD_BYTES: usize = 10;
/// The longest record.
const MOST_BYTES: usize = SLOT_BYTES - HEAD_BYTES;
/// A file of more slots was not written by this.
const MOST_SLOTS: u64 = 1_000_000;

/// The journal of one process.
#[derive(Debug)]
pub struct Journal(File);

impl Journal {
    /// Opens the journal in a file, which is made if it is not there, and gives the records that were left in it.
    ///
    /// # Errors
    /// When the file cannot be used, or another process has it.
    pub fn open(path: &Path) -> io::Result<(Self, Vec<Vec<u8>>)> {
        let file = File::options().create(true).truncate(false).read(true).write(true).mode(0o600).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(io::Error::other("another process has it")),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let slots = file.metadata()?.len().div_ceil(SLOT_BYTES as u64).min(MOST_SLOTS);
        let mut records = Vec::new();
        for slot in 0..slots {
            let mut bytes = [0; SLOT_BYTES];
            // The last one may be shorter than its slot.
            let mut length = 0;
            while length < SLOT_BYTES {
                match file.read_at(&mut bytes[length..], slot * SLOT_BYTES as u64 + length as u64)? {
                    0 => break,
                    read => length += read,
                }
            }
            records.extend(whole(&bytes));
        }
        Ok((Self(file), records))
    }

    /// Forgets all records.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn clear(&self) -> io::Result<()> {
        self.0.set_len(0)
    }

    /// Puts a record into a slot, in place of the one before.
    ///
    /// # Errors
    /// When it is too long, or the file cannot be written.
    pub fn put(&self, slot: u32, record: &[u8]) -> io::Result<()> {
        let too_long = || io::Error::other("the record is too long");
        let length = u16::try_from(record.len()).ok().filter(|_| record.len() <= MOST_BYTES).ok_or_else(too_long)?;
        let mut bytes = [0; SLOT_BYTES];
        bytes[..2].copy_from_slice(&length.to_le_bytes());
        bytes[2..HEAD_BYTES].copy_from_slice(&checksum(record).to_le_bytes());
        bytes[HEAD_BYTES..HEAD_BYTES + record.len()].copy_from_slice(record);
        self.0.write_all_at(&bytes[..HEAD_BYTES + record.len()], u64::from(slot) * SLOT_BYTES as u64)
    }
}

/// The record of a slot; `None`: there is none, or it is torn.
fn whole(bytes: &[u8; SLOT_BYTES]) -> Option<Vec<u8>> {
    let length = usize::from(u16::from_le_bytes(bytes[..2].try_into().ok()?));
    let sum = u64::from_le_bytes(bytes[2..HEAD_BYTES].try_into().ok()?);
    let record = bytes.get(HEAD_BYTES..HEAD_BYTES + length)?;
    (length > 0 && checksum(record) == sum).then(|| record.to_vec())
}

/// FNV-1a: it tells a torn record from a whole one, and no more is asked of it.
fn checksum(record: &[u8]) -> u64 {
    record.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_outlive_their_process_and_torn_ones_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let (journal, records) = Journal::open(&path).unwrap();
        assert!(records.is_empty());
        journal.put(0, b"a long first").unwrap();
        journal.put(2, b"third").unwrap();
        journal.put(0, b"first").unwrap();
        assert!(Journal::open(&path).is_err(), "it is this one's");
        assert!(journal.put(1, &[b'a'; SLOT_BYTES]).is_err());
        drop(journal);
        let (journal, records) = Journal::open(&path).unwrap();
        assert_eq!(records, [b"first".to_vec(), b"third".to_vec()]);
        drop(journal);
        File::options().write(true).open(&path).unwrap().write_all_at(b"X", HEAD_BYTES as u64).unwrap();
        let (journal, records) = Journal::open(&path).unwrap();
        assert_eq!(records, [b"third".to_vec()]);
        journal.clear().unwrap();
        drop(journal);
        assert!(Journal::open(&path).unwrap().1.is_empty());
    }
}
