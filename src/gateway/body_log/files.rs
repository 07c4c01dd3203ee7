//! The files of bodies, by the ids of their requests. What the disk refuses costs them, and nothing else.

use std::sync::Arc;

use mediary_core::Failure;
use mediary_store::{CacheKey, DiskCache};

use super::super::blocking;

/// Ids may be a client's, of any characters.
pub(super) fn key(id: &str) -> CacheKey {
    CacheKey::of([id.as_bytes()])
}

/// Keeps bodies.
pub(super) async fn put(files: &Arc<DiskCache>, key: CacheKey, bodies: Vec<u8>) {
    let files = files.clone();
    let kept = blocking::run(move || files.put(&key, &bodies).map_err(|error| Failure::broken(error.to_string())));
    if let Err(failure) = kept.await {
        tracing::warn!(error.detail = %failure.detail, "a body is not logged");
    }
}

/// Removes those that are too old.
pub(super) async fn sweep(files: &Arc<DiskCache>) {
    let files = files.clone();
    let swept = blocking::run(move || files.sweep().map_err(|error| Failure::broken(error.to_string())));
    if let Err(failure) = swept.await {
        tracing::warn!(error.detail = %failure.detail, "bodies that are too old are not removed");
    }
}
