//! Threads: conversations that are kept because their clients name them, and come back as context.
//!
//! Nothing is kept of a request that names none. What was said in a turn is kept once its answer has ended, however it did, and
//! only what the thread had not yet: clients that send their whole conversation are not kept twice ([`context`]). A thread
//! belongs to its key. What is kept goes through one queue ([`keeping`]), so that turns follow one another.

mod begin;
mod context;
mod export;
mod finding;
mod keeping;
mod meaning;
mod media;
mod mended;
mod obsidian;
mod record;
mod routes;
mod said;
mod titles;
mod words;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mediary_core::Failure;
use mediary_store::{ContentStore, Database, StoreFailed};
use thiserror::Error;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::routing::CallError;
use super::{Clients, Gateway};
use crate::config::{self, Config};

pub use begin::Remembering;
pub use export::as_markdown;
pub use finding::{FoundThread, MOST_FOUND, SearchMode};
use keeping::Change;
use meaning::Meanings;
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
    /// Held while it is seen to whether media are still wanted.
    turn: tokio::sync::Mutex<()>,
    /// Told when something was kept: for what is done thereafter.
    news: Notify,
    stopping: CancellationToken,
    at_work: TaskTracker,
}

/// Why there is no thread, or it is not gone on with.
#[derive(Debug, Error)]
pub enum NoThread {
    /// It is not this owner's, was removed, or its time is over.
    #[error("there is no such thread")]
    Unknown,
    /// All threads together would be too large.
    #[error("all threads together may have {most_bytes} bytes")]
    Full {
        /// What they may have.
        most_bytes: u64,
    },
    /// The key has as many as it may have.
    #[error("a key may have {most} threads")]
    TooMany {
        /// How many.
        most: u32,
    },
    /// The thread has as many messages as it may have.
    #[error("a thread may have {most} messages")]
    Long {
        /// How many.
        most: u32,
    },
    /// No meanings are known here.
    #[error("{0}")]
    NoMeanings(&'static str),
    /// Notes are not written for this key, or not at all.
    #[error("{0}")]
    NoVault(String),
    /// The vault is not there, or cannot be written to.
    #[error("the vault is not to be had")]
    VaultAway,
    /// The request cannot be carried out, thread or not.
    #[error("the request cannot be carried out")]
    Call(Box<CallError>),
    /// It cannot be written or read.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// The database is of no use at the moment.
    #[error(transparent)]
    Store(#[from] StoreFailed),
}

impl Threads {
    /// The threads of a database, with their media in the bucket that is named, else in a folder, on the runtime that is
    /// running; `None`: they are not wanted, or there is no place for their media.
    ///
    /// # Errors
    /// When there is one, and it cannot be had, or the database cannot be read.
    pub async fn start(
        gateway: Arc<Gateway>,
        database: Arc<Database>,
        config: &Config,
        dir: Option<PathBuf>,
    ) -> Result<Option<Arc<Self>>, Failure> {
        if !config.threads.enabled {
            return Ok(None);
        }
        let Some(content) = media::opened(&database, config, dir).await? else { return Ok(None) };
        let is_alone = database.is_alone();
        let rows = mediary_store::Threads::of(database);
        let bytes = rows.bytes().await.map_err(|error| Failure::broken(error.to_string()))?;
        let (changes, to_keep) = mpsc::unbounded_channel();
        let threads = Arc::new(Self {
            rows,
            content,
            settings: config.threads.clone(),
            bytes: AtomicU64::new(bytes),
            waiting: AtomicU64::new(0),
            changes,
            is_alone,
            meanings: Meanings::default(),
            vault: Vault::of(config),
            clients: gateway.clients.clone(),
            gateway: Mutex::new(gateway),
            turn: tokio::sync::Mutex::new(()),
            news: Notify::new(),
            stopping: CancellationToken::new(),
            at_work: TaskTracker::new(),
        });
        if let Err(error) = threads.forget_orphans().await {
            tracing::warn!(error.detail = %error, "media that belong to no thread cannot be looked for");
        }
        threads.at_work.spawn(keeping::keep_all(threads.clone(), to_keep));
        threads.at_work.spawn(meaning::embed_all(threads.clone()));
        threads.at_work.spawn(obsidian::follow(threads.clone()));
        Ok(Some(threads))
    }

    /// Calls models through this gateway from now on.
    pub fn serve_with(&self, gateway: Arc<Gateway>) {
        *self.gateway.lock().unwrap_or_else(PoisonError::into_inner) = gateway;
    }

    fn gateway(&self) -> Arc<Gateway> {
        self.gateway.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until what has been said so far is kept.
    pub async fn settled(&self) {
        let (settled, is_settled) = oneshot::channel();
        if self.changes.send(Change::Settle(settled)).is_ok() {
            // What keeps them may have ended with the server.
            let _ended = is_settled.await;
        }
    }

    /// Waits until everything is kept, and ends what is done besides.
    pub async fn settle(&self, patience: Duration) {
        if tokio::time::timeout(patience, self.settled()).await.is_err() {
            tracing::warn!("the server stops before all threads are kept");
        }
        self.stopping.cancel();
        self.at_work.close();
        if tokio::time::timeout(patience, self.at_work.wait()).await.is_err() {
            tracing::warn!("the server stops while threads are embedded or written as notes; that goes on at the next start");
        }
    }

    fn has_room(&self) -> Result<(), NoThread> {
        let most_bytes = self.settings.bytes.get();
        let bytes = self.bytes.load(Ordering::Relaxed).saturating_add(self.waiting.load(Ordering::Relaxed));
        if bytes >= most_bytes { Err(NoThread::Full { most_bytes }) } else { Ok(()) }
    }
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
