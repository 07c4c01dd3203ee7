//! Names that are more than strings: providers, models, targets and content hashes.
//!
//! Parsing happens once, at the edge; after that a [`Target`] cannot be malformed. Random and
//! time-based ids are made above this crate, which owns neither clock nor dice.

use std::fmt::{self, Write as _};
use std::io::{self, Read};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// What is read at once for a hash.
const CHUNK_BYTES: usize = 256 * 1024;

/// The id of a provider: a remote API or `local`, the engines in this process.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct ProviderId(String);

impl ProviderId {
    /// The provider that stands for the engines in this process.
    #[must_use]
    pub fn local() -> Self {
        Self("local".to_owned())
    }

    /// The provider of this id.
    #[must_use]
    pub fn new(id: &str) -> Self {
        Self(id.to_owned())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of a model at its provider, with its variant if it has one (`paddleocr:fast`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct ModelName(String);

impl ModelName {
    /// The model of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One provider and one model: `local/paddleocr:fast`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    /// What answers.
    pub provider: ProviderId,
    /// With which model.
    pub model: ModelName,
}

impl Target {
    /// A target among the engines in this process.
    #[must_use]
    pub fn local(model: &str) -> Self {
        Self { provider: ProviderId::local(), model: ModelName(model.to_owned()) }
    }

    /// Whether it is an engine in this process.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.provider.as_str() == "local"
    }
}

/// A text that is not of the form `provider/model`.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`{0}` is not a target; write it as provider/model, for example local/paddleocr")]
pub struct NotATarget(String);

impl FromStr for Target {
    type Err = NotATarget;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('/') {
            Some((provider, model)) if !provider.is_empty() && !model.is_empty() => {
                Ok(Self { provider: ProviderId(provider.to_owned()), model: ModelName(model.to_owned()) })
            }
            _ => Err(NotATarget(text.to_owned())),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.provider.as_str(), self.model.as_str())
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The SHA-256 of some bytes. Two media with the same hash are the same medium.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// Hashes bytes that are all at hand.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Hashes all that a reader gives.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(mut reader: impl Read) -> io::Result<Self> {
        let (mut hasher, mut chunk) = (Sha256::new(), vec![0; CHUNK_BYTES]);
        loop {
            match reader.read(&mut chunk) {
                Ok(0) => return Ok(Self(hasher.finalize().into())),
                Ok(length) => hasher.update(&chunk[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// A hash that nothing else in this process has.
    pub(crate) fn of_nothing_else() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        Self::of(format!("unreadable {}", COUNT.fetch_add(1, Ordering::Relaxed)).as_bytes())
    }

    /// Takes the digest that a streaming hasher arrived at.
    #[must_use]
    pub fn from_digest(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The digest.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digits = self.0.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits.map(|digit| char::from(DIGITS[usize::from(digit)])).try_for_each(|digit| formatter.write_char(digit))
    }
}

/// A text is no hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("64 hexadecimal digits")]
pub struct NotAHash;

impl FromStr for ContentHash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Self, NotAHash> {
        let digit = |byte: u8| char::from(byte).to_digit(16).ok_or(NotAHash);
        let mut digest = [0; 32];
        let pairs = text.as_bytes().chunks_exact(2);
        if text.len() != 2 * digest.len() {
            return Err(NotAHash);
        }
        for (byte, pair) in digest.iter_mut().zip(pairs) {
            *byte = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
        }
        Ok(Self(digest))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ContentHash({self})")
    }
}

impl Serialize for ContentHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_provider_and_a_model() {
        let target: Target = "local/paddleocr:fast".parse().unwrap();
        assert_eq!(target, Target::local("paddleocr:fast"));
        assert_eq!(target.to_string(), "local/paddleocr:fast");
    }

    #[test]
    fn a_hash_is_read_as_it_is_written() {
        let hash = ContentHash::of(b"it");
        assert_eq!(hash.to_string().parse(), Ok(hash));
        for text in ["", "ab", &"g".repeat(64), &"a".repeat(65)] {
            assert_eq!(text.parse::<ContentHash>(), Err(NotAHash), "{text}");
        }
    }

    #[test]
    fn half_a_target_is_refused() {
        for text in ["", "local", "/paddleocr", "local/"] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_content_hash_prints_as_lower_case_hex() {
        let hash = ContentHash::of(b"abc").to_string();
        assert_eq!(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
