//! Files that come in parts, one request each, until their client says that they are whole.

use mediary_core::{Blob, ContentHash, Failure};
use mediary_store::{FileRow, UploadPart, UploadRow, UploadStatus};

use super::super::administration::unix_seconds;
use super::super::blocking;
use super::super::content::{in_pieces, not_kept};
use super::{KeptFiles, NoFile, gone, hash_of, new_file_id};

/// So long parts are taken.
const OPEN_SECONDS: i64 = 3600;
/// So many of them, at most.
const MOST_PARTS: usize = 10_000;

/// A file that is to come in parts.
#[derive(Debug)]
pub struct NewUpload {
    /// Whose it is.
    pub owner: Vec<u8>,
    /// What the file is to be called.
    pub name: String,
    /// The media type that was claimed; empty if none was.
    pub mime: String,
    /// What its client wants it for.
    pub purpose: String,
    /// How long it will be.
    pub bytes: u64,
    /// How long the file is to be kept, in seconds; `None`: as the operator has it.
    pub life: Option<i64>,
}

impl KeptFiles {
    /// Begins a file that comes in parts.
    ///
    /// # Errors
    /// When there is no room for so much.
    pub async fn begin(&self, new: NewUpload) -> Result<UploadRow, NoFile> {
        let mut turn = self.turn.lock().await;
        self.sweep(&mut turn).await?;
        let NewUpload { owner, name, mime, purpose, bytes, life } = new;
        self.has_room(bytes).await?;
        let now = unix_seconds();
        let upload = UploadRow {
            id: new_file_id("upload"),
            owner,
            name,
            mime,
            purpose,
            bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
            created_at: now,
            expires_at: now + OPEN_SECONDS,
            expires_after: life.or(self.life),
            status: UploadStatus::Pending,
            file: None,
        };
        self.uploads.begin(upload.clone()).await?;
        Ok(upload)
    }

    /// Adds a part; gives its id.
    ///
    /// # Errors
    /// When nothing is waited for by this id, or it would be more than was announced.
    pub async fn add_part(&self, id: &str, owner: &[u8], blob: Blob) -> Result<UploadPart, NoFile> {
        self.pending(id, owner).await?;
        self.has_room(blob.len_bytes()).await?;
        let (hash, _) = self.written(blob.clone()).await?;
        let _turn = self.turn.lock().await;
        let part = match self.part_of(id, owner, &blob, &hash).await {
            Ok(part) => part,
            Err(unfit) => {
                self.forget_bytes(&hash).await?;
                return Err(unfit);
            }
        };
        let turn_at_bytes = self.settled(&hash, blob).await?;
        let added = self.uploads.add(id, part.clone()).await;
        turn_at_bytes.over().await;
        added?;
        Ok(part)
    }

    /// A part that has been written, if it fits what was announced.
    async fn part_of(&self, id: &str, owner: &[u8], blob: &Blob, hash: &str) -> Result<UploadPart, NoFile> {
        let upload = self.pending(id, owner).await?;
        let parts = self.uploads.parts(id).await?;
        let bytes = i64::try_from(blob.len_bytes()).unwrap_or(i64::MAX);
        let so_far = parts.iter().map(|part| part.bytes).fold(bytes, i64::saturating_add);
        if so_far > upload.bytes {
            let announced = upload.bytes;
            return Err(NoFile::Unfit(format!(
                "with this part the file has {so_far} bytes, and {announced} were announced"
            )));
        }
        if parts.len() == MOST_PARTS {
            return Err(NoFile::Unfit(format!("a file comes in at most {MOST_PARTS} parts; send larger ones")));
        }
        Ok(UploadPart { id: new_file_id("part"), bytes, hash: hash.to_owned() })
    }

