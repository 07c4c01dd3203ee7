//! Files that clients have put here ahead of their requests: what is known of each. Their bytes are in the content store.
//!
//! A file belongs to its owner; with any other it does not exist. One whose time is over is not found any more, and is
//! removed when its keeper next looks.

mod rows;
#[cfg(test)]
mod tests;
mod turns;
mod uploads;

use std::sync::Arc;

pub use uploads::{UploadPart, UploadRow, UploadStatus, Uploads};

use crate::database::Database;

/// What is known of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// Its id; ids are sorted by time.
    pub id: String,
    /// Whose it is.
    pub owner: Vec<u8>,
    /// What its client calls it.
    pub name: String,
    /// The media type that was claimed; empty if none was.
    pub mime: String,
    /// What its client wants it for.
    pub purpose: String,
    /// How long it is.
    pub bytes: i64,
    /// By what the content store finds it.
    pub hash: String,
    /// When it came, in seconds since 1970.
    pub created_at: i64,
    /// When it goes; `None`: not by itself.
    pub expires_at: Option<i64>,
}

/// Which files are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileList {
    /// Only those for this.
    pub purpose: Option<String>,
    /// Only those that come after this one, in the order of the list.
    pub after: Option<String>,
    /// Only those that come before this one.
    pub before: Option<String>,
    /// The oldest first; else the newest.
    pub is_ascending: bool,
    /// So many at most.
    pub limit: u32,
}

/// The files of one database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Files(Arc<Database>);
