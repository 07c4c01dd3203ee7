//! Whether the files of a card are there and right.
//!
//! It reads and remembers, but mends nothing: that is what pulling is for. Engines look at sizes only, commands also
//! at the contents of whatever changed since the last look.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::record::Record;
use super::{CardFile, DerivedFile, Expected, Package};

/// How closely to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Presence and size: microseconds.
    Sizes,
    /// The checksum too, but only of files that changed since they were last found right.
    Changed,
    /// The checksum of every file: reads all of them.
    Contents,
}

/// The state of a card on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// All files are there and right.
    Installed,
    /// None of the files is wrong, but these are not there.
    Missing {
        /// Their names.
        files: Vec<String>,
    },
    /// Some files are not what the card describes.
    Damaged {
        /// Which, and how they differ.
        files: Vec<Damage>,
    },
    /// There is no package for this platform.
    Unavailable {
        /// Why.
        reason: String,
    },
}

/// A file that is not what its card describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Its name.
    pub file: String,
    /// How it differs.
    pub detail: String,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.detail)
    }
}

/// Looks at all files of a package in the folder of its card.
pub(super) fn status(package: &Package, dir: &Path, depth: Depth) -> Status {
    let mut record = Record::read(dir);
    let (mut missing, mut damaged) = (Vec::new(), Vec::new());
    for file in package.expected() {
        match look_at(file, dir, depth, &mut record) {
            State::Right => {}
            State::Missing => missing.push(file.name.to_owned()),
            State::Wrong(detail) => damaged.push(Damage { file: file.name.to_owned(), detail }),
        }
    }
    record.keep();
    if !damaged.is_empty() {
        Status::Damaged { files: damaged }
    } else if !missing.is_empty() {
        Status::Missing { files: missing }
    } else {
        Status::Installed
    }
}

/// The files of a package that have to be fetched, and those that have to be made, again or for the first time.
pub(super) fn wanting<'a>(package: &'a Package, dir: &Path) -> (Vec<&'a CardFile>, Vec<&'a DerivedFile>) {
    let mut record = Record::read(dir);
    let mut is_right = |file: Expected<'_>| look_at(file, dir, Depth::Changed, &mut record) == State::Right;
    let fetched = package.files.iter().filter(|file| !is_right(file.expected())).collect();
    (fetched, package.derived.iter().filter(|file| !is_right(file.expected())).collect())
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Right,
    Missing,
    Wrong(String),
}

fn look_at(file: Expected<'_>, dir: &Path, depth: Depth, record: &mut Record) -> State {
    let path = dir.join(file.name);
    let metadata = match fs::metadata(&path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return State::Missing,
        Err(error) => return State::Wrong(error.to_string()),
    };
    if metadata.len() != file.size_bytes {
        return State::Wrong(format!("has {} bytes instead of {}", metadata.len(), file.size_bytes));
    }
    match depth {
        Depth::Sizes => return State::Right,
        Depth::Changed if record.vouches_for(file, &metadata) => return State::Right,
        Depth::Changed | Depth::Contents => {}
    }
    match sha256_of(&path) {
        Ok(sha256) if sha256 == file.sha256 => {
            record.note(file, &metadata);
            State::Right
        }
        Ok(_) => {
            record.strike(file);
            State::Wrong("its contents differ (SHA-256)".to_owned())
        }
        Err(error) => State::Wrong(error.to_string()),
    }
}

fn sha256_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(format!("{:x}", hasher.finalize())),
            count => hasher.update(&buffer[..count]),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::models::stage::package_of;

    fn installed() -> (tempfile::TempDir, Package) {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a"), "alpha").unwrap();
        fs::write(dir.path().join("b"), "beta").unwrap();
        (dir, package_of(&[("x/a", "a", b"alpha"), ("x/b", "b", b"beta")]))
    }

    #[test]
    fn right_missing_and_damaged_files_are_told_apart() {
        let wrong = |file: &str, detail: &str| Status::Damaged {
            files: vec![Damage { file: file.to_owned(), detail: detail.to_owned() }],
        };
        let missing = Status::Missing { files: vec!["a".to_owned()] };
        let contents = "its contents differ (SHA-256)";
        type Harm = fn(&Path);
        let rows: [(&str, Harm, Status, Status); 5] = [
            ("untouched", |_| (), Status::Installed, Status::Installed),
            ("gone", |dir| fs::remove_file(dir.join("a")).unwrap(), missing.clone(), missing),
            (
                "cut short",
                |dir| fs::write(dir.join("a"), "alp").unwrap(),
                wrong("a", "has 3 bytes instead of 5"),
                wrong("a", "has 3 bytes instead of 5"),
            ),
            ("same size", |dir| fs::write(dir.join("a"), "ALPHA").unwrap(), Status::Installed, wrong("a", contents)),
            (
                "one gone, one wrong",
                |dir| {
                    fs::remove_file(dir.join("a")).unwrap();
                    fs::write(dir.join("b"), "BETA").unwrap();
                },
                Status::Missing { files: vec!["a".to_owned()] },
                wrong("b", contents),
            ),
        ];
        for (name, harm, by_size, by_contents) in rows {
            let (dir, package) = installed();
            harm(dir.path());
            assert_eq!(status(&package, dir.path(), Depth::Sizes), by_size, "{name}");
            assert_eq!(status(&package, dir.path(), Depth::Changed), by_contents, "{name}");
            assert_eq!(status(&package, dir.path(), Depth::Contents), by_contents, "{name}");
        }
    }

    #[test]
    fn a_file_found_right_is_not_read_again_until_it_changes() {
        let (dir, package) = installed();
        let path = dir.path().join("a");
        assert_eq!(status(&package, dir.path(), Depth::Changed), Status::Installed);
        // Other contents under the old size and time: only a look at the contents can tell.
        let modified = fs::metadata(&path).unwrap().modified().unwrap();
        let write = |modified: SystemTime| {
            fs::write(&path, "ALPHA").unwrap();
            File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
        };
        write(modified);
        assert_eq!(status(&package, dir.path(), Depth::Changed), Status::Installed);
        write(modified + Duration::from_secs(1));
        assert!(matches!(status(&package, dir.path(), Depth::Changed), Status::Damaged { .. }));
        write(modified);
        assert!(matches!(status(&package, dir.path(), Depth::Contents), Status::Damaged { .. }));
        assert!(matches!(status(&package, dir.path(), Depth::Changed), Status::Damaged { .. }));
    }

    #[test]
    fn a_new_expectation_is_not_met_by_an_old_verification() {
        let (dir, mut package) = installed();
        assert_eq!(status(&package, dir.path(), Depth::Changed), Status::Installed);
        package.files[0].sha256 = "0".repeat(64);
        assert!(matches!(status(&package, dir.path(), Depth::Changed), Status::Damaged { .. }));
    }
}