    /// Makes a file of parts, in this order.
    ///
    /// # Errors
    /// When one of them is none, or they are not as long together as was announced.
    pub async fn complete(&self, id: &str, owner: &[u8], order: &[String]) -> Result<(UploadRow, FileRow), NoFile> {
        let upload = self.pending(id, owner).await?;
        let parts = self.uploads.parts(id).await?;
        let mut wanted = Vec::with_capacity(order.len());
        for (at, name) in order.iter().enumerate() {
            let part = parts.iter().find(|part| part.id == *name);
            let part = part.ok_or_else(|| NoFile::Unfit(format!("`part_ids[{at}]` is no part of this upload")))?;
            wanted.push(part);
        }
        let bytes = wanted.iter().map(|part| part.bytes).fold(0, i64::saturating_add);
        if bytes != upload.bytes {
            let announced = upload.bytes;
            return Err(NoFile::Unfit(format!(
                "these parts have {bytes} bytes together, and {announced} were announced"
            )));
        }
        let hashes = wanted.iter().map(|part| hash_of(&part.hash)).collect::<Result<Vec<_>, Failure>>()?;
        let hash = self.joined(hashes.clone()).await?;
        let _turn = self.turn.lock().await;
        // Another request may have been quicker, and another file with these bytes may have gone.
        if let Err(over) = self.pending(id, owner).await {
            self.forget_bytes(&hash).await?;
            return Err(over);
        }
        let turn_at_bytes = loop {
            match self.turn_if_there(&hash).await? {
                Some(turn) => break turn,
                None => drop(self.joined(hashes.clone()).await?),
            }
        };
        let now = unix_seconds();
        let file = FileRow {
            id: new_file_id("file"),
            owner: upload.owner.clone(),
            name: upload.name.clone(),
            mime: upload.mime.clone(),
            purpose: upload.purpose.clone(),
            bytes,
            hash,
            created_at: now,
            expires_at: upload.expires_after.map(|after| now.saturating_add(after)),
        };
        let completed = self.uploads.complete(id, file.clone()).await;
        turn_at_bytes.over().await;
        if !completed? {
            // A server that shares the database was quicker.
            self.rows.remove(&file.id, owner).await?;
            return Err(NoFile::Unfit("this upload is completed already".to_owned()));
        }
        for part in &parts {
            self.forget_bytes(&part.hash).await?;
        }
        let upload = UploadRow { status: UploadStatus::Completed, file: Some(file.id.clone()), ..upload };
        Ok((upload, file))
    }

    /// Writes the bytes of parts as those of one file; gives what they are found by.
    async fn joined(&self, parts: Vec<ContentHash>) -> Result<String, Failure> {
        let content = self.content.clone();
        blocking::run(move || {
            let mut writer = content.begin().map_err(not_kept)?;
            for hash in parts {
                let mut stored = content.open(&hash).map_err(not_kept)?.ok_or_else(gone)?;
                in_pieces(&mut stored.reader, |piece| writer.write(piece).map_err(not_kept))?;
            }
            Ok(writer.finish().map_err(not_kept)?.hash.to_string())
        })
        .await
    }

    /// Gives a file up that comes in parts.
    ///
    /// # Errors
    /// When nothing is waited for by this id.
    pub async fn cancel(&self, id: &str, owner: &[u8]) -> Result<UploadRow, NoFile> {
        let _turn = self.turn.lock().await;
        let upload = self.pending(id, owner).await?;
        let parts = self.uploads.parts(id).await?;
        self.uploads.cancel(id).await?;
        for part in &parts {
            self.forget_bytes(&part.hash).await?;
        }
        Ok(UploadRow { status: UploadStatus::Cancelled, ..upload })
    }

    async fn pending(&self, id: &str, owner: &[u8]) -> Result<UploadRow, NoFile> {
        let upload = self.uploads.get(id, owner).await?.ok_or(NoFile::Unknown)?;
        if upload.status != UploadStatus::Pending {
            return Err(NoFile::Unfit(format!("this upload is {} already", upload.status.name())));
        }
        if upload.expires_at <= unix_seconds() {
            return Err(NoFile::Unfit("the time of this upload is over; begin another".to_owned()));
        }
        Ok(upload)
    }
}
