//! Projects: instructions and files that chats of one subject have in common, and the passages that files were cut into.
//!
//! A project belongs to its owner; with any other it does not exist. Its files are those of `files`: one that is removed
//! there, or whose time is over, is in no project any more. What vectors mean is the caller's business.

mod files;
mod passages;
mod rows;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use files::{FileState, ProjectFile, Unindexed};
pub use passages::{Indexed, NewPassage, Passage, Vector};

use crate::database::Database;

/// A project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectRow {
    /// Its id; ids are sorted by time.
    pub id: String,
    /// Whose it is.
    pub owner: Vec<u8>,
    /// What its client calls it.
    pub name: String,
    /// What its chats begin with.
    pub instructions: String,
    /// Its colour where it is shown.
    pub color: String,
    /// What stands beside its name.
    pub icon: String,
    /// When it was made, in seconds since 1970.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

/// How much a project holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// Its files.
    pub files: i64,
    /// Those that are still to be read.
    pub reading: i64,
    /// Those that could not be read.
    pub failed: i64,
    /// The passages of all of them.
    pub passages: i64,
    /// Their bytes.
    pub bytes: i64,
    /// The threads that belong to it.
    pub threads: i64,
}

/// Which projects are listed, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectList {
    /// Only those that come after this one, in the order of the list.
    pub after: Option<String>,
    /// Only those whose names hold these words.
    pub search: Option<String>,
    /// So many at most.
    pub limit: u32,
}

/// The projects of one database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Projects(Arc<Database>);
