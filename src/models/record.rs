//! The memory of which files were found right, so that a second look need not read hundreds of megabytes.
//!
//! It lies in the folder of each card. A line counts only while size, time of modification and expected checksum are
//! all as they were; losing the record costs time, never truth, so a folder that cannot be written to is no error.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::Expected;

const FILE_NAME: &str = ".verified.json";

/// What was verified in one card's folder, by file name.
#[derive(Debug)]
pub(super) struct Record {
    path: PathBuf,
    lines: BTreeMap<String, Line>,
    changed: bool,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    size_bytes: u64,
    modified_ns: u64,
    sha256: String,
}

impl Record {
    /// Reads the record of a folder; an unreadable one counts as empty.
    pub(super) fn read(dir: &Path) -> Self {
        let path = dir.join(FILE_NAME);
        let lines = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        Self { path, lines, changed: false }
    }

    /// Whether this very file was found to have the checksum the card now asks for.
    pub(super) fn vouches_for(&self, file: Expected<'_>, metadata: &Metadata) -> bool {
        Line::of(file, metadata).is_some_and(|line| self.lines.get(file.name) == Some(&line))
    }

    /// Notes that the file as it lies there is right.
    pub(super) fn note(&mut self, file: Expected<'_>, metadata: &Metadata) {
        if let Some(line) = Line::of(file, metadata) {
            self.lines.insert(file.name.to_owned(), line);
            self.changed = true;
        }
    }

    /// Notes that the file is not right.
    pub(super) fn strike(&mut self, file: Expected<'_>) {
        self.changed |= self.lines.remove(file.name).is_some();
    }

    /// Writes the record if it changed.
    pub(super) fn keep(&self) {
        if self.changed
            && let Ok(text) = serde_json::to_vec_pretty(&self.lines)
            && let Err(error) = fs::write(&self.path, text)
        {
            tracing::debug!(path = %self.path.display(), %error, "verification is not remembered");
        }
    }
}

impl Line {
    fn of(file: Expected<'_>, metadata: &Metadata) -> Option<Self> {
        let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Self {
            size_bytes: metadata.len(),
            modified_ns: u64::try_from(modified.as_nanos()).ok()?,
            sha256: file.sha256.to_owned(),
        })
    }
}
