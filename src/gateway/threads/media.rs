//! The media of threads: each kept once by its hash, however many threads have it, and gone with the last of them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mediary_core::{Blob, Failure};
use mediary_store::{BucketContent, ContentStore, Database, DiskContent, Settings};
use uuid::Uuid;

use super::super::administration::unix_seconds;
use super::super::content::{FoundContent, in_pieces, not_kept, spooled, write_blob};
use super::super::{Gateway, blocking};
use super::record::{Record, RecordMedium, hash_of};
use super::{NoThread, Threads};
use crate::config::Config;

/// Their folder, beside those of other files. In it each database has one of its own: what belongs to none of its threads is
/// removed.
const FOLDER: &str = "threads";
/// The setting with the name of a database's folder.
const FOLDER_OF_DATABASE: &str = "threads.folder";
/// No server takes longer from a medium's first byte to its row.
const OTHERS_WRITE: Duration = Duration::from_hours(3);
/// The most media of earlier turns that go with one request, and how many bytes they may have together.
const MOST_SENT: usize = 32;
const MOST_SENT_BYTES: u64 = 64 << 20;

/// Where media are kept; `None`: there is no place.
pub(super) async fn opened(
    database: &Arc<Database>,
    config: &Config,
    dir: Option<PathBuf>,
) -> Result<Option<Arc<dyn ContentStore>>, Failure> {
    // What is too old or too much is said by the database.
    const ALL_BYTES: u64 = u64::MAX / 2;
    const EVER: Duration = Duration::from_hours(24 * 365 * 1_000);
    let own = folder_of(database).await.map_err(|error| Failure::broken(error.to_string()))?;
    Ok(match (&config.store.content, dir) {
        (Some(bucket), _) => {
            let place = bucket.within(FOLDER).within(&own);
            Some(Arc::new(BucketContent::open(place, ALL_BYTES, EVER).map_err(not_kept)?))
        }
        (None, Some(dir)) => {
            Some(Arc::new(DiskContent::open(dir.join(FOLDER).join(own), ALL_BYTES, EVER).map_err(not_kept)?))
        }
        (None, None) => None,
    })
}

/// The name of a database's folder, which it has from the first time on.
async fn folder_of(database: &Arc<Database>) -> Result<String, mediary_store::StoreFailed> {
    let settings = Settings::of(database.clone());
    let new = Uuid::now_v7().simple().to_string();
    if settings.set_once(FOLDER_OF_DATABASE, &new, unix_seconds()).await? {
        return Ok(new);
    }
    Ok(settings.find(FOLDER_OF_DATABASE).await?.unwrap_or(new))
}

/// The media that go with messages again: the last ones, as far as that is allowed.
pub(super) fn wanted(records: &[(String, Record)]) -> Vec<RecordMedium> {
    let (mut media, mut bytes) = (Vec::<RecordMedium>::new(), 0_u64);
    for medium in records.iter().rev().flat_map(|(_, record)| record.media()) {
        if media.iter().any(|known| known.hash == medium.hash) {
            continue;
        }
        bytes = bytes.saturating_add(medium.bytes);
        if media.len() == MOST_SENT || bytes > MOST_SENT_BYTES {
            break;
        }
        media.push(medium.clone());
    }
    media
}

/// The bytes of a medium, all at once; `None`: it is not there.
pub(super) fn bytes_of(content: &dyn ContentStore, hash: &str) -> Result<Option<Vec<u8>>, Failure> {
    let Some(hash) = hash_of(hash) else { return Ok(None) };
    let Some(mut stored) = content.open(&hash).map_err(not_kept)? else { return Ok(None) };
    let mut bytes = Vec::new();
    in_pieces(&mut stored.reader, |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    })?;
    Ok(Some(bytes))
}

impl Threads {
    /// Media by their hashes. What is not there any more is left out.
    pub(super) async fn parts(
        &self,
        gateway: &Gateway,
        media: Vec<RecordMedium>,
    ) -> Result<HashMap<String, Blob>, Failure> {
        let mut found = HashMap::new();
        for medium in media {
            let Some(hash) = hash_of(&medium.hash) else { continue };
            let (content, mut spool) = (self.content.clone(), gateway.admission().spool());
            let blob = blocking::run(move || {
                let Some(stored) = content.open(&hash).map_err(not_kept)? else { return Ok(None) };
                spooled(stored, &mut spool)?;
                Ok(Some(spool.finish()))
            });
            if let Some(blob) = blob.await? {
                found.insert(medium.hash, blob);
            }
        }
        Ok(found)
    }

    /// The bytes of a medium of a thread of this owner's, to be given out.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub async fn medium(&self, id: &str, owner: &[u8], hash: &str) -> Result<FoundContent, NoThread> {
        let thread = self.get(id, owner).await?;
        let media = self.rows.media(thread.seq).await?;
        let medium = media.into_iter().find(|medium| medium.hash == hash).ok_or(NoThread::Unknown)?;
        let hash = hash_of(&medium.hash).ok_or(NoThread::Unknown)?;
        let content = self.content.clone();
        let stored = blocking::run(move || content.open(&hash).map_err(not_kept)).await?.ok_or(NoThread::Unknown)?;
        Ok(FoundContent { hash, media_type: medium.mime, format: None, expires: None, stored })
    }

    /// Sees to it that bytes are there.
    pub(super) async fn written(&self, blob: Blob) -> Result<(), Failure> {
        let content = self.content.clone();
        blocking::run(move || {
            if content.open(&blob.hash()).map_err(not_kept)?.is_some() {
                return Ok(());
            }
            let mut writer = content.begin().map_err(not_kept)?;
            write_blob(&blob, &mut *writer)?;
            writer.finish().map_err(not_kept).map(drop)
        })
        .await
    }

    /// Removes bytes that no thread has any more.
    pub(super) async fn forget_bytes(&self, hash: &str) -> Result<(), NoThread> {
        // Another thread may just be going to have it.
        let _turn = self.media_turns.of([hash]).await;
        if self.rows.has_bytes(hash).await? {
            return Ok(());
        }
        let Some(hash) = hash_of(hash) else { return Ok(()) };
        let content = self.content.clone();
        Ok(blocking::run(move || content.remove(&hash).map_err(not_kept)).await?)
    }

    /// Removes bytes that belong to no thread: a process was killed after it had written them, or their owner's key was removed.
    pub(super) async fn forget_orphans(&self) -> Result<(), NoThread> {
        // Other servers may be about to say whose theirs are.
        let age = if self.is_alone { Duration::ZERO } else { OTHERS_WRITE };
        let content = self.content.clone();
        let before = SystemTime::now().checked_sub(age).unwrap_or(UNIX_EPOCH);
        let found = blocking::run(move || content.before(before).map_err(not_kept)).await?;
        for hash in found {
            self.forget_bytes(&hash.to_string()).await?;
        }
        Ok(())
    }
}
