//! Media: what the bytes of an upload are, told by the bytes themselves.
//!
//! Does not decode anything; it only names. Converters and engines take it from there.

mod blob;
mod classify;
mod encoded;
mod format;
mod source;
mod text;

pub use blob::Blob;
pub use classify::{Claim, Unclassifiable, classify};
pub use encoded::NotBase64;
pub use format::{MediaFormat, MediaKind};
pub use source::{ReadSeek, Source};
pub use text::{DecodedText, decode_text};

use bytes::Bytes;

/// A piece of `whole` as a share of it; `None` where the bytes lie elsewhere.
#[must_use]
pub fn share_of(whole: &Bytes, piece: &[u8]) -> Option<Bytes> {
    let start = (piece.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
    let range = start..start.checked_add(piece.len())?;
    (range.end <= whole.len()).then(|| whole.slice(range))
}

/// Bytes that are known to be of a certain format.
#[derive(Debug, Clone)]
pub struct Media {
    /// What the bytes are.
    pub format: MediaFormat,
    /// The bytes.
    pub blob: Blob,
}

impl Media {
    /// The medium that the format belongs to.
    #[must_use]
    pub fn kind(&self) -> MediaKind {
        self.format.kind()
    }
}
