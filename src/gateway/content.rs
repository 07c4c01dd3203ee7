//! Files for clients to fetch: kept in the content store, given out to clients that have the link.
//!
//! The store blocks; here it is used from threads where that holds nothing up. How a link is spelled as an address is
//! the affair of `http/`.

use std::io::{Read, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use mediary_core::{Blob, ContentHash, Failure, FailureKind, MediaFormat};
use mediary_store::{
    BadToken, BucketContent, ContentFailed, ContentLink, ContentStore, ContentWriter, DiskContent, StoredContent,
};

use super::{Spool, blocking};
use crate::config::{Content, Store};

/// A kept file by which a token is known to have ended; it is as old as a token can become.
fn end_of(token: &str) -> Vec<u8> {
    format!("the link {token} has ended").into_bytes()
}

/// The path of kept files, before their tokens.
pub const CONTENT_PATH: &str = "/content/";
/// A file is read and written in pieces of this.
const PIECE_BYTES: usize = 256 * 1024;

/// Keeps files for clients. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Contents {
    store: Option<Arc<dyn ContentStore>>,
    max_age: std::time::Duration,
    /// Where the world reaches this server.
    public_url: Option<String>,
}

/// Why a link gives no file.
#[derive(Debug, Clone, PartialEq)]
pub enum NoContent {
    /// It is none of ours.
    Unknown,
    /// It was good once; the file has gone.
    Gone,
    /// The file is there and cannot be read.
    Failed(Failure),
}

impl Contents {
    /// The store in the bucket that is named, else in a folder. One that cannot be had costs the links, not the start.
    pub(super) fn open(dir: Option<PathBuf>, named: &Store, config: &Content) -> Self {
        let (most_bytes, max_age) = (config.bytes.get(), config.max_age);
        let opened = match (&named.content, dir) {
            (Some(bucket), _) => {
                BucketContent::open(bucket.clone(), most_bytes, max_age).map(|store| Some(shared(store)))
            }
            (None, Some(dir)) => DiskContent::open(dir, most_bytes, max_age).map(|store| Some(shared(store))),
            (None, None) => Ok(None),
        };
        let store = opened.unwrap_or_else(|error| {
            tracing::warn!(error.detail = %error, "no files are kept for clients to fetch");
            None
        });
        Self { store, max_age, public_url: None }
    }

    /// The same, where the world reaches this server at an address.
    pub(super) fn at(self, public_url: Option<String>) -> Self {
        Self { public_url, ..self }
    }

    /// Whether those that are not our clients can fetch files here.
    pub(super) fn is_public(&self) -> bool {
        self.store.is_some() && self.public_url.is_some()
    }

    /// The address of a file for clients that have its token; `None`: the world does not reach this server.
    pub(super) fn public_address(&self, token: &str) -> Option<String> {
        let base = self.public_url.as_deref()?.trim_end_matches('/');
        Some(format!("{base}{CONTENT_PATH}{token}"))
    }

    /// How long a file is kept.
    #[must_use]
    pub fn max_age(&self) -> std::time::Duration {
        self.max_age
    }

    fn store(&self) -> Result<Arc<dyn ContentStore>, Failure> {
        self.store.clone().ok_or_else(|| {
            let detail = "no files can be kept for clients to fetch; name a folder as [content] dir, and look into the log of \
                          the start";
            Failure::new(FailureKind::NotInstalled, detail)
        })
    }

    /// Keeps a blob as a file of this format; gives the token under which it can be fetched.
    ///
    /// # Errors
    /// When nothing can be kept, or not so much.
    pub async fn keep(&self, blob: Blob, format: MediaFormat) -> Result<String, Failure> {
        let (store, expires) = (self.store()?, SystemTime::now() + self.max_age);
        blocking::run(move || {
            let mut writer = store.begin().map_err(not_kept)?;
            write_blob(&blob, &mut *writer)?;
            let kept = writer.finish().map_err(not_kept)?;
            store.token(&ContentLink { hash: kept.hash, format, expires }).map_err(not_kept)
        })
        .await
    }

    /// Begins a file that arrives piece by piece. Writing blocks, and is to be done on a thread where it may.
    ///
    /// # Errors
    /// When nothing can be kept.
    pub fn begin(&self) -> Result<Box<dyn ContentWriter>, Failure> {
        self.store()?.begin().map_err(not_kept)
    }

    /// A token for a file that was finished. To ask for one may block.
    ///
    /// # Errors
    /// When nothing can be kept.
    pub fn token(&self, hash: ContentHash, format: MediaFormat) -> Result<String, Failure> {
        let expires = SystemTime::now() + self.max_age;
        self.store()?.token(&ContentLink { hash, format, expires }).map_err(not_kept)
    }

