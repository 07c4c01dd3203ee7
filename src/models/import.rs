//! Importing: files that no package carries are taken from a folder the user names.
//!
//! Nothing is put in place before every file was copied and looked at, so a failed import changes nothing. Whether a
//! file can be opened is asked of the caller: this module knows no engines. Called by `mediary models import`.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::import_card::{self, ImportCard, ImportFile, Note};
use super::lock::Lock;
use super::{ImportFailed, Models, PullFailed};

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The files that were put in place.
    pub files: Vec<ImportedFile>,
    /// The optional files that were not in the folder.
    pub absent: Vec<String>,
}

/// A file that was put in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedFile {
    /// Its name.
    pub name: String,
    /// Its SHA-256 in lower-case hexadecimal digits.
    pub sha256: String,
    /// Whether it is one that Mediary was tested with.
    pub known: bool,
}

/// Takes the files of a card from `folder`. `opens` is asked of each, by its name and where its copy lies, whether an
/// engine can use it; its error is a sentence.
pub fn import(
    models: &Models,
    card: &ImportCard,
    folder: &Path,
    opens: &dyn Fn(&str, &Path) -> Result<(), String>,
) -> Result<Imported, ImportFailed> {
    let (present, absent): (Vec<&ImportFile>, Vec<_>) =
        card.files.iter().partition(|file| folder.join(&file.name).is_file());
    if let Some(file) = absent.iter().find(|file| !file.optional) {
        let (folder, file, advice) = (folder.to_owned(), file.name.clone(), card.advice.clone());
        return Err(ImportFailed::Absent { folder, file, advice });
    }
    let _lock = Lock::take(models.dir(), || ())?;
    let dir = models.dir().join(&card.name);
    fs::create_dir_all(&dir).map_err(PullFailed::disk("create", &dir))?;
    // On the same disk, so that putting a file in place is a rename; under its own name, by which engines know its kind.
    let copies = tempfile::tempdir_in(&dir).map_err(PullFailed::disk("write into", &dir))?;
    let mut notes = import_card::read_notes(&dir);
    let mut files = Vec::new();
    for file in &present {
        let note = take(file, folder, &copies)?;
        let unfit = |detail| ImportFailed::Unfit { file: folder.join(&file.name), detail };
        opens(&file.name, &copies.path().join(&file.name)).map_err(unfit)?;
        let known = file.known_sha256.contains(&note.sha256);
        files.push(ImportedFile { name: file.name.clone(), sha256: note.sha256.clone(), known });
        notes.insert(file.name.clone(), note);
    }
    for file in &present {
        let place = dir.join(&file.name);
        fs::rename(copies.path().join(&file.name), &place).map_err(PullFailed::disk("move a file to", &place))?;
    }
    import_card::write_notes(&dir, &notes).map_err(PullFailed::disk("write into", &dir))?;
    Ok(Imported { files, absent: absent.into_iter().map(|file| file.name.clone()).collect() })
}

/// Copies one file, provided that its size is possible.
fn take(file: &ImportFile, folder: &Path, copies: &TempDir) -> Result<Note, ImportFailed> {
    let (from, to) = (folder.join(&file.name), copies.path().join(&file.name));
    let size_bytes = fs::metadata(&from).map_err(PullFailed::disk("read", &from))?.len();
    if !(file.least_bytes..=file.most_bytes).contains(&size_bytes) {
        let detail = format!("{size_bytes} bytes is not between {} and {}", file.least_bytes, file.most_bytes);
        return Err(ImportFailed::Unfit { file: from, detail });
    }
    let mut reader = File::open(&from).map_err(PullFailed::disk("read", &from))?.take(file.most_bytes);
    let writer = File::create(&to).map_err(PullFailed::disk("create", &to))?;
    let mut writer = Hashing { writer, hasher: Sha256::new() };
    let size_bytes = io::copy(&mut reader, &mut writer).map_err(PullFailed::disk("copy", &from))?;
    writer.writer.sync_all().map_err(PullFailed::disk("write", &to))?;
    Ok(Note { size_bytes, sha256: format!("{:x}", writer.hasher.finalize()) })
}

/// Hashes what is written.
struct Hashing {
    writer: File,
    hasher: Sha256,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.writer.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::{Depth, Locations, Status};

    const DETECTOR: &str = "text-detection.rten";
    const RECOGNISER: &str = "text-recognition.rten";

    struct Stage {
        _home: TempDir,
        folder: TempDir,
        models: Models,
    }

