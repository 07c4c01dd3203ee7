//! Threads: conversations that clients ask to be kept, message by message, and what they are found by.
//!
//! What a message's body means is the gateway's affair, and so is how words are cut and what a vector says. A thread belongs
//! to its owner; with any other it does not exist. Its media are in the content store, known here by their hashes.

mod finding;
mod messages;
mod notes;
mod rows;
#[cfg(test)]
mod tests;
mod turns;

use std::sync::Arc;

pub use finding::{KeptVector, ThreadFound, ToEmbed};
pub use messages::{MessageMark, MessageRow};
pub use notes::ThreadNote;
pub use turns::{KeptTurn, NewMessage, ThreadMedium};

use crate::database::{Database, Row};

/// What is known of a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadRow {
    /// What it is known by here.
    pub seq: i64,
    /// Whose it is.
    pub owner: Vec<u8>,
    /// What its owner knows it by.
    pub id: String,
    /// Empty: it has none yet.
    pub title: String,
    /// What gave it its title; `None`: it has none yet.
    pub titled_by: Option<TitledBy>,
    /// Its client's own, as JSON.
    pub metadata: String,
    /// Which project it belongs to.
    pub project: Option<String>,
    /// What answered last.
    pub model: String,
    /// When it was made, in seconds since 1970.
    pub created_at: i64,
    /// When anything of it was changed last.
    pub updated_at: i64,
    /// How often.
    pub changes: i64,
    /// How many requests were answered in it.
    pub turns: i64,
    /// How many messages it has.
    pub messages: i64,
    /// How many bytes its messages and media have.
    pub bytes: i64,
}

/// What gave a thread its title. A later one is stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TitledBy {
    /// The first words that were said.
    Words,
    /// A model.
    Model,
    /// Its user.
    User,
}

impl TitledBy {
    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Model => "model",
            Self::User => "user",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::Words, Self::Model, Self::User].into_iter().find(|by| by.name() == name)
    }
}

/// Which threads are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ThreadList {
    /// Only those of this project.
    pub project: Option<String>,
    /// Only those that come after this one, in the order of the list.
    pub after: Option<String>,
    /// Those first in which nothing was said for the longest time; else the last ones.
    pub is_ascending: bool,
    /// So many at most.
    pub limit: u32,
}

/// The threads of one database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Threads(Arc<Database>);

impl Threads {
    /// The threads of a database.
    #[must_use]
    pub fn of(database: Arc<Database>) -> Self {
        Self(database)
    }
}

/// The columns of a thread, in the order of [`read`].
const COLUMNS: &str = "seq, owner, id, title, titled_by, metadata, project, model, created_at, updated_at, changes, turns, \
                       messages, bytes";

fn read(row: Row<'_>) -> sqlx::Result<ThreadRow> {
    Ok(ThreadRow {
        seq: row.try_get(0)?,
        owner: row.try_get(1)?,
        id: row.try_get(2)?,
        title: row.try_get(3)?,
        titled_by: TitledBy::named(&row.try_get::<String, _>(4)?),
        metadata: row.try_get(5)?,
        project: row.try_get(6)?,
        model: row.try_get(7)?,
        created_at: row.try_get(8)?,
        updated_at: row.try_get(9)?,
        changes: row.try_get(10)?,
        turns: row.try_get(11)?,
        messages: row.try_get(12)?,
        bytes: row.try_get(13)?,
    })
}

/// So many question marks, by commas.
fn marks(count: usize) -> String {
    vec!["?"; count].join(", ")
}
