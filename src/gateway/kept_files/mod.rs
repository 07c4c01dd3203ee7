//! Files that clients put here ahead of their requests, which name them by their ids.
//!
//! What is known of a file is in the database, its bytes are in the content store, once for all files that have the same.
//! None makes way for another: where there is no more room, new ones are refused. A file belongs to the key that made it;
//! with any other it does not exist.

mod parts;

use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use mediary_core::{Blob, Claim, ContentHash, Failure, FailureKind, Media, classify};
use mediary_store::{
    BucketContent, ContentStore, Database, DiskContent, FileList, FileRow, Files, StoreFailed, UploadRow, Uploads,
};
use thiserror::Error;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::administration::unix_seconds;
use super::content::{FoundContent, not_kept, spooled, write_blob};
use super::{Spool, blocking};
use crate::config::Config;

pub use parts::NewUpload;

/// The folder of their bytes, beside those of what was made for clients.
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
    /// How long one is kept whose client does not say it.
    life: Option<i64>,
    /// Held while it is seen to whether bytes are still wanted, and when those that ended were last looked for.
    turn: Mutex<i64>,
}

/// A file that is to be kept.
#[derive(Debug)]
pub struct NewFile {
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
    pub fn start(database: Arc<Database>, config: &Config, dir: Option<PathBuf>) -> Result<Option<Arc<Self>>, Failure> {
        // What is too old or too much is said by the database.
        const ALL_BYTES: u64 = u64::MAX / 2;
        const EVER: Duration = Duration::from_hours(24 * 365 * 1_000);
        let content: Arc<dyn ContentStore> = match (&config.store.content, dir) {
            (Some(bucket), _) => {
                Arc::new(BucketContent::open(bucket.within(FOLDER), ALL_BYTES, EVER).map_err(not_kept)?)
            }
            (None, Some(dir)) => Arc::new(DiskContent::open(dir.join(FOLDER), ALL_BYTES, EVER).map_err(not_kept)?),
            (None, None) => return Ok(None),
        };
        Ok(Some(Arc::new(Self {
            rows: Files::of(database.clone()),
            uploads: Uploads::of(database),
            content,
            most_bytes: config.files.bytes.get(),
            life: config.files.life.map(|life| i64::try_from(life.as_secs()).unwrap_or(i64::MAX)),
            turn: Mutex::new(0),
        })))
    }

    /// Keeps a file; it is on the disk when this resolves.
    ///
    /// # Errors
    /// When there is no room, or it cannot be written.
    pub async fn keep(&self, new: NewFile) -> Result<FileRow, NoFile> {
        let mut turn = self.turn.lock().await;
        self.sweep(&mut turn).await?;
        let NewFile { owner, blob, name, mime, purpose, life } = new;
        self.has_room(blob.len_bytes()).await?;
        let (hash, bytes) = self.written(blob).await?;
        let now = unix_seconds();
        let expires_at = life.or(self.life).map(|life| now.saturating_add(life));
        let id = new_file_id("file");
        let file = FileRow { id, owner, name, mime, purpose, bytes, hash, created_at: now, expires_at };
        self.rows.keep(file.clone()).await?;
        Ok(file)
    }

    async fn has_room(&self, bytes: u64) -> Result<(), NoFile> {
        match self.rows.bytes().await?.saturating_add(bytes) > self.most_bytes {
            true => Err(NoFile::Full { most_bytes: self.most_bytes }),
            false => Ok(()),
        }
    }

    /// Writes bytes; gives what they are found by, and how many they are.
    async fn written(&self, blob: Blob) -> Result<(String, i64), Failure> {
        let content = self.content.clone();
        blocking::run(move || {
            let mut writer = content.begin().map_err(not_kept)?;
            write_blob(&blob, &mut *writer)?;
            let kept = writer.finish().map_err(not_kept)?;
            Ok((kept.hash.to_string(), i64::try_from(kept.len_bytes).unwrap_or(i64::MAX)))
        })
        .await
    }

    /// What is known of a file of this owner's.
    ///
    /// # Errors
    /// When there is none.
    pub async fn get(&self, id: &str, owner: &[u8]) -> Result<FileRow, NoFile> {
        self.rows.get(id, owner, unix_seconds()).await?.ok_or(NoFile::Unknown)
    }

