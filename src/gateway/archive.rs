//! A zip archive of files: their names, and each of them unpacked when its turn comes, within a limit on all together.
//!
//! Nothing is written where a name says: bytes go into a spool, and names are only shown. Readers of documents and the
//! command line walk through archives with this.

use std::io::{self, BufReader, Cursor, Read};

use mediary_convert::SharedFile;
use mediary_core::media::ReadSeek;
use mediary_core::{Blob, Failure};
use zip::ZipArchive;
use zip::result::ZipError;

use super::Spool;

/// So much is unpacked at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// An archive, open.
pub(crate) struct Archive {
    zip: ZipArchive<Box<dyn ReadSeek>>,
    /// The files that are no folders and no leavings of a system, by their place in the archive.
    places: Vec<usize>,
    names: Vec<String>,
    limit: u64,
    left: u64,
}

impl Archive {
    /// Opens an archive whose files may have so many bytes together.
    ///
    /// # Errors
    /// When it is none, or damaged.
    pub(crate) fn open(blob: &Blob, limit: u64) -> Result<Self, Failure> {
        let reader =
            reader(blob).map_err(|error| Failure::broken(format!("the archive cannot be read back: {error}")))?;
        let mut zip = ZipArchive::new(reader).map_err(|error| damaged(&error))?;
        let (mut places, mut names) = (Vec::new(), Vec::new());
        for place in 0..zip.len() {
            let entry = zip.by_index_raw(place).map_err(|error| damaged(&error))?;
            let name = entry.name().map_err(|error| damaged(&error))?;
            if let Some(name) = shown(&name).filter(|_| entry.is_file()) {
                places.push(place);
                names.push(name);
            }
        }
        Ok(Self { zip, places, names, limit, left: limit })
    }

    /// The names of its files, with their folders.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Unpacks a file.
    ///
    /// # Errors
    /// Unreadable when it is encrypted or damaged; too large when the limit is passed, whatever the archive says of itself.
    pub(crate) fn unpack(&mut self, index: usize, mut spool: Spool) -> Result<Blob, Failure> {
        let place = *self.places.get(index).ok_or_else(|| Failure::broken("the archive has no such file"))?;
        let mut entry = match self.zip.by_index(place) {
            Ok(entry) => entry,
            Err(ZipError::UnsupportedArchive(why)) if why.contains("assword") => {
                return Err(Failure::unreadable(
                    "it is encrypted; unpack the archive with its password and send what is in it",
                ));
            }
            Err(error) => return Err(damaged(&error)),
        };
        let mut buffer = vec![0; CHUNK_BYTES];
        loop {
            let count = entry.read(&mut buffer).map_err(|error| damaged(&error))?;
            if count == 0 {
                return Ok(spool.finish());
            }
            self.left = self.left.checked_sub(count as u64).ok_or_else(|| {
                Failure::too_large(format!(
                    "the files of the archive have more than {} bytes together when they are unpacked; send fewer at once, or \
                     raise [limits.archive] bytes",
                    self.limit
                ))
            })?;
            spool.write(&buffer[..count])?;
        }
    }

    /// The limit counts from here on again: each file by itself.
    pub(crate) fn count_anew(&mut self) {
        self.left = self.limit;
    }
}

impl std::fmt::Debug for Archive {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Archive({} files)", self.names.len())
    }
}

/// A file's name as it may be shown; `None` of folders and of what systems leave behind.
fn shown(name: &str) -> Option<String> {
    let name = name.replace('\\', "/");
    let steps: Vec<&str> = name.split('/').filter(|step| !matches!(*step, "" | "." | "..")).collect();
    let last = *steps.last()?;
    if name.ends_with('/') || steps[0] == "__MACOSX" || last.starts_with('.') || last == "Thumbs.db" {
        return None;
    }
    Some(steps.join("/").chars().filter(|character| !character.is_control()).collect())
}

/// A reader that lives as long as it likes.
fn reader(blob: &Blob) -> io::Result<Box<dyn ReadSeek>> {
    struct InMemory(Blob);
    impl AsRef<[u8]> for InMemory {
        fn as_ref(&self) -> &[u8] {
            self.0.source().bytes().unwrap_or_default()
        }
    }
    Ok(match blob.source().file() {
        Some(file) => Box::new(BufReader::new(SharedFile::of(file)?)),
        None => Box::new(Cursor::new(InMemory(blob.clone()))),
    })
}

fn damaged(error: &dyn std::fmt::Display) -> Failure {
    let error: String = error.to_string().chars().filter(|character| !character.is_control()).take(200).collect();
    Failure::unreadable(format!("the archive is damaged ({error}); check that it was uploaded whole, or pack it anew"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use mediary_core::FailureKind;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn zip(files: &[(&str, &[u8])]) -> Blob {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        Blob::in_memory(zip.finish().unwrap().into_inner())
    }

    #[test]
    fn files_come_one_by_one_and_names_are_only_names() {
        let blob = zip(&[
            ("a/b.txt", b"one"),
            ("../../etc/passwd", b"two"),
            ("__MACOSX/._b.txt", b"x"),
            ("a/.DS_Store", b"x"),
        ]);
        let mut archive = Archive::open(&blob, 1_000).unwrap();
        assert_eq!(archive.names(), ["a/b.txt", "etc/passwd"]);
        assert_eq!(archive.unpack(0, Spool::new(100)).unwrap().read_all().unwrap(), b"one");
        assert_eq!(archive.unpack(1, Spool::new(100)).unwrap().read_all().unwrap(), b"two");
        assert!(archive.unpack(2, Spool::new(100)).is_err());
    }

    #[test]
    fn what_unpacks_to_more_than_is_allowed_is_refused() {
        let mut archive = Archive::open(&zip(&[("zeros", &[0; 1_000_000]), ("a", b"a")]), 999_999).unwrap();
        assert_eq!(archive.unpack(0, Spool::new(100)).unwrap_err().kind, FailureKind::TooLarge);
        archive.count_anew();
        assert!(archive.unpack(1, Spool::new(100)).is_ok());
    }

    #[test]
    fn what_is_no_archive_is_said_to_be_damaged() {
        for bytes in [&b""[..], b"PK\x03\x04 nothing", b"PK\x05\x06"] {
            let failure = Archive::open(&Blob::in_memory(bytes.to_vec()), 10).unwrap_err();
            assert!(failure.detail.contains("damaged"), "{failure}");
        }
    }
}
