//! Threads: conversations that are kept because their clients name them, and come back as context.
//!
//! Nothing is kept of a request that names none. What was said in a turn is kept once its answer has ended, however it did, and
//! only what the thread had not yet: clients that send their whole conversation are not kept twice (`context`). A thread
//! belongs to its key. What is kept of a key goes through a line of its own (`keeping`, `lines`), so that its turns follow one another and
//! wait for no other's.

mod begin;
mod context;
mod export;
mod failure;
mod finding;
mod keeping;
mod life;
mod lines;
mod meaning;
mod media;
mod media_turns;
mod mended;
mod obsidian;
mod record;
mod routes;
mod said;
mod titles;
mod words;

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use mediary_store::ContentStore;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Clients, Gateway};
use crate::config;

pub use begin::{Remembering, named_project};
pub use export::as_markdown;
pub use failure::NoThread;
pub use finding::{FoundThread, MOST_FOUND, SearchMode};
use keeping::Change;
use meaning::Meanings;
use media_turns::MediaTurns;
use obsidian::Vault;
pub use obsidian::{SyncDetail, SyncReport, SyncWish};
pub use record::{Record, RecordCall, RecordMedium, RecordPart, RecordThoughts};
pub use routes::{NewThread, ThreadChange};
pub use said::Recording;

/// The most characters of an id.
pub const MOST_ID_CHARS: usize = 128;

/// Keeps threads.
#[derive(Debug)]
pub struct Threads {
    rows: mediary_store::Threads,
    content: Arc<dyn ContentStore>,
    settings: config::Threads,
    /// About how many bytes all have together.
    bytes: AtomicU64,
    /// About how many bytes wait to be kept.
    waiting: AtomicU64,
    changes: mpsc::UnboundedSender<Change>,
    /// Whether no other server writes to the same database.
    is_alone: bool,
    meanings: Meanings,
    /// Where they are written as notes; `None`: nowhere.
    vault: Option<Vault>,
    /// Whose keys are whose.
    clients: Arc<Clients>,
    /// What calls models for titles, and embeds.
    gateway: Mutex<Arc<Gateway>>,
    /// Held while it is seen to whether a medium is still wanted.
    media_turns: MediaTurns,
    /// Told when something was kept: for what is done thereafter.
    news: Notify,
    stopping: CancellationToken,
    at_work: TaskTracker,
}

/// Whether a text can be the id of a thread: letters, digits and `- _ . :`, beginning with a letter or digit.
#[must_use]
pub fn is_thread_id(id: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    id.len() <= MOST_ID_CHARS
        && id.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
        && id.bytes().all(is_plain)
}

/// A short form of an owner, by which words and vectors are told apart.
fn short_owner(owner: &[u8]) -> i64 {
    let hash = mediary_core::ContentHash::of(owner);
    i64::from_le_bytes(std::array::from_fn(|at| hash.as_bytes()[at]))
}

/// Whose the threads of a client's key are.
#[must_use]
pub fn owner_of_key(key: &str) -> Vec<u8> {
    mediary_core::ContentHash::of(key.as_bytes()).as_bytes().to_vec()
}