    impl Stage {
        fn new(files: &[(&str, usize)]) -> Self {
            let home = tempfile::tempdir().unwrap();
            let locations = Locations { home: Some(home.path().to_owned()), ..Locations::default() };
            let folder = tempfile::tempdir().unwrap();
            for (name, size_bytes) in files {
                fs::write(folder.path().join(name), vec![7; *size_bytes]).unwrap();
            }
            Self { models: Models::open(&locations).unwrap(), _home: home, folder }
        }

        fn card(&self) -> &ImportCard {
            self.models.import_card("ocrs").unwrap()
        }

        fn import(&self, opens: &dyn Fn(&str, &Path) -> Result<(), String>) -> Result<Imported, ImportFailed> {
            import(&self.models, self.card(), self.folder.path(), opens)
        }

        fn status(&self) -> Status {
            self.models.import_status(self.card(), Depth::Contents)
        }
    }

    fn well(_: &str, _: &Path) -> Result<(), String> {
        Ok(())
    }

    #[test]
    fn an_import_installs_what_is_there_and_notes_what_it_was() {
        let stage = Stage::new(&[(DETECTOR, 2_000_000)]);
        assert_eq!(stage.status(), Status::Missing { files: vec![DETECTOR.to_owned()] });
        let imported = stage.import(&well).unwrap();
        assert_eq!(imported.absent, [RECOGNISER]);
        assert_eq!(imported.files.len(), 1);
        assert!(!imported.files[0].known && imported.files[0].sha256.len() == 64, "{imported:?}");
        assert_eq!(stage.status(), Status::Installed);
        assert!(stage.models.imported("ocrs", DETECTOR).unwrap().is_file());
        let wanting = stage.models.imported("ocrs", RECOGNISER).unwrap_err().to_string();
        for part in [RECOGNISER, "`mediary models import ocrs FOLDER`", "ocrs-cli"] {
            assert!(wanting.contains(part), "`{part}` is not in {wanting}");
        }

        fs::write(stage.folder.path().join(RECOGNISER), vec![8; 3_000_000]).unwrap();
        assert_eq!(stage.import(&well).unwrap().absent, Vec::<String>::new());
        assert!(stage.models.imported("ocrs", RECOGNISER).is_ok());
    }

    #[test]
    fn what_changes_after_the_import_is_damaged() {
        let stage = Stage::new(&[(DETECTOR, 2_000_000)]);
        stage.import(&well).unwrap();
        fs::write(stage.models.imported("ocrs", DETECTOR).unwrap(), vec![9; 2_000_000]).unwrap();
        assert!(matches!(stage.status(), Status::Damaged { .. }));
        fs::write(stage.models.imported("ocrs", DETECTOR).unwrap(), "cut").unwrap();
        let damaged = stage.models.imported("ocrs", DETECTOR).unwrap_err().to_string();
        assert!(damaged.contains("damaged") && damaged.contains("`mediary models import ocrs FOLDER`"), "{damaged}");
    }

    #[test]
    fn an_import_that_fails_changes_nothing() {
        type Opens = fn(&str, &Path) -> Result<(), String>;
        type Row = (&'static str, &'static [(&'static str, usize)], Opens, &'static str);
        let refuses: Opens = |name, copy| {
            assert!(copy.ends_with(name), "engines know files by their names");
            if name == RECOGNISER { Err("cannot be opened".to_owned()) } else { Ok(()) }
        };
        let rows: [Row; 4] = [
            ("an empty folder", &[], well, DETECTOR),
            ("too small", &[(DETECTOR, 10)], well, "10 bytes is not between"),
            (
                "one too large",
                &[(DETECTOR, 2_000_000), (RECOGNISER, 70_000_000)],
                well,
                "70000000 bytes is not between",
            ),
            ("one not opened", &[(DETECTOR, 2_000_000), (RECOGNISER, 3_000_000)], refuses, "cannot be opened"),
        ];
        for (name, files, opens, expected) in rows {
            let stage = Stage::new(files);
            let message = stage.import(&opens).unwrap_err().to_string();
            assert!(message.contains(expected), "{name}: {message}");
            assert_eq!(stage.status(), Status::Missing { files: vec![DETECTOR.to_owned()] }, "{name}");
            let left = fs::read_dir(stage.models.dir().join("ocrs")).map_or(0, Iterator::count);
            assert_eq!(left, 0, "{name}");
        }
    }
}
