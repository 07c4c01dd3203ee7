//! What outlives a request: files on this machine's disk, bounded.
//!
//! Everything here blocks; the gateway calls it from blocking threads. What the stored bytes mean is
//! the caller's business.

mod cache;
mod content;
mod folder;

pub use cache::{CacheKey, DiskCache};
pub use content::{
    BadToken, ContentFailed, ContentLink, ContentStore, ContentWriter, DiskContent, Kept, StoredContent,
};
pub use folder::CacheFailed;
