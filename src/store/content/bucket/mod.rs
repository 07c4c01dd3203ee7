//! The content store in a bucket of an S3-compatible store: an object for each hash, and one with the key with which tokens
//! are signed. Servers that share the bucket answer for one another's tokens.
//!
//! Nothing is asked of the bucket before a file is kept or fetched, so one that is away costs those files and no start.

mod place;
mod reach;
mod reader;
mod room;
#[cfg(test)]
mod tests;
mod writer;

pub use place::{BucketAddress, BucketPlace, NotABucket};

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use mediary_core::ContentHash;
use object_store::{Error, ObjectStoreExt as _, PutMode};

use super::token::{KEY_BYTES, Signer};
use super::{BadToken, ContentFailed, ContentLink, ContentStore, ContentWriter, StoredContent};
use reach::Reach;
use reader::ObjectReader;
use room::Room;
use writer::ObjectWriter;

/// The object with the key.
const KEY: &str = "key";

/// A bucket, or a folder in one.
#[derive(Debug)]
pub struct BucketContent {
    room: Arc<Room>,
    reach: Arc<Reach>,
    signer: OnceLock<Signer>,
}

impl BucketContent {
    /// A store in a bucket. Its files may have `most_bytes` together and stay for `max_age`.
    ///
    /// # Errors
    /// When there is no thread for its connections, or the place cannot be one.
    pub fn open(place: BucketPlace, most_bytes: u64, max_age: Duration) -> Result<Self, ContentFailed> {
        let reach = Arc::new(Reach::new(place)?);
        Ok(Self { room: Arc::new(Room::new(reach.clone(), most_bytes, max_age)), reach, signer: OnceLock::new() })
    }

    pub(super) fn sweep_at(&self, now: SystemTime) -> Result<(), ContentFailed> {
        self.room.sweep_at(now)
    }

    /// The key of the bucket, made by whichever server comes first.
    fn signer(&self) -> Result<&Signer, ContentFailed> {
        if let Some(signer) = self.signer.get() {
            return Ok(signer);
        }
        let key = match self.read_key()? {
            Some(key) => key,
            None => {
                self.make_key()?;
                let none = Error::Generic { store: "S3", source: "it does not keep the key of its links".into() };
                self.read_key()?.ok_or_else(|| self.reach.failed(&none))?
            }
        };
        Ok(self.signer.get_or_init(|| Signer::new(key)))
    }

    fn read_key(&self) -> Result<Option<[u8; KEY_BYTES]>, ContentFailed> {
        let (store, path) = (self.reach.store.clone(), self.reach.path(KEY));
        match self.reach.wait(async move { store.get(&path).await?.bytes().await }) {
            Ok(bytes) => {
                let wrong = Error::Generic { store: "S3", source: "its object `key` is none of ours".into() };
                <[u8; KEY_BYTES]>::try_from(bytes.as_ref()).map(Some).map_err(|_| self.reach.failed(&wrong))
            }
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.reach.failed(&error)),
        }
    }

    fn make_key(&self) -> Result<(), ContentFailed> {
        let mut fresh = [0; KEY_BYTES];
        getrandom::fill(&mut fresh).map_err(std::io::Error::other)?;
        let put = |mode: PutMode| {
            let (store, path) = (self.reach.store.clone(), self.reach.path(KEY));
            let fresh = fresh.to_vec();
            self.reach.wait(async move { store.put_opts(&path, fresh.into(), mode.into()).await.map(drop) })
        };
        let made = match put(PutMode::Create) {
            // Of stores that know no conditions the last one wins; all read what is there afterwards.
            Err(Error::NotImplemented { .. } | Error::NotSupported { .. }) => put(PutMode::Overwrite),
            made => made,
        };
        match made {
            Ok(()) | Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(()),
            Err(error) => Err(self.reach.failed(&error)),
        }
    }
}

impl ContentStore for BucketContent {
    fn begin(&self) -> Result<Box<dyn ContentWriter>, ContentFailed> {
        Ok(Box::new(ObjectWriter::new(self.room.clone())?))
    }

    fn open(&self, hash: &ContentHash) -> Result<Option<StoredContent>, ContentFailed> {
        let (store, path) = (self.reach.store.clone(), self.reach.path(&hash.to_string()));
        let its = path.clone();
        match self.reach.wait(async move { store.head(&its).await }) {
            Ok(meta) => {
                let reader = ObjectReader::new(self.reach.clone(), path, meta.size);
                Ok(Some(StoredContent { len_bytes: meta.size, reader: Box::new(reader) }))
            }
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.reach.failed(&error)),
        }
    }

    fn remove(&self, hash: &ContentHash) -> Result<(), ContentFailed> {
        let (store, path) = (self.reach.store.clone(), self.reach.path(&hash.to_string()));
        match self.reach.wait(async move { store.delete(&path).await }) {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.reach.failed(&error)),
        }
    }

    fn token(&self, link: &ContentLink) -> Result<String, ContentFailed> {
        Ok(self.signer()?.sign(link))
    }

    fn read_token(&self, token: &str, now: SystemTime) -> Result<Result<ContentLink, BadToken>, ContentFailed> {
        Ok(self.signer()?.read(token, now))
    }

    fn before(&self, time: SystemTime) -> Result<Vec<ContentHash>, ContentFailed> {
        self.room.before(time)
    }

    fn sweep(&self) -> Result<(), ContentFailed> {
        self.sweep_at(SystemTime::now())
    }
}
