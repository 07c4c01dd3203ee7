//! Sealing: AES-256-GCM with a nonce of its own for each value, bound to the row that the value stands in.
//!
//! A sealed value names the master key that opens it by an id, so that two master keys can be in use while one replaces
//! the other, and so that a wrong one is told from a damaged value.

use std::fmt;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

const VERSION: u8 = 1;
const ID_BYTES: usize = 8;
const NONCE_BYTES: usize = 12;
const HEAD: usize = 1 + ID_BYTES;

/// What seals and opens keys. It is never shown.
#[derive(Clone)]
pub struct MasterKey {
    cipher: Aes256Gcm,
    id: [u8; ID_BYTES],
    bytes: [u8; 32],
}

impl MasterKey {
    /// A new one, of chance alone.
    ///
    /// # Errors
    /// When the system gives none.
    pub fn generate() -> std::io::Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| std::io::Error::other(error.to_string()))?;
        Ok(Self::of(bytes))
    }

    /// One that is written as 64 hexadecimal digits, or as base64 of 32 bytes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let bytes = hex(text).or_else(|| {
            [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE_NO_PAD].iter().find_map(|engine| engine.decode(text).ok())
        })?;
        Some(Self::of(bytes.try_into().ok()?))
    }

    fn of(bytes: [u8; 32]) -> Self {
        let mut id = [0; ID_BYTES];
        let mut digest = Sha256::new();
        digest.update(b"mediary master key");
        digest.update(bytes);
        id.copy_from_slice(&digest.finalize()[..ID_BYTES]);
        Self { cipher: Aes256Gcm::new(&bytes.into()), id, bytes }
    }

    /// The key as it is written into its file.
    pub(super) fn written(&self) -> String {
        digits(&self.bytes)
    }

    /// What it is known by, which tells nothing of it.
    #[must_use]
    pub fn id(&self) -> String {
        digits(&self.id)
    }

    /// Seals a secret for a place. `None` where the system gives no chance.
    pub(crate) fn seal(&self, secret: &str, place: &str) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).ok()?;
        let payload = Payload { msg: secret.as_bytes(), aad: place.as_bytes() };
        let ciphertext = self.cipher.encrypt(Nonce::from_slice(&nonce), payload).ok()?;
        Some([&[VERSION][..], &self.id, &nonce, &ciphertext].concat())
    }

    /// Whether it has sealed a value.
    pub(super) fn has_sealed(&self, sealed: &[u8]) -> bool {
        sealed.first() == Some(&VERSION) && sealed.get(1..HEAD) == Some(&self.id[..])
    }

    /// Opens what it has sealed for a place.
    pub(super) fn open(&self, sealed: &[u8], place: &str) -> Option<String> {
        if !self.has_sealed(sealed) {
            return None;
        }
        let (nonce, ciphertext) = sealed.get(HEAD..)?.split_at_checked(NONCE_BYTES)?;
        let payload = Payload { msg: ciphertext, aad: place.as_bytes() };
        String::from_utf8(self.cipher.decrypt(Nonce::from_slice(nonce), payload).ok()?).ok()
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "MasterKey({})", self.id())
    }
}

/// The id of the master key that sealed a value.
pub(super) fn sealed_by(sealed: &[u8]) -> Option<String> {
    sealed.get(1..HEAD).filter(|_| sealed.first() == Some(&VERSION)).map(digits)
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    (0..32).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()).collect()
}