    /// The file that a token opens.
    ///
    /// # Errors
    /// When there is none, or none any more.
    pub async fn find(&self, token: &str) -> Result<FoundContent, NoContent> {
        let store = self.store.clone().ok_or(NoContent::Unknown)?;
        let token = token.to_owned();
        let found = blocking::run(move || {
            let link = match store.read_token(&token, SystemTime::now()).map_err(not_kept)? {
                Ok(link) => link,
                Err(BadToken::Unknown) => return Ok(Err(NoContent::Unknown)),
                Err(BadToken::Expired) => return Ok(Err(NoContent::Gone)),
            };
            let is_ended = store.open(&ContentHash::of(end_of(&token).as_slice())).map_err(not_kept)?.is_some();
            let stored = if is_ended { None } else { store.open(&link.hash).map_err(not_kept)? };
            let ContentLink { hash, format, expires } = link;
            let found = |stored| FoundContent {
                hash,
                media_type: format.mime().to_owned(),
                format: Some(format),
                expires: Some(expires),
                stored,
            };
            Ok(stored.map(found).ok_or(NoContent::Gone))
        });
        found.await.map_err(NoContent::Failed)?
    }

    /// Ends a token before its time. Other tokens for the same file, which others may have made, stay good.
    ///
    /// # Errors
    /// When that cannot be kept.
    pub async fn end(&self, token: &str) -> Result<(), Failure> {
        let (store, end) = (self.store()?, end_of(token));
        blocking::run(move || {
            let mut writer = store.begin().map_err(not_kept)?;
            writer.write(&end).map_err(not_kept)?;
            writer.finish().map_err(not_kept).map(drop)
        })
        .await
    }

    /// A copy of the file that a token opens, for a request that names one of ours.
    ///
    /// # Errors
    /// When there is none, or none any more.
    pub async fn copy(&self, token: &str, mut spool: Spool) -> Result<Blob, Failure> {
        let found = self.find(token).await.map_err(|why| match why {
            NoContent::Unknown => Failure::malformed("it is a link of this server's to no file"),
            NoContent::Gone => Failure::malformed("it is a link to a file that is gone; make it again"),
            NoContent::Failed(failure) => failure,
        })?;
        blocking::run(move || {
            spooled(found.stored, &mut spool)?;
            Ok(spool.finish())
        })
        .await
    }

    /// Removes what is too old or too much.
    pub async fn sweep(&self) {
        let Some(store) = self.store.clone() else { return };
        let swept = blocking::run(move || store.sweep().map_err(not_kept)).await;
        if let Err(failure) = swept {
            tracing::warn!(error.detail = %failure, "old files for clients cannot be removed");
        }
    }
}

/// Appends a blob to a file that is being written.
pub(super) fn write_blob(blob: &Blob, writer: &mut dyn ContentWriter) -> Result<(), Failure> {
    let mut reader = blob.source().open().map_err(|error| not_kept(error.into()))?;
    in_pieces(&mut reader, |piece| writer.write(piece).map_err(not_kept))
}

/// Copies a file that was found into a spool.
pub(super) fn spooled(mut stored: StoredContent, spool: &mut Spool) -> Result<(), Failure> {
    in_pieces(&mut stored.reader, |piece| spool.write(piece))
}

/// Reads to the end, in pieces.
pub(super) fn in_pieces(
    reader: &mut impl Read,
    mut take: impl FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match reader.read(&mut piece).map_err(|error| not_kept(error.into()))? {
            0 => return Ok(()),
            read => take(&piece[..read])?,
        }
    }
}

fn shared(store: impl ContentStore + 'static) -> Arc<dyn ContentStore> {
    Arc::new(store)
}

/// A file that was found.
#[derive(Debug)]
pub struct FoundContent {
    /// By what it is found.
    pub hash: ContentHash,
    /// What it is said to be.
    pub media_type: String,
    /// What it is, if that is known here.
    pub format: Option<MediaFormat>,
    /// Until when it can be had; `None`: until it is removed.
    pub expires: Option<SystemTime>,
    pub(super) stored: StoredContent,
}

impl FoundContent {
    /// How long it is.
    #[must_use]
    pub fn len_bytes(&self) -> u64 {
        self.stored.len_bytes
    }

    /// The next piece of the `left` bytes from `at`, and what is left then; the same again gives the piece after it.
    ///
    /// # Errors
    /// When it cannot be read, or is shorter than it was.
    pub async fn piece(mut self, at: u64, left: u64) -> Result<(Bytes, Self), Failure> {
        blocking::run(move || {
            let wanted = PIECE_BYTES.min(usize::try_from(left).unwrap_or(PIECE_BYTES));
            let mut piece = vec![0; wanted];
            let reader = &mut self.stored.reader;
            let read = reader.seek(SeekFrom::Start(at)).and_then(|_| reader.read_exact(&mut piece));
            read.map_err(|error| not_kept(error.into()))?;
            Ok((piece.into(), self))
        })
        .await
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(super) fn not_kept(error: ContentFailed) -> Failure {
    match error {
        ContentFailed::TooLarge { .. } => Failure::too_large(error.to_string()),
        ContentFailed::Bucket { .. } => Failure::new(FailureKind::Unreachable, error.to_string()),
        ContentFailed::Folder(_) | ContentFailed::Disk(_) => Failure::broken(error.to_string()),
    }
}
