//! Files are found by their ids, listed, and read.

use std::time::{Duration, UNIX_EPOCH};

use mediary_core::{Blob, Claim, Failure, Media, classify};
use mediary_store::{FileList, FileRow};

use super::super::administration::unix_seconds;
use super::super::content::{FoundContent, not_kept, spooled};
use super::super::{Spool, blocking};
use super::{KeptFiles, NoFile, gone, hash_of};

impl KeptFiles {
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
}
