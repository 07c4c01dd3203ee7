//! Files come, go by hand, and go when their time is over; with the last file that has them, so do their bytes.

use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use mediary_core::{Blob, Failure};
use mediary_store::{Database, FileRow, Settings, StoreFailed, UploadRow};
use uuid::Uuid;

use super::super::administration::unix_seconds;
use super::super::blocking;
use super::super::content::{not_kept, write_blob};
use super::turns::ContentTurn;
use super::{KeptFiles, NewFile, NoFile, SWEEP_EVERY, hash_of, new_file_id};

/// The setting with the name of a database's folder.
const FOLDER_OF_DATABASE: &str = "files.folder";

/// No server takes longer from the first byte of a file to its row.
const OTHERS_WRITE: Duration = Duration::from_hours(3);

impl KeptFiles {
    /// Keeps a file; it is on the disk when this resolves.
    ///
    /// # Errors
    /// When there is no room, or it cannot be written.
    pub async fn keep(&self, new: NewFile) -> Result<FileRow, NoFile> {
        let NewFile { id, owner, blob, name, mime, purpose, life } = new;
        self.has_room(blob.len_bytes()).await?;
        let (hash, bytes) = self.written(blob.clone()).await?;
        let mut turn = self.turn.lock().await;
        self.sweep(&mut turn).await?;
        let turn_at_bytes = self.settled(&hash, blob).await?;
        let now = unix_seconds();
        let expires_at = life.or(self.life).map(|life| now.saturating_add(life));
        let id = id.unwrap_or_else(|| new_file_id("file"));
        let file = FileRow { id, owner, name, mime, purpose, bytes, hash, created_at: now, expires_at };
        let kept = self.rows.keep(file.clone()).await;
        turn_at_bytes.over().await;
        kept?;
        Ok(file)
    }

    pub(super) async fn has_room(&self, bytes: u64) -> Result<(), NoFile> {
        match self.rows.bytes(unix_seconds()).await?.saturating_add(bytes) > self.most_bytes {
            true => Err(NoFile::Full { most_bytes: self.most_bytes }),
            false => Ok(()),
        }
    }

    /// Sees to it that bytes that were written before the turn came are there now, and that there is room for them: other
    /// files came meanwhile, and one that had the same bytes may have gone with them. While the turn that is given lasts, no
    /// server removes them.
    pub(super) async fn settled(&self, hash: &str, blob: Blob) -> Result<ContentTurn, NoFile> {
        if let Err(full) = self.has_room(blob.len_bytes()).await {
            self.forget_bytes(hash).await?;
            return Err(full);
        }
        loop {
            if let Some(turn) = self.turn_if_there(hash).await? {
                return Ok(turn);
            }
            self.written(blob.clone()).await?;
        }
    }

    /// Whether bytes are there.
    pub(super) async fn is_there(&self, hash: &str) -> Result<bool, Failure> {
        let (content, wanted) = (self.content.clone(), hash_of(hash)?);
        blocking::run(move || Ok(content.open(&wanted).map_err(not_kept)?.is_some())).await
    }

    /// Writes bytes; gives what they are found by, and how many they are.
    pub(super) async fn written(&self, blob: Blob) -> Result<(String, i64), Failure> {
        let content = self.content.clone();
        blocking::run(move || {
            let mut writer = content.begin().map_err(not_kept)?;
            write_blob(&blob, &mut *writer)?;
            let kept = writer.finish().map_err(not_kept)?;
            Ok((kept.hash.to_string(), i64::try_from(kept.len_bytes).unwrap_or(i64::MAX)))
        })
        .await
    }

    /// Removes a file of this owner's. Gives the hash of its bytes, where no other file has the same.
    ///
    /// # Errors
    /// When there is none, or it cannot be removed.
    pub async fn remove(&self, id: &str, owner: &[u8]) -> Result<Option<String>, NoFile> {
        let _turn = self.turn.lock().await;
        let file = self.rows.remove(id, owner).await?.ok_or(NoFile::Unknown)?;
        let has_others = self.rows.has_bytes(&file.hash).await?;
        self.forget_bytes(&file.hash).await?;
        Ok(Some(file.hash).filter(|_| !has_others))
    }

    /// Removes bytes that no file has any more. The turn is held: of two that have the same bytes, one may be just coming.
    pub(super) async fn forget_bytes(&self, hash: &str) -> Result<(), NoFile> {
        // Mostly they are had, and that is enough to know.
        if self.rows.has_bytes(hash).await? {
            return Ok(());
        }
        let turn = self.turn_at(hash).await?;
        let forgotten = self.forget_unless_had(hash).await;
        turn.over().await;
        forgotten
    }

    async fn forget_unless_had(&self, hash: &str) -> Result<(), NoFile> {
        if self.rows.has_bytes(hash).await? {
            return Ok(());
        }
        let (content, hash) = (self.content.clone(), hash_of(hash)?);
        Ok(blocking::run(move || content.remove(&hash).map_err(not_kept)).await?)
    }

    /// Removes bytes that belong to no file: a process was killed after it had written them.
    pub(super) async fn forget_orphans(&self) -> Result<(), NoFile> {
        // Other servers may be about to say whose theirs are.
        let age = if self.is_alone { Duration::ZERO } else { OTHERS_WRITE };
        let content = self.content.clone();
        let found = blocking::run(move || content.before(SystemTime::now() - age).map_err(not_kept)).await?;
        let _turn = self.turn.lock().await;
        for hash in found {
            self.forget_bytes(&hash.to_string()).await?;
        }
        Ok(())
    }

    /// Removes what has ended, if that was not looked for just now.
    pub(super) async fn sweep(&self, looked_at: &mut i64) -> Result<(), NoFile> {
        let now = unix_seconds();
        if now.saturating_sub(*looked_at).unsigned_abs() < SWEEP_EVERY.as_secs() {
            return Ok(());
        }
        *looked_at = now;
        self.remove_ended(now).await
    }

    async fn remove_ended(&self, now: i64) -> Result<(), NoFile> {
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

/// Removes what has ended every so often, as long as these files are kept.
pub(super) async fn swept(files: Weak<KeptFiles>, every: Duration) {
    loop {
        tokio::time::sleep(every).await;
        let Some(files) = files.upgrade() else { return };
        let _turn = files.turn.lock().await;
        if let Err(error) = files.remove_ended(unix_seconds()).await {
            tracing::warn!(error.detail = %error, "files whose time is over cannot be removed for now");
        }
    }
}

/// The name of a database's folder, which it has from the first time on.
pub(super) async fn folder_of(database: &Arc<Database>) -> Result<String, StoreFailed> {
    let settings = Settings::of(database.clone());
    let new = Uuid::now_v7().simple().to_string();
    if settings.set_once(FOLDER_OF_DATABASE, &new, unix_seconds()).await? {
        return Ok(new);
    }
    Ok(settings.find(FOLDER_OF_DATABASE).await?.unwrap_or(new))
}
