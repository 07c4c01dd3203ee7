//! A new key of a client: 256 bits of chance, shown once and kept as a digest.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// A new key.
pub struct NewKey {
    /// The key itself.
    pub text: String,
    /// What is kept of it.
    pub digest: Vec<u8>,
}

impl NewKey {
    /// A new one.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn generate() -> io::Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| io::Error::other(format!("no random numbers: {error}")))?;
        let text = format!("mk-{}", URL_SAFE_NO_PAD.encode(bytes));
        let digest = Sha256::digest(text.as_bytes()).to_vec();
        Ok(Self { text, digest })
    }

    /// Its last four characters.
    #[must_use]
    pub fn tail(&self) -> &str {
        &self.text[self.text.len() - 4..]
    }
}

impl std::fmt::Debug for NewKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "NewKey(…{})", self.tail())
    }
}
