//! A reader of an open file that others read as well: each has a place of its own in it.
//!
//! Files of uploads have no name that they could be opened by anew, and all descriptors of an open file share one place.
//! The blob's users here, the spool above and the PDF workers read them through this.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::fd::BorrowedFd;
use std::os::unix::fs::FileExt;

/// A file at a place of its own.
#[derive(Debug)]
pub struct SharedFile {
    file: File,
    at: u64,
}

impl SharedFile {
    /// The open file of a descriptor, from its beginning.
    ///
    /// # Errors
    /// When there is no further descriptor to be had.
    pub fn of(descriptor: BorrowedFd<'_>) -> io::Result<Self> {
        Ok(Self { file: descriptor.try_clone_to_owned()?.into(), at: 0 })
    }
}

impl From<File> for SharedFile {
    fn from(file: File) -> Self {
        Self { file, at: 0 }
    }
}

impl Read for SharedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for SharedFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (from, by) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::Current(by) => (self.at, by),
            SeekFrom::End(by) => (self.file.metadata()?.len(), by),
        };
        let before = || io::Error::new(io::ErrorKind::InvalidInput, "there is nothing before the beginning of a file");
        self.at = from.checked_add_signed(by).ok_or_else(before)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn readers_of_one_file_do_not_move_one_another() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123456789").unwrap();
        let (mut one, mut other) = (SharedFile::of(file.as_fd()).unwrap(), SharedFile::of(file.as_fd()).unwrap());
        let read = |reader: &mut SharedFile, count: usize| {
            let mut bytes = vec![0; count];
            reader.read_exact(&mut bytes).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        assert_eq!(read(&mut one, 4), "0123");
        assert_eq!(read(&mut other, 2), "01");
        assert_eq!(one.seek(SeekFrom::Current(-2)).unwrap(), 2);
        assert_eq!((read(&mut one, 2), read(&mut other, 2)), ("23".to_owned(), "23".to_owned()));
        assert_eq!(one.seek(SeekFrom::End(-1)).unwrap(), 9);
        assert_eq!(read(&mut one, 1), "9");
        assert_eq!(one.read(&mut [0]).unwrap(), 0);
        assert!(one.seek(SeekFrom::Current(-11)).is_err());
    }
}
