//! Keys: digests of whatever tells one value from another, so that no key can be a path.
//!
//! Callers build them from the hash of the bytes, the options and the versions that the value depends on.

use mediary_core::ContentHash;
use sha2::{Digest, Sha256};

/// Says which value is meant. Always a SHA-256, hence always a plain file name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CacheKey(ContentHash);

impl CacheKey {
    /// The key of some parts in their order. Their borders count: `ab, c` is not `a, bc`.
    #[must_use]
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self(ContentHash::from_digest(hasher.finalize().into()))
    }

    /// The name of the value's file.
    pub(super) fn file_name(&self) -> String {
        self.0.to_string()
    }

    /// Whether a file has the name of some key; all others in the folder are left alone.
    pub(super) fn is_file_name(name: &str) -> bool {
        name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    }
}

impl From<ContentHash> for CacheKey {
    fn from(hash: ContentHash) -> Self {
        Self(hash)
    }
}
