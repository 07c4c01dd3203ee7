//! What outlives a request: files on this machine's disk, bounded.
//!
//! Everything here blocks; the gateway calls it from blocking threads. What the stored bytes mean is
//! the caller's business.

mod cache;

pub use cache::{CacheFailed, CacheKey, DiskCache};
