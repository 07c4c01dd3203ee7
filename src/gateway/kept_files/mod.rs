//! Files that clients put here ahead of their requests, which name them by their ids.
//!
//! What is known of a file is in the database, its bytes are in the content store, once for all files that have the same.
//! None makes way for another: where there is no more room, new ones are refused. A file belongs to the key that made it;
//! with any other it does not exist.

mod finding;
mod keeping;
mod parts;
#[cfg(test)]
mod tests;
mod turns;

use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use mediary_core::{Blob, ContentHash, Failure, FailureKind};
use mediary_store::{BucketContent, ContentStore, Database, DiskContent, Files, StoreFailed, Uploads};
use thiserror::Error;
use tokio::sync::Mutex;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::content::not_kept;
use crate::config::Config;

pub use parts::NewUpload;

/// The folder of their bytes, beside those of what was made for clients. In it each database has one of its own: others may
/// have the same bytes, and what belongs to none of its files is removed.
const FOLDER: &str = "files";
/// Those whose time is over are looked for at most so often.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Keeps files for clients' requests.
#[derive(Debug)]
pub struct KeptFiles {
    rows: Files,
    uploads: Uploads,
    content: Arc<dyn ContentStore>,
    most_bytes: u64,
    /// Whether no other server has the same database.
    is_alone: bool,
    /// How long one is kept whose client does not say it.
    life: Option<i64>,
    /// Held while it is seen to whether bytes are still wanted, and when those that ended were last looked for.
    turn: Mutex<i64>,
    at_work: TaskTracker,
}

/// A file that is to be kept.
#[derive(Debug)]
pub struct NewFile {
    /// Its id; `None`: a new one.
    pub id: Option<String>,
    /// Whose it is.
    pub owner: Vec<u8>,
    /// Its bytes.
    pub blob: Blob,
    /// What its client calls it.
    pub name: String,
    /// The media type that was claimed; empty if none was.
    pub mime: String,
    /// What its client wants it for.
    pub purpose: String,
    /// How long it is to be kept, in seconds; `None`: as the operator has it.
    pub life: Option<i64>,
}

/// Why there is no such file, or none can be kept.
#[derive(Debug, Error)]
pub enum NoFile {
    /// It is not this owner's, was removed, or its time is over.
    #[error("there is no such file")]
    Unknown,
    /// All files together would be too large.
    #[error("all files together may have {most_bytes} bytes")]
    Full {
        /// What they may have.
        most_bytes: u64,
    },
    /// The request does not fit how an upload stands.
    #[error("{0}")]
    Unfit(String),
    /// It cannot be written or read.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// The database is of no use at the moment.
    #[error(transparent)]
    Store(#[from] StoreFailed),
}

impl KeptFiles {
    /// The files of a database, with their bytes in the bucket that is named, else in a folder; `None`: there is no place
    /// for them.
    ///
    /// # Errors
    /// When there is one, and it cannot be had.
    pub async fn start(
        database: Arc<Database>,
        config: &Config,
        dir: Option<PathBuf>,
    ) -> Result<Option<Arc<Self>>, Failure> {
        // What is too old or too much is said by the database.
        const ALL_BYTES: u64 = u64::MAX / 2;
        const EVER: Duration = Duration::from_hours(24 * 365 * 1_000);
        let own = keeping::folder_of(&database).await.map_err(|error| Failure::broken(error.to_string()))?;
        let content: Arc<dyn ContentStore> = match (&config.store.content, dir) {
            (Some(bucket), _) => {
                let place = bucket.within(FOLDER).within(&own);
                Arc::new(BucketContent::open(place, ALL_BYTES, EVER).map_err(not_kept)?)
            }
            (None, Some(dir)) => {
                Arc::new(DiskContent::open(dir.join(FOLDER).join(own), ALL_BYTES, EVER).map_err(not_kept)?)
            }
            (None, None) => return Ok(None),
        };
        let is_alone = database.is_alone();
        let files = Arc::new(Self {
            rows: Files::of(database.clone()),
            uploads: Uploads::of(database),
            content,
            most_bytes: config.files.bytes.get(),
            is_alone,
            life: config.files.life.map(|life| i64::try_from(life.as_secs()).unwrap_or(i64::MAX)),
            turn: Mutex::new(0),
            at_work: TaskTracker::new(),
        });
        if let Err(error) = files.forget_orphans().await {
            tracing::warn!(error.detail = %error, "bytes that belong to no file cannot be looked for");
        }
        files.at_work.spawn(keeping::swept(Arc::downgrade(&files), SWEEP_EVERY));
        Ok(Some(files))
    }
}

/// A new id; ids are sorted by time.
pub(in crate::gateway) fn new_file_id(kind: &str) -> String {
    format!("{kind}-{}", Uuid::now_v7().simple())
}

fn hash_of(text: &str) -> Result<ContentHash, Failure> {
    ContentHash::from_str(text).map_err(|_| Failure::broken("a file's hash is none"))
}

fn gone() -> Failure {
    Failure::new(FailureKind::Lost, "the file's bytes are not where they were kept; send it again")
}
