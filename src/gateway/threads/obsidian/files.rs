//! The files of a vault: looked through, and written whole or not at all. Nothing here follows a link out of it. Blocks.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::names::sameness;
use super::note::{Known, known};

/// The folder of attachments, in that of the notes.
const ATTACHMENTS: &str = "attachments";
/// A longer note is none of ours.
const MOST_NOTE_BYTES: u64 = 64 << 20;
/// More than this is no folder of notes.
const MOST_FILES: usize = 200_000;
/// Folders in folders.
const MOST_DEPTH: usize = 8;

/// A folder of notes as it was found.
#[derive(Debug)]
pub(super) struct Folder {
    /// Where it is, without links.
    path: PathBuf,
    /// The notes of threads: by their owner and id, each with its path.
    pub(super) notes: HashMap<(String, String), Vec<(PathBuf, Known)>>,
    /// What is there, as systems tell names apart that mind the least.
    taken: BTreeSet<String>,
}

/// Looks through the folder of notes in a vault, which is made if it is not there and `may_be_new`.
pub(super) fn looked_through(root: &Path, folder: &str, may_be_new: bool) -> io::Result<Folder> {
    let root = fs::canonicalize(root)?;
    if !root.is_dir() {
        return Err(io::Error::new(io::ErrorKind::NotADirectory, "the vault is no folder"));
    }
    let path = made_within(&root, folder, may_be_new)?;
    made_within(&path, ATTACHMENTS, true)?;
    let mut found = Folder { path: path.clone(), notes: HashMap::new(), taken: BTreeSet::new() };
    let (mut folders, mut count) = (vec![(path.clone(), 0)], 0);
    while let Some((place, depth)) = folders.pop() {
        for entry in fs::read_dir(&place)? {
            let entry = entry?;
            count += 1;
            if count > MOST_FILES {
                return Err(io::Error::other("the folder of notes has too many files"));
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            if place == path {
                found.taken.insert(sameness(&name));
            }
            let kind = entry.file_type()?;
            if kind.is_dir() && depth < MOST_DEPTH && !name.starts_with('.') && name != ATTACHMENTS {
                folders.push((entry.path(), depth + 1));
            } else if kind.is_file()
                && name.to_lowercase().ends_with(".md")
                && entry.metadata()?.len() <= MOST_NOTE_BYTES
            {
                let Ok(text) = fs::read_to_string(entry.path()) else { continue };
                if let Some(its) = known(&text) {
                    found.notes.entry((its.owner.clone(), its.id.clone())).or_default().push((entry.path(), its));
                }
            }
        }
    }
    for notes in found.notes.values_mut() {
        notes.sort_by(|(a, its), (b, other)| (its.from, a).cmp(&(other.from, b)));
    }
    Ok(found)
}

/// A folder within another, made if it is not there and that is wanted. None of its parts may be a link.
fn made_within(root: &Path, folder: &str, is_made: bool) -> io::Result<PathBuf> {
    let mut path = root.to_owned();
    for part in folder.split('/') {
        path.push(part);
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => {
                let why = format!(
                    "{part} in the vault is a link or a file, where a folder is wanted; nothing is written there"
                );
                return Err(io::Error::new(io::ErrorKind::NotADirectory, why));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && is_made => fs::create_dir(&path)?,
            Err(error) => return Err(error),
        }
    }
    Ok(path)
}

impl Folder {
    /// A place for a new note of this name.
    pub(super) fn place_for(&mut self, name: &str) -> PathBuf {
        let mut numbers = 1_u32..;
        loop {
            let number = numbers.next().unwrap_or(u32::MAX);
            let file = if number == 1 { format!("{name}.md") } else { format!("{name} ({number}).md") };
            if self.taken.insert(sameness(&file)) {
                return self.path.join(file);
            }
        }
    }

    /// Where an attachment lies.
    pub(super) fn attachment(&self, file: &str) -> PathBuf {
        self.path.join(ATTACHMENTS).join(file)
    }

    /// The path of a note from the folder on, for people.
    pub(super) fn shown(&self, note: &Path) -> String {
        note.strip_prefix(&self.path).unwrap_or(note).to_string_lossy().into_owned()
    }
}

/// Writes a file that is not there yet.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    beside(path, bytes)?.persist_noclobber(path).map(drop).map_err(|error| error.error)
}

/// Writes a note in the place of one that was written here. Gives whether it still was.
pub(super) fn write_over(path: &Path, text: &str) -> io::Result<bool> {
    let new = beside(path, text.as_bytes())?;
    // A person may have changed it since it was looked at.
    let is_file = fs::symlink_metadata(path)?.is_file();
    if !is_file || !known(&fs::read_to_string(path)?).is_some_and(|its| its.is_untouched) {
        return Ok(false);
    }
    new.persist(path).map(|_| true).map_err(|error| error.error)
}

/// Whether a file of this length is there.
pub(super) fn is_there(path: &Path, bytes: u64) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() == bytes)
}

fn beside(path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let folder = path.parent().ok_or_else(|| io::Error::other("a note without a folder"))?;
    // As a person's own files are; the system takes off what its user does not want others to have.
    let mut builder = tempfile::Builder::new();
    let mut file = builder.prefix(".mediary-").permissions(Permissions::from_mode(0o666)).tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_data()?;
    Ok(file)
}
