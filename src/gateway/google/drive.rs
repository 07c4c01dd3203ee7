//! Files of Drive: found, brought, read and put there.

use std::io::{Read as _, Seek as _, SeekFrom};

use bytes::Bytes;
use mediary_core::{Blob, Claim, Failure, classify};
use mediary_remote::{DriveFile, DrivePage, DriveQuery, GoogleFeature, Upload};

use super::{Google, NoGoogle};
use crate::gateway::documents::{ReadOptions, Reader, Reading};
use crate::gateway::{FetchedFile, Spool, blocking};

/// A piece of an upload: Google takes multiples of 256 KiB.
const PIECE: u64 = 8 << 20;
/// So often a piece may be sent in part only before it is given up.
const MOST_STALLS: u32 = 5;

/// Which files are looked for.
pub type DriveWish = DriveQuery;

/// A file that was read.
#[derive(Debug)]
pub struct DriveText {
    /// What is known of it.
    pub file: DriveFile,
    /// What it says.
    pub reading: Reading,
}

/// A file that is to be put there.
#[derive(Debug)]
pub struct NewDriveFile {
    /// What it is called.
    pub name: String,
    /// Its media type.
    pub mime: String,
    /// The folder that it goes into; `None`: the first.
    pub folder: Option<String>,
    /// Its bytes.
    pub blob: Blob,
}

impl Google {
    /// Looks for files.
    ///
    /// # Errors
    /// When no account is connected for it, or Google fails.
    pub async fn drive_files(&self, owner: &[u8], query: &DriveWish) -> Result<DrivePage, NoGoogle> {
        let request = self.settings.places.drive_files(query)?;
        let answer = self.ask(owner, GoogleFeature::Drive, request).await?;
        Ok(DrivePage::read(&answer)?)
    }

    /// What is known of a file; of one that only points to another, what is known of that.
    ///
    /// # Errors
    /// When no account is connected for it, there is no such file, or Google fails.
    pub async fn drive_file(&self, owner: &[u8], id: &str) -> Result<DriveFile, NoGoogle> {
        let ask = async |id: &str| {
            let request = self.settings.places.drive_file(id)?;
            let answer = self.ask(owner, GoogleFeature::Drive, request).await?;
            Ok::<_, NoGoogle>(DriveFile::read(&answer)?)
        };
        let file = ask(id).await?;
        match &file.target {
            Some(target) => ask(target).await,
            None => Ok(file),
        }
    }

    /// Brings a file, of so many bytes at most.
    ///
    /// # Errors
    /// When no account is connected for it, there is no such file, it has no bytes, is too large, or Google fails.
    pub async fn drive_content(
        &self,
        owner: &[u8],
        id: &str,
        most_bytes: u64,
        mut spool: Spool,
    ) -> Result<(DriveFile, FetchedFile), NoGoogle> {
        let file = self.drive_file(owner, id).await?;
        let most_bytes = most_bytes.min(self.most_bytes);
        let too_large = || {
            Failure::too_large(format!(
                "the file of Drive has more than {most_bytes} bytes, which is more than may be brought; name a smaller one, or \
                 raise [limits] upload_bytes"
            ))
        };
        if file.bytes.is_some_and(|bytes| bytes > most_bytes) {
            return Err(too_large().into());
        }
        let content = self.settings.places.drive_content(&file)?;
        let mut count = 0_u64;
        let mut keep = |piece: &[u8]| {
            count += piece.len() as u64;
            if count > most_bytes {
                return Err(too_large());
            }
            spool.write(piece)
        };
        self.receive(owner, GoogleFeature::Drive, content.request, &mut keep).await?;
        let fetched = FetchedFile {
            blob: spool.finish(),
            media_type: Some(content.mime).filter(|mime| !mime.is_empty()),
            name: Some(content.name).filter(|name| !name.is_empty()),
            url: format!("drive:{}", file.id),
        };
        Ok((file, fetched))
    }

    /// Brings a file and reads it as documents are read.
    ///
    /// # Errors
    /// As [`Self::drive_content`]; or when it cannot be read.
    pub async fn drive_text(
        &self,
        owner: &[u8],
        id: &str,
        reader: &Reader,
        spool: Spool,
        options: &ReadOptions,
    ) -> Result<DriveText, NoGoogle> {
        let (file, fetched) = self.drive_content(owner, id, u64::MAX, spool).await?;
        let claim = Claim { mime: fetched.media_type.as_deref(), file_name: fetched.name.as_deref() };
        let media = classify(fetched.blob, claim).map_err(|refusal| Failure::unsupported(refusal.to_string()))?;
        let reading = Box::pin(reader.read(media, options, &|_, _| ())).await?;
        Ok(DriveText { file, reading })
    }

    /// Puts a file there, in pieces.
    ///
    /// # Errors
    /// When no account is connected for it, or Google fails.
    pub async fn drive_upload(&self, owner: &[u8], new: &NewDriveFile) -> Result<DriveFile, NoGoogle> {
        let feature = GoogleFeature::DriveUpload;
        let bytes = new.blob.len_bytes();
        let upload = Upload { name: &new.name, mime: &new.mime, folder: new.folder.as_deref(), bytes };
        let request = self.settings.places.drive_upload(&upload)?;
        let begun = self.ask(owner, feature, request).await?;
        let place = self.settings.places.upload_place(&begun)?;
        let (mut at, mut stalls) = (0_u64, 0);
        loop {
            let piece = piece_of(&new.blob, at).await?;
            let sent = piece.len() as u64;
            let answer = self.ask(owner, feature, upload.piece(&place, at, piece)?).await?;
            let there = match Upload::standing(&answer)? {
                Ok(file) => return Ok(file),
                Err(there) => there,
            };
            // What it has not taken is sent again from there.
            stalls = if there > at { 0 } else { stalls + 1 };
            if there > at + sent || stalls > MOST_STALLS {
                return Err(Failure::broken("Google does not take the file to its end; try again").into());
            }
            at = there;
        }
    }
}

/// The bytes of a file from one on.
async fn piece_of(blob: &Blob, at: u64) -> Result<Bytes, Failure> {
    let blob = blob.clone();
    blocking::run(move || {
        let unread = |error: std::io::Error| Failure::broken(format!("a file cannot be read: {error}"));
        let mut reader = blob.source().open().map_err(unread)?;
        reader.seek(SeekFrom::Start(at)).map_err(unread)?;
        let mut piece = Vec::new();
        reader.take(PIECE).read_to_end(&mut piece).map_err(unread)?;
        Ok(piece.into())
    })
    .await
}