    /// Files of this owner's, and whether there are more.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list(&self, owner: &[u8], list: &FileList) -> Result<(Vec<FileRow>, bool), NoFile> {
        Ok(self.rows.list(owner, list, unix_seconds()).await?)
    }

    /// Removes a file of this owner's.
    ///
    /// # Errors
    /// When there is none, or it cannot be removed.
    pub async fn remove(&self, id: &str, owner: &[u8]) -> Result<(), NoFile> {
        let _turn = self.turn.lock().await;
        let file = self.rows.remove(id, owner).await?.ok_or(NoFile::Unknown)?;
        self.forget_bytes(&file.hash).await
    }

    /// The bytes of a file of this owner's, to be given out.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub async fn open(&self, id: &str, owner: &[u8]) -> Result<(FileRow, FoundContent), NoFile> {
        let file = self.get(id, owner).await?;
        let (content, hash) = (self.content.clone(), hash_of(&file.hash)?);
        let stored = blocking::run(move || content.open(&hash).map_err(not_kept)).await?.ok_or_else(gone)?;
        let media_type = if file.mime.is_empty() { "application/octet-stream" } else { &file.mime };
        let expires =
            file.expires_at.and_then(|at| u64::try_from(at).ok()).map(|at| UNIX_EPOCH + Duration::from_secs(at));
        let found = FoundContent { hash, media_type: media_type.to_owned(), format: None, expires, stored };
        Ok((file, found))
    }

    /// A copy of a file of this owner's, as a request that names it has it.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub async fn copy(&self, id: &str, owner: &[u8], mut spool: Spool) -> Result<(FileRow, Blob), NoFile> {
        let (file, found) = self.open(id, owner).await?;
        let blob = blocking::run(move || {
            spooled(found.stored, &mut spool)?;
            Ok(spool.finish())
        });
        Ok((file, blob.await?))
    }

    /// The same, when it is known what it is.
    ///
    /// # Errors
    /// As [`Self::copy`]; or when it is empty, or no medium.
    pub async fn medium(&self, id: &str, owner: &[u8], spool: Spool) -> Result<(FileRow, Media), NoFile> {
        let (file, blob) = self.copy(id, owner, spool).await?;
        let claim = Claim {
            mime: Some(file.mime.as_str()).filter(|mime| !mime.is_empty()),
            file_name: Some(file.name.as_str()).filter(|name| !name.is_empty()),
        };
        let media = classify(blob, claim).map_err(|refusal| Failure::unsupported(refusal.to_string()))?;
        Ok((file, media))
    }

    /// Removes bytes that no file has any more. The turn is held: of two that have the same bytes, one may be just coming.
    async fn forget_bytes(&self, hash: &str) -> Result<(), NoFile> {
        if self.rows.has_bytes(hash).await? {
            return Ok(());
        }
        let (content, hash) = (self.content.clone(), hash_of(hash)?);
        Ok(blocking::run(move || content.remove(&hash).map_err(not_kept)).await?)
    }

    /// Removes what has ended, if that was not looked for just now.
    async fn sweep(&self, looked_at: &mut i64) -> Result<(), NoFile> {
        let now = unix_seconds();
        if now.saturating_sub(*looked_at).unsigned_abs() < SWEEP_EVERY.as_secs() {
            return Ok(());
        }
        *looked_at = now;
        for file in self.rows.ended(now).await? {
            if self.rows.remove(&file.id, &file.owner).await?.is_some() {
                self.forget_bytes(&file.hash).await?;
            }
        }
        for UploadRow { id, .. } in self.uploads.ended(now).await? {
            let parts = self.uploads.parts(&id).await?;
            self.uploads.remove(&id).await?;
            for part in parts {
                self.forget_bytes(&part.hash).await?;
            }
        }
        Ok(())
    }
}

/// A new id; ids are sorted by time.
fn new_file_id(kind: &str) -> String {
    format!("{kind}-{}", Uuid::now_v7().simple())
}

fn hash_of(text: &str) -> Result<ContentHash, Failure> {
    ContentHash::from_str(text).map_err(|_| Failure::broken("a file's hash is none"))
}

fn gone() -> Failure {
    Failure::new(FailureKind::Lost, "the file's bytes are not where they were kept; send it again")
}
