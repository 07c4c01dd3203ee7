//! The content store: files that were made for clients, kept until they are fetched or too old, found by their hash.
//!
//! A file is written as it arrives and has its name, the hash of its bytes, when it is complete. It is given out
//! for a token ([`ContentLink`]) that this store has signed. [`DiskContent`] keeps the files in a folder, [`BucketContent`]
//! in an S3-compatible store; replicas that share one answer for one another's tokens.

mod bucket;
mod disk;
mod sweep;
#[cfg(test)]
mod tests;
mod token;

use std::fmt;
use std::io;
use std::time::SystemTime;

use mediary_core::ContentHash;
use mediary_core::media::ReadSeek;
use thiserror::Error;

use crate::CacheFailed;
pub use bucket::{BucketAddress, BucketContent, BucketPlace, NotABucket};
pub use disk::DiskContent;
pub use token::{BadToken, ContentLink};

/// Keeps files by the hash of their bytes. Blocks.
pub trait ContentStore: Send + Sync + fmt::Debug {
    /// Begins a file whose length need not be known.
    ///
    /// # Errors
    /// When there can be none.
    fn begin(&self) -> Result<Box<dyn ContentWriter>, ContentFailed>;

    /// The file of this hash; `None`: there is none, or none any more.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    fn open(&self, hash: &ContentHash) -> Result<Option<StoredContent>, ContentFailed>;

    /// Removes the file of this hash, if there is one. It can be read to its end by those that have opened it.
    ///
    /// # Errors
    /// When it is there and cannot be removed.
    fn remove(&self, hash: &ContentHash) -> Result<(), ContentFailed>;

    /// A token for a file that holds until `expires`.
    ///
    /// # Errors
    /// When the store cannot be reached.
    fn token(&self, link: &ContentLink) -> Result<String, ContentFailed>;

    /// What a token stands for; or that this store did not sign it, or its time is over.
    ///
    /// # Errors
    /// When the store cannot be reached.
    fn read_token(&self, token: &str, now: SystemTime) -> Result<Result<ContentLink, BadToken>, ContentFailed>;

    /// The files that were written before a time.
    ///
    /// # Errors
    /// When the files cannot be looked through.
    fn before(&self, time: SystemTime) -> Result<Vec<ContentHash>, ContentFailed>;

    /// Removes what is too old or too much.
    ///
    /// # Errors
    /// When the files cannot be looked through.
    fn sweep(&self) -> Result<(), ContentFailed>;
}

/// Takes a file as it arrives. Dropped before its end it leaves nothing.
pub trait ContentWriter: Send {
    /// Appends bytes.
    ///
    /// # Errors
    /// When the store may not hold so much, or the disk is full.
    fn write(&mut self, chunk: &[u8]) -> Result<(), ContentFailed>;

    /// The file is complete, and found by its hash from now on.
    ///
    /// # Errors
    /// When it cannot be given its name.
    fn finish(self: Box<Self>) -> Result<Kept, ContentFailed>;
}

/// A file that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// By what it is found.
    pub hash: ContentHash,
    /// How long it is.
    pub len_bytes: u64,
}

/// A file that was found. It can be read to its end even if it is removed meanwhile.
pub struct StoredContent {
    /// How long it is.
    pub len_bytes: u64,
    /// Its bytes.
    pub reader: Box<dyn ReadSeek>,
}

impl fmt::Debug for StoredContent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "StoredContent({} bytes)", self.len_bytes)
    }
}

/// A file could not be kept or read.
#[derive(Debug, Error)]
pub enum ContentFailed {
    /// The folder is of no use.
    #[error(transparent)]
    Folder(#[from] CacheFailed),
    /// More than all files together may have.
    #[error("the file has more than the {most_bytes} bytes that all kept files may have; raise [content] bytes")]
    TooLarge {
        /// What they may have.
        most_bytes: u64,
    },
    /// The bucket is of no use at the moment.
    #[error("files cannot be kept in or read from {place}: {why}")]
    Bucket {
        /// Which.
        place: String,
        /// Why.
        why: String,
    },
    /// The disk refused.
    #[error("a file cannot be kept: {0}")]
    Disk(#[from] io::Error),
}
