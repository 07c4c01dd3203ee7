//! A blob: bytes of known length, in memory, as base64 or spooled to a file.
//!
//! This crate opens no files; code that spools one implements [`Source`]. The head is kept in memory
//! so that classification never waits for a disk. What is only passed on is never hashed.

use std::io::{self, Read as _};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use super::encoded::{self, Encoded, NotBase64};
use super::source::Source;
use crate::{ContentHash, Hold};

/// Bytes with their length, hash and first bytes. Cheap to clone; the bytes are shared.
#[derive(Clone)]
pub struct Blob {
    len: u64,
    hash: Arc<OnceLock<ContentHash>>,
    head: Arc<[u8]>,
    source: Arc<dyn Source>,
    _hold: Hold,
}

impl Blob {
    /// How many bytes of the beginning are always in memory.
    pub const HEAD_BYTES: usize = 64 * 1024;

    /// A blob over bytes that are in memory.
    #[must_use]
    pub fn in_memory(bytes: Vec<u8>) -> Self {
        let head = bytes[..bytes.len().min(Self::HEAD_BYTES)].into();
        Self { len: bytes.len() as u64, hash: Arc::default(), head, source: Arc::new(bytes), _hold: Hold::default() }
    }

    /// A blob over base64 in any of its spellings. A text in the standard one is kept as it is.
    ///
    /// # Errors
    /// When the text is not base64.
    pub fn from_base64(text: Bytes) -> Result<Self, NotBase64> {
        let encoded = match Encoded::new(text) {
            Ok(encoded) => encoded,
            Err(text) => return encoded::decode_leniently(&text).map(Self::in_memory),
        };
        let head = encoded.head(Self::HEAD_BYTES).into();
        Ok(Self {
            len: encoded.len_bytes(),
            hash: Arc::default(),
            head,
            source: Arc::new(encoded),
            _hold: Hold::default(),
        })
    }

    /// A blob over a source whose length and head were taken while it was written.
    pub fn spooled(len: u64, head: &[u8], source: impl Source + 'static) -> Self {
        let head = head[..head.len().min(Self::HEAD_BYTES)].into();
        Self { len, hash: Arc::default(), head, source: Arc::new(source), _hold: Hold::default() }
    }

    /// The same blob, keeping a permit as long as its bytes are there.
    #[must_use]
    pub fn held(self, hold: Hold) -> Self {
        Self { _hold: hold, ..self }
    }

    /// Length in bytes.
    #[must_use]
    pub fn len_bytes(&self) -> u64 {
        self.len
    }

    /// Whether there are no bytes at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// SHA-256 of all bytes, taken when it is first asked for: half a second for a gigabyte. A source that cannot be read,
    /// which its reader will be told, has a hash that nothing else has.
    #[must_use]
    pub fn hash(&self) -> ContentHash {
        *self.hash.get_or_init(|| match self.source.bytes() {
            Some(bytes) => ContentHash::of(bytes),
            None => self.source.open().and_then(ContentHash::read).unwrap_or_else(|_| ContentHash::of_nothing_else()),
        })
    }

    /// Whether its hash was taken before, so that asking for it takes no time.
    #[must_use]
    pub fn is_hashed(&self) -> bool {
        self.hash.get().is_some()
    }

    /// The first bytes, [`Blob::HEAD_BYTES`] at most.
    #[must_use]
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// The last bytes, `most` at most. Of base64 no more is decoded.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub fn tail(&self, most: usize) -> io::Result<Vec<u8>> {
        let mut tail = match self.source.base64() {
            Some(text) => encoded::tail(text, most),
            None => {
                let mut reader = self.source.open()?;
                reader.seek(io::SeekFrom::Start(self.len.saturating_sub(most as u64)))?;
                let mut tail = Vec::with_capacity(most);
                reader.take(most as u64).read_to_end(&mut tail)?;
                tail
            }
        };
        tail.drain(..tail.len().saturating_sub(most));
        Ok(tail)
    }

    /// Where the bytes are.
    #[must_use]
    pub fn source(&self) -> &dyn Source {
        self.source.as_ref()
    }

    /// All bytes in one buffer.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub fn read_all(&self) -> io::Result<Vec<u8>> {
        if let Some(bytes) = self.source.bytes() {
            return Ok(bytes.to_vec());
        }
        let mut bytes = Vec::with_capacity(usize::try_from(self.len).unwrap_or(0));
        self.source.open()?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// All bytes as standard base64; what came so is shared and not copied.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub fn base64(&self) -> io::Result<Bytes> {
        if let Some(text) = self.source.base64() {
            return Ok(text.clone());
        }
        Ok(match self.source.bytes() {
            Some(bytes) => encoded::encode(bytes),
            None => encoded::encode(&self.read_all()?),
        }
        .into())
    }
}

/// The same bytes, wherever they are.
impl PartialEq for Blob {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.hash() == other.hash()
    }
}

impl Eq for Blob {}

impl std::fmt::Debug for Blob {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Blob({} bytes)", self.len)
    }
}
