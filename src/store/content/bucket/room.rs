//! How much may be kept in a bucket, and what goes when it is too much or too old.
//!
//! Several servers may share a bucket: what each has found there when it last looked is what it counts from.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mediary_core::ContentHash;
use object_store::path::Path;
use object_store::{Error, ObjectMeta, ObjectStoreExt as _};

use super::super::ContentFailed;
use super::super::sweep::is_hash;
use super::reach::Reach;

#[derive(Debug)]
pub(super) struct Room {
    pub(super) reach: Arc<Reach>,
    pub(super) most_bytes: u64,
    max_age: Duration,
    /// Bytes that may be written before the bucket must be looked through again; held while it is.
    left_bytes: Mutex<u64>,
}

/// What is known of an object.
struct Found {
    written_ms: i64,
    len_bytes: u64,
    path: Path,
}

impl Room {
    pub(super) fn new(reach: Arc<Reach>, most_bytes: u64, max_age: Duration) -> Self {
        Self { reach, most_bytes, max_age, left_bytes: Mutex::new(0) }
    }

    /// Takes room for a file; what is oldest makes way.
    pub(super) fn take(&self, bytes: u64) -> Result<(), ContentFailed> {
        let mut left_bytes = self.left_bytes.lock().unwrap_or_else(PoisonError::into_inner);
        if *left_bytes < bytes {
            let kept_bytes = self.sweep_to(self.most_bytes.saturating_sub(bytes), SystemTime::now())?;
            *left_bytes = self.most_bytes.saturating_sub(kept_bytes);
        }
        *left_bytes = left_bytes.checked_sub(bytes).ok_or(ContentFailed::TooLarge { most_bytes: self.most_bytes })?;
        Ok(())
    }

    /// Removes what is too old or too much.
    pub(super) fn sweep_at(&self, now: SystemTime) -> Result<(), ContentFailed> {
        let mut left_bytes = self.left_bytes.lock().unwrap_or_else(PoisonError::into_inner);
        *left_bytes = self.most_bytes.saturating_sub(self.sweep_to(self.most_bytes, now)?);
        Ok(())
    }

    /// Removes what is too old, and the oldest of what passes so many bytes; says how many remain.
    fn sweep_to(&self, most_bytes: u64, now: SystemTime) -> Result<u64, ContentFailed> {
        let ms = |since: Duration| i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        let now_ms = now.duration_since(UNIX_EPOCH).map_or(0, ms);
        let mut found = self.found()?;
        found.sort_unstable_by(|a, b| (a.written_ms, &a.path).cmp(&(b.written_ms, &b.path)));
        let mut total_bytes: u64 = found.iter().map(|object| object.len_bytes).sum();
        for Found { written_ms, len_bytes, path } in found {
            if total_bytes <= most_bytes && now_ms - written_ms <= ms(self.max_age) {
                break;
            }
            let store = self.reach.store.clone();
            match self.reach.wait(async move { store.delete(&path).await }) {
                // Another server may have removed it since.
                Ok(()) | Err(Error::NotFound { .. }) => total_bytes -= len_bytes,
                Err(error) => return Err(self.reach.failed(&error)),
            }
        }
        Ok(total_bytes)
    }

    /// What was written before a time.
    pub(super) fn before(&self, time: SystemTime) -> Result<Vec<ContentHash>, ContentFailed> {
        let ms =
            time.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
        let found = self.found()?.into_iter().filter(|object| object.written_ms < ms);
        Ok(found.filter_map(|object| object.path.filename()?.parse().ok()).collect())
    }

    /// Our objects; what else lies there is not ours.
    fn found(&self) -> Result<Vec<Found>, ContentFailed> {
        let of = |meta: ObjectMeta| {
            let is_ours = meta.location.filename().is_some_and(is_hash);
            let written_ms = meta.last_modified.timestamp_millis();
            is_ours.then_some(Found { written_ms, len_bytes: meta.size, path: meta.location })
        };
        let (store, folder) = (self.reach.store.clone(), self.reach.place.address.folder.clone());
        // Of its folders nothing: they may be those of another server.
        let listed = self.reach.wait(async move { store.list_with_delimiter(Some(&folder)).await });
        let listed = listed.map_err(|error| self.reach.failed(&error))?;
        Ok(listed.objects.into_iter().filter_map(of).collect())
    }
}
