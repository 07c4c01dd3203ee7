//! Why there is no thread, or it is not gone on with.

use mediary_core::Failure;
use mediary_store::StoreFailed;
use thiserror::Error;

use super::super::routing::CallError;

/// Why there is no thread, or it is not gone on with.
#[derive(Debug, Error)]
pub enum NoThread {
    /// It is not this owner's, was removed, or its time is over.
    #[error("there is no such thread")]
    Unknown,
    /// All threads together would be too large.
    #[error("all threads together may have {most_bytes} bytes")]
    Full {
        /// What they may have.
        most_bytes: u64,
    },
    /// The key has as many as it may have.
    #[error("a key may have {most} threads")]
    TooMany {
        /// How many.
        most: u32,
    },
    /// The thread has as many messages as it may have.
    #[error("a thread may have {most} messages")]
    Long {
        /// How many.
        most: u32,
    },
    /// No meanings are known here.
    #[error("{0}")]
    NoMeanings(&'static str),
    /// Notes are not written for this key, or not at all.
    #[error("{0}")]
    NoVault(String),
    /// The vault is not there, or cannot be written to.
    #[error("the vault is not to be had")]
    VaultAway,
    /// The request cannot be carried out, thread or not.
    #[error("the request cannot be carried out")]
    Call(Box<CallError>),
    /// It cannot be written or read.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// The database is of no use at the moment.
    #[error(transparent)]
    Store(#[from] StoreFailed),
}
