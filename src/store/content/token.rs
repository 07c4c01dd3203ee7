//! Tokens: which file, as what, until when, and a proof that the store itself says so.
//!
//! A token is URL-safe base64 of these bytes:
//!
//! | bytes | what |
//! |---|---|
//! | 32 | SHA-256 of the file |
//! | 8 | when the token expires, in seconds since 1970, little-endian |
//! | 1 or more | the name of the file's format |
//! | 16 | the first half of the HMAC-SHA-256 (RFC 2104) of all of these |
//!
//! To guess one is to guess 128 bits. A file's hash tells nothing of its tokens.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use mediary_core::{ContentHash, MediaFormat};
use sha2::Sha256;
use thiserror::Error;

/// How long a key is.
pub(super) const KEY_BYTES: usize = 32;
const PROOF_BYTES: usize = 16;
/// Longer texts are no tokens.
const MOST_TOKEN_BYTES: usize = 256;

/// What a token stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentLink {
    /// The file.
    pub hash: ContentHash,
    /// What it is.
    pub format: MediaFormat,
    /// Until when it can be had. A fraction of a second is cut off.
    pub expires: SystemTime,
}

/// A token that opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BadToken {
    /// This store has not signed it.
    #[error("there is no such file")]
    Unknown,
    /// It was good once.
    #[error("the time of the link is over")]
    Expired,
}

/// Signs links and knows its own signature.
pub(super) struct Signer([u8; KEY_BYTES]);

impl std::fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Signer")
    }
}

impl Signer {
    pub(super) fn new(key: [u8; KEY_BYTES]) -> Self {
        Self(key)
    }

    fn mac(&self, said: &[u8]) -> Hmac<Sha256> {
        let mac = <Hmac<Sha256> as Mac>::new_from_slice(&self.0).expect("a key may have any length");
        mac.chain_update(said)
    }

    pub(super) fn sign(&self, link: &ContentLink) -> String {
        let seconds = link.expires.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut token = link.hash.as_bytes().to_vec();
        token.extend_from_slice(&seconds.to_le_bytes());
        token.extend_from_slice(link.format.name().as_bytes());
        let proof = self.mac(&token).finalize().into_bytes();
        token.extend_from_slice(&proof[..PROOF_BYTES]);
        URL_SAFE_NO_PAD.encode(token)
    }

    pub(super) fn read(&self, token: &str, now: SystemTime) -> Result<ContentLink, BadToken> {
        let link = self.signed(token).ok_or(BadToken::Unknown)?;
        if link.expires <= now { Err(BadToken::Expired) } else { Ok(link) }
    }

    fn signed(&self, token: &str) -> Option<ContentLink> {
        if token.len() > MOST_TOKEN_BYTES {
            return None;
        }
        let token = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (said, proof) = token.split_at_checked(token.len().checked_sub(PROOF_BYTES)?)?;
        // In constant time.
        self.mac(said).verify_truncated_left(proof).ok()?;
        let (hash, said) = said.split_first_chunk()?;
        let (seconds, name) = said.split_first_chunk()?;
        let format = MediaFormat::ALL.iter().find(|format| format.name().as_bytes() == name)?;
        let expires = UNIX_EPOCH.checked_add(Duration::from_secs(u64::from_le_bytes(*seconds)))?;
        Some(ContentLink { hash: ContentHash::from_digest(*hash), format: *format, expires })
    }
}
