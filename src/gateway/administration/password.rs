//! The digest of a password: argon2id, with a salt of its own.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use subtle::ConstantTimeEq;
use thiserror::Error;

/// 19 MiB, two passes: what is advised for servers. The name is kept with each digest, so that it can be changed.
const NAME: &str = "argon2id-19456-2-1";
const DIGEST_BYTES: usize = 32;
const SALT_BYTES: usize = 16;

const SHORTEST: usize = 8;
const LONGEST: usize = 1_024;

/// It cannot be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a password has at least {SHORTEST} characters and at most {LONGEST} bytes")]
pub struct BadPassword;

/// The password, if it can be one.
pub(super) fn checked(password: &str) -> Result<&str, BadPassword> {
    if password.chars().count() < SHORTEST || password.len() > LONGEST { Err(BadPassword) } else { Ok(password) }
}

/// A digest to be kept. `None`: the system gives no chance.
pub(super) fn digest(password: &str) -> Option<String> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).ok()?;
    let digest = digested(password, &salt)?;
    Some(format!("{NAME}${}${}", STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(digest)))
}

/// Whether a password is the one of a digest.
pub(super) fn is_right(password: &str, kept: &str) -> bool {
    let mut parts = kept.split('$');
    let (Some(NAME), Some(salt), Some(digest)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let (Ok(salt), Ok(digest)) = (STANDARD_NO_PAD.decode(salt), STANDARD_NO_PAD.decode(digest)) else { return false };
    password.len() <= LONGEST
        && digested(password, &salt).is_some_and(|ours| bool::from(ours.as_slice().ct_eq(digest.as_slice())))
}

fn digested(password: &str, salt: &[u8]) -> Option<[u8; DIGEST_BYTES]> {
    let params = Params::new(19_456, 2, 1, Some(DIGEST_BYTES)).ok()?;
    let mut digest = [0; DIGEST_BYTES];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into(password.as_bytes(), salt, &mut digest).ok()?;
    Some(digest)
}
