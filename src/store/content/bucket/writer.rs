//! Writes an object: its name is the hash of its bytes, so these are kept in a file until all of them are there, and then
//! sent part by part. What is sent is seen by none before its end.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::sync::Arc;

use mediary_core::ContentHash;
use object_store::path::Path;
use object_store::{Error, MultipartUpload, ObjectStoreExt as _, PutPayload};
use sha2::{Digest, Sha256};

use super::super::{ContentFailed, ContentWriter, Kept};
use super::reach::Reach;
use super::room::Room;

/// The size of a part; a shorter file is sent in one. Stores take no less than 5 MiB, and 10,000 of them.
const PART: u64 = 8 << 20;

pub(super) struct ObjectWriter {
    pub(super) room: Arc<Room>,
    file: File,
    hasher: Sha256,
    len_bytes: u64,
}

impl ObjectWriter {
    pub(super) fn new(room: Arc<Room>) -> Result<Self, ContentFailed> {
        Ok(Self { room, file: tempfile::tempfile()?, hasher: Sha256::new(), len_bytes: 0 })
    }
}

impl ContentWriter for ObjectWriter {
    fn write(&mut self, chunk: &[u8]) -> Result<(), ContentFailed> {
        self.len_bytes += chunk.len() as u64;
        if self.len_bytes > self.room.most_bytes {
            return Err(ContentFailed::TooLarge { most_bytes: self.room.most_bytes });
        }
        self.hasher.update(chunk);
        self.file.write_all(chunk)?;
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Kept, ContentFailed> {
        let Self { room, mut file, hasher, len_bytes } = *self;
        let hash = ContentHash::from_digest(hasher.finalize().into());
        room.take(len_bytes)?;
        file.rewind()?;
        let reach = &room.reach;
        let path = reach.path(&hash.to_string());
        match len_bytes <= PART {
            true => {
                let (store, part) = (reach.store.clone(), part(&mut file)?);
                let sent = reach.wait(async move { store.put(&path, part.unwrap_or_default()).await });
                sent.map_err(|error| reach.failed(&error))?;
            }
            false => send_in_parts(reach, path, &mut file)?,
        }
        Ok(Kept { hash, len_bytes })
    }
}

/// The next part of a file; `None`: there is none.
fn part(file: &mut File) -> io::Result<Option<PutPayload>> {
    let mut bytes = Vec::new();
    file.take(PART).read_to_end(&mut bytes)?;
    Ok((!bytes.is_empty()).then(|| bytes.into()))
}

fn send_in_parts(reach: &Reach, path: Path, file: &mut File) -> Result<(), ContentFailed> {
    let store = reach.store.clone();
    let begun = reach.wait(async move { store.put_multipart(&path).await });
    let upload = begun.map_err(|error| reach.failed(&error))?;
    let mut parts = Parts { reach, upload: Some(upload) };
    while let Some(part) = part(file)? {
        parts.go_on(|mut upload| async move { (upload.put_part(part).await, upload) })?;
    }
    parts.go_on(|mut upload| async move { (upload.complete().await.map(drop), upload) })?;
    parts.upload = None;
    Ok(())
}

/// An object of which parts are sent; what is dropped before its end is taken back.
struct Parts<'a> {
    reach: &'a Reach,
    upload: Option<Upload>,
}

type Upload = Box<dyn MultipartUpload>;

impl Parts<'_> {
    fn go_on<F: Future<Output = (Result<(), Error>, Upload)> + Send + 'static>(
        &mut self,
        step: impl FnOnce(Upload) -> F,
    ) -> Result<(), ContentFailed> {
        let Some(upload) = self.upload.take() else { return Ok(()) };
        let step = step(upload);
        let (done, upload) =
            self.reach.wait(async move { Ok(step.await) }).map_err(|error| self.reach.failed(&error))?;
        self.upload = Some(upload);
        done.map_err(|error| self.reach.failed(&error))
    }
}

impl Drop for Parts<'_> {
    fn drop(&mut self) {
        if let Some(mut upload) = self.upload.take() {
            // What cannot be taken back now goes by the bucket's own rules.
            let _left = self.reach.wait(async move { upload.abort().await });
        }
    }
}
