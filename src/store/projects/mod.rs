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

/// How far a file of a project is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    /// It is to be read, or is being read.
    Reading,
    /// Its passages are found.
    Ready,
    /// It was read, and there is no text in it.
    NoText,
    /// It could not be read.
    Failed,
}

impl FileState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Reading, Self::Ready, Self::NoText, Self::Failed];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Ready => "ready",
            Self::NoText => "no_text",
            Self::Failed => "failed",
        }
    }

    fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.name() == name).unwrap_or(Self::Failed)
    }
}

/// A file of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectFile {
    /// Its id among files.
    pub id: String,
    /// What its client calls it.
    pub name: String,
    /// Its media type; empty if none is known.
    pub mime: String,
    /// How long it is.
    pub bytes: i64,
    /// Whether it was sent to the project, and goes with it.
    pub is_own: bool,
    /// When it was added, in seconds since 1970.
    pub added_at: i64,
    /// How far it is.
    pub state: FileState,
    /// Why it could not be read, or what of it was not.
    pub reason: Option<String>,
    /// How many pages it has.
    pub pages: i64,
    /// How many passages it was cut into.
    pub passages: i64,
    /// What made its vectors.
    pub model: Option<String>,
}

/// A file that has to be read, or whose vectors are of another model than the one in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unindexed {
    /// The project.
    pub project: String,
    /// Whose it is.
    pub owner: Vec<u8>,
    /// The file.
    pub file: String,
    /// Whether it was read already.
    pub is_read: bool,
}

/// What came of reading a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Indexed {
    /// How far it is now.
    pub state: FileState,
    /// Why it could not be read, or what of it was not.
    pub reason: Option<String>,
    /// How many pages it has.
    pub pages: i64,
    /// What made the vectors; `None`: there are none.
    pub model: Option<String>,
    /// Its passages, in their order.
    pub passages: Vec<NewPassage>,
}

/// A vector of a passage.
pub type Vector = Vec<f32>;

/// A passage of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPassage {
    /// On which page it stands, from 1; `None`: the file has no pages.
    pub page: Option<i64>,
    /// The headings that it stands under.
    pub heading: String,
    /// What it says.
    pub text: String,
    /// Where it lies among meanings.
    pub vector: Option<Vector>,
}

/// A passage that is looked through.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    /// The file that it is of.
    pub file: String,
    /// What its client calls that.
    pub name: String,
    /// Its place in the file, from 1.
    pub number: i64,
    /// What made its vector.
    pub model: Option<String>,
    /// What it says.
    pub said: NewPassage,
}

/// The projects of one database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Projects(Arc<Database>);
